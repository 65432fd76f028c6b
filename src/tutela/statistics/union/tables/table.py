"""A table: its title, its columns, whose rows it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.measure import Measure
from tutela.statistics.union.members import MEMBERS
from tutela.statistics.union.observation import Reporter
from tutela.statistics.union.tables.column import Column, Heading
from tutela.statistics.union.tables.period_column import Periods
from tutela.statistics.union.tables.reporter_column import Reporters
from tutela.statistics.union.tables.rows import RowOut
from tutela.statistics.union.words import Words


@dataclass(frozen=True, slots=True)
class Compiled:
    """A table in one language: the cells of the header's lines and of the rows, each as wide as the table."""

    number: int
    title: str
    header: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    footnote: str = ""

    def groups(self, line: int) -> list[tuple[str, int]]:
        """Return the cells of a header's line, each with the number of columns that it stands over.

        An empty cell in a line above others goes on with the cell before it.
        """
        cells: list[tuple[str, int]] = []
        for column, text in enumerate(self.header[line]):
            goes_on = not text and line < len(self.header) - 1 and self.header[-1][column]
            if goes_on and cells:
                cells[-1] = cells[-1][0], cells[-1][1] + 1
            else:
                cells.append((text, 1))
        return cells


@dataclass(frozen=True)
class Table:
    """A numbered table. `rows_of` says who its rows are, `year` which one it is about, if one."""

    number: int
    title: Heading
    columns: tuple[Column, ...]
    rows_of: Literal["provider", "state"]
    measures: tuple[Measure, ...]
    year: int | None = None
    footnote: Heading | None = None

    @property
    def width(self) -> int:
        """How many columns it has."""
        return len(self.columns)

    @property
    def header_lines(self) -> int:
        """How many lines its header has."""
        return max(len(column.headings) for column in self.columns)

    @cached_property
    def prose(self) -> frozenset[int]:
        """The columns of sentences, from 0."""
        return frozenset(at for at, column in enumerate(self.columns) if column.prose)

    @property
    def has_periods(self) -> bool:
        """Whether a column says when the values are from."""
        return any(isinstance(column, Periods) for column in self.columns)

    @property
    def has_total(self) -> bool:
        """Whether its last row is of all."""
        return any(isinstance(column, Reporters) and column.total for column in self.columns)

    def header(self, words: Words) -> tuple[tuple[str, ...], ...]:
        """Return the lines of its header in a language."""
        lines = range(self.header_lines)
        return tuple(
            tuple(c.headings[line](words) if line < len(c.headings) else "" for c in self.columns) for line in lines
        )

    def reporters(self, data: Dataset) -> list[Reporter]:
        """Return whose rows it has: every Member State, or the providers that tell what the table is about."""
        if self.rows_of == "state":
            return [Reporter("state", code) for code in MEMBERS]
        found = {o.reporter for o in data.observations if o.reporter.kind == "provider" and o.measure in self.measures}
        return sorted(found, key=lambda r: r.code)

    def compiled(self, data: Dataset, words: Words) -> Compiled:
        """Return the table as the observations give it; what is a sum or a percentage is made anew."""
        reporters = self.reporters(data)
        whose: Sequence[Reporter | None] = [*reporters, None] if self.has_total else reporters
        rows = [RowOut(data, self.number, self.year, reporter, reporters) for reporter in whose]
        return Compiled(
            self.number,
            self.title(words),
            self.header(words),
            tuple(tuple(column.write(row, words) for column in self.columns) for row in rows),
            self.footnote(words) if self.footnote else "",
        )
