"""The Member States, and the providers whose names need a translation."""

from __future__ import annotations

MEMBERS = (
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE",
    "IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
)  # fmt: skip
"""ISO 3166 codes of the Union's 27 since 1 February 2020, in the English alphabetical order that the report keeps."""
