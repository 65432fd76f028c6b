"""The tutela command."""
