"""Exact indexes: every entry within a threshold, and none beyond."""
