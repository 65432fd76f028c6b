"""`tutela legal`: requests and orders of authorities, their deadlines, holds and answers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer
from rich.table import Table

from tutela.access.approvals import NotApproved
from tutela.access.archive import WeakPassphrase
from tutela.access.roles import NotAllowed
from tutela.casework.case import NoSuchCase, NotPossible
from tutela.casework.disclosure import BadRequest
from tutela.casework.evidence import EvidenceGone
from tutela.casework.legal.deadlines import end_of
from tutela.casework.legal.requests import Entry, LegalRequest
from tutela.cli.exits import Exit
from tutela.cli.exporting import passphrase, require_new
from tutela.cli.output import cells, fail, out, print_json
from tutela.cli.place import workplace
from tutela.events.catalogue.legal import LegalWithdrawal
from tutela.events.catalogue.notices import Authority
from tutela.regimes.legal_process import NoSuchKind
from tutela.statistics.redress.selection import Period
from tutela.storage.durable import write_durably
from tutela.storage.legal.desk import Answer
from tutela.storage.workplace import Workplace

app = typer.Typer(help="Requests and orders of authorities: entered, held, answered, counted.", no_args_is_help=True)
AUTHORITIES = get_args(Authority)
WITHDRAWALS = get_args(LegalWithdrawal)
TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%SZ"]
As = Annotated[str, typer.Option("--as", help="Who does it.")]
Id = Annotated[str, typer.Argument(metavar="REQUEST")]
Json = Annotated[bool, typer.Option("--json")]
To = Annotated[Path, typer.Option("--out", help="The file to write; it must not be there.")]
_REFUSED = (
    NoSuchCase, NotPossible, NotAllowed, NotApproved, NoSuchKind, BadRequest, WeakPassphrase, EvidenceGone, LookupError,
)  # fmt: skip


@app.command()
def kinds(as_json: Json = False) -> None:
    """List what can be entered today, and the reasons of refusals, with the law that each rests on."""
    with workplace() as place:
        table, today = place.legal.table, place.clock().date()
    if as_json:
        for kind in table.on(today):
            print_json({"what": "kind", **kind.model_dump(mode="json", by_alias=True)})
        for why in table.refusal:
            print_json({"what": "refusal", **why.model_dump(mode="json")})
        return
    shown = Table("kind", "does", "answered within", "held", "renewals", "source", box=None, pad_edge=False)
    for kind in table.on(today):
        within = f"{kind.answer_days} days" if kind.answer_days else f"{kind.answer_hours} hours"
        shown.add_row(*cells(
            kind.id, kind.does, within if kind.answer_days or kind.answer_hours else "as stated",
            f"{kind.preserve_days} days" if kind.preserve_days else "as stated" if kind.does == "preserve" else "no",
            str(kind.renewals), kind.source,
        ))  # fmt: skip
    out.print(shown)
    reasons = Table("refusal", "title", "article", box=None, pad_edge=False)
    for why in table.refusal:
        reasons.add_row(*cells(why.id, why.title, why.article))
    out.print(reasons)


@app.command()
def receive(
    kind: Annotated[str, typer.Option(help="One of `tutela legal kinds`.")],
    authority: Annotated[str, typer.Option(help=", ".join(AUTHORITIES))],
    name: Annotated[str, typer.Option(help="The name of the authority; kept encrypted.")],
    country: Annotated[str, typer.Option(help="Two letters, such as SE.")],
    reference: Annotated[str, typer.Option(help="The reference of its document; kept encrypted.")],
    received: Annotated[datetime, typer.Option(formats=TIMES, help="When it came (UTC).")],
    person: As,
    due: Annotated[datetime | None, typer.Option(formats=TIMES, help="By when it wants an answer (UTC).")] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day on which it wants things kept.")
    ] = None,
    service: Annotated[str, typer.Option(help="The service of the accounts.")] = "",
    accounts: Annotated[
        list[str] | None, typer.Option("--account", help="As the platform names it; as often as needed.")
    ] = None,
    cases: Annotated[list[str] | None, typer.Option("--case", help="As often as needed.")] = None,
    reports: Annotated[
        list[str] | None, typer.Option("--report", help="The number of a report; as often as needed.")
    ] = None,
    silent_until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day on which the user is told nothing.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Enter a request. What it covers is looked up, a hold is asked for, notices to users are deferred."""
    if authority not in AUTHORITIES:
        fail(f"--authority is one of {', '.join(AUTHORITIES)}, not {authority!r}", Exit.USAGE)
    with workplace() as place, _refusals():
        zone = place.settings.legal.zone
        entry = Entry(
            kind=kind,
            authority=cast(Authority, authority),
            name=name,
            country=country,
            reference=reference,
            received_at=received.replace(tzinfo=UTC),
            due_at=due.replace(tzinfo=UTC) if due else None,
            until=end_of(until.replace(tzinfo=zone), 0, zone) if until else None,
            service=service,
            accounts=tuple(accounts or ()),
            cases=tuple(cases or ()),
            reports=tuple(reports or ()),
            silent_until=end_of(silent_until.replace(tzinfo=zone), 0, zone) if silent_until else None,
        )
        request = place.legal.reader.one(place.legal.receive(place.person(person), entry))
    if as_json:
        print_json(as_dict(request))
        return
    out.print(f"{request.id}: {len(request.cases)} cases, to be answered by {request.due_at:%Y-%m-%d %H:%M} UTC")
    if request.asked:
        out.print(f"asked for a hold: {request.asked}; another person allows it, then `tutela legal hold`")


