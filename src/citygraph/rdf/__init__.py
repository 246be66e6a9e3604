"""Graphs: columns of numbers, terms, JSON-LD nodes, and the files of a release."""
