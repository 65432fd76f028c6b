"""Hash lists: entries with provenance, their import and export."""
