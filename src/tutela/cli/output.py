"""Where the command writes: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from tutela.cli.exits import Exit

PIPED_WIDTH = 10_000
"""Columns of a table that nobody's terminal limits."""

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PIPED_WIDTH)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def cells(*texts: str) -> tuple[Text, ...]:
    """Return the cells of a row as they stand: nothing in them is markup, and every name can be written."""
    return tuple(Text(text.encode("utf-8", "backslashreplace").decode()) for text in texts)


def print_json(value: Any) -> None:
    """Write one JSON object as a line. A name that is not valid UTF-8 is written with escaped surrogates."""
    sys.stdout.write(json.dumps(value, ensure_ascii=True) + "\n")


def fail(message: str, code: Exit = Exit.FAILED) -> NoReturn:
    """Say what happened and what to do, and end with an exit code."""
    err.print(f"tutela: {message}", markup=False)
    raise typer.Exit(int(code))