@app.command("list")
def list_requests(
    everything: Annotated[bool, typer.Option("--all", help="Also what is answered: the newest 200.")] = False,
    as_json: Json = False,
) -> None:
    """List what waits for an answer, what is due first before the rest."""
    with workplace() as place:
        rows = place.legal.reader.open(10_000)
        rows += place.legal.reader.closed(200) if everything else []
        now = place.clock()
    if as_json:
        for row in rows:
            print_json({**as_dict(row), "overdue": row.is_overdue(now)})
        return
    table = Table("request", "kind", "country", "due (UTC)", "state", "cases", "hold", box=None, pad_edge=False)
    for row in rows:
        due = f"{row.due_at:%Y-%m-%d %H:%M}" + (" OVERDUE" if row.is_overdue(now) else "")
        table.add_row(*cells(
            row.id, row.kind, row.country, due, row.outcome or row.state, str(len(row.cases)), row.hold_state or "none"
        ))  # fmt: skip
    out.print(table if rows else "nothing waits for an answer")


@app.command()
def show(
    request: Id,
    person: Annotated[str, typer.Option("--as", help="Who reads; without it, who asked is not shown.")] = "",
    as_json: Json = False,
) -> None:
    """Show a request; with --as also who asked and about whom, which goes on record."""
    with workplace() as place, _refusals():
        row = place.legal.reader.one(request)
        state = place.legal.reader.covered(row)
        details = place.legal.details(place.person(person), request) if person else None
        now = place.clock()
    shown: dict[str, Any] = {**as_dict(row), "overdue": row.is_overdue(now)}
    shown["covered"] = [
        {"case": one.case, "evidence": "held" if one.held else "erased", "certificate": one.certificate}
        for one in state
    ]
    if details is not None:
        shown["details"] = details.order.model_dump(mode="json") if details.order else None
        shown["renewal_documents"] = [one.model_dump(mode="json") for one in details.renewals]
        shown["opened_later"] = list(details.later)
    if as_json:
        print_json(shown)
        return
    table = Table("what", "", box=None, pad_edge=False, show_header=False)
    for label, value in shown.items():
        if value not in (None, [], ""):
            table.add_row(*cells(label.replace("_", " "), _plain(value)))
    out.print(table)


@app.command("ask-hold")
def ask_hold(request: Id, person: As) -> None:
    """Ask another person anew to allow the hold, where the first asking lapsed or was refused."""
    with workplace() as place, _refusals():
        place.legal.ask_hold(place.person(person), request)
        out.print(f"asked: {place.legal.reader.one(request).asked}")


@app.command()
def hold(request: Id, person: As) -> None:
    """Place, extend or lift the hold of a request, as another person allowed."""
    with workplace() as place, _refusals():
        deed = place.legal.carry_out(place.person(person), request)
    out.print({"place": "the hold stands", "extend": "the hold is extended", "lift": "the hold is lifted"}[deed])


@app.command()
def extend(
    request: Id,
    reference: Annotated[str, typer.Option(help="The document by which the authority asks again.")],
    person: As,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day, where the document states one.")
    ] = None,
) -> None:
    """Ask another person to allow that its hold stands longer, as far as the law lets it."""
    with workplace() as place, _refusals():
        zone = place.settings.legal.zone
        end = end_of(until.replace(tzinfo=zone), 0, zone) if until else None
        place.legal.extend(place.person(person), request, reference, end)
        out.print(f"asked: {place.legal.reader.one(request).asked}; then `tutela legal hold`")


@app.command()
def withdraw(
    request: Id,
    reason: Annotated[str, typer.Option(help=", ".join(WITHDRAWALS))],
    person: As,
) -> None:
    """Record that the authority took it back, or that it ended; a hold is let go once another person allows it."""
    if reason not in WITHDRAWALS:
        fail(f"--reason is one of {', '.join(WITHDRAWALS)}, not {reason!r}", Exit.USAGE)
    with workplace() as place, _refusals():
        place.legal.withdraw(place.person(person), request, cast(LegalWithdrawal, reason))
        row = place.legal.reader.one(request)
    out.print(f"asked to lift the hold: {row.asked}; then `tutela legal hold`" if row.hold_stands else "taken back")


