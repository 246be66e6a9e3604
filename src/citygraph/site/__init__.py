"""The static site: every page of a release written to files, for a host that only has files."""
