"""The nine tables in their order."""

from __future__ import annotations

from functools import cache

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.tables import providers, states
from tutela.statistics.union.tables.table import Compiled, Table
from tutela.statistics.union.words import words


@cache
def tables() -> tuple[Table, ...]:
    """Return tables 1 to 9 of a report of the Commission under Article 9 of Regulation (EU) 2021/1232."""
    return (
        providers.identified(1, 2021),
        providers.identified(2, 2022),
        providers.complaints(3, 2021, title=providers.title_3, about_with_capital=False),
        providers.complaints(4, 2022, title=providers.title_4, about_with_capital=True),
        providers.rates(5),
        states.reports_received(6),
        states.reports_sent(7),
        states.children(8),
        states.convictions(9),
    )


def compiled(data: Dataset, language: str) -> tuple[Compiled, ...]:
    """Return all tables of a data set in a language. Raises ValueError for a language without a catalogue."""
    return tuple(table.compiled(data, words(language)) for table in tables())
