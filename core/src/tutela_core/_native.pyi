"""The compiled functions."""

INSTRUCTIONS: str
"""The instructions that were chosen when the module was loaded: `portable`, `avx2` or `avx512`."""
