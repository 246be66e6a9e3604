"""What people read of a graph: each page made from a store and a template, for the static site and the server alike."""
