"""`tutela hashlist`: lists of fingerprints."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from tutela.access.roles import NotAllowed, Permission
from tutela.casework.entries.feedback import FeedbackFormat, FeedbackRow, write_feedback
from tutela.cli.exits import Exit
from tutela.cli.output import cells, err, fail, out, print_json
from tutela.cli.place import workplace
from tutela.detection.fingerprints.fingerprint import BadFingerprint
from tutela.detection.hashlists.clip_files import clip_of_file
from tutela.detection.hashlists.hashlist import Entry, HashList, ListRole, NewEntry, UnknownEntry, UnknownList
from tutela.detection.hashlists.reading import MAX_REPORTED, EntryReader
from tutela.detection.hashlists.rows import Format, UnreadableFile
from tutela.detection.hashlists.writing import write_entries
from tutela.storage.entries.entry_feedback import Feedback
from tutela.storage.lists.hash_lists import AlreadyThere, OwnList

app = typer.Typer(help="Lists of fingerprints.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="The list's name.", metavar="LIST")]
SHOWN_ROWS = 20
SHOWN_EVERY = 10_000


@app.command()
def create(
    name: Name,
    owner: Annotated[str, typer.Option(help="Who is responsible for the list.")],
    source: Annotated[str, typer.Option(help="Where the entries come from.")],
    jurisdiction: Annotated[str, typer.Option(help="Whose law the classification follows.")],
    classification: Annotated[str | None, typer.Option(help="Class of entries that name none.")] = None,
    harmless: Annotated[
        bool, typer.Option("--harmless", help="Its entries flag nothing, and overrule matches that are no nearer.")
    ] = False,
    own: Annotated[
        bool, typer.Option("--own", help="Your own: entries come from confirmed cases, and two people verify them.")
    ] = False,
) -> None:
    """Create an empty, enabled list."""
    role = ListRole.HARMLESS if harmless else ListRole.MATCH
    if own and harmless:
        fail("--own is for confirmed material: import what is harmless into a --harmless list", Exit.USAGE)
    with workplace() as place:
        try:
            place.lists.create(HashList(name, owner, source, jurisdiction, classification, role=role, own=own))
        except AlreadyThere as error:
            fail(str(error))
        except ValueError as error:
            fail(str(error), Exit.USAGE)
    out.print(f"created the {'harmless ' if harmless else 'own ' if own else ''}list {name}")


@app.command("import")
def import_entries(
    name: Name,
    file: Annotated[Path, typer.Argument(help="A file, or - for standard input.", allow_dash=True)],
    format_: Annotated[
        Format | None, typer.Option("--format", help="How the file is written; guessed if not given.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Kind of the values that name none, such as pdq.")] = None,
    good_rows: Annotated[
        bool, typer.Option("--good-rows", help="Import the good rows even if others are bad.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Import entries: all or none, or with --good-rows what can be read. Exit code 3 if rows were refused.

    The published file of a clip (vPDQ as text, TMK+PDQF) is one entry. An import that is interrupted leaves nothing in
    the list.
    """
    if _imported_clip(name, file, as_json=as_json):
        return
    label = "standard input" if str(file) == "-" else str(file)
    with workplace() as place, _opened(file) as stream, _progress() as progress:
        try:
            reader = EntryReader(stream, place.kinds, format_=format_, name=label, only_kind=kind)
            task = progress.add_task("reading", total=_size(file))
            result = place.lists.add(
                name,
                _all_or_good(reader, stream, progress, task, good_rows=good_rows),
                rejected=lambda: reader.rejected,
                on_step=lambda step: progress.update(task, description=step, total=None),
            )
        except (UnknownList, OwnList) as error:
            fail(str(error))
        except UnreadableFile as error:
            fail(f"{label}: {error}", Exit.USAGE)
        except _BadRows:
            progress.stop()
            _report_bad(label, reader, as_json=as_json)
            err.print("Nothing was imported. Correct the rows, or import the others with --good-rows.")
            raise typer.Exit(int(Exit.PARTLY)) from None
        except KeyboardInterrupt:
            progress.stop()
            err.print("stopped; nothing was imported")
            raise typer.Exit(int(Exit.INTERRUPTED)) from None
    if as_json:
        print_json({
            "list": name, "rows": reader.rows, "added": result.added, "already_there": result.already_there,
            "rejected": _rejected(reader), "rejected_rows": reader.rejected,
        })  # fmt: skip
    else:
        _report_bad(label, reader, as_json=False)
        out.print(
            f"{name}: {reader.rows:,} rows, {result.added:,} entries added, {result.already_there:,} there already, "
            f"{result.rejected:,} rows refused"
        )
    raise typer.Exit(int(Exit.PARTLY if reader.rejected else Exit.DONE))


