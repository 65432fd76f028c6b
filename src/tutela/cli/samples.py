"""`tutela sample`: fingerprints of files that the operator may hold, to try changes on."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from tutela.cli.exits import Exit
from tutela.cli.output import err, fail, out, print_json
from tutela.cli.place import workplace
from tutela.cli.progress import counting
from tutela.cli.worker_pool import WorkerPool
from tutela.content.folder import FoundFile, UnreadablePath, find_files
from tutela.content.item import Outcome
from tutela.detection.sample import head_line, item_line

app = typer.Typer(help="Recorded samples of fingerprints, on which changes are tried.", no_args_is_help=True)


@app.callback()
def sample() -> None:
    """Recorded samples of fingerprints, on which changes are tried."""


@app.command()
def record(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.", metavar="PATH...")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The sample's file, written anew.")],
    names: Annotated[bool, typer.Option("--names/--no-names", help="Write paths, or numbers in their place.")] = True,
    jobs: Annotated[int, typer.Option(min=1, help="Worker processes.")] = os.cpu_count() or 1,
    as_json: Annotated[bool, typer.Option("--json", help="The summary as one JSON object.")] = False,
) -> None:
    """Write the fingerprints of files that you may hold and process for this: no pixels, and no judgement.

    Exit code 3 if a file could not be read; it is left out. An interrupted recording leaves nothing.
    """
    for path in paths:
        if not path.exists() and not path.is_symlink():
            fail(f"{path}: no such file or folder", Exit.USAGE)
    if not output.parent.is_dir() or output.is_dir():
        fail(f"--output {output}: {'it is a folder' if output.is_dir() else 'its folder does not exist'}", Exit.USAGE)
    unfinished = output.with_name(f"{output.name}.unfinished")
    try:
        items, unread, failures = _write(paths, unfinished, jobs, names=names)
        unfinished.replace(output)
    except KeyboardInterrupt:
        unfinished.unlink(missing_ok=True)
        err.print("stopped; nothing was written")
        raise typer.Exit(int(Exit.INTERRUPTED)) from None
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        fail(f"--output {output}: {error.strerror}")
    if as_json:
        print_json({
            "items": items, "unread": unread, "failures": {outcome.value: n for outcome, n in failures.items()},
            "bytes": output.stat().st_size,
        })  # fmt: skip
    else:
        failed = "".join(f", {n:,} {outcome.value}" for outcome, n in failures.items())
        out.print(f"{output}: {items:,} items{failed}; {unread:,} files could not be read", markup=False)
    raise typer.Exit(int(Exit.PARTLY if unread else Exit.DONE))


def _write(paths: list[Path], file: Path, jobs: int, *, names: bool) -> tuple[int, int, Counter[Outcome]]:
    items, unread = 0, 0
    failures: Counter[Outcome] = Counter()
    with (
        workplace() as place,
        os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream,
        counting() as progress,
    ):
        found = list({one.name: one for one in find_files(paths)}.values())
        stream.write(head_line(place.kinds) + "\n")
        task = progress.add_task("fingerprinting", total=len(found))
        for one in found:
            if isinstance(one, UnreadablePath):
                unread += 1
                err.print(f"tutela: {one.name}: {one.reason}", markup=False)
        progress.advance(task, unread)
        files = [one for one in found if isinstance(one, FoundFile)]
        known = place.settings
        with WorkerPool(jobs, known.limits, frozenset(), known.embedding, known.budget) as pool:
            for one, made in pool.fingerprints(files, reduced=False):
                progress.advance(task)
                if made.failure is Outcome.ERROR:
                    unread += 1
                    err.print(f"tutela: {one.name}: {made.reason}", markup=False)
                    continue
                items += 1
                if made.failure is not None:
                    failures[made.failure] += 1
                stream.write(item_line(one.name if names else items, made) + "\n")
    return items, unread, failures
