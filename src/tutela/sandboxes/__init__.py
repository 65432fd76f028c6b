"""Strict stand-ins of outside services; each listens on a loopback address only."""
