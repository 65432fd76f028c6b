"""Columns of shares: made anew from a column of counts, or as given."""

from __future__ import annotations

from tutela.statistics.union.dataset import Ratio
from tutela.statistics.union.grammar import Grammar
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Dimension, Reporter
from tutela.statistics.union.period import Period
from tutela.statistics.union.tables import labels
from tutela.statistics.union.tables.column import DASH, Column, Heading, percentage
from tutela.statistics.union.tables.count_column import Counts
from tutela.statistics.union.tables.reading import RateTold, Reading
from tutela.statistics.union.tables.rows import RowIn, RowOut
from tutela.statistics.union.words import Words


class Shares(Column):
    """The percentage that a count is of the sum of its column; made anew from both."""

    def __init__(self, key: str, heading: Heading, *, of: Counts, measure: Measure, year: int) -> None:
        super().__init__(key, heading)
        self.of, self.measure, self.year = of, measure, year

    def read(self, text: str, words: Words, grammar: Grammar) -> Reading:  # noqa: ARG002
        """Return what a cell says."""
        return percentage(text, grammar)

    def observe(self, row: RowIn, reading: Reading) -> None:
        """Add to the row what was read."""
        if not isinstance(reading, RateTold) or reading.percent is None:
            return
        assert self.of.told_by is not None  # noqa: S101 - shares stand beside what one body tells of all
        breakdown, told_by = self.of._about(row.code)
        rate = row.add(
            self.key,
            self.measure,
            Unit.PERCENT,
            reading.percent,
            Period.of_year(self.year),
            breakdown,
            reporter=told_by,
        )
        row.ratios.append(Ratio(rate, row.place(self.of.key), f"{row.table}.{labels.TOTAL}.{self.of.key}"))

    def write(self, row: RowOut, words: Words) -> str:
        """Return the cell."""
        part, whole = self.of.found(row) if row.reporter else [], self.of.total(row).stated
        if not part or part[0].amount is None or part[0].amount.stated is None or not whole:
            return "" if row.reporter is None else DASH
        return words.percent(100 * part[0].amount.stated / whole)


class Given(Column):
    """A percentage that is given and cannot be made from anything in the table."""

    def __init__(self, key: str, heading: Heading, *, measure: Measure, told_by: Reporter) -> None:
        super().__init__(key, heading)
        self.measure, self.told_by = measure, told_by

    def read(self, text: str, words: Words, grammar: Grammar) -> Reading:  # noqa: ARG002
        """Return what a cell says."""
        return percentage(text, grammar)

    def observe(self, row: RowIn, reading: Reading) -> None:
        """Add to the row what was read."""
        if isinstance(reading, RateTold) and reading.percent is not None:
            about = ((Dimension.REGION, "EU"), (Dimension.STATE, row.code))
            row.add(self.key, self.measure, Unit.PERCENT, reading.percent, None, about, reporter=self.told_by)

    def write(self, row: RowOut, words: Words) -> str:
        """Return the cell."""
        if row.reporter is None:
            return ""
        about = ((Dimension.REGION, "EU"), (Dimension.STATE, row.code))
        found = row.data.of(self.measure, self.told_by, breakdown=about)
        return words.percent(found[0].amount.stated) if found and found[0].amount and found[0].amount.stated else DASH
