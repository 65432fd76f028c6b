"""`tutela bench`: measurements on the user's own files."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.progress import Progress

from tutela.cli.exits import Exit
from tutela.cli.false_match_report import RandomList, Report
from tutela.cli.output import err, fail, print_json
from tutela.cli.progress import counting
from tutela.cli.random_list import near_values
from tutela.cli.worker_pool import WorkerPool
from tutela.content.folder import FoundFile, UnreadablePath, find_files
from tutela.content.item import Limits
from tutela.detection.compiled import COMPILED
from tutela.detection.false_matches import (
    Pictures,
    TooManyCopies,
    compare,
    count_hits,
    random_values,
    sampled_distances,
)
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.matching.shape import shape_of

app = typer.Typer(help="Measure on your own files; nothing of them is stored.", no_args_is_help=True)

KIND = "pdq"
PART = 10_000_000
"""Random entries that are in one index at a time, about 1.3 GB in the folder for temporary files."""
SAMPLE = 10_000_000
MOST_RADIUS = 63


@app.callback()
def bench() -> None:
    """Measure on your own files; nothing of them is stored."""


@app.command("false-matches")
def false_matches(
    folder: Annotated[Path, typer.Argument(help="A folder of pictures that are all different.", metavar="DIR")],
    group_by: Annotated[
        str, typer.Option(help="folder: pictures in one folder belong together and are not compared; or none.")
    ] = "folder",
    radius: Annotated[int, typer.Option(min=0, max=MOST_RADIUS, help="Bits within which fingerprints match.")] = 31,
    random: Annotated[int, typer.Option(min=0, help="Random fingerprints to compare with as well.")] = 10_000_000,
    list_entries: Annotated[
        int, typer.Option(min=1, help="Entries of a list that the bound is also given for.")
    ] = 1_000_000,
    plot: Annotated[Path | None, typer.Option(help="Write the distances as a plot to this .svg file.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the random fingerprints and of the split in two.")] = 0,
    jobs: Annotated[int, typer.Option(min=1, help="Worker processes that decode.")] = os.cpu_count() or 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, with every pair and distance.")] = False,
) -> None:
    """Compare different pictures with each other and count those that PDQ takes for the same.

    Says what the count means for the rate of false matches, with upper bounds. Exit code 3 if a file gave no
    fingerprint.
    """
    if group_by not in ("folder", "none"):
        fail(f"--group-by is folder or none, not {group_by!r}", Exit.USAGE)
    if not folder.is_dir():
        fail(f"{folder}: no such folder", Exit.USAGE)
    if plot is not None and not plot.parent.is_dir():
        fail(f"--plot {plot}: its folder does not exist", Exit.USAGE)
    try:
        with counting() as progress:
            names, pictures, left_out = _fingerprinted(folder, group_by, jobs, progress)
            task = progress.add_task("comparing", total=len(pictures))
            compared = compare(pictures, radius, lambda done: progress.advance(task, done))
            chance = _random_list(pictures, random, radius, seed, progress) if random else None
    except TooManyCopies as error:
        fail(str(error))
    except KeyboardInterrupt:
        err.print("stopped; nothing was written")
        raise typer.Exit(int(Exit.INTERRUPTED)) from None
    version = installed_kinds()[KIND].VERSION
    report = Report(KIND, version, radius, seed, list_entries, names, pictures, compared, left_out, chance)
    figures = report.figures()
    if plot is not None:
        try:
            plot.write_text(report.plot(), encoding="utf-8")
        except OSError as error:
            fail(f"--plot {plot}: {error.strerror}", Exit.USAGE)
    if as_json:
        print_json(figures)
    else:
        report.print(figures)
    raise typer.Exit(int(Exit.PARTLY if left_out["without a fingerprint"] else Exit.DONE))


def _fingerprinted(
    folder: Path, group_by: str, jobs: int, progress: Progress
) -> tuple[list[str], Pictures, dict[str, int]]:
    kind = installed_kinds()[KIND]
    names: list[str] = []
    values: list[bytes] = []
    groups: list[int] = []
    folders: dict[Path, int] = {}
    left_out = Counter({"below the quality for matching": 0, "without a fingerprint": 0})
    found = list(find_files([folder]))
    files = [one for one in found if isinstance(one, FoundFile)]
    for unreadable in found:
        if isinstance(unreadable, UnreadablePath):
            left_out["without a fingerprint"] += 1
            err.print(f"tutela: {unreadable.name}: {unreadable.reason}", markup=False)
    task = progress.add_task("fingerprinting", total=len(files))
    with WorkerPool(jobs, Limits(), frozenset()) as pool:
        for file, fingerprinted in pool.fingerprints(files, reduced=False):
            progress.advance(task)
            oriented = fingerprinted.of(KIND)
            if not oriented:
                left_out["without a fingerprint"] += 1
                err.print(f"tutela: {file.name}: {fingerprinted.reason}", markup=False)
            elif (oriented[0].quality or 0) < kind.MINIMUM_QUALITY:
                left_out["below the quality for matching"] += 1
            else:
                names.append(file.name)
                values.append(b"".join(one.value for one in oriented))
                own = file.path if group_by == "none" else file.path.parent
                groups.append(folders.setdefault(own, len(folders)))
    if len(folders) < 4:
        fail(
            f"{folder}: {len(names):,} pictures that can be compared, of {len(folders):,} folders, where at least 4 "
            "are needed (--group-by none compares pictures of one folder with each other)",
            Exit.USAGE,
        )
    block = np.frombuffer(b"".join(values), dtype=np.uint8).reshape(len(values), -1, kind.BYTES)
    return names, Pictures(block, np.array(groups, dtype=np.int64)), dict(left_out)


def _random_list(pictures: Pictures, entries: int, radius: int, seed: int, progress: Progress) -> RandomList:
    if not COMPILED and entries > 100_000:
        err.print("note: without the compiled part random fingerprints take hours; --random 0 leaves them out")
    width = pictures.bits // 8
    parts = -(-entries // PART)
    task = progress.add_task("random list", total=parts * len(pictures))
    within = 0
    sample = np.zeros(pictures.bits + 1, dtype=np.int64)
    for part in range(parts):
        size = min(PART, entries - part * PART)
        values = np.concatenate(list(random_values(size, width, seed, part)))
        if part == 0:
            sample = sampled_distances(pictures, values, min(SAMPLE, len(pictures) * size), seed)
        try:
            with near_values(shape_of(installed_kinds()[KIND]), values) as near:
                within += count_hits(pictures, near, radius, lambda done: progress.advance(task, done))
        except OSError as error:
            fail(f"no room for an index of {size:,} random entries: {error.strerror}; --random 0 leaves it out")
    return RandomList(entries, pictures.values.shape[0] * pictures.values.shape[1] * entries, within, sample)
