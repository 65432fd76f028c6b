"""The standard form of a provider, filled in: its 147 rows as observations and texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tutela.statistics.figure import Status
from tutela.statistics.provider_return.form import FormRow, form_rows
from tutela.statistics.union.amount import Amount, between
from tutela.statistics.union.dataset import Ratio
from tutela.statistics.union.grammar import grammar
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Dimension, Missing, Observation, Reporter, Source
from tutela.statistics.union.period import Period
from tutela.statistics.union.submissions.cell import Cell, read_cell
from tutela.statistics.union.submissions.rows import RefusedSubmission, Row

FORM = (frozenset({"section", "key", "value"}), frozenset({"id", "value"}))
"""The columns that a file of the form has; beside them may stand class, service, technology, status and others."""
_OF_A_ROW = frozenset({
    "id", "section", "class", "key", "meaning", "unit", "type", "service", "technology", "participants",
    "part_from", "part_to",
    "part_regime", "status", "value", "at_most", "rate_numerator", "rate_denominator", "rate", "rate_low", "rate_high",
    "weighted_rate", "weighted_low", "weighted_high", "event_count", "events", "among_reviewed",
})  # fmt: skip
"""Columns that say which row it is, or that Tutela makes beside a value; all others are words of the reporter."""
_UNITS = {
    "items": Unit.ITEMS, "accounts": Unit.ACCOUNTS, "complaints": Unit.COMPLAINTS, "reports": Unit.REPORTS,
    "duration": Unit.HOURS, "%": Unit.PERCENT, "bytes": Unit.BYTES,
}  # fmt: skip
_BESIDE = "technology."
"""How rows begin that a return of Tutela's has beside the form: what is on record of each technology."""
_PROSE = frozenset({"text", "yes_no_text"})
_OF_A_PART = re.compile(r"^p\d+-", re.ASCII)
"""What stands before the id of a row that is of a part of the year, when several regimes share it."""
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")
_COMPLAINT = re.compile(r"(items|accounts)_(internal|judicial)_(complaints|restored)")


@dataclass(frozen=True, slots=True)
class FilledIn:
    """The form: a remark is place, cell and why; a text place and cell."""

    observations: tuple[Observation, ...]
    ratios: tuple[Ratio, ...]
    texts: tuple[tuple[str, str], ...]
    remarks: tuple[tuple[str, str, str], ...]


def filled_in(rows: Iterable[Row], document: str, reporter: Reporter, period: Period, language: str) -> FilledIn:
    """Read the rows of a form. Raises RefusedSubmission for a cell that stands there twice or cannot be read."""
    known = {row.id: row for row in form_rows()}
    observations: dict[str, Observation] = {}
    texts: dict[str, str] = {}
    remarks = []
    for row in rows:
        place, form, raw = _place(row), known.get(_row_id(row)), row.cells.get("value", "")
        name = _UNSAFE.sub("-", place)
        if name in observations or name in texts:
            raise RefusedSubmission(f"{row.place}: {place} stands there a second time")
        if form is None or form.type in _PROSE:
            texts[name] = _told(row)
            if form is None and raw.strip() and not _row_id(row).startswith(_BESIDE):
                remarks.append((row.place, raw, f"the form has no row {_row_id(row)!r}"))
            continue
        try:
            observations[name], cell = _observation(name, form, row, (document, reporter, period, language))
        except ValueError as error:
            raise RefusedSubmission(f"{row.place}: {error}") from error
        if cell.remark:
            remarks.append((row.place, raw, cell.remark))
    return FilledIn(tuple(observations.values()), tuple(_ratios(observations)), tuple(texts.items()), tuple(remarks))


def _observation(name: str, form: FormRow, row: Row, of: tuple[str, Reporter, Period, str]) -> tuple[Observation, Cell]:
    document, reporter, period, language = of
    unit = _UNITS[form.unit]
    cell = _cell(row, row.cells.get("value", ""), unit, language)
    measure, by = _meaning(form)
    observation = Observation(
        id=name,
        reporter=reporter,
        measure=measure,
        unit=unit,
        period=_period(row, period),
        value=cell.value,
        sources=(Source(document, grammar(language).language, words=f"{row.place}: {_told(row)}"[:5_000]),),
        breakdown=_breakdown(by, row),
    )
    return observation, cell


def _told(row: Row) -> str:
    """The value with the reporter's own words beside it."""
    beside = [cell.strip() for column, cell in row.cells.items() if column not in _OF_A_ROW and cell.strip()]
    return " | ".join([row.cells.get("value", ""), *beside])


