"""The quality of the work in the database."""