def _imported_clip(name: str, file: Path, *, as_json: bool) -> bool:
    """Import what a published file of one clip says; return whether it is one."""
    try:
        entry = clip_of_file(file)
    except OSError as error:
        fail(f"{file}: {error.strerror}", Exit.USAGE)
    except BadFingerprint as error:
        fail(f"{file}: {error}", Exit.USAGE)
    if entry is None:
        return False
    with workplace() as place:
        try:
            result = place.lists.add(name, [entry])
        except (UnknownList, OwnList) as error:
            fail(str(error))
    if as_json:
        print_json({
            "list": name, "rows": 1, "added": result.added, "already_there": result.already_there,
            "rejected": [], "rejected_rows": 0,
        })  # fmt: skip
    else:
        out.print(f"{name}: a clip's {entry.kind}, {'added' if result.added else 'there already'}")
    return True


class _BadRows(Exception):
    """Rows were refused, and all were wanted."""


def _all_or_good(
    reader: EntryReader, stream: TextIOWrapper, progress: Progress, task: TaskID, *, good_rows: bool
) -> Iterator[NewEntry]:
    """Yield the entries; when all are read, raise _BadRows if that is too few."""
    file: Any = stream.buffer
    seekable = stream.seekable()
    for number, entry in enumerate(reader):
        yield entry
        if number % SHOWN_EVERY == 0:
            progress.update(task, completed=file.tell() if seekable else reader.rows)
    if reader.rejected and not good_rows:
        raise _BadRows


@contextmanager
def _opened(file: Path) -> Iterator[TextIOWrapper]:
    if str(file) == "-":
        stream = TextIOWrapper(sys.stdin.buffer, encoding="utf-8", newline="")
        try:
            yield stream
        finally:
            stream.detach()
        return
    try:
        opened = file.open(encoding="utf-8", newline="")
    except OSError as error:
        fail(f"{file}: {error.strerror}", Exit.USAGE)
    with opened:
        yield opened


def _size(file: Path) -> int | None:
    return file.stat().st_size if file.is_file() else None


def _rejected(reader: EntryReader) -> list[dict[str, Any]]:
    return [{"line": b.line, "reason": b.reason} for b in reader.bad]


def _report_bad(label: str, reader: EntryReader, *, as_json: bool) -> None:
    if as_json:
        print_json({
            "rows": reader.rows, "added": 0, "rejected": _rejected(reader), "rejected_rows": reader.rejected,
        })  # fmt: skip
        return
    for bad in reader.bad[:SHOWN_ROWS]:
        err.print(f"{label}:{bad.line}: {bad.reason}", markup=False)
    if reader.rejected > SHOWN_ROWS:
        err.print(f"... and {reader.rejected - SHOWN_ROWS:,} more bad rows (--json lists the first {MAX_REPORTED:,})")


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    )


@app.command()
def export(
    name: Name,
    file: Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output if not given.")] = None,
    format_: Annotated[Format, typer.Option("--format")] = Format.CSV,
) -> None:
    """Write a list's entries, in a form that import reads."""
    with workplace() as place:
        try:
            place.lists.get(name)
            lines = write_entries(place.lists.entries([name], enabled_only=False), format_, place.kinds)
            if file is None:
                for line in lines:
                    sys.stdout.write(line)
            else:
                with file.open("w", encoding="utf-8", newline="") as stream:
                    stream.writelines(lines)
        except UnknownList as error:
            fail(str(error))
        except OSError as error:
            fail(f"{file}: {error.strerror}")


