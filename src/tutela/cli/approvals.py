"""`tutela approval`: what two must want, asked for and used at a terminal.

It is allowed in the console alone: at a terminal one person can name any other, and would be all four eyes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer
from rich.table import Table

from tutela.access.approvals import NotApproved, require_may_decide
from tutela.access.roles import NotAllowed
from tutela.casework.disclosure import PURPOSES, REASONS, BadRequest
from tutela.casework.evidence import EvidenceGone
from tutela.cli.output import cells, fail, out, print_json
from tutela.cli.place import workplace
from tutela.storage.workplace import Workplace

app = typer.Typer(help="What one person asks for here and another allows in the console.", no_args_is_help=True)
ask_app = typer.Typer(help="Ask for something that two must want.", no_args_is_help=True)
app.add_typer(ask_app, name="ask")
As = Annotated[str, typer.Option("--as", help="Who does it.")]
Reference = Annotated[str, typer.Option(help="The document that it rests on; no name of a person.")]
Id = Annotated[str, typer.Argument(metavar="APPROVAL")]


@app.command("list")
def list_approvals(
    history: Annotated[bool, typer.Option("--history", help="Also what was decided and used: the newest 200.")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """List what waits for a second person."""
    with workplace() as place:
        rows = place.approvals.history(200) if history else place.approvals.waiting()
        now = place.clock()
    if as_json:
        for row in rows:
            print_json({
                "approval": row.id, "kind": row.kind, "subject": row.subject, "facts": dict(row.facts),
                "asked_by": row.asked_by, "asked_at": row.asked_at.isoformat(), "state": row.state.value,
                "decided_by": row.decided_by, "over": row.is_over(now),
            })  # fmt: skip
        return
    table = Table("approval", "kind", "subject", "asked by", "asked", "state", box=None, pad_edge=False)
    for row in rows:
        table.add_row(
            *cells(row.id, row.kind, row.subject, row.asked_by, f"{row.asked_at:%Y-%m-%d %H:%M}", row.state.value)
        )
    out.print(table)


@app.command()
def show(approval: Id, person: As) -> None:
    """Show what is asked for. That the document of a hold was read goes on record."""
    with workplace() as place:
        try:
            reader, row = place.person(person), place.approvals.one(approval)
            if row.asked_by != reader.id:
                require_may_decide(reader, row.kind)
            facts = dict(row.facts)
            if row.kind == "hold":
                facts["reference"] = place.retention.asked_reference(place.evidence, row, reader.id)
        except (NotAllowed, LookupError) as error:
            fail(str(error))
    table = Table("what", "", box=None, pad_edge=False, show_header=False)
    shown = {"kind": row.kind, "about": row.subject, "asked by": row.asked_by, "state": row.state.value, **facts}
    for name, value in shown.items():
        table.add_row(*cells(name, value))
    out.print(table)


@app.command()
def unmask(approval: Id, person: As, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Show the real accounts of a case, once; it is on record."""
    with workplace() as place:
        try:
            accounts = place.disclosure.unmask(place.person(person), approval)
        except (NotApproved, NotAllowed, LookupError, EvidenceGone) as error:
            fail(str(error))
    if as_json:
        for a in accounts:
            print_json({
                "account": a.account, "part": a.part, "service": a.service, "country": a.country, "records": a.records
            })  # fmt: skip
        return
    table = Table("account", "part", "service", "country", "records", box=None, pad_edge=False)
    for a in accounts:
        table.add_row(*cells(a.account, a.part, a.service, a.country or "unknown", str(a.records)))
    out.print(table)


@ask_app.command("unmask")
def ask_unmask(
    case: Annotated[str, typer.Argument(metavar="CASE")],
    person: As,
    purpose: Annotated[str, typer.Option(help=", ".join(PURPOSES))],
    reason: Annotated[str, typer.Option(help=", ".join(REASONS))],
    reference: Reference,
) -> None:
    """Ask to see the real accounts of a case; prints the id of the approval."""
    _ask(lambda place: place.disclosure.ask_unmask(place.person(person), case, purpose, reason, reference))


@ask_app.command("export-case")
def ask_export_case(
    case: Annotated[str, typer.Argument(metavar="CASE")],
    person: As,
    reference: Reference,
    pictures: Annotated[bool, typer.Option("--with-items", help="With the items; for who may look at them.")] = False,
) -> None:
    """Ask to export a case file."""
    _ask(lambda place: place.disclosure.ask_case_export(place.person(person), case, reference, pictures=pictures))


@ask_app.command("hand-over")
def ask_hand_over(case: Annotated[str, typer.Argument(metavar="CASE")], person: As, reference: Reference) -> None:
    """Ask to hand the content of a preserved case over to an authority."""
    _ask(lambda place: place.disclosure.ask_hand_over(place.person(person), case, reference))


@ask_app.command("export-person")
def ask_export_person(
    service: Annotated[str, typer.Argument(metavar="SERVICE")],
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="As the platform names it.")],
    person: As,
    reference: Reference,
) -> None:
    """Ask to export what is kept of a person, who goes into the record as a pseudonym."""
    _ask(lambda place: place.disclosure.ask_person_export(place.person(person), service, account, reference))


@ask_app.command("export-audit")
def ask_export_audit(person: As, reference: Reference) -> None:
    """Ask to export the audit."""
    _ask(lambda place: place.disclosure.ask_audit_export(place.person(person), reference))


def _ask(asked: Callable[[Workplace], str]) -> None:
    with workplace() as place:
        try:
            out.print(asked(place))
        except (BadRequest, NotAllowed, LookupError) as error:
            fail(str(error))
