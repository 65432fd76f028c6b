"""`tutela statistics collection`: submissions come in, by version; what is expected, late, absent; questions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.table import Table

from tutela.cli.exits import Exit
from tutela.cli.output import cells, fail, out, print_json
from tutela.cli.union_data import words_of

if TYPE_CHECKING:
    from tutela.statistics.union.submissions.collection import Slot, Standing
    from tutela.storage.statistics.collection_folder import CollectionFolder

T = TypeVar("T")
_Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the collection.")]
_Who = Annotated[str, typer.Option("--from", metavar="REPORTER", help="state:SE, provider:acme.")]
_Kind = Annotated[str, typer.Option("--kind", help="return (a provider's standard form) or article8.")]
_Period = Annotated[str, typer.Option("--period", help="The year that it is of.")]
_Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]

app = typer.Typer(help="Submissions of providers and Member States, and what is missing of them.", no_args_is_help=True)


@app.command()
def new(
    folder: _Folder,
    title: Annotated[str, typer.Option(help="What it is called as a source.")],
    years: Annotated[list[int], typer.Option("--year", min=2021, max=2100, help="May be given again.")],
    providers: Annotated[
        list[str] | None, typer.Option("--provider", help="A provider's code; again for more.")
    ] = None,
    due: Annotated[str, typer.Option(help="Month and day of the year after, on which it is in time last.")] = "01-31",
) -> None:
    """Begin a collection: for each year Article 8 figures of every Member State and a return of each provider."""
    from tutela.statistics.union.members import MEMBERS
    from tutela.statistics.union.observation import Reporter
    from tutela.statistics.union.submissions.collection import expecting

    try:
        reporters: list[Any] = [(Reporter("provider", code), "return") for code in providers or ()]
        reporters += [(Reporter("state", code), "article8") for code in MEMBERS]
        last = {year: date.fromisoformat(f"{year + 1}-{due}") for year in years}
        name = "".join(c if c.isascii() and c.isalnum() else "-" for c in title.lower())[:60]
        collection = expecting(name, title, sorted(set(years)), reporters, last)
    except ValueError as error:
        fail(str(error), Exit.USAGE)
    _guarded(lambda: _at(folder).make(collection))
    out.print(f"{len(collection.expected)} submissions are expected in {folder}", markup=False)


@app.command()
def take(
    folder: _Folder,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="XLSX, CSV, JSON, a data set, SDMX-CSV.")],
    who: _Who,
    kind: _Kind,
    period: _Period,
    language: Annotated[str, typer.Option("--lang", help="The language of numbers with words: en or sv.")] = "en",
    as_json: _Json = False,
) -> None:
    """Take a submission in: every cell is read; ends with 3 if there is one that a person should look at."""
    from tutela.statistics.union.grammar import READABLE

    if language not in READABLE:
        fail(f"--lang is {' or '.join(READABLE)}, not {language}: numbers of other languages are not read", Exit.USAGE)
    content = _content(path)
    incoming, number = _guarded(
        lambda: _at(folder).take(_slot(who, kind, period), path, content, language, datetime.now(UTC))
    )
    if as_json:
        remarks = [{"place": r.place, "raw": r.raw, "why": r.why} for r in incoming.remarks]
        print_json({
            "version": number, "cells": incoming.cells, "observations": len(incoming.observations),
            "texts": len(incoming.texts), "remarks": remarks,
        })  # fmt: skip
    else:
        out.print(
            f"version {number}: {incoming.cells} cells, {len(incoming.observations)} observations, "
            f"{len(incoming.texts)} texts, {len(incoming.remarks)} to look at"
        )
        for remark in incoming.remarks:
            out.print(f"{remark.place}: {remark.raw!r}: {remark.why}", markup=False)
    if incoming.remarks:
        raise typer.Exit(int(Exit.PARTLY))


@app.command()
def reason(
    folder: _Folder,
    text: Annotated[str, typer.Argument(help="What the reporter says of why it is late or does not come.")],
    who: _Who,
    kind: _Kind,
    period: _Period,
) -> None:
    """Enter why a submission is late or absent."""
    slot = _slot(who, kind, period)
    _guarded(lambda: _at(folder).change(lambda c: c.excused(slot, datetime.now(UTC), text)))


@app.command()
def ask(
    folder: _Folder,
    text: Annotated[str, typer.Argument(help="The question.")],
    who: _Who,
    kind: _Kind,
    period: _Period,
    about: Annotated[str, typer.Option(help="The finding or place that it is about.")] = "",
) -> None:
    """Ask a reporter; the number of the question is told."""
    slot = _slot(who, kind, period)
    changed = _guarded(lambda: _at(folder).change(lambda c: c.asked(slot, datetime.now(UTC), text, about)))
    out.print(f"question {len(changed.questions)}")


@app.command("ask-findings")
def ask_findings(
    folder: _Folder,
    language: Annotated[str, typer.Option("--lang", help="The language of the questions: en or sv.")] = "en",
) -> None:
    """Ask every reporter the questions of the findings on its figures, each once."""
    from tutela.statistics.union.findings.registry import findings
    from tutela.statistics.union.submissions.collection import Collection

    words = words_of(language)
    data = _guarded(lambda: _at(folder).dataset())
    now = datetime.now(UTC)

    def questioned(collection: Collection) -> Collection:
        asked = {(q.slot.reporter, q.about) for q in collection.questions}
        for finding in findings(data):
            told = {data.by_id[name] for name in finding.places if name in data.by_id}
            for who in sorted({str(one.reporter) for one in told}):
                slots = [v.slot for v in collection.latest() if v.slot.reporter == who]
                if slots and (who, finding.id) not in asked:
                    years = {p for one in told if str(one.reporter) == who and one.period for p in one.period.years()}
                    slot = next((s for s in slots if {*map(str, years)} & {s.period}), slots[-1])
                    said = finding.told(words)
                    text = f"{said.message} {said.arithmetic}. {said.question}"
                    collection = collection.asked(slot, now, text, finding.id)
        return collection

    before = len(_guarded(lambda: _at(folder).load()).questions)
    changed = _guarded(lambda: _at(folder).change(questioned))
    out.print(f"{len(changed.questions) - before} questions were asked")


@app.command()
def answer(
    folder: _Folder,
    number: Annotated[int, typer.Argument(min=1, help="The number of the question.")],
    text: Annotated[str, typer.Argument(help="What the reporter answered.")],
) -> None:
    """Enter an answer; a question has one."""
    _guarded(lambda: _at(folder).change(lambda c: c.answered(number, datetime.now(UTC), text)))


@app.command()
def status(
    folder: _Folder,
    day: Annotated[str | None, typer.Option("--day", help="As it stood at the end of a day. Default: today.")] = None,
    as_json: _Json = False,
) -> None:
    """List what is expected, received, late and absent, with reasons and questions."""
    try:
        when = date.fromisoformat(day) if day else datetime.now(UTC).date()
    except ValueError as error:
        fail(f"--day: {error}", Exit.USAGE)
    standings = _guarded(lambda: _at(folder).load()).standings(when)
    if as_json:
        for one in standings:
            print_json(_standing(one))
        return
    table = Table("reporter", "kind", "period", "due", "state", "days late", "versions", "open questions", "reason",
                  box=None, pad_edge=False, header_style="bold")  # fmt: skip
    for one in standings:
        slot = one.expected.slot
        numbers = str(one.days_late or ""), str(len(one.versions) or ""), str(one.open_questions or "")
        state = one.state.value.replace("_", " ")
        table.add_row(*cells(slot.reporter, slot.kind, slot.period, str(one.expected.due), state, *numbers, one.reason))
    out.print(table)
    counts = {s: sum(one.state == s for one in standings) for s in sorted({one.state for one in standings})}
    out.print(", ".join(f"{n} {state.value.replace('_', ' ')}" for state, n in counts.items()))


@app.command()
def dataset(
    folder: _Folder,
    path: Annotated[Path, typer.Option("--out", help="The file to write, for --dataset of the other commands.")],
    day: Annotated[str | None, typer.Option("--day", help="As it stood at the end of a day.")] = None,
) -> None:
    """Write the latest versions as one data set: for `article9`, `findings`, `sum` and `coverage`."""
    from tutela.statistics.union.dataset_file import written

    try:
        until = datetime.combine(date.fromisoformat(day), datetime.max.time(), UTC) if day else None
    except ValueError as error:
        fail(f"--day: {error}", Exit.USAGE)
    data = _guarded(lambda: _at(folder).dataset(until))
    try:
        path.write_bytes(written(data))
    except OSError as error:
        fail(f"--out {path}: {error.strerror}", Exit.USAGE)
    out.print(f"wrote {path}: {len(data.observations)} observations", markup=False)


def _at(folder: Path) -> CollectionFolder:
    from tutela.storage.statistics.collection_folder import CollectionFolder

    return CollectionFolder(folder)


def _guarded(work: Callable[[], T]) -> T:
    """Do it, and end with a message where it cannot be done."""
    from tutela.statistics.union.submissions.collection import NotExpected
    from tutela.statistics.union.submissions.rows import RefusedSubmission
    from tutela.storage.statistics.collection_folder import UnreadableCollection

    try:
        return work()
    except (NotExpected, RefusedSubmission, UnreadableCollection) as error:
        fail(str(error), Exit.USAGE)
    except OSError as error:
        fail(error.strerror or str(error), Exit.USAGE)


def _slot(who: str, kind: str, period: str) -> Slot:
    from tutela.statistics.union.submissions.collection import Slot

    if kind not in {"return", "article8"}:
        fail(f"--kind is return or article8, not {kind}", Exit.USAGE)
    return Slot(who, "return" if kind == "return" else "article8", period)


def _content(path: Path) -> bytes:
    from tutela.storage.statistics.collection_folder import LARGEST_FILE

    try:
        if path.stat().st_size > LARGEST_FILE:
            fail(f"{path} has more than {LARGEST_FILE} bytes", Exit.USAGE)
        return path.read_bytes()
    except OSError as error:
        fail(f"{path}: {error.strerror}", Exit.USAGE)


def _standing(one: Standing) -> dict[str, Any]:
    slot = one.expected.slot
    return {
        "reporter": slot.reporter,
        "kind": slot.kind,
        "period": slot.period,
        "due": str(one.expected.due),
        "state": one.state.value,
        "days_late": one.days_late,
        "reason": one.reason or None,
        "versions": [
            {"number": v.number, "at": v.at.isoformat(), "name": v.name, "sha256": v.sha256, "cells": v.cells,
             "remarks": v.remarks}
            for v in one.versions
        ],
        "questions": [
            {"number": q.number, "about": q.about or None, "text": q.text, "answer": q.answer} for q in one.questions
        ],
    }  # fmt: skip
