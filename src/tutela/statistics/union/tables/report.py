"""The nine tables in their order."""

from __future__ import annotations

from functools import cache

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.tables import providers, states
from tutela.statistics.union.tables.table import Compiled, Table
from tutela.statistics.union.words import words


@cache
def tables(first: int = 2021, second: int = 2022) -> tuple[Table, ...]:
    """Return tables 1 to 9 of a report of the Commission under Article 9 of Regulation (EU) 2021/1232, of two years."""
    return (
        providers.identified(1, first),
        providers.identified(2, second),
        providers.complaints(3, first, about_with_capital=False),
        providers.complaints(4, second, about_with_capital=True),
        providers.rates(5, first, second),
        states.reports_received(6),
        states.reports_sent(7, first, second),
        states.children(8),
        states.convictions(9),
    )


def tables_of(data: Dataset) -> tuple[Table, ...]:
    """Return the tables of a data set: of its last two years, or of its year and the one before."""
    if not data.years:
        return tables()
    second = max(data.years)
    return tables(max((y for y in data.years if y != second), default=second - 1), second)


def compiled(data: Dataset, language: str) -> tuple[Compiled, ...]:
    """Return all tables of a data set in a language. Raises ValueError for a language without a catalogue."""
    return tuple(table.compiled(data, words(language)) for table in tables_of(data))
