"""`tutela quality`: how well people and technologies decide; what is planted to know it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer
from rich.table import Table

from tutela.access.roles import NotAllowed
from tutela.casework.case import Classification, NotPossible
from tutela.casework.intake import Refused
from tutela.cli.exits import Exit
from tutela.cli.output import cells, err, fail, out, print_json
from tutela.cli.place import workplace
from tutela.content.item import Kind
from tutela.content.sniff import SNIFF_BYTES, kind_of
from tutela.events.catalogue.base import Layer
from tutela.events.catalogue.quality import FindingReason, RecallRow, Truth
from tutela.statistics.figure import Rate
from tutela.statistics.interval import exact_rate
from tutela.statistics.quality.agreement import Agreement
from tutela.statistics.quality.measures import Measures
from tutela.storage.quality.quality_reader import FindingRow
from tutela.storage.settings import BadSettings
from tutela.storage.workplace import UnknownService

app = typer.Typer(help="Second reviews, golden items, canaries, recall, training, findings.", no_args_is_help=True)
golden_app = typer.Typer(help="Items whose truth is known, planted among cases.", no_args_is_help=True)
canary_app = typer.Typer(help="Harmless items that prove the live path.", no_args_is_help=True)
training_app = typer.Typer(help="Training records of reviewers.", no_args_is_help=True)
finding_app = typer.Typer(help="What stands out.", no_args_is_help=True)
app.add_typer(golden_app, name="golden")
app.add_typer(canary_app, name="canary")
app.add_typer(training_app, name="training")
app.add_typer(finding_app, name="finding")
As = Annotated[str, typer.Option("--as", help="Who does it.")]
AsJson = Annotated[bool, typer.Option("--json")]


@app.command()
def show(
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day (UTC).")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day (UTC).")] = None,
    as_json: AsJson = False,
) -> None:
    """Show agreement, precision and recall of a period with 95 % bounds, and the open findings."""
    with workplace() as place:
        until = _midnight((last or place.clock()).date()) + timedelta(days=1)
        since = _midnight(first.date()) if first else until - timedelta(days=place.quality.rules.window_days)
        if since >= until:
            fail(
                f"the first day, {since:%Y-%m-%d}, lies after the last, {until - timedelta(days=1):%Y-%m-%d}",
                Exit.USAGE,
            )
        found = place.quality.measures(since, until)
        findings = place.quality.reader.findings(closed=False, limit=1000)
    if as_json:
        print_json(_document(found, findings, since, until))
        return
    _print(found, findings)


@app.command()
def follow() -> None:
    """Do once what the server does all the time: draw, plant, settle, measure."""
    with workplace() as place:
        done = place.quality.follow(place.stream())
        place.quality.look_for_findings()
    out.print(
        f"{done.drawn} second reviews drawn, {done.planted} golden items planted, {done.settled} reviews moved on, "
        f"{done.canaries} canaries told"
    )


@app.command()
def recall(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Your own harmless pictures.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same variants.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Run edited variants of harmless pictures through the matcher, and say how many it finds, with 95 % bounds."""
    pictures: dict[str, bytes] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        if kind_of(data[:SNIFF_BYTES]) is Kind.IMAGE:
            pictures[path.relative_to(folder).as_posix()] = data
        else:
            err.print(f"left out, no picture: {path.name}", markup=False)
    with workplace() as place:
        try:
            run = place.quality.measure_recall(pictures, seed, "system")
        except ValueError as error:
            fail(str(error))
        new = place.quality.look_for_findings()
    if as_json:
        for row in run.rows:
            print_json({**row.model_dump(), **_bounds(exact_rate(row.found, row.of))})
        return
    table = Table("edit", "technology", "found", "recall", "95 % bounds", box=None, pad_edge=False)
    for row in run.rows:
        table.add_row(*cells(row.edit, f"{row.technology} {row.version}", f"{row.found} of {row.of}", *_rate(_of(row))))
    out.print(table)
    if new:
        err.print(f"{new} new findings: tutela quality show", markup=False)


