"""The first column: whose row it is."""

from __future__ import annotations

from tutela.statistics.union.grammar import Grammar
from tutela.statistics.union.tables import labels
from tutela.statistics.union.tables.column import Column, Heading
from tutela.statistics.union.tables.reading import Label, Reading, Unreadable
from tutela.statistics.union.tables.rows import RowIn, RowOut
from tutela.statistics.union.words import Words


class Reporters(Column):
    """The first column: whose row it is."""

    def __init__(self, key: str, heading: Heading, *more: Heading, total: Heading | None = None) -> None:
        super().__init__(key, heading, *more)
        self.total = total

    def read(self, text: str, words: Words, grammar: Grammar) -> Reading:  # noqa: ARG002 - a name has no grammar
        """Return what a cell says."""
        if not text:
            return Label("")
        if self.total is not None and _plain(text) == _plain(self.total(words)):
            return Label(labels.TOTAL)
        code = labels.code_of(text, self.key, words)
        return Unreadable(text) if code is None else Label(code)

    def observe(self, row: RowIn, reading: Reading) -> None:
        """Add nothing: it says whose the values beside it are."""

    def write(self, row: RowOut, words: Words) -> str:
        """Return the cell."""
        if row.reporter is not None:
            return labels.name_of(row.reporter, words)
        return self.total(words) if self.total else ""


def _plain(text: str) -> str:
    return "".join(text.split())
