"""`tutela bench`: measurements on the user's own files."""

from __future__ import annotations

import typer

app = typer.Typer(help="Measure on your own files; nothing is stored.", no_args_is_help=True)
