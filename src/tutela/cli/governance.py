"""`tutela governance`: policies, privacy reviews, incidents and inspections."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer
from pydantic import ValidationError
from rich.table import Table

from tutela.access.approvals import NotApproved
from tutela.access.governance import BadRecord, GovernanceRecord, Writing, told_in_time
from tutela.access.inspection import AREAS, BadInspection, Plan
from tutela.access.roles import NotAllowed
from tutela.cli.exits import Exit
from tutela.cli.output import cells, fail, out, print_json
from tutela.cli.place import workplace
from tutela.events.catalogue.governance import GovernanceRetired, IncidentFacts, InspectionArea, RecordKind
from tutela.statistics.provider_return.form import form_rows
from tutela.statistics.provider_return.quoted import QUOTABLE
from tutela.storage.access.governance import moment

app = typer.Typer(help="Policies, privacy reviews and security incidents, with their versions.", no_args_is_help=True)
inspection_app = typer.Typer(help="A supervisory authority's time-boxed look without content.", no_args_is_help=True)
app.add_typer(inspection_app, name="inspection")
As = Annotated[str, typer.Option("--as", help="Who does it.")]
Record = Annotated[str, typer.Argument(metavar="RECORD")]
Day = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD")]
KINDS = get_args(RecordKind)
_REFUSED = (BadRecord, BadInspection, NotAllowed, NotApproved, LookupError)


@app.command("list")
def list_records(
    due: Annotated[bool, typer.Option("--due", help="Only those whose review is due.")] = False,
    retired: Annotated[bool, typer.Option("--retired", help="Those that apply no more.")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """List the records, those due for review first."""
    with workplace() as place:
        rows = place.governance.overdue() if due else place.governance.all(retired=retired)
        today = place.clock().date()
    if as_json:
        for row in rows:
            print_json(_as_json(row, today))
        return
    table = Table("record", "kind", "version", "applies from", "review by", "title", box=None, pad_edge=False)
    for row in rows:
        by = f"{row.review_by or 'none'}{' (due)' if row.is_overdue(today) else ''}"
        table.add_row(*cells(row.id, row.kind, str(row.version), str(row.effective_from), by, row.title))
    out.print(table)


@app.command()
def show(record: Record) -> None:
    """Show a record with its history, as JSON."""
    with workplace() as place:
        try:
            found = place.governance.one(record)
        except LookupError as error:
            fail(str(error))
        steps = place.governance.steps(record)
        today = place.clock().date()
    print_json({
        **_as_json(found, today),
        "text": found.text,
        "history": [
            {"event": s.event.sequence, "type": s.event.type, "by": s.event.actor,
             "at": s.event.occurred_at.isoformat(), "data": s.event.payload.model_dump(mode="json"),
             "title": s.text.title if s.text else None, "text": s.text.text if s.text else None}
            for s in steps
        ],
    })  # fmt: skip


@app.command()
def rows() -> None:
    """List the rows of the standard form that a record may answer."""
    table = Table("row", "meaning", box=None, pad_edge=False)
    for row in form_rows():
        if row.id in QUOTABLE:
            table.add_row(*cells(row.id, row.meaning))
    out.print(table)


@app.command()
def write(
    title: Annotated[str, typer.Option()],
    person: As,
    kind: Annotated[str, typer.Option(help=", ".join(KINDS))] = "policy",
    record: Annotated[str | None, typer.Option(help="The record of which this is a new version.")] = None,
    text_file: Annotated[
        Path | None, typer.Option("--file", help="The text, as UTF-8; standard input if it is not given.")
    ] = None,
    effective_from: Day = None,
    review_by: Day = None,
    answers: Annotated[
        list[str] | None, typer.Option(help="A row of the standard form that it answers; may be given again.")
    ] = None,
    technologies: Annotated[
        list[str] | None,
        typer.Option("--technology", help="A technology that it is about: pdq-1, or pdq; may be given again."),
    ] = None,
    detected: Annotated[str | None, typer.Option(help="Incident: when it was detected, a time in UTC.")] = None,
    contained: Annotated[str | None, typer.Option(help="Incident: when it was contained.")] = None,
    notified: Annotated[str | None, typer.Option(help="Incident: when the authority was notified.")] = None,
    not_notified: Annotated[
        str | None, typer.Option(help="Incident: why not, or not in 72 hours: no_risk, not_decided, late.")
    ] = None,
    personal_data: Annotated[str, typer.Option(help="Incident: yes, no or unknown.")] = "unknown",
    told_people: Annotated[str, typer.Option(help="Incident: yes, no, not_needed or not_decided.")] = "not_decided",
    people_affected: Annotated[int | None, typer.Option(min=0)] = None,
) -> None:
    """Write a record, or a new version of one; prints its id."""
    if kind not in KINDS:
        fail(f"--kind is {', '.join(KINDS)}, not {kind!r}", Exit.USAGE)
    try:
        text = text_file.read_text("utf-8") if text_file else sys.stdin.read()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"--file: {error}", Exit.USAGE)
    with workplace() as place:
        try:
            incident = None
            if detected:
                incident = IncidentFacts.model_validate(
                    {
                        "detected_at": moment(detected),
                        "contained_at": moment(contained) if contained else None,
                        "told_authority_at": moment(notified) if notified else None,
                        "not_told": not_notified,
                        "personal_data": personal_data,
                        "told_people": told_people,
                        "people_affected": people_affected,
                    }
                )
            writing = Writing(
                cast(RecordKind, kind),
                title,
                text.strip(),
                date.fromisoformat(effective_from) if effective_from else place.clock().date(),
                date.fromisoformat(review_by) if review_by else None,
                tuple(answers or ()),
                incident,
                tuple(technologies or ()),
            )
            out.print(place.governance.write(place.person(person), writing, record))
        except _REFUSED as error:
            fail(str(error))
        except ValidationError as error:
            fail(f"{error.errors()[0]['loc'][0]}: not one of the choices (--help)", Exit.USAGE)
        except ValueError as error:
            fail(f"a day or a time: {error}", Exit.USAGE)


@app.command()
def review(record: Record, person: As, review_by: Day = None) -> None:
    """Record that a record was reviewed and stays as it is."""
    with workplace() as place:
        try:
            place.governance.review(place.person(person), record, date.fromisoformat(review_by) if review_by else None)
        except _REFUSED as error:
            fail(str(error))
        except ValueError as error:
            fail(f"--review-by: {error}", Exit.USAGE)
    out.print("reviewed")


@app.command()
def retire(
    record: Record,
    person: As,
    reason: Annotated[str, typer.Option(help="replaced, no_longer_applies or written_by_mistake.")],
) -> None:
    """Record that a record applies no more."""
    with workplace() as place:
        try:
            payload = GovernanceRetired.model_validate({"reason": reason})
            place.governance.retire(place.person(person), record, payload)
        except ValidationError:
            fail("--reason is replaced, no_longer_applies or written_by_mistake", Exit.USAGE)
        except _REFUSED as error:
            fail(str(error))
    out.print("retired")


@inspection_app.command("list")
def list_inspections(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List the inspections, newest first."""
    with workplace() as place:
        rows = place.inspections.all()
        now = place.clock()
    if as_json:
        for i in rows:
            print_json({
                "inspection": i.id, "authority": i.plan.authority, "reference": i.plan.reference,
                "person": i.plan.person, "from": i.plan.since.isoformat(), "until": i.plan.until.isoformat(),
                "scope": list(i.plan.scope), "open": i.is_open(now), "pages": i.pages,
            })  # fmt: skip
        return
    table = Table("inspection", "authority", "reference", "until", "open", "pages", box=None, pad_edge=False)
    for i in rows:
        until = f"{i.ended_at or i.plan.until:%Y-%m-%d %H:%M}"
        table.add_row(
            *cells(i.id, i.plan.authority, i.plan.reference, until, "yes" if i.is_open(now) else "no", str(i.pages))
        )
    out.print(table)


