"""Bars on standard error for what takes a while; none where nobody looks."""

from __future__ import annotations

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from tutela.cli.output import err


def counting() -> Progress:
    """Return a bar that counts to a number of things."""
    return _bar(MofNCompleteColumn())


def share_done() -> Progress:
    """Return a bar that shows a share."""
    return _bar(TaskProgressColumn())


def _bar(column: MofNCompleteColumn | TaskProgressColumn) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        column,
        TimeRemainingColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )
