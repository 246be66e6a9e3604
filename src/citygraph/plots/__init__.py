"""Pictures of a release: named queries drawn with Altair, credited and described, without any request to a host."""
