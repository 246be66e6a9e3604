"""Names become things: which entry of a table is which thing."""
