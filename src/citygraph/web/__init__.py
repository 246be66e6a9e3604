"""The graph on the web: an endpoint that can face the public."""
