"""Calls to the platform in the database."""
