"""Files as rows of texts: CSV, XLSX and JSON, with limits, and with the place of every row."""

from __future__ import annotations

import csv
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from tutela.statistics.publishing.delimited import unguarded

LARGEST_FILE = 16 * 1024 * 1024
LARGEST_UNPACKED = 64 * 1024 * 1024
MOST_SHEETS = 50
MOST_ROWS = 20_000
MOST_COLUMNS = 100
_LONGEST_NUMBER = 30
_PIECE = 64 * 1024


_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, TypeError, OSError, EOFError, NotImplementedError,
    AttributeError, IndexError, RuntimeError,
)  # fmt: skip
"""What zipfile and openpyxl raise over a file that is none: they promise no one error."""


class RefusedSubmission(Exception):
    """A file that is no submission; the message says where, why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it stands (sheet and number, from 1), and its cells by the names of their columns."""

    place: str
    cells: Mapping[str, str]


def rows_of(name: str, content: bytes, needed: Sequence[frozenset[str]]) -> list[Row]:
    """Return the rows of a file whose header has all names of one of the sets in `needed`.

    A workbook may have other sheets, and lines above the header. Raises RefusedSubmission.
    """
    if len(content) > LARGEST_FILE:
        raise RefusedSubmission(f"{name} has {len(content)} bytes, more than {LARGEST_FILE}")
    sheets: Iterable[tuple[str, Iterable[list[str]]]]
    if content[:4] == b"PK\x03\x04":
        sheets = _workbook(name, content)
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise RefusedSubmission(f"{name} is no XLSX and no text in UTF-8") from error
        if text.lstrip()[:1] in {"{", "["}:
            return _json(name, text)
        sheets = [("", _delimited(name, text))]
    for sheet, lines in sheets:
        if (found := _below_header(sheet, lines, needed)) is not None:
            return found
    wanted = " or ".join(", ".join(sorted(one)) for one in needed)
    raise RefusedSubmission(f"{name}: no line has the columns {wanted}")


def _below_header(sheet: str, lines: Iterable[list[str]], needed: Sequence[frozenset[str]]) -> list[Row] | None:
    header: list[str] | None = None
    found: list[Row] = []
    for number, line in enumerate(lines, start=1):
        if number > MOST_ROWS:
            raise RefusedSubmission(f"more than {MOST_ROWS} rows")
        place = f"{sheet} row {number}".strip()
        if header is None:
            names = [cell.strip().lower() for cell in line]
            if any(one <= set(names) for one in needed):
                header = names
                if len(set(filter(None, names))) != len(list(filter(None, names))):
                    raise RefusedSubmission(f"{place}: two columns have one name")
            continue
        if any(cell.strip() for cell in line):
            if any(cell.strip() for cell in line[len(header) :]):
                raise RefusedSubmission(f"{place}: a cell stands outside the columns of the header")
            found.append(Row(place, {n: c for n, c in zip(header, line, strict=False) if n}))
    return found if header is not None else None


def _delimited(name: str, text: str) -> Iterator[list[str]]:
    first = text.partition("\n")[0]
    mark = ";" if first.count(";") > first.count(",") else ","
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True):
            if len(line) > MOST_COLUMNS:
                raise RefusedSubmission(f"{name}: more than {MOST_COLUMNS} columns")
            yield [unguarded(cell) for cell in line]
    except csv.Error as error:
        raise RefusedSubmission(f"{name} is no CSV: {error}") from error


def _workbook(name: str, content: bytes) -> Iterator[tuple[str, list[list[str]]]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
                raise RefusedSubmission(f"{name} unpacks to more than {LARGEST_UNPACKED} bytes")
            for entry in archive.infolist():
                if not entry.is_dir():
                    _without_document_type(name, archive, entry)
        with closing(load_workbook(io.BytesIO(content), read_only=True, data_only=True)) as book:
            if len(book.worksheets) > MOST_SHEETS:
                raise RefusedSubmission(f"{name} has more than {MOST_SHEETS} sheets")
            for page in book.worksheets:
                lines = page.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
                yield page.title, [[_text(cell) for cell in line] for line in lines]
    except (*_UNREADABLE, InvalidFileException) as error:
        raise RefusedSubmission(f"{name} is no workbook that can be read ({type(error).__name__})") from error


def _without_document_type(name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Read a part of a workbook to its first element: one with a document type may expand without end."""
    seen = False

    def refused(*_declared: object) -> None:
        raise RefusedSubmission(f"{name}: {entry.filename} declares a document type")

    def begun(*_element: object) -> None:
        nonlocal seen
        seen = True

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refused
    parser.StartElementHandler = begun
    with archive.open(entry) as part:
        while not seen and (piece := part.read(_PIECE)):
            try:
                parser.Parse(piece)
            except expat.ExpatError:
                return  # a picture, or a part that openpyxl will not read either


def _text(cell: object) -> str:
    """A number as it was typed: a float of a whole number has no decimal place."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
    return str(cell)


def _json(name: str, text: str) -> list[Row]:
    try:
        raw = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise RefusedSubmission(f"{name} is no JSON") from error
    rows = raw if isinstance(raw, list) else next(
        (raw[key] for key in ("figures", "rows", "observations") if isinstance(raw.get(key), list)), None
    )  # fmt: skip
    if rows is None or len(rows) > MOST_ROWS or not all(isinstance(row, dict) for row in rows):
        raise RefusedSubmission(
            f"{name}: a list of `figures` or `rows`, at most {MOST_ROWS}, each an object, is needed"
        )
    return [Row(f"entry {n}", {str(k).lower(): _scalar(v) for k, v in row.items()}) for n, row in enumerate(rows, 1)]


def _scalar(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return json.dumps(value, default=str, ensure_ascii=False)
    if isinstance(value, Decimal):
        if abs(value.adjusted()) > _LONGEST_NUMBER:
            raise RefusedSubmission(f"{value:.3e} is no figure of a submission: it has too many digits")
        return format(value, "f")
    return str(value)
