"""The numbered tables in the text of a document: rows of cells, as they are printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

LARGEST_TEXT = 4 * 1024 * 1024
"""Characters; a report of the Commission with annexes has fewer than a million."""
LABELS = {"en": re.compile(r"Table n\.(\d+): (.+)"), "sv": re.compile(r"Tabell nr (\d+): (.+)")}
_RULE = re.compile(r"-{2,}")
_TAG = re.compile(r"</?[a-z]+(?: [^<>]*)?>")
_FOOTNOTES = str.maketrans("", "", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class UnreadableDocument(Exception):
    """The text is not the document that it should be; the message says where and why."""


class Shape(Protocol):
    """What has to be known of a table before it can be read."""

    @property
    def header_lines(self) -> int:
        """How many lines its header has."""
        ...

    @property
    def width(self) -> int:
        """How many columns it has."""
        ...

    @property
    def prose(self) -> frozenset[int]:
        """The columns of sentences, from 0."""
        ...


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table: its number, title, the cells of its header's lines, and its rows. Every row has the header's width."""

    number: int
    title: str
    header: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A document in one language; `flow` is its text outside the tables, with single spaces and no footnote marks."""

    language: str
    tables: tuple[RawTable, ...]
    flow: str


def spaced(text: str) -> str:
    """Return a text with single spaces, without tags and footnote marks."""
    return " ".join(_TAG.sub(" ", text).translate(_FOOTNOTES).split())


def read_document(text: str, shapes: Sequence[Shape]) -> RawDocument:
    """Read a document whose tables have these shapes.

    A row that says something in columns of prose alone goes on with what the row above says there: a page ended
    between them. Raises UnreadableDocument.
    """
    if len(text) > LARGEST_TEXT:
        raise UnreadableDocument(f"the text has {len(text)} characters, more than {LARGEST_TEXT}")
    lines = text.splitlines()
    language = _language_of(lines)
    starts = [(at, found) for at, line in enumerate(lines) if (found := LABELS[language].match(line))]
    numbers = [int(found[1]) for _, found in starts]
    if numbers != list(range(1, len(shapes) + 1)):
        raise UnreadableDocument(
            f"{language}: tables 1 to {len(shapes)} are needed, in order, once each; found {numbers}"
        )
    tables, used = [], set()
    for index, (at, found) in enumerate(starts):
        end = starts[index + 1][0] if index + 1 < len(starts) else len(lines)
        rows: list[list[str]] = []
        for number in range(at + 1, end):
            if "\t" in lines[number]:
                used.add(number)
                rows.append([spaced(cell) for cell in lines[number].split("\t")])
        used.add(at)
        tables.append(_table(f"{language}, table {index + 1}", index + 1, found[2], rows, shapes[index]))
    flow = "\n".join(line for number, line in enumerate(lines) if number not in used and "\t" not in line)
    return RawDocument(language, tuple(tables), spaced(flow))


def _language_of(lines: Sequence[str]) -> str:
    found = [name for name, label in LABELS.items() if any(label.match(line) for line in lines)]
    if len(found) != 1:
        raise UnreadableDocument(
            "no table is labelled as the report labels them in English (“Table n.1: …”) or Swedish (“Tabell nr 1: …”)"
            if not found
            else "the text has labels of tables in two languages; give one file for each"
        )
    return found[0]


def _table(where: str, number: int, title: str, lines: list[list[str]], shape: Shape) -> RawTable:
    wide = [line for line in lines if not all(_RULE.fullmatch(cell) for cell in line)]
    width = shape.width
    for line in wide:
        if len(line) > width and any(line[width:]):
            raise UnreadableDocument(f"{where}: a row has {len(line)} cells, not {width}: {' | '.join(line)[:120]}")
        line[:] = [*line, *[""] * (width - len(line))][:width]
    header, body = wide[: shape.header_lines], wide[shape.header_lines :]
    if len(header) < shape.header_lines or not body:
        raise UnreadableDocument(f"{where}: it has no rows")
    rows: list[list[str]] = []
    for line in body:
        filled = {at for at, cell in enumerate(line) if cell}
        if rows and filled and filled <= shape.prose:
            for at in filled:
                # A word that is broken at its own hyphen goes on without a space.
                space = "" if rows[-1][at].endswith("-") and len(rows[-1][at]) > 1 else " "
                rows[-1][at] = f"{rows[-1][at]}{space}{line[at]}".strip()
        elif filled:
            rows.append(list(line))
    return RawTable(number, spaced(title), tuple(map(tuple, header)), tuple(map(tuple, rows)))
