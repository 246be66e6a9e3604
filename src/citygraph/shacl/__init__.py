"""What is wrong: shapes by pySHACL, and compiled for large graphs."""