@app.command()
def refuse(
    request: Id,
    reason: Annotated[str, typer.Option(help="One of `tutela legal kinds`.")],
    person: As,
    to: To,
) -> None:
    """Record that it is not carried out, and write what the authority is told."""
    _answered(to, request, lambda place: place.legal.refuse(place.person(person), request, reason))


@app.command()
def answer(
    request: Id,
    person: As,
    to: To,
    nothing: Annotated[bool, typer.Option("--nothing-held", help="That nothing is held, looked up anew.")] = False,
) -> None:
    """Answer that everything is preserved, or that nothing is held, and write what the authority is told."""

    def said(place: Workplace) -> Answer:
        desk, who = place.legal, place.person(person)
        return desk.answer_nothing_held(who, request) if nothing else desk.answer_preserved(who, request)

    _answered(to, request, said)


@app.command("ask-hand-over")
def ask_hand_over(request: Id, person: As) -> None:
    """Ask another person to allow that what is held is handed over."""
    with workplace() as place, _refusals():
        place.legal.ask_hand_over(place.person(person), request)
        out.print(f"asked: {place.legal.reader.one(request).asked}; then `tutela legal hand-over`")


@app.command("hand-over")
def hand_over(
    request: Id,
    person: As,
    to: To,
    stdin: Annotated[bool, typer.Option("--passphrase-stdin", help="Read the passphrase from standard input.")] = False,
) -> None:
    """Write what is held as an encrypted archive, once another person allowed it. That answers the request."""
    # Asked before anything is spent: an approval is good for once.
    require_new(to)
    secret = passphrase(stdin, again=True)
    with workplace() as place, _refusals():
        made = place.legal.hand_over(place.person(person), request, secret)
    write_durably(to, made.data)
    out.print(f"wrote {to}: sha256 {made.exported.digest}", markup=False)


@app.command("answered")
def show_answer(request: Id, person: As) -> None:
    """Print what was answered, or the list of what was handed over; that it was read goes on record."""
    with workplace() as place, _refusals():
        sys.stdout.write(place.legal.answer_document(place.person(person), request).decode() + "\n")


@app.command()
def figures(
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, in UTC.")],
    until: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, in UTC.")],
    as_json: Json = False,
) -> None:
    """Count what was received in a period, and how long answers took, each figure with its events."""
    try:
        period = Period(since.date(), until.date())
    except ValueError as error:
        fail(f"--from, --to: {error}", Exit.USAGE)
    with workplace() as place:
        made = place.legal_figures(period)
    if as_json:
        print_json(made.as_json())
        return
    table = Table("figure", *(row.part or "all" for row in made.rows), box=None, pad_edge=False)
    for name in made.rows[0].cells:
        shown = []
        for row in made.rows:
            cell = row.cells[name]
            known = str(cell.value) if cell.value is not None else cell.status.value.replace("_", " ")
            shown.append(f"{known}, at least {cell.at_least}" if cell.at_least is not None else known)
        table.add_row(*cells(name.replace("_", " "), *shown))
    out.print(table)


def as_dict(request: LegalRequest) -> dict[str, Any]:
    """Return a request for JSON, without who asked."""

    def at(moment: datetime | None) -> str | None:
        return moment.isoformat() if moment else None

    return {
        "request": request.id,
        "kind": request.kind,
        "authority": request.authority,
        "country": request.country,
        "received_at": at(request.received_at),
        "entered_by": request.entered_by,
        "due_at": at(request.due_at),
        "state": request.state,
        "outcome": request.outcome,
        "reason": request.reason,
        "closed_at": at(request.closed_at),
        "closed_by": request.closed_by,
        "digest": request.digest,
        "cases": list(request.cases),
        "accounts": request.accounts,
        "reports": request.reports,
        "years_not_searched": list(request.unsearched),
        "until": at(request.until),
        "hold": request.hold,
        "hold_state": request.hold_state,
        "renewals": request.renewals,
        "silent_until": at(request.silent_until),
        "asked": request.asked,
        "asked_for": request.asked_deed,
        "withdrawn_at": at(request.withdrawn_at),
        "details_erased_at": at(request.erased_at),
    }


def _answered(to: Path, request: str, say: Any) -> None:
    require_new(to)
    with workplace() as place, _refusals():
        answer = say(place)
    write_durably(to, answer.document)
    out.print(f"wrote {to}: sha256 {answer.digest}; {request} is answered", markup=False)


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    if isinstance(value, dict):
        return " ".join(f"{k}={_plain(v)}" for k, v in value.items() if v not in (None, [], ""))
    return str(value)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except _REFUSED as error:
        fail(str(error))
