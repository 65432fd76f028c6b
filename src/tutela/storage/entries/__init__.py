"""What became of the entries of lists, in the database."""
