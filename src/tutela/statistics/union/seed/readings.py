"""The cells of a document in one language, read; rows under the label that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tutela.statistics.union.errata import plain
from tutela.statistics.union.grammar import grammar
from tutela.statistics.union.seed.raw_tables import RawDocument, RawTable, UnreadableDocument
from tutela.statistics.union.tables.reading import Label, Reading, Unreadable
from tutela.statistics.union.tables.table import Table
from tutela.statistics.union.words import words


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row: where it is printed (from 1), the label printed with it, its cells by column key, read and as printed."""

    printed_at: int
    printed_label: str
    code: str
    cells: Mapping[str, Reading]
    printed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table. `whole` says that every row had a label and a filled cell beside it."""

    number: int
    language: str
    whole: bool
    rows: tuple[ReadRow, ...]


def read_table(table: Table, raw: RawTable, language: str) -> ReadTable:
    """Read a table. Raises UnreadableDocument for another header than the table has, or for a name that is none.

    Where labels have slipped against rows, some row has no label and some label no row. If there are as many labels as
    rows with figures, they are brought together in order; the table is then not whole, and says so.
    """
    where = f"{language}, table {table.number}"
    _check_header(table, raw, language, where)
    names, bodies = [], []
    whole = True
    for at, row in enumerate(raw.rows, start=1):
        label = table.columns[0].read(row[0], words(language), grammar(language))
        if isinstance(label, Unreadable):
            raise UnreadableDocument(f"{where}, row {at}: {row[0]!r} is no name that this table knows")
        assert isinstance(label, Label)  # noqa: S101 - the first column reads nothing else
        filled = any(row[1:])
        whole &= bool(label.code) and filled
        if label.code:
            names.append((label.code, row[0]))
        if filled:
            bodies.append((at, row))
    if len(names) != len(bodies):
        raise UnreadableDocument(f"{where}: {len(names)} labels stand beside {len(bodies)} rows that say something")
    rows = tuple(_row(table, language, code, at, row) for (code, _), (at, row) in zip(names, bodies, strict=True))
    codes = [row.code for row in rows]
    if len(set(codes)) != len(codes):
        raise UnreadableDocument(f"{where}: a name stands twice")
    return ReadTable(table.number, language, whole, rows)


def _row(table: Table, language: str, code: str, at: int, row: tuple[str, ...]) -> ReadRow:
    cells = {
        column.key: column.read(text, words(language), grammar(language))
        for column, text in zip(table.columns[1:], row[1:], strict=True)
    }
    printed = {column.key: text for column, text in zip(table.columns[1:], row[1:], strict=True)}
    return ReadRow(at, row[0], code, cells, printed)


def _check_header(table: Table, raw: RawTable, language: str, where: str) -> None:
    expected = [("the title", table.title(words(language)), raw.title)]
    for line, (ours, theirs) in enumerate(zip(table.header(words(language)), raw.header, strict=True), start=1):
        expected += [(f"the header, line {line}", one, other) for one, other in zip(ours, theirs, strict=True)]
    for what, wanted, printed in expected:
        if plain(wanted) != plain(printed):
            raise UnreadableDocument(f"{where}: {what} is {printed!r}, not {wanted!r}: this is another document")


def read_tables(document: RawDocument, tables: tuple[Table, ...]) -> tuple[ReadTable, ...]:
    """Read all tables of a document. Raises UnreadableDocument."""
    return tuple(read_table(t, raw, document.language) for t, raw in zip(tables, document.tables, strict=True))
