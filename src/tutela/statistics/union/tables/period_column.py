"""The column that says when values are from."""

from __future__ import annotations

from tutela.statistics.figure import Status
from tutela.statistics.union.grammar import Grammar
from tutela.statistics.union.measure import Measure
from tutela.statistics.union.period import spanning
from tutela.statistics.union.tables.column import DASH, SEVERAL, Column, Heading
from tutela.statistics.union.tables.reading import Absent, Reading, Spans, Unreadable
from tutela.statistics.union.tables.rows import RowIn, RowOut
from tutela.statistics.union.words import Words


class Periods(Column):
    """When the row's values are from; of a total, all that its parts cover."""

    def __init__(self, heading: Heading, measure: Measure) -> None:
        super().__init__("period", heading)
        self.measure = measure

    def read(self, text: str, words: Words, grammar: Grammar) -> Reading:  # noqa: ARG002
        """Return what a cell says."""
        if text in {DASH, ""}:
            return Absent(Status.NOT_REPORTED)
        found = [grammar.period(part) for part in text.split(SEVERAL)]
        read = tuple(p for p in found if p is not None)
        return Spans(read) if len(read) == len(found) else Unreadable(text)

    def observe(self, row: RowIn, reading: Reading) -> None:
        """Add nothing: it says when the values beside it are from."""

    def write(self, row: RowOut, words: Words) -> str:
        """Return the cell."""
        if row.reporter is None:
            told = [o for reporter in row.reporters for o in row.cells(self.measure, reporter=reporter)]
            whole = spanning([o.period for o in told if o.period is not None and o.amount is not None])
            return words.period(whole) if whole else DASH
        periods = dict.fromkeys(o.period for o in row.cells(self.measure) if o.period is not None)
        return SEVERAL.join(words.period(p) for p in periods) or DASH
