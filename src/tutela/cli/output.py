"""Where the command writes: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn

import typer
from rich.console import Console

from tutela.cli.exits import Exit

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Write one JSON object as a line. A name that is not valid UTF-8 is written with escaped surrogates."""
    sys.stdout.write(json.dumps(value, ensure_ascii=True) + "\n")


def fail(message: str, code: Exit = Exit.FAILED) -> NoReturn:
    """Say what happened and what to do, and end with an exit code."""
    err.print(f"tutela: {message}", markup=False)
    raise typer.Exit(int(code))
