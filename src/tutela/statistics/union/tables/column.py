"""What a column of a table does: read a cell in any language, observe what it says, write it again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from tutela.statistics.figure import Status
from tutela.statistics.union.grammar import Grammar
from tutela.statistics.union.tables.reading import Absent, RateTold, Reading, Unreadable
from tutela.statistics.union.tables.rows import RowIn, RowOut
from tutela.statistics.union.words import Words

Heading = Callable[[Words], str]
DASH = "-"
SEVERAL = " / "
"""What stands between the values of a cell that has several."""


class Column(ABC):
    """A column; `headings` are the cells of the header's lines, one for each line."""

    prose = False

    def __init__(self, key: str, *headings: Heading) -> None:
        self.key = key
        self.headings = headings

    @abstractmethod
    def read(self, text: str, words: Words, grammar: Grammar) -> Reading:
        """Return what a cell says, `Unreadable` if the language does not write so."""

    @abstractmethod
    def observe(self, row: RowIn, reading: Reading) -> None:
        """Add to the row what was read."""

    @abstractmethod
    def write(self, row: RowOut, words: Words) -> str:
        """Return the cell."""


def percentage(text: str, grammar: Grammar) -> Reading:
    """Return what a cell with a percentage says."""
    if text in {DASH, ""}:
        return Absent(Status.NOT_REPORTED)
    percent = grammar.percent(text)
    return Unreadable(text) if percent is None else RateTold(percent)
