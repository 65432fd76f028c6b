"""What the exit codes of the command mean (docs/reference/command.md)."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTLY = 3
    """Done, but some rows were refused, or some items ended in `error`."""
    REFUSED = 4
    """No legal regime or ground covers what was asked; nothing was read."""
    INTERRUPTED = 130
    """Stopped by the user; the same command goes on from there."""
