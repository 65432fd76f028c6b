"""Implements the ports that the domain declares: database, migrations, encrypted evidence and keys."""
