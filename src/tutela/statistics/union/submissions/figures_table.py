"""Figures of a Member State as rows: what is counted, when, by what, how many."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from tutela.statistics.figure import Status
from tutela.statistics.union.amount import Amount, between
from tutela.statistics.union.grammar import grammar
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Caveat, Dimension, Missing, Observation, Reporter, Source
from tutela.statistics.union.period import Period
from tutela.statistics.union.submissions.cell import Cell, read_cell
from tutela.statistics.union.submissions.rows import RefusedSubmission, Row

FIGURES = (frozenset({"measure", "value"}), frozenset({"measure", "low", "status"}))
"""The columns that a table of figures has. Beside them: unit, period or first_day and last_day, each dimension by its
name or all in `breakdown`, status, caveats, comment, id, reporter."""
_UNITS = {
    Measure.REPORTS_RECEIVED: Unit.REPORTS,
    Measure.CHILDREN_IDENTIFIED: Unit.PERSONS,
    Measure.CONVICTIONS: Unit.CONVICTIONS,
}
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


def observed(
    rows: Iterable[Row], document: str, reporter: Reporter, period: Period, language: str
) -> tuple[tuple[Observation, ...], tuple[tuple[str, str, str], ...]]:
    """Return an observation for each row, and remarks as place, cell and why. Raises RefusedSubmission."""
    found: dict[str, Observation] = {}
    remarks = []
    for row in rows:
        try:
            one, cell = _observation(row, document, reporter, period, language)
        except (ValueError, InvalidOperation) as error:
            raise RefusedSubmission(f"{row.place}: {error}") from error
        if (other := found.get(one.id)) is not None and other.breakdown != one.breakdown and not _named(row):
            # Two breakdowns may have a value of one name, such as `not_stated`.
            parts = [f"{dimension.value}-{value}" for dimension, value in one.breakdown]
            one = replace(
                one, id=_UNSAFE.sub("-", ".".join([one.measure.value, *parts, str(one.period or "no-period")]))
            )
        if one.id in found:
            raise RefusedSubmission(f"{row.place}: {one.id} stands there a second time")
        found[one.id] = one
        if cell.remark:
            remarks.append((row.place, cell.raw, cell.remark))
    return tuple(found.values()), tuple(remarks)


def _named(row: Row) -> bool:
    return bool(row.cells.get("id", "").strip())


def _observation(
    row: Row, document: str, reporter: Reporter, period: Period, language: str
) -> tuple[Observation, Cell]:
    def told(name: str) -> str:
        return row.cells.get(name, "").strip()

    if told("reporter") and told("reporter") != str(reporter):
        raise ValueError(f"it is told by {told('reporter')}, and the submission is of {reporter}")
    measure = Measure(told("measure"))
    if not told("unit") and measure not in _UNITS:
        raise ValueError(f"{measure.value} needs a unit")
    unit = Unit(told("unit")) if told("unit") else _UNITS[measure]
    by = {d: told(d.value) for d in Dimension if told(d.value)}
    by |= {Dimension(k): v for part in told("breakdown").split(";") if part for k, _, v in [part.partition("=")]}
    cell = _cell(row, unit, language)
    when = _period(row, period, language)
    known = {"reporter", "measure", "unit", "period", "first_day", "last_day", "breakdown", "status", "caveats", "id"}
    known |= {"value", "precision", "low", "high", "stated", "prose", *Dimension}
    beside = [cell.strip() for column, cell in row.cells.items() if column not in known and cell.strip()]
    name = told("id") or ".".join([measure.value, *by.values(), str(when or "no-period")])
    raw = " | ".join(filter(None, (cell.raw, *beside)))
    return Observation(
        id=_UNSAFE.sub("-", name),
        reporter=reporter,
        measure=measure,
        unit=unit,
        period=when,
        value=cell.value,
        sources=(Source(document, language, words=f"{row.place}: {raw}"[:5_000]),),
        breakdown=tuple(sorted(by.items())),
        caveats=tuple(Caveat(c.strip()) for c in told("caveats").split(";") if c.strip()),
        prose=told("prose").lower() == "yes",
    ), cell


def _cell(row: Row, unit: Unit, language: str) -> Cell:
    status = row.cells.get("status", "").strip()
    raw = row.cells.get("value", "")
    low, high = row.cells.get("low", "").strip(), row.cells.get("high", "").strip()
    if status and status != Status.VALUE.value:
        ends = between(Decimal(low), Decimal(high) if high else None) if low else None
        suppressed = Status(status) is Status.SUPPRESSED
        return Cell(raw, Missing(Status(status), ends if suppressed else None))
    if "value" in row.cells:
        return read_cell(raw, grammar(language), unit)
    amount: Amount = between(Decimal(low), Decimal(high) if high else None)
    return Cell(f"{low} to {high}" if low != high else low, amount)


def _period(row: Row, period: Period, language: str) -> Period | None:
    if text := row.cells.get("period", "").strip():
        if text == "-":
            return None
        return grammar(language).period(text) or Period.parse(text)
    first, last = (row.cells.get(name, "").strip() for name in ("first_day", "last_day"))
    if first and last:
        return Period.of_days(date.fromisoformat(first), date.fromisoformat(last))
    return None if "first_day" in row.cells else period
