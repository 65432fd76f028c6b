"""The append-only record in the database, and its audit."""