def _cell(row: Row, raw: str, unit: Unit, language: str) -> Cell:
    status = row.cells.get("status", "").strip()
    if status and status != Status.VALUE.value:
        try:
            return Cell(raw, Missing(Status(status)))
        except ValueError:
            return Cell(raw, Missing(Status.UNKNOWN), "", f"{status!r} is no status")
    cell = read_cell(raw, grammar(language), unit)
    most = row.cells.get("at_most", "").strip()
    if most.isdecimal() and isinstance(cell.value, Amount) and Decimal(most) >= cell.value.low:
        return Cell(raw, between(cell.value.low, Decimal(most)), cell.prose, cell.remark)
    return cell


def _row_id(row: Row) -> str:
    """The row of the form: by its id without service and technology, or by section, class and key."""
    if identifier := row.cells.get("id", "").strip():
        return _OF_A_PART.sub("", identifier.partition("@")[0].partition("~")[0], count=1)
    parts = (row.cells.get(name, "").strip() for name in ("section", "class", "key"))
    return ".".join(filter(None, parts))


def _place(row: Row) -> str:
    tail = [row.cells.get(name, "").strip() for name in ("service", "technology", "participants", "part_from")]
    return ".".join([_row_id(row) or "none", *(part for part in tail if part)])


def _period(row: Row, period: Period) -> Period:
    first, last = (row.cells.get(name, "").strip() for name in ("part_from", "part_to"))
    if not (first and last):
        return period
    try:
        return Period.of_days(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError as error:
        raise ValueError(f"part_from and part_to are days: {error}") from error


def _breakdown(by: Mapping[Dimension, str], row: Row) -> tuple[tuple[Dimension, str], ...]:
    found = dict(by)
    if service := row.cells.get("service", "").strip():
        found[Dimension.SERVICE] = service
    if technology := row.cells.get("technology", "").strip():
        found[Dimension.ORIGIN] = technology
    if participants := row.cells.get("participants", "").strip():
        found[Dimension.ORIGIN] = participants
    return tuple(sorted(found.items()))


def _meaning(row: FormRow) -> tuple[Measure, dict[Dimension, str]]:
    kind = {Dimension.KIND: row.case_class} if row.case_class else {}
    if row.section == 1 and row.unit == "items":
        what, _, _ = row.key.rpartition("_non_eu") if row.key.endswith("_non_eu") else row.key.rpartition("_eu")
        where = "outside" if row.key.endswith("_non_eu") else "EU"
        return Measure.ITEMS_PROCESSED, {Dimension.KIND: what.replace("_", "-"), Dimension.REGION: where}
    if row.section == 4 and row.key == "reports":
        return Measure.REPORTS_SENT, kind
    if row.section == 4 and row.unit == "items":
        return Measure.CASES_IDENTIFIED, {Dimension.KIND: f"{row.case_class}-{row.key.replace('_', '-')}"}
    if row.section == 4 and row.key in {"accounts_sending", "accounts_receiving", "accounts_eu"}:
        role = {Dimension.CHANNEL: row.key.removeprefix("accounts_")} if row.key != "accounts_eu" else {}
        return Measure.ACCOUNTS_INVOLVED, kind | role
    if row.section == 5 and row.key.endswith("_actioned"):
        return Measure.SUSPENDED, kind
    if row.section == 5 and (found := _COMPLAINT.fullmatch(row.key)):
        measure = Measure.COMPLAINTS if found[3] == "complaints" else Measure.REINSTATED
        return measure, kind | {Dimension.ORIGIN: found[1], Dimension.CHANNEL: found[2]}
    if row.section == 6:
        measures = {"A": Measure.FLAGGED, "B": Measure.REJECTED, "C": Measure.REVIEWED, "e": Measure.ERROR_RATE}
        return measures[row.key[0]], kind
    return Measure.ROW_OF_FORM, {Dimension.KIND: row.id.replace(".", "-").replace("_", "-")}


def _ratios(observations: Mapping[str, Observation]) -> Iterable[Ratio]:
    """Relate each error rate to B and A of the same kind, service and technology."""
    sides = {"known": ("B1", "A1"), "new": ("B2", "A2"), "solicitation": ("B3", "A3")}
    for name in observations:
        for kind, (part, whole) in sides.items():
            head = f"6.{kind}."
            if name.startswith(f"{head}error_rate"):
                tail = name.removeprefix(f"{head}error_rate")
                if (p := f"{head}{part}{tail}") in observations and (w := f"{head}{whole}{tail}") in observations:
                    yield Ratio(name, p, w)
