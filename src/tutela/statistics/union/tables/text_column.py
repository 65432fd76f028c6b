"""Columns of words."""

from __future__ import annotations

import re

from tutela.statistics.union.dataset import Note
from tutela.statistics.union.grammar import Grammar
from tutela.statistics.union.tables import phrases
from tutela.statistics.union.tables.column import DASH, Column, Heading
from tutela.statistics.union.tables.reading import Phrase, Prose, Reading
from tutela.statistics.union.tables.rows import RowIn, RowOut
from tutela.statistics.union.words import Words

_PLACE = re.compile(r"\{([^{}]+)\}")
NARROW_TABLE = 5
"""The one with so many columns that rounded thousands are shortened in it."""


class Texts(Column):
    """What is said in words. `empty` is what stands where nothing is said."""

    prose = True

    def __init__(self, key: str, *headings: Heading, empty: str = "") -> None:
        super().__init__(key, *headings)
        self.empty = empty

    def read(self, text: str, words: Words, grammar: Grammar) -> Reading:  # noqa: ARG002
        """Return what a cell says."""
        if text in {"", DASH}:
            return Prose("")
        code = phrases.code_of(text, words)
        return Prose(text) if code is None else Phrase(code)

    def observe(self, row: RowIn, reading: Reading) -> None:
        """Add to the row what was read."""
        if isinstance(reading, Phrase):
            row.notes.append(Note(row.place(self.key), reading.code))

    def write(self, row: RowOut, words: Words) -> str:
        """Return the cell."""
        note = row.data.note_at.get(f"{row.table}.{row.code}.{self.key}")
        if note is None:
            return self.empty if row.reporter is not None else ""
        if note.phrase:
            return phrases.phrase(note.phrase, words)
        text = dict(note.texts).get(words.language, "")
        narrow = row.table == NARROW_TABLE

        def shown(place: re.Match[str]) -> str:
            one = row.data.by_id.get(f"{place[1]}.{words.language}") or row.data.by_id.get(place[1])
            return words.amount(one.amount, narrow=narrow) if one is not None and one.amount is not None else DASH

        return _PLACE.sub(shown, text)
