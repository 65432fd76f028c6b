"""`tutela audit`: is the record whole, and proofs of what it was."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tutela.cli.exits import Exit
from tutela.cli.output import err, fail, out, print_json
from tutela.cli.place import workplace
from tutela.events.checkpoint import BadCheckpoint, write
from tutela.storage.record.audit_verifier import Verification

app = typer.Typer(help="The record as a chain of hashes.", no_args_is_help=True)


@app.command()
def verify(
    checkpoint: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint that was kept elsewhere; may be given again.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(help="The public key that signed it, if the keys of this installation cannot be trusted."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Find any change, deletion, insertion or reordering in the record. Ends with 1 if there is one.

    Besides the checkpoints given, the copies in the data folder are compared. Where one of them cannot be used, or is
    not there, it ends with 1 too: a cut end might not be seen.
    """
    with workplace() as place:
        try:
            given = tuple(place.audit.read_checkpoint(path.read_text("utf-8"), key) for path in checkpoint or ())
        except (BadCheckpoint, OSError, UnicodeDecodeError) as error:
            fail(f"--checkpoint: {error}", Exit.USAGE)
        result = place.audit.verify(given)
    if as_json:
        print_json(_as_json(result))
    else:
        _print(result)
    if not result.intact:
        raise typer.Exit(int(Exit.FAILED))


@app.command()
def checkpoint(
    to: Annotated[Path | None, typer.Option("--out", help="The file to write, in place of standard output.")] = None,
) -> None:
    """Sign where the chain ends now. Keep it where those who can write to the database cannot: it finds a cut end."""
    with workplace() as place:
        made = write(place.audit.checkpoint()) + "\n"
    if to is None:
        out.file.write(made)
        return
    try:
        to.write_text(made, "ascii")
    except OSError as error:
        fail(f"--out {to}: {error.strerror}", Exit.USAGE)
    out.print(f"wrote {to}", markup=False)


@app.command("key")
def show_key() -> None:
    """Print the public key that checks the signatures of checkpoints (Ed25519, hexadecimal)."""
    with workplace() as place:
        out.print(place.audit.key)


def _as_json(result: Verification) -> dict[str, object]:
    return {
        "intact": result.intact,
        "events": result.events,
        "blocks": result.block,
        "hash": result.hash,
        "checkpoints": result.checkpoints,
        "copies": {"unusable": result.copies_unusable, "missing": result.copies_missing},
        "clock_back": {"count": result.clock_backs, "first": list(result.clock_back)},
        "count": result.count,
        "findings": [
            {"what": f.what, "event": f.sequence, "block": f.block, "message": f.message} for f in result.findings
        ],
    }


def _print(result: Verification) -> None:
    for finding in result.findings:
        out.print(finding.message, markup=False)
    if result.count > len(result.findings):
        out.print(f"and {result.count - len(result.findings):,} more")
    against = _counted(result.checkpoints, "checkpoint")
    for line in _of_copies(result):
        out.print(line, markup=False)
    whole = f"{result.events:,} events in {result.block:,} blocks, compared with {against}"
    if result.intact:
        out.print(f"intact: {whole}")
    elif result.tampered:
        err.print(f"tutela: the record was tampered with: {result.count:,} findings among {result.events:,} events")
    else:
        out.print(f"what is there fits: {whole}")
        err.print(
            "tutela: not proved whole: copies of checkpoints are lacking, and an end that was cut off is not seen"
        )
    if result.clock_backs:
        first = ", ".join(f"{n:,}" for n in result.clock_back)
        others = result.clock_backs - len(result.clock_back)
        more = f" and {others:,} more" if others else ""
        err.print(f"note: the time of recording went back by more than an hour at event {first}{more}")
    if not result.checkpoints:
        err.print("note: without a checkpoint a cut end is not seen: `tutela audit checkpoint` makes one")


def _of_copies(result: Verification) -> list[str]:
    lines = []
    if result.copies_unusable:
        lines.append(
            f"{_counted(result.copies_unusable, 'line')} of audit-checkpoints.jsonl cannot be used: damaged, or signed "
            "with another key. Bring the file and the keys back from a backup"
        )
    if result.copies_missing:
        lines.append(
            f"the record names {_counted(result.copies_missing, 'checkpoint')} of which audit-checkpoints.jsonl "
            "holds no usable copy"
        )
    return lines


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
