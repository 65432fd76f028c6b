"""What wraps the keys of cases: a file, or a key service."""
