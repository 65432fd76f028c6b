"""`tutela retention` and `tutela keys`: clocks, holds, erasures, and the ends of keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from pydantic import ValidationError
from rich.table import Table

from tutela.access.approvals import NotApproved
from tutela.access.roles import NotAllowed
from tutela.casework.case import NoSuchCase, NotPossible
from tutela.casework.certificates import BadCertificate, verify
from tutela.casework.holds import Hold
from tutela.cli.exits import Exit
from tutela.cli.output import cells, err, fail, out, print_json
from tutela.cli.place import workplace
from tutela.events.catalogue.retention import ErasureCertified, HoldGround, HoldReason
from tutela.storage.evidence.blobs.s3 import StoreFails
from tutela.storage.evidence.erasure import NotErased
from tutela.storage.evidence.retention import CaseClock
from tutela.storage.workplace import Workplace

app = typer.Typer(help="Clocks, holds and erasures of evidence.", no_args_is_help=True)
keys_app = typer.Typer(help="The master key.", no_args_is_help=True)
hold_app = typer.Typer(help="Holds: asked for by one person, allowed by another, then placed.", no_args_is_help=True)
app.add_typer(hold_app, name="hold")
GROUNDS = ("court_order", "preservation_request", "authority_request", "legal_claim")
REASONS = ("renewed", "proceedings_ended", "withdrawn", "placed_wrongly")
As = Annotated[str, typer.Option("--as", help="Who does it.")]
Approved = Annotated[str, typer.Option("--approval", help="What another person allowed.")]
Json = Annotated[bool, typer.Option("--json")]


@app.command()
def preview(
    days: Annotated[int, typer.Option(min=0, max=3660)] = 30,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 1000,
    as_json: Json = False,
) -> None:
    """Show whose evidence goes in the next days, when and why, the earliest first."""
    with workplace() as place:
        retention = place.retention
        shown = 0
        after: tuple[datetime, str] | None = None
        table = Table("case", "state", "goes", "rule", "why", box=None, pad_edge=False)
        while shown < limit:
            rows = retention.preview(retention.horizon(days), after=after, limit=min(500, limit - shown))
            for row in rows:
                if as_json:
                    print_json(as_dict(row))
                elif row.clock is not None:
                    why = ", ".join(reason.value for reason in row.clock.reasons)
                    why += "; conflict" if row.clock.conflicts else ""
                    table.add_row(*cells(row.case, row.state, f"{row.clock.due:%Y-%m-%d %H:%M}", row.clock.rule, why))
            if not rows or rows[-1].clock is None:
                break
            shown += len(rows)
            after = (rows[-1].clock.due, rows[-1].case)
        if not as_json:
            out.print(table if shown else f"nothing goes in the next {days} days")
            _print_conflicts(place)


@app.command()
def run(as_json: Json = False) -> None:
    """Erase what is due, with a certificate each, and whatever an older copy brought back."""
    with workplace() as place:
        try:
            made = place.retention.run(thorough=True)
            place.legal.erase_due()
        except (NotErased, StoreFails) as error:
            fail(str(error))
        for certificate in made:
            if as_json:
                print_json({"certificate": certificate, "case": place.retention.case_of(certificate)})
        if not as_json:
            out.print(f"{len(made)} cases erased; `tutela retention certificate ID` prints a certificate")


@app.command()
def certificate(certificate: Annotated[str, typer.Argument(metavar="CERTIFICATE")]) -> None:
    """Print a certificate as JSON, to keep or to hand out."""
    with workplace() as place:
        try:
            found = place.retention.certificate(certificate)
            print_json({"case": place.retention.case_of(certificate), **found.model_dump(mode="json")})
        except LookupError as error:
            fail(str(error))


@app.command("verify-certificate")
def verify_certificate(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
) -> None:
    """Check that this installation signed a certificate, and that the evidence is really gone."""
    with workplace() as place:
        try:
            written: dict[str, Any] = dict(json.loads(file.read_text("utf-8")))
            case = str(written.pop("case", ""))
            found = ErasureCertified.model_validate(written)
            verify(found, place.keys.signing())
        except (BadCertificate, ValidationError, ValueError) as error:
            fail(f"{file}: {error if isinstance(error, BadCertificate) else 'it is no certificate'}")
        try:
            known = place.retention.case_of(found.certificate)
        except LookupError:
            fail(
                "the signature is good, but the database does not know it: `tutela retention run` notices older copies"
            )
        if case and case != known:
            fail(f"the signature is good, but it is of the case {known}")
        if not place.vault.is_gone(known) and place.keys.id_of_case(known) in (found.key, None):
            fail("the signature is good, but evidence is there again: `tutela retention run` erases it")
    out.print(f"good: case {known}, {found.names} records and files, {found.bytes:,} bytes, gone since "
              f"{found.erased_at:%Y-%m-%d %H:%M} UTC by {found.rule}")  # fmt: skip


@app.command("ask-close-year")
def ask_close_year(year: Annotated[int, typer.Argument()], person: As) -> None:
    """Ask another person to allow that the pseudonym key of a year is destroyed, once its return is final."""
    with workplace() as place, _refusals():
        approval = place.key_ends.ask_close(place.person(person), year)
    out.print(f"asked: {approval}; another person allows it, then `tutela retention close-year`")


@app.command("close-year")
def close_year(year: Annotated[int, typer.Argument()], person: As, approval: Approved) -> None:
    """Destroy the pseudonym key of a year. Its figures stay; its pseudonyms lead back to nobody."""
    with workplace() as place, _refusals():
        place.key_ends.close_year(place.person(person), approval, year)
    out.print(f"the pseudonym key of {year} is destroyed: delete it from the backups of the keys too")


@hold_app.command("list")
def list_holds(as_json: Json = False) -> None:
    """List the holds that stand."""
    with workplace() as place:
        standing = place.retention.standing(10_000)
    if as_json:
        for hold in standing:
            print_json(_hold_dict(hold))
        return
    table = Table("hold", "ground", "until", "cases", "placed by", box=None, pad_edge=False)
    for hold in standing:
        table.add_row(*cells(hold.id, hold.ground, f"{hold.until:%Y-%m-%d}", str(len(hold.cases)), hold.placed_by))
    out.print(table if standing else "no hold stands")


@hold_app.command("ask")
def ask_hold(
    cases: Annotated[list[str], typer.Argument(metavar="CASE...")],
    ground: Annotated[str, typer.Option(help=", ".join(GROUNDS))],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day (UTC).")],
    reference: Annotated[str, typer.Option(help="The document that it rests on; kept with the evidence.")],
    person: As,
) -> None:
    """Ask another person to allow a hold."""
    _require_word(ground, GROUNDS, "--ground")
    with workplace() as place, _refusals():
        approval = place.retention.holds.ask(
            place.person(person), cases, ground=cast(HoldGround, ground), until=end_of(until), reference=reference
        )
    out.print(f"asked: {approval}; another person allows it, then `tutela retention hold place`")


@hold_app.command("place")
def place_hold(person: As, approval: Approved) -> None:
    """Place a hold that another person allowed, as it was allowed."""
    with workplace() as place, _refusals():
        hold = place.retention.holds.place(place.person(person), approval)
    out.print(f"hold {hold} stands")


@hold_app.command("ask-change")
def ask_change(
    hold: Annotated[str, typer.Argument(metavar="HOLD")],
    reason: Annotated[str, typer.Option(help=", ".join(REASONS))],
    person: As,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A later last day; without it: lift.")
    ] = None,
) -> None:
    """Ask another person to allow that a hold is extended or lifted."""
    _require_word(reason, REASONS, "--reason")
    with workplace() as place, _refusals():
        approval = place.retention.holds.ask_change(
            place.person(person),
            hold,
            "extend" if until else "lift",
            until=end_of(until) if until else None,
            reason=cast(HoldReason, reason),
        )
    out.print(f"asked: {approval}; another person allows it, then `tutela retention hold change`")


@hold_app.command("change")
def change_hold(
    hold: Annotated[str, typer.Argument(metavar="HOLD")],
    person: As,
    approval: Approved,
    lift: Annotated[bool, typer.Option("--lift", help="Lift it; else it is extended.")] = False,
) -> None:
    """Extend or lift a hold as another person allowed."""
    with workplace() as place, _refusals():
        change = place.retention.holds.lift if lift else place.retention.holds.extend
        change(place.person(person), approval, hold)
    out.print(f"hold {hold} is {'lifted' if lift else 'extended'}")


@keys_app.command("ask-rotation")
def ask_rotation(person: As) -> None:
    """Ask another person to allow that the master key is rotated."""
    with workplace() as place, _refusals():
        approval = place.key_ends.ask_rotation(place.person(person))
    out.print(f"asked: {approval}; another person allows it, then `tutela keys rotate`")


@keys_app.command("rotate")
def rotate(
    person: As,
    approval: Annotated[str | None, typer.Option("--approval", help="Not needed to go on after a crash.")] = None,
) -> None:
    """Make a new master key, wrap every key of a case by it, destroy the old one. Run it again after a crash."""
    with workplace() as place, _refusals():
        count = place.key_ends.rotate(place.person(person), approval)
    out.print(f"{count:,} keys of cases wrapped anew; the old master key is destroyed")
    err.print("make a backup of the keys now, and destroy the older ones", markup=False)


def as_dict(row: CaseClock) -> dict[str, Any]:
    """Return a clock for JSON."""
    clock = row.clock.model_dump(mode="json") if row.clock else None
    return {"case": row.case, "state": row.state, "clock": clock, "holds": [_hold_dict(h) for h in row.holds]}


def end_of(day: datetime) -> datetime:
    """Return the end of a day in UTC."""
    return datetime.combine(day.date(), time(23, 59, 59), UTC)


def _hold_dict(hold: Hold) -> dict[str, Any]:
    return {
        "hold": hold.id, "ground": hold.ground, "until": hold.until.isoformat(), "cases": list(hold.cases),
        "placed_by": hold.placed_by, "placed_at": hold.placed_at.isoformat(), "state": hold.state,
    }  # fmt: skip


def _print_conflicts(place: Workplace) -> None:
    for row in place.retention.conflicts(20):
        for conflict in row.clock.conflicts if row.clock else ():
            err.print(
                f"conflict: case {row.case}: {conflict.duty} asks to keep it until {conflict.duty_until:%Y-%m-%d}, "
                f"{conflict.cap} to erase it by {conflict.cap_until:%Y-%m-%d}; the {conflict.wins} wins",
                markup=False,
            )


def _require_word(word: str, words: tuple[str, ...], option: str) -> None:
    if word not in words:
        fail(f"{option} is one of {', '.join(words)}, not {word!r}", Exit.USAGE)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except (NoSuchCase, NotPossible, NotAllowed, NotApproved, LookupError) as error:
        fail(str(error))
