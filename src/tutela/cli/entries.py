"""`tutela entry`: entries of hash lists, their record, and what people make of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, cast

import typer
from rich.table import Table

from tutela.access.roles import NotAllowed, Person
from tutela.casework.case import NoSuchCase, NoSuchItem, NotPossible
from tutela.casework.entries.desk import EntryDesk
from tutela.casework.evidence import EvidenceGone
from tutela.cli.exits import Exit
from tutela.cli.output import cells, err, fail, out, print_json
from tutela.cli.place import workplace
from tutela.detection.hashlists.hashlist import UnknownEntry, UnknownList
from tutela.events.catalogue.entries import RestoreReason, SuspensionReason, WrongReason
from tutela.storage.entries.entry_reader import EntryDetail, EntryReader, TaskKind, TrailRow
from tutela.storage.workplace import Workplace

app = typer.Typer(help="Entries of hash lists: verify, suspend, restore, find wrong.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(metavar="ENTRY", help="The entry's number.")]
As = Annotated[str, typer.Option("--as", help="Who does it.")]
SHOWN = 50
SUSPENSIONS: tuple[SuspensionReason, ...] = ("doubt", "owner_informed")
RESTORATIONS: tuple[RestoreReason, ...] = ("errors_explained", "errors_corrected", "mistaken")
WRONGS: tuple[WrongReason, ...] = (
    "not_such_material", "wrong_fingerprint", "withdrawn_by_owner", "complaint_upheld", "other"
)  # fmt: skip
TASKS: tuple[TaskKind, ...] = ("verification", "suspension", "cluster")


@contextmanager
def _at_the_desk(person: str) -> Iterator[tuple[EntryDesk, Person]]:
    with workplace() as place:
        try:
            yield place.entries, place.person(person)
        except (UnknownEntry, UnknownList, NoSuchCase, NoSuchItem, NotPossible, NotAllowed, EvidenceGone) as error:
            fail(str(error))
        except LookupError as error:
            fail(str(error))


@app.command()
def add(
    case: Annotated[str, typer.Argument(metavar="CASE")],
    item: Annotated[str, typer.Argument(metavar="ITEM")],
    name: Annotated[str, typer.Argument(metavar="LIST", help="An own list (`tutela hashlist create NAME --own`).")],
    person: As,
) -> None:
    """Put a confirmed item on an own list. Its entries match once two people have verified them."""
    with _at_the_desk(person) as (desk, who):
        added = desk.add(who, case, item, name)
    out.print(f"{name}: entries {', '.join(map(str, added))}; two people must verify them before they match")


@app.command()
def verify(entry: Number, person: As) -> None:
    """Verify an own entry, and those of the same item, after a look at it in the console."""
    with _at_the_desk(person) as (desk, who):
        active = desk.verify(who, entry)
    out.print(f"entry {entry} " + ("matches from now on" if active else "is verified once: another person must, too"))


@app.command()
def suspend(entry: Number, person: As, reason: Annotated[str, typer.Option(help=", ".join(SUSPENSIONS))]) -> None:
    """Keep an entry from matching until it is judged."""
    chosen = _one_of(reason, SUSPENSIONS)
    with _at_the_desk(person) as (desk, who):
        desk.suspend(who, entry, cast(SuspensionReason, chosen))
    out.print(f"entry {entry} is suspended")


@app.command()
def restore(entry: Number, person: As, reason: Annotated[str, typer.Option(help=", ".join(RESTORATIONS))]) -> None:
    """Let a suspended or wrong entry match again."""
    chosen = _one_of(reason, RESTORATIONS)
    with _at_the_desk(person) as (desk, who):
        desk.restore(who, entry, cast(RestoreReason, chosen))
    out.print(f"entry {entry} is restored")


@app.command()
def wrong(entry: Number, person: As, reason: Annotated[str, typer.Option(help=", ".join(WRONGS))]) -> None:
    """Find an entry wrong: it matches nothing any more, and what rested on it alone is decided anew.

    Stopped in the middle, it is gone on with by a server that runs, or by `tutela entry correct`.
    """
    chosen = _one_of(reason, WRONGS)
    with _at_the_desk(person) as (desk, who):
        if not desk.judge_wrong(who, entry, cast(WrongReason, chosen)):
            err.print(f"entry {entry} was found wrong before")
        _go_on(desk.advance)
    _say_corrected(entry)


@app.command()
def release(entry: Number, person: As) -> None:
    """Let the cases of an entry's cluster go on, after a look at how many, where and how near."""
    with _at_the_desk(person) as (desk, who):
        desk.release_cluster(who, entry)
        _go_on(desk.advance)
    out.print(f"the cases of the cluster of entry {entry} go on")


@app.command()
def correct() -> None:
    """Go on with what follows from wrong entries and clusters that were let go, to the end."""
    with workplace() as place:
        _go_on(place.entries.advance)
        suspended = place.entries.suspend_due()
    out.print("nothing is left to do" + (f"; suspended {', '.join(map(str, suspended))}" if suspended else ""))


