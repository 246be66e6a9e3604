"""Published tables through the same door as articles: described in data/tables, read row by row, each row evidence."""