@inspection_app.command("ask")
def ask_inspection(
    authority: Annotated[str, typer.Option()],
    reference: Annotated[str, typer.Option(help="The reference of the authority's request.")],
    name: Annotated[str, typer.Option(help="The name that the inspector signs in with.")],
    since: Annotated[str, typer.Option("--from", help="A time, in UTC.")],
    until: Annotated[str, typer.Option(help="A time, in UTC.")],
    person: As,
    scope: Annotated[list[str] | None, typer.Option(help=f"{', '.join(AREAS)}; all of them if not given.")] = None,
) -> None:
    """Ask another person to allow an inspection; prints the id of the approval."""
    if unknown := sorted(set(scope or ()) - set(AREAS)):
        fail(f"--scope is {', '.join(AREAS)}, not {', '.join(unknown)}", Exit.USAGE)
    areas = cast(tuple[InspectionArea, ...], tuple(a for a in AREAS if a in (scope or AREAS)))
    with workplace() as place:
        try:
            plan = Plan(authority, reference, name, moment(since), moment(until), areas)
            out.print(place.inspections.ask(place.person(person), plan))
        except _REFUSED as error:
            fail(str(error))
        except ValueError as error:
            fail(f"--from, --until: {error}", Exit.USAGE)


@inspection_app.command("open")
def open_inspection(approval: Annotated[str, typer.Argument(metavar="APPROVAL")], person: As) -> None:
    """Open what was allowed; prints the inspection's id and the inspector's password, shown this once."""
    with workplace() as place:
        try:
            inspection, password = place.inspections.open(place.person(person), approval)
        except _REFUSED as error:
            fail(str(error))
    out.print(f"{inspection.id} {password}", markup=False)


@inspection_app.command("end")
def end_inspection(inspection: Annotated[str, typer.Argument(metavar="INSPECTION")], person: As) -> None:
    """End an inspection before its time."""
    with workplace() as place:
        try:
            place.inspections.end(place.person(person), inspection)
        except _REFUSED as error:
            fail(str(error))
    out.print("ended")


@inspection_app.command("pages")
def inspected_pages(inspection: Annotated[str, typer.Argument(metavar="INSPECTION")]) -> None:
    """List what the inspector opened, newest first, at most 1,000."""
    with workplace() as place:
        for _, at, page in place.inspections.pages(inspection, 1000):
            out.print(f"{at:%Y-%m-%d %H:%M:%S}  {page}", markup=False)


def _as_json(record: GovernanceRecord, today: date) -> dict[str, Any]:
    incident = record.incident
    return {
        "record": record.id, "kind": record.kind, "version": record.version, "title": record.title,
        "effective_from": str(record.effective_from),
        "review_by": str(record.review_by) if record.review_by else None,
        "due": record.is_overdue(today), "answers": list(record.answers), "technologies": list(record.technologies),
        "written_by": record.written_by,
        "written_at": record.written_at.isoformat(), "retired_at": _iso(record.retired_at),
        "incident": incident.model_dump(mode="json") if incident else None,
        "notified_within_72_hours": told_in_time(incident) if incident else None,
    }  # fmt: skip


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
