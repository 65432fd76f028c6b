"""The checks, one a file; each file has one `check`, and the registry finds it."""