@app.command()
def show(
    entry: Number,
    trail: Annotated[int, typer.Option(help="How many items that it flagged, newest first.", min=0, max=1000)] = 20,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show what is known of an entry, what decisions say of it, and what rested on it."""
    with workplace() as place:
        shown, rows = _shown(place, entry, trail)
    if as_json:
        print_json(shown | {"trail": [_trail_json(row) for row in rows]})
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    for key, value in shown.items():
        table.add_row(*cells(key.replace("_", " "), _said(value)))
    out.print(table)
    if not rows:
        return
    out.print()
    items = Table("flagged", "case", "state", "item", "verdict", "distance", "reports", box=None, pad_edge=False)
    for row in rows:
        items.add_row(
            *cells(
                f"{row.at:%Y-%m-%d %H:%M}",
                row.case_id,
                row.case_state,
                row.item_id,
                row.verdict or "-",
                f"{row.distance} of {row.threshold}" if row.threshold else "same bytes",
                ", ".join(f"{to} {number or state}" for to, state, number in row.reports) or "-",
            )
        )
    out.print(items)


@app.command()
def tasks(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List what waits for a person: verifications, suspended entries, clusters. Oldest first, at most 50 of each."""
    with workplace() as place:
        reader = EntryReader(place.database)
        rows = [row for kind in TASKS for row in reader.tasks(kind, SHOWN)]
    if as_json:
        for row in rows:
            print_json({
                "task": row.kind, "entries": list(row.entries), "list": row.hashlist,
                "opened_at": row.opened_at.isoformat(), "added_by": row.added_by, "verified_by": list(row.verifiers),
                "confirmed": row.record.confirmed, "rejected": row.record.rejected,
                "cluster_items": row.cluster_items,
            })  # fmt: skip
        return
    if not rows:
        out.print("Nothing waits.")
        return
    table = Table("task", "list", "entries", "since", "confirmed", "rejected", box=None, pad_edge=False)
    for row in rows:
        entries = ", ".join(map(str, row.entries))
        numbers = str(row.record.confirmed), str(row.record.rejected)
        table.add_row(*cells(row.kind, row.hashlist, entries, f"{row.opened_at:%Y-%m-%d %H:%M}", *numbers))
    out.print(table)


def _shown(place: Workplace, number: int, trail: int) -> tuple[dict[str, Any], list[TrailRow]]:
    reader = EntryReader(place.database)
    try:
        entry = place.lists.entry(number)
    except UnknownEntry as error:
        fail(str(error))
    detail: EntryDetail = reader.detail(number, entry.hashlist)
    record, rate = detail.record, detail.record.precision
    shown: dict[str, Any] = {
        "entry": number, "list": entry.hashlist, "kind": entry.kind, "classification": entry.classification,
        "reference": entry.reference, "verified_by": list(entry.verified_by), "matches": entry.enabled,
        "state": record.state.value, "confirmed": record.confirmed, "rejected": record.rejected,
        "lawful_here": record.lawful, "new_material": record.new_material,
        "precision": None if rate is None else {"rate": rate.rate, "low": rate.low, "high": rate.high},
        "waits_for": list(detail.tasks),
    }  # fmt: skip
    if detail.own is not None:
        shown |= {"case": detail.own.case_id, "item": detail.own.item_id, "added_by": detail.own.added_by}
    if detail.correction is not None:
        done = detail.correction
        shown["correction"] = {
            "done": done.done, "cause": done.cause, "cases": done.cases, "items": done.items,
            "undecided": done.undecided, "harmless": done.harmless, "kept": done.kept,
        }  # fmt: skip
    return shown, reader.trail(number, "", trail) if trail else []


def _said(value: Any) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case {"rate": rate, "low": low, "high": high}:
            return f"{rate:.1%} (95 %: {low:.1%} to {high:.1%})"
        case dict():
            return ", ".join(f"{k} {_said(v)}" for k, v in value.items())
        case list():
            return ", ".join(map(str, value)) or "-"
    return str(value)


def _trail_json(row: TrailRow) -> dict[str, Any]:
    return {
        "item": row.item_id, "case": row.case_id, "state": row.case_state, "flagged_at": row.at.isoformat(),
        "distance": row.distance, "threshold": row.threshold, "verdict": row.verdict, "ground": row.ground,
        "other_entries": row.others, "actions": [{"kind": k, "state": s} for k, s in row.actions],
        "reports": [{"recipient": r, "state": s, "number": n} for r, s, n in row.reports],
    }  # fmt: skip


def _go_on(step: Callable[[], bool]) -> None:
    while step():
        pass


def _say_corrected(entry: int) -> None:
    with workplace() as place:
        detail = EntryReader(place.database).detail(entry, "")
    if (done := detail.correction) is not None:
        out.print(
            f"entry {entry} is wrong: {done.items:,} items of {done.cases:,} cases are decided anew, "
            f"{done.undecided:,} were undecided, {done.harmless:,} harmless, {done.kept:,} rest on other entries too"
        )


def _one_of(given: str, allowed: tuple[str, ...]) -> str:
    if given not in allowed:
        fail(f"--reason is {', '.join(allowed)}, not {given!r}", Exit.USAGE)
    return given