@golden_app.command("add")
def add_golden(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    truth: Annotated[str, typer.Option(help="known or not.")],
    person: As,
    classification: Annotated[Classification | None, typer.Option("--class")] = None,
) -> None:
    """Keep a picture whose truth is known, encrypted, to be planted among cases at the configured rate."""
    if truth not in get_args(Truth):
        fail(f"--truth is known or not, not {truth!r}", Exit.USAGE)
    data = file.read_bytes()
    kind = kind_of(data[:SNIFF_BYTES])
    if kind is not Kind.IMAGE:
        fail("a golden item is a picture: JPEG, PNG or WebP", Exit.USAGE)
    with workplace() as place:
        try:
            work = place.quality.work
            golden = work.add_golden(place.person(person), data, kind.value, cast(Truth, truth), classification)
        except (ValueError, LookupError, NotAllowed) as error:
            fail(str(error))
        if not place.quality.rules.golden_ppm:
            err.print("it is not planted yet: set `golden` under [quality] in tutela.toml", markup=False)
    out.print(golden)


@golden_app.command("list")
def list_golden() -> None:
    """List the golden items. Which cases are theirs is not told."""
    with workplace() as place:
        rows = place.quality.reader.golden(1000)
    table = Table("golden", "truth", "class", "planted", "decided", "retired", box=None, pad_edge=False)
    for r in rows:
        retired = f"{r.retired_at:%Y-%m-%d}" if r.retired_at else ""
        table.add_row(*cells(r.id, r.truth, r.classification or "", str(r.planted), str(r.decided), retired))
    out.print(table)


@golden_app.command("retire")
def retire_golden(golden: Annotated[str, typer.Argument()], person: As) -> None:
    """Plant a golden item no more, and erase it."""
    with workplace() as place:
        try:
            place.quality.work.retire_golden(place.person(person), golden)
        except (LookupError, NotPossible, NotAllowed) as error:
            fail(str(error))
    out.print(f"{golden} is retired, and its picture erased")


@canary_app.command("plant")
def plant_canary(service: Annotated[str | None, typer.Option(help="The service that it goes through.")] = None) -> None:
    """Send a harmless picture down the live path. Somebody must decide on it in time; nothing is ordered."""
    with workplace() as place:
        try:
            canary = place.quality.plant_canary(service=service)
        except Refused as error:
            fail(str(error), Exit.REFUSED)
        except (BadSettings, UnknownService) as error:
            fail(str(error))
        lost = place.quality.reader.canaries(1)[0].state == "lost"
        place.quality.look_for_findings()
    if lost:
        fail("the canary was not flagged: the matcher does not find what is listed, or its list is switched off")
    out.print(canary)


@canary_app.command("list")
def list_canaries() -> None:
    """List the canaries, newest first."""
    with workplace() as place:
        rows = place.quality.reader.canaries(1000)
    table = Table("canary", "planted", "state", "would order", box=None, pad_edge=False)
    for r in rows:
        state = f"{r.state}: {r.lost_step}" if r.lost_step and r.state == "lost" else r.state
        table.add_row(*cells(r.id, f"{r.planted_at:%Y-%m-%d %H:%M}", state, ", ".join(r.orders)))
    out.print(table)


@training_app.command("record")
def record_training(
    name: Annotated[str, typer.Argument(metavar="PERSON")],
    course: Annotated[str, typer.Option(help="The code of the course.")],
    layer: Annotated[list[str], typer.Option(help="known, new or solicitation; give it again for another.")],
    person: As,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    last: Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"])] = None,
) -> None:
    """Record that somebody was trained. Another person than the trained one records it."""
    if unknown := set(layer) - set(get_args(Layer)):
        fail(f"--layer is known, new or solicitation, not {sorted(unknown)[0]!r}", Exit.USAGE)
    with workplace() as place:
        try:
            training = place.quality.work.record_training(
                place.person(person),
                place.person(name).id,
                course,
                frozenset(cast(list[Layer], layer)),
                (first or place.clock()).date(),
                last.date() if last else None,
            )
        except (LookupError, ValueError, NotAllowed) as error:
            fail(str(error))
    out.print(training)


@training_app.command("list")
def list_trainings() -> None:
    """List the trainings that were not withdrawn."""
    with workplace() as place:
        rows = place.quality.reader.trainings(1000)
    table = Table("training", "person", "course", "layers", "from", "until", box=None, pad_edge=False)
    for t in rows:
        until = str(t.valid_until or "")
        table.add_row(*cells(t.id, t.person, t.course, ", ".join(sorted(t.layers)), str(t.valid_from), until))
    out.print(table)


