"""People, roles, permissions and keys."""
