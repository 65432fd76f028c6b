"""`tutela authority record`: one statement at a time, by hand; `--corrects` puts it in the place of another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

import typer

from tutela.access.roles import NotAllowed
from tutela.cli.exits import Exit
from tutela.cli.output import fail, out
from tutela.cli.place import workplace
from tutela.events.catalogue import authority as said
from tutela.events.catalogue.base import Payload
from tutela.events.envelope import Clock
from tutela.statistics.authority import rules
from tutela.statistics.authority.intake import cells
from tutela.statistics.authority.intake.cells import BadCell
from tutela.statistics.authority.intake.incoming import Incoming
from tutela.statistics.authority.marks import Marks
from tutela.storage.authority.desk import Desk

app = typer.Typer(help="State one thing, by hand.", no_args_is_help=True)
As = Annotated[str, typer.Option("--as", help="Who states it; a registrar.")]
On = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day from which it was so.")]
Corrects = Annotated[str | None, typer.Option(help="The statement that this takes the place of.")]
Investigation = Annotated[str, typer.Argument(metavar="NUMBER", help="The number of the investigation.")]
Of = Annotated[str | None, typer.Option("--investigation", help="The number of the investigation.")]
Reports = Annotated[
    list[str] | None, typer.Option("--report", help="The number of a report, or report:ID; repeatable.")
]
Made = Callable[[Desk, Marks, Clock], tuple[str, Payload]]


@app.command()
def report(
    on: On,
    source: Annotated[said.ReportSource, typer.Option(help="Who sent it.")],
    person: As,
    number: Annotated[str | None, typer.Option(help="Its sender's number.")] = None,
    about: Annotated[said.ReportedObject, typer.Option("--object", help="What it is about.")] = "not_stated",
    provider_type: Annotated[said.ProviderType, typer.Option(help="On whose service it was detected.")] = "not_stated",
    grade: Annotated[said.Grade, typer.Option(help="What its sender marked it as.")] = "not_stated",
    service: Annotated[str, typer.Option(help="The service of the accounts.")] = "",
    accounts: Annotated[list[str] | None, typer.Option("--account", help="A mark is made of it; repeatable.")] = None,
    page: Annotated[str | None, typer.Option(help="An address; a mark is made of it.")] = None,
    files: Annotated[list[str] | None, typer.Option("--file", help="md5:... or sha256:...; repeatable.")] = None,
    earlier: Annotated[list[str] | None, typer.Option(help="The number of an earlier report; repeatable.")] = None,
    corrects: Corrects = None,
) -> None:
    """State that a report came."""

    def made(_desk: Desk, marks: Marks, clock: Clock) -> tuple[str, Payload]:
        incoming = Incoming(
            row=1,
            on=on.date(),
            source=source,
            number=number,
            object=about,
            provider_type=provider_type,
            grade=grade,
            files=cells.files(" ".join(files or ())),
            accounts=tuple((service, account) for account in accounts or ()),
            page=page,
            earlier=tuple(earlier or ()),
        )
        payload = incoming.stated(marks, None).model_copy(update={"row": None, "corrects": corrects})
        return rules.new_subject("report", clock()), payload

    _state(person, made, corrects)


@app.command()
def investigation(name: Investigation, on: On, person: As, reports: Reports = None, corrects: Corrects = None) -> None:
    """State that an investigation began, on reports or on none."""
    _with_reports(said.InvestigationOpened, name, on, person, reports, corrects)


@app.command()
def joined(name: Investigation, on: On, person: As, reports: Reports = None, corrects: Corrects = None) -> None:
    """State that more reports became part of an investigation."""
    _with_reports(said.ReportsJoined, name, on, person, reports, corrects)


@app.command()
def merged(
    name: Investigation,
    into: Annotated[str, typer.Option(help="The number of the one that goes on.")],
    on: On,
    person: As,
    corrects: Corrects = None,
) -> None:
    """State that an investigation goes on within another."""
    _state(
        person,
        lambda _desk, _marks, _clock: (
            rules.investigation(name),
            said.InvestigationMerged(on=on.date(), into=rules.investigation(into), corrects=corrects),
        ),
        corrects,
    )


@app.command()
def closed(
    name: Investigation,
    reason: Annotated[said.ClosingReason, typer.Option(help="Why.")],
    on: On,
    person: As,
    corrects: Corrects = None,
) -> None:
    """State that an investigation ended."""
    _state(
        person,
        lambda _desk, _marks, _clock: (
            rules.investigation(name),
            said.InvestigationClosed(on=on.date(), reason=reason, corrects=corrects),
        ),
        corrects,
    )


@app.command()
def victim(
    on: On,
    person: As,
    of: Of = None,
    gender: said.Gender = "not_stated",
    age: Annotated[said.AgeBand, typer.Option(help="In years on that day.")] = "not_stated",
    self_generated: Annotated[
        said.SelfGenerated, typer.Option(help="Whether the child made the material.")
    ] = "not_stated",
    path: Annotated[said.Path, typer.Option(help="What led to the child.")] = "not_stated",
    setting: Annotated[said.Setting, typer.Option(help="Where the abuse took place.")] = "not_stated",
    corrects: Corrects = None,
) -> None:
    """State that a child was identified, without a name."""
    _state(
        person,
        lambda _desk, _marks, clock: (
            rules.new_subject("victim", clock()),
            said.VictimIdentified(
                on=on.date(), investigation=_of(of), gender=gender, age=age, self_generated=self_generated, path=path,
                setting=setting, corrects=corrects,
            ),
        ),
        corrects,
    )  # fmt: skip


@app.command()
def conviction(
    on: On,
    person: As,
    convicted: Annotated[
        str | None, typer.Option("--person", help="A number that tells the person from others; a mark is made of it.")
    ] = None,
    of: Of = None,
    setting: Annotated[said.Setting, typer.Option(help="Where the offences took place.")] = "not_stated",
    referral: Annotated[said.Referral, typer.Option(help="What the investigation began with.")] = "not_recorded",
    finality: said.Finality = "not_stated",
    corrects: Corrects = None,
) -> None:
    """State that a person was convicted, without a name."""
    _state(
        person,
        lambda _desk, marks, clock: (
            rules.new_subject("conviction", clock()),
            said.PersonConvicted(
                on=on.date(), person=marks.person(rules.number(convicted)) if convicted else None,
                investigation=_of(of), setting=setting, referral=referral, finality=finality, corrects=corrects,
            ),
        ),
        corrects,
    )  # fmt: skip


@app.command()
def became(
    subject: Annotated[str, typer.Argument(metavar="CONVICTION", help="conviction:ID, as it was printed.")],
    what: Annotated[Literal["final", "under_appeal", "quashed"], typer.Argument(metavar="WHAT")],
    on: On,
    person: As,
    corrects: Corrects = None,
) -> None:
    """State that a conviction became final, was appealed, or was quashed."""
    _state(
        person,
        lambda _desk, _marks, _clock: (
            subject,
            said.ConvictionChanged(on=on.date(), became=what, corrects=corrects),
        ),
        corrects,
    )


@app.command()
def kept(
    kind: said.Kept,
    person: As,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day of which all are in the register.")
    ] = None,
    never: Annotated[bool, typer.Option("--not", help="It is not kept at all.")] = False,
    age_limit: Annotated[int | None, typer.Option(min=1, max=18, help="Only children below that age.")] = None,
) -> None:
    """Declare from which day on the register holds all of a kind, or that it holds none. Without it zero is no zero."""
    if never == (since is not None):
        fail("say --since DAY, or --not", Exit.USAGE)
    payload = said.CollectionDeclared(kind=kind, since=since.date() if since else None, age_limit=age_limit)
    _state(person, lambda _desk, _marks, _clock: (f"collection:{kind}", payload), None)


def _with_reports(
    statement: type[said.InvestigationOpened | said.ReportsJoined],
    name: str,
    on: datetime,
    person: str,
    reports: list[str] | None,
    corrects: str | None,
) -> None:
    _state(
        person,
        lambda desk, _marks, _clock: (
            rules.investigation(name),
            statement(on=on.date(), reports=_found(desk, reports), corrects=corrects),
        ),
        corrects,
    )


def _state(person: str, made: Made, corrects: str | None) -> None:
    with workplace() as place:
        try:
            who, marks = place.person(person), place.authority.marks
            of = place.authority.subject_of(corrects) if corrects else None

            def work(desk: Desk) -> tuple[str, str]:
                subject, payload = made(desk, marks, place.clock)
                # What has no number of its own is the thing that the corrected statement is about.
                subject = of if of is not None and subject.partition(":")[0] == of.partition(":")[0] else subject
                return subject, desk.state(who, subject, payload)

            subject, statement = place.authority.together(work)
        except (rules.BadStatement, BadCell, NotAllowed, LookupError) as error:
            fail(str(error))
    out.print(f"{subject}\nstatement {statement}", markup=False)


def _found(desk: Desk, reports: list[str] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for name in reports or () for one in desk.reports(name)))


def _of(number: str | None) -> str | None:
    return None if number is None else rules.investigation(number)
