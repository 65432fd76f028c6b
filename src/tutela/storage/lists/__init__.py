"""Hash lists in the database, and their indexes on disk."""
