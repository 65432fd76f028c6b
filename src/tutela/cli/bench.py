"""`tutela bench`: measurements on the user's own files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, cast

import numpy as np
import typer
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tutela.cli.distance_plot import Series, distance_plot
from tutela.cli.exits import Exit
from tutela.cli.false_match_report import Report, measured
from tutela.cli.output import cells, err, fail, out, print_json
from tutela.cli.worker_pool import WorkerPool
from tutela.content.folder import FoundFile, UnreadablePath, find_files
from tutela.content.item import Limits
from tutela.detection.false_matches import (
    Pictures,
    TooManyCopies,
    compare,
    count_hits,
    random_values,
    sampled_distances,
)
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.matching.hamming import LinearHammingIndex

app = typer.Typer(help="Measure on your own files; nothing is stored.", no_args_is_help=True)