@app.command()
def show(
    name: Annotated[str | None, typer.Argument(metavar="[LIST]", help="One list with its entries' counts.")] = None,
    entry: Annotated[int | None, typer.Option(help="Only this entry, also if it was removed.")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show the lists: owner, source, jurisdiction, entries by kind; or one entry."""
    if entry is not None:
        _show_entry(name, entry, as_json=as_json)
        return
    with workplace() as place:
        summaries = [s for s in place.lists.summaries() if name is None or s.hashlist.id == name]
        if name is not None and not summaries:
            try:
                place.lists.get(name)
            except UnknownList as error:
                fail(str(error))
    if as_json:
        for one in summaries:
            print_json({
                "list": one.hashlist.id, "owner": one.hashlist.owner, "source": one.hashlist.source,
                "jurisdiction": one.hashlist.jurisdiction, "classification": one.hashlist.classification,
                "role": one.hashlist.role.value, "own": one.hashlist.own, "enabled": one.hashlist.enabled,
                "entries": one.entries,
                "enabled_entries": one.enabled_entries, "removed_entries": one.removed_entries,
            })  # fmt: skip
        return
    if not summaries:
        out.print("There is no list yet: tutela hashlist create NAME --owner ... --source ... --jurisdiction ...")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("list", "role", "enabled", "entries", "enabled entries", "owner", "source", "jurisdiction"):
        table.add_column(column, justify="right" if "entries" in column else "left")
    for one in summaries:
        counts = ", ".join(f"{kind} {number:,}" for kind, number in one.entries.items()) or "0"
        table.add_row(
            *cells(
                one.hashlist.id,
                one.hashlist.role.value,
                "yes" if one.hashlist.enabled else "no",
                counts,
                f"{one.enabled_entries:,}",
                one.hashlist.owner,
                one.hashlist.source,
                one.hashlist.jurisdiction,
            )
        )
    out.print(table)


@app.command()
def feedback(
    name: Name,
    file: Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output if not given.")] = None,
    format_: Annotated[FeedbackFormat, typer.Option("--format")] = FeedbackFormat.CSV,
    everything: Annotated[
        bool, typer.Option("--all", help="Everything, and not only what has changed since it was handed over.")
    ] = False,
    person: Annotated[
        str | None, typer.Option("--handed-over-by", help="Record that what has changed is handed over, by whom.")
    ] = None,
) -> None:
    """Write what people found out about a list's entries, for its owner: references, opinions, counts; no content."""
    if everything and person:
        fail("--all and --handed-over-by do not go together: what was handed over is what has changed", Exit.USAGE)
    with workplace() as place:
        try:
            place.lists.get(name)
            told = Feedback(place.database, place.clock)
            if person is None:
                _write_feedback(told.rows(name, everything=everything), file, format_)
            else:
                who = place.person(person)
                who.require(Permission.SEE_LISTS)
                told.hand_over(name, who.id, lambda rows: _write_feedback(rows, file, format_))
        except (LookupError, NotAllowed) as error:
            fail(str(error))
        except OSError as error:
            fail(f"{file}: {error.strerror}")


def _write_feedback(rows: list[FeedbackRow], file: Path | None, format_: FeedbackFormat) -> None:
    lines = write_feedback(rows, format_)
    if file is None:
        for line in lines:
            sys.stdout.write(line)
    else:
        with file.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(lines)
    unnamed = len({row.entry for row in rows if row.reference is None})
    if unnamed:
        err.print(f"{unnamed:,} entries have no reference of their owner, who knows them by nothing else")


@app.command()
def enable(name: Name, entry: Annotated[int | None, typer.Option(help="Only this entry.")] = None) -> None:
    """Let a list, or one entry of it, match again."""
    _switch(name, entry, enabled=True)


@app.command()
def disable(name: Name, entry: Annotated[int | None, typer.Option(help="Only this entry.")] = None) -> None:
    """Keep a list, or one entry of it, from matching. Nothing is deleted."""
    _switch(name, entry, enabled=False)


@app.command()
def remove(name: Name, entry: Annotated[int, typer.Option(help="The entry's number.")]) -> None:
    """Take an entry off a list. It is kept, so that past detections still open to it; an import brings it back."""
    with workplace() as place:
        try:
            place.lists.remove(name, entry)
        except (UnknownList, UnknownEntry) as error:
            fail(str(error))
    out.print(f"entry {entry} of {name} is removed")


def _switch(name: str, entry: int | None, *, enabled: bool) -> None:
    with workplace() as place:
        try:
            place.lists.switch(name, enabled, entry)
        except (UnknownList, UnknownEntry) as error:
            fail(str(error))
    what = name if entry is None else f"entry {entry} of {name}"
    out.print(f"{what} is {'enabled' if enabled else 'disabled'}")


def _show_entry(name: str | None, number: int, *, as_json: bool) -> None:
    with workplace() as place:
        try:
            if name is not None:
                place.lists.get(name)
            entry = place.lists.entry(number)
        except (UnknownList, UnknownEntry) as error:
            fail(str(error))
    if name not in (None, entry.hashlist):
        fail(f"entry {number} is of the list {entry.hashlist}, not of {name}")
    shown = _entry_shown(entry)
    if as_json:
        print_json(shown)
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    for key, value in shown.items():
        text = "; ".join(value) if isinstance(value, list) else {True: "yes", False: "no", None: ""}.get(value, value)
        table.add_row(*cells(key.replace("_", " "), str(text)))
    out.print(table)


def _entry_shown(entry: Entry) -> dict[str, Any]:
    return {
        "entry": entry.id, "list": entry.hashlist, "kind": entry.kind, "value": entry.value.hex(),
        "classification": entry.classification, "verified_by": list(entry.verified_by), "reference": entry.reference,
        "added_at": entry.added_at.isoformat(), "enabled": entry.enabled,
        "removed_at": entry.removed_at and entry.removed_at.isoformat(),
    }  # fmt: skip