@training_app.command("withdraw")
def withdraw_training(training: Annotated[str, typer.Argument()], person: As) -> None:
    """Let a training count no more."""
    with workplace() as place:
        try:
            place.quality.work.withdraw_training(place.person(person), training)
        except (LookupError, NotPossible, NotAllowed) as error:
            fail(str(error))
    out.print(f"{training} counts no more")


@finding_app.command("close")
def close_finding(
    finding: Annotated[str, typer.Argument()],
    reason: Annotated[str, typer.Option(help=", ".join(get_args(FindingReason)))],
    person: As,
) -> None:
    """Close a finding with a reason."""
    if reason not in get_args(FindingReason):
        fail(f"--reason is one of {', '.join(get_args(FindingReason))}, not {reason!r}", Exit.USAGE)
    with workplace() as place:
        try:
            place.quality.work.close_finding(place.person(person), finding, cast(FindingReason, reason))
        except (LookupError, NotPossible, NotAllowed) as error:
            fail(str(error))
    out.print(f"{finding} is closed")


def _print(found: Measures, findings: list[FindingRow]) -> None:
    table = Table("measure", "of", "counted", "value", "95 % bounds", box=None, pad_edge=False)
    for one in (*found.layers, *found.people):
        of = " ".join((one.layer, *(one.people or ())))
        table.add_row(*cells("kappa", of, _counted(one.found.observed), *_kappa(one.found)))
    for r in found.reviewers:
        for name in ("positive", "negative", "golden", "complaints"):
            rate: Rate | None = getattr(r, name)
            if rate is not None:
                table.add_row(*cells(f"decisions: {name}", r.person, _counted(rate), *_rate(rate)))
    for t in found.technologies:
        table.add_row(*cells("precision", f"{t.technology} {t.version}", _counted(t.precision), *_rate(t.precision)))
    for row in found.recall.rows if found.recall else ():
        table.add_row(*cells(f"recall: {row.edit}", row.technology, _counted(row.rate), *_rate(row.rate)))
    if table.row_count:
        out.print(table)
    else:
        out.print("nothing was checked in these days")
    for f in findings:
        about = ", ".join(filter(None, (f.layer, f.person, f.technology, f.edit)))
        out.print(f"finding {f.id}: {f.rule}{f' ({about})' if about else ''}, raised {f.raised_at:%Y-%m-%d}")


def _document(found: Measures, findings: list[FindingRow], since: datetime, until: datetime) -> dict[str, Any]:
    return {
        "from": since.date().isoformat(),
        "to": (until - timedelta(days=1)).date().isoformat(),
        "agreement": [
            {
                "layer": one.layer,
                "people": list(one.people) if one.people else None,
                "pairs": one.found.pairs,
                "agreed": one.found.observed.numerator if one.found.observed else None,
                "kappa": one.found.kappa,
                "low": one.found.low,
                "high": one.found.high,
                "undefined": one.found.undefined,
            }
            for one in (*found.layers, *found.people)
        ],
        "reviewers": [
            {
                "person": r.person,
                **{n: _bounds(getattr(r, n)) for n in ("positive", "negative", "golden", "complaints")},
            }
            for r in found.reviewers
        ],
        "technologies": [
            {"technology": t.technology, "version": t.version, **_bounds(t.precision)} for t in found.technologies
        ],
        "recall": [{**asdict(row), **_bounds(row.rate)} for row in (found.recall.rows if found.recall else ())],
        "findings": [
            {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(f).items()} for f in findings
        ],
    }


def _bounds(rate: Rate | None) -> dict[str, Any]:
    if rate is None:
        return {"counted": 0, "right": 0, "rate": None, "low": None, "high": None}
    return {
        "counted": rate.denominator,
        "right": rate.numerator,
        "rate": rate.rate,
        "low": rate.low,
        "high": rate.high,
    }


def _of(row: RecallRow) -> Rate | None:
    return exact_rate(row.found, row.of)


def _counted(rate: Rate | None) -> str:
    return f"{rate.numerator} of {rate.denominator}" if rate else "none"


def _rate(rate: Rate | None) -> tuple[str, str]:
    if rate is None:
        return "no rate", ""
    return f"{100 * rate.rate:.1f} %", f"{100 * rate.low:.1f} to {100 * rate.high:.1f} %"


def _kappa(found: Agreement) -> tuple[str, str]:
    if found.kappa is None:
        return "none: one answer throughout", ""
    return f"{found.kappa:.2f}", f"{found.low:.2f} to {found.high:.2f}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
