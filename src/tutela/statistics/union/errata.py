"""Cells that a document prints otherwise than its own figures give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from tutela.statistics.union.dataset import Dataset, Erratum
from tutela.statistics.union.tables.report import compiled
from tutela.statistics.union.words import HARD_SPACE, Words


class Printed(Protocol):
    """A table as it was printed."""

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The cells of its rows."""
        ...


def plain(text: str) -> str:
    """Return a cell without white space, which says nothing."""
    return "".join(text.split())


def printed(one: Erratum, told: Words) -> str:
    """Return what stands in the document, for who reads what stands here."""
    if not one.published:
        return told.gettext("printed: nothing")
    # A number and its sign stay in one line.
    return told.gettext("printed: “%(text)s”") % {"text": one.published.replace(" %", f"{HARD_SPACE}%")}


def errata_of(data: Dataset, printed: Mapping[str, Sequence[Printed]]) -> tuple[Erratum, ...]:
    """Return the cells of printed tables, by language, that differ from the compiled ones but for white space.

    A row that only one of them has differs in every cell that is filled.
    """
    found = []
    for language, tables in sorted(printed.items()):
        for ours, theirs in zip(compiled(data, language), tables, strict=True):
            for row in range(max(len(ours.rows), len(theirs.rows))):
                for column in range(len(ours.header[0])):
                    told = [t.rows[row][column] if row < len(t.rows) else "" for t in (theirs, ours)]
                    if plain(told[0]) != plain(told[1]):
                        found.append(Erratum(language, ours.number, row + 1, column + 1, told[0], told[1]))
    return tuple(found)
