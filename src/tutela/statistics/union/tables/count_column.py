"""Columns of counts."""

from __future__ import annotations

from tutela.statistics.figure import Status
from tutela.statistics.union import naming
from tutela.statistics.union.amount import Amount, exact
from tutela.statistics.union.grammar import Grammar
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Dimension, Missing, Observation, Reporter
from tutela.statistics.union.period import Period, spanning
from tutela.statistics.union.tables import labels
from tutela.statistics.union.tables.column import DASH, SEVERAL, Column, Heading
from tutela.statistics.union.tables.reading import Absent, Amounts, Reading, Unreadable
from tutela.statistics.union.tables.rows import Breakdown, RowIn, RowOut
from tutela.statistics.union.words import Words, capital

LONGEST = 200
"""Characters of a cell with counts; what is longer is a sentence that slipped into the column."""


class Counts(Column):
    """How many. `unit` is None where each cell names its own; `year` where the column is of one."""

    def __init__(
        self,
        key: str,
        *headings: Heading,
        measure: Measure,
        unit: Unit | None,
        breakdown: Breakdown = (),
        year: int | None = None,
        sums: bool = False,
        about_with_capital: bool = False,
        told_by: Reporter | None = None,
    ) -> None:
        super().__init__(key, *headings)
        self.measure, self.unit, self.breakdown, self.year = measure, unit, breakdown, year
        self.sums, self.about_with_capital, self.told_by = sums, about_with_capital, told_by

    def read(self, text: str, words: Words, grammar: Grammar) -> Reading:
        """Return what a cell says."""
        if text in {DASH, ""}:
            return Absent(Status.NOT_REPORTED)
        if text == not_applicable(words):
            return Absent(Status.NOT_APPLICABLE)
        if len(text) > LONGEST:
            return Unreadable(text)
        unit, service, number = None, None, text
        if self.unit is None:
            if (named := labels.uncounted(text, words)) is None:
                return Unreadable(text)
            number, unit, service = named
        if grammar.monthly(number):
            unit = Unit.REPORTS_PER_MONTH
        amounts = [grammar.amount(part) for part in number.split(SEVERAL)]
        read = tuple(a for a in amounts if a is not None)
        return Amounts(read, unit, service) if len(read) == len(amounts) else Unreadable(text)

    def observe(self, row: RowIn, reading: Reading) -> None:
        """Add to the row what was read."""
        periods: tuple[Period | None, ...] = (Period.of_year(self.year),) if self.year else row.periods or (None,)
        breakdown, told_by = self._about(row.code)
        match reading:
            case Absent(status):
                missing = Missing(row.missing if status is Status.NOT_REPORTED else status)
                unit = self.unit or Unit.CASES
                row.add(self.key, self.measure, unit, missing, periods[0], breakdown, reporter=told_by)
            case Amounts(amounts, unit, service):
                if service is not None:
                    breakdown = (*breakdown, (Dimension.SERVICE, service))
                if len(periods) != len(amounts):
                    periods = (spanning([p for p in periods if p is not None]),) * len(amounts)
                for number, (amount, period) in enumerate(zip(amounts, periods, strict=True), start=1):
                    suffix = f".{number}" if len(amounts) > 1 else ""
                    told = unit or self.unit or Unit.CASES
                    row.add(self.key, self.measure, told, amount, period, breakdown, suffix, told_by)
            case _:
                raise TypeError(f"{row.place(self.key)}: {reading} is no count")

    def write(self, row: RowOut, words: Words) -> str:
        """Return the cell."""
        found = self.found(row)
        if row.reporter is None:
            return self._sum(row, words)
        return SEVERAL.join(dict.fromkeys(self._shown(one, words) for one in found)) or DASH

    def found(self, row: RowOut) -> list[Observation]:
        """Return what the cell of a reporter shows."""
        about, told_by = self._about(row.code)
        breakdown = None if self.unit is None else about
        found = row.cells(self.measure, reporter=told_by, breakdown=breakdown, year=self.year)
        if self.unit is not None:
            found = [o for o in found if o.unit in {self.unit, Unit.REPORTS_PER_MONTH}]
        return found

    def total(self, row: RowOut) -> Amount:
        """Return the sum over all reporters of the table, of what is known."""
        whole = exact(0)
        for reporter in row.reporters:
            for one in self.found(RowOut(row.data, row.table, row.year, reporter, row.reporters)):
                whole = whole.plus(one.bounds) if one.bounds else whole
        return whole

    def _about(self, code: str) -> tuple[Breakdown, Reporter | None]:
        if self.told_by is None:
            return self.breakdown, None
        about = () if code == labels.TOTAL else ((Dimension.STATE, code),)
        return tuple(sorted((*self.breakdown, *about, (Dimension.REGION, "EU")))), self.told_by

    def _sum(self, row: RowOut, words: Words) -> str:
        return words.told(self.total(row)) if self.sums else ""

    def _shown(self, one: Observation, words: Words) -> str:
        if one.amount is None:
            if one.status is Status.SUPPRESSED:
                return naming.status(one.status, words)
            return not_applicable(words) if one.status is Status.NOT_APPLICABLE else DASH
        text = words.told(one.amount, one.unit)
        if self.about_with_capital:
            text = capital(text)
        if self.unit is None:
            return labels.counted(text, one.unit, one.by(Dimension.SERVICE), one.amount.stated, words)
        return text


def not_applicable(words: Words) -> str:
    """Return the sign of a cell that does not apply."""
    return words.gettext("n.a.")
