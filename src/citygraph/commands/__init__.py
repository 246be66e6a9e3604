"""The commands by what a user does: make a graph, ask one. Each is thin over functions that can be imported."""
