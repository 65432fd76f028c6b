"""Measurements: ratios against a named peer in the same run. Never timed tests."""
