"""How large the pictures may be that are read out of packages."""

MEMBER_LIMIT = 32 * 1024 * 1024
"""Bytes that one picture may have once unpacked: the largest one allowed has 15 MiB."""

PIXEL_LIMIT = 80_000_000
"""Pixels that one picture may have: the largest one allowed has 58 million."""
