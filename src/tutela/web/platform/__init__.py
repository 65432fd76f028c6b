"""Calls the platform over HTTP, signed, and nobody else."""
