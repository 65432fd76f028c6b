"""Rows from files: CSV, JSON, JSON Lines, and plain lines. Memory does not grow with the file, except for JSON."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any, TextIO

MAX_LINE = 1_000_000
"""Characters of a line."""
MAX_JSON = 64 * 1024 * 1024
"""Characters of a JSON list, which is read as a whole; JSON Lines have no limit."""
_PIECE = MAX_LINE + 2
_AHEAD = 65_536
_WITH_KIND = re.compile(r"[\w.-]+:")
"""How a plain line begins that names its kind; a clip's value has commas, and the first line of a CSV no colon."""
_NEWLINE = re.compile(rb"\r\n|\n|\r")
# A number of thousands of digits is a plain ValueError, nesting without end a RecursionError.
_NOT_JSON = (ValueError, RecursionError)


class Format(StrEnum):
    """How a file of entries is written."""

    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was refused. `line` counts from 1 and includes a header; for JSON it is the element's number."""

    line: int
    reason: str


class UnreadableFile(ValueError):
    """The file as a whole is not of the format; the message says what was expected."""


Row = tuple[int, Mapping[str, Any] | str | BadRow]


def rows(stream: TextIO, format_: Format | None, name: str, columns: Iterable[str]) -> Iterator[Row]:
    """Yield the rows of a file with their lines, the format guessed by name and beginning if it is None.

    `stream` is opened with `newline=""`. One of `columns`, or `value`, is in the first line of a CSV. Raises
    UnreadableFile if the file as a whole cannot be read, which may show at any line.
    """
    pieces = _pieces(stream)
    ahead: list[str] = []
    for piece in pieces:
        ahead.append(piece)
        if sum(map(len, ahead)) >= _AHEAD:
            break
    format_ = format_ or guess_format(name, "".join(ahead))
    everything = chain(ahead, pieces)
    match format_:
        case Format.CSV:
            return _csv_rows(everything, tuple(columns))
        case Format.JSON:
            return _json_rows(everything)
        case Format.JSONL:
            return _json_lines(everything)
        case Format.LINES:
            return _plain_lines(everything)


def guess_format(name: str, start: str) -> Format:
    """Return the format by the file's ending, or else by its first character and line."""
    start = start.removeprefix("\ufeff")
    for ending, format_ in ((".csv", Format.CSV), (".jsonl", Format.JSONL), (".json", Format.JSON)):
        if name.lower().endswith(ending):
            return Format.JSONL if format_ is Format.JSON and _is_json_lines(start) else format_
    first = start.lstrip()[:1]
    if first == "[":
        return Format.JSON
    if first == "{":
        return Format.JSONL if _is_json_lines(start) else Format.JSON
    lines = (line.strip() for line in re.split(r"\r\n|\n|\r", start))
    line = next((line for line in lines if line and not line.startswith("#")), "")
    if _WITH_KIND.match(line):
        return Format.LINES
    return Format.CSV if "," in line or ";" in line else Format.LINES


def _is_json_lines(start: str) -> bool:
    first = start.lstrip().partition("\n")[0].strip()
    if not first.startswith("{"):
        return False
    try:
        value = json.loads(first)
    except _NOT_JSON:
        return False
    return isinstance(value, dict) and "entries" not in value


def _pieces(stream: TextIO) -> Iterator[str]:
    """Yield lines with their ends; one that is too long comes in pieces."""
    lines = 0
    try:
        piece = stream.readline(_PIECE).removeprefix("\ufeff")
        while piece:
            yield piece
            lines += piece[-1] in "\r\n"
            piece = stream.readline(_PIECE)
    except UnicodeDecodeError as error:
        lines += len(_NEWLINE.findall(error.object[: error.start]))
        raise UnreadableFile(f"line {lines + 1} is not UTF-8") from error


def _lines(pieces: Iterable[str]) -> Iterator[tuple[int, str | BadRow]]:
    # Not splitlines(): JSON may hold a line separator (U+2028, U+0085...) within a text.
    number, before = 1, 0
    for piece in pieces:
        if len(piece) == _PIECE and piece[-1] not in "\r\n":
            before += _PIECE
            continue
        stripped = piece.strip()
        if before or len(stripped) > MAX_LINE:
            yield number, _too_long(number, before + len(piece))
        elif stripped:
            yield number, stripped
        number, before = number + 1, 0
    if before:
        yield number, _too_long(number, before)


def _too_long(number: int, length: int) -> BadRow:
    return BadRow(number, f"{length:,} characters, at most {MAX_LINE:,} are read")


def _csv_lines(pieces: Iterable[str]) -> Iterator[str]:
    for number, piece in enumerate(pieces, 1):
        if len(piece) > MAX_LINE:
            raise UnreadableFile(f"line {number} has more than {MAX_LINE:,} characters")
        yield piece


def _csv_rows(pieces: Iterable[str], wanted: Sequence[str]) -> Iterator[Row]:
    lines = _csv_lines(pieces)
    header = next(lines, "")
    # A clip's value has more characters than the module takes by itself; lines have their own limit.
    csv.field_size_limit(MAX_LINE)
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(chain([header], lines) if header else (), delimiter=delimiter, strict=True)
    try:
        columns = [c.strip().lower() for c in next(reader, [])]
    except csv.Error as error:
        raise UnreadableFile(f"the first line is not CSV: {error}") from error
    if twice := sorted({c for c in columns if c and columns.count(c) > 1}):
        raise UnreadableFile(f"the first line names {', '.join(twice)[:100]} more than once")
    if "value" not in columns and not set(columns) & set(wanted):
        raise UnreadableFile(
            f"the first line of a CSV names its columns: `kind` and `value`, or one of {', '.join(wanted)}; "
            f"found {header.strip()[:100]!r}"
        )
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield line, BadRow(line, f"not CSV: {error}")
            continue
        if cells is None:
            return
        if not cells:
            continue  # an empty line
        if len(cells) > len(columns):
            yield line, BadRow(line, "more cells than the first line has columns")
            continue
        yield line, dict(zip(columns, cells, strict=False))


def _json_rows(pieces: Iterable[str]) -> Iterator[Row]:
    length = 0
    held = []
    for piece in pieces:
        held.append(piece)
        length += len(piece)
        if length > MAX_JSON:
            raise UnreadableFile(
                f"a JSON list of more than {MAX_JSON:,} characters: write it as JSON Lines, an object a line"
            )
    text = "".join(held)
    try:
        value = json.loads(text)
    except _NOT_JSON as error:
        raise UnreadableFile(f"not JSON: {error}") from error
    if isinstance(value, dict):
        value = value.get("entries", [value])
    if not isinstance(value, list):
        raise UnreadableFile("JSON entries are a list, or an object with `entries`")
    for number, element in enumerate(value, 1):
        yield (
            number,
            element if isinstance(element, dict | str) else BadRow(number, "not an object or a text"),
        )


def _json_lines(pieces: Iterable[str]) -> Iterator[Row]:
    for number, line in _lines(pieces):
        if isinstance(line, BadRow):
            yield number, line
            continue
        try:
            value = json.loads(line)
        except _NOT_JSON as error:
            yield number, BadRow(number, f"not JSON: {error}")
            continue
        yield number, value if isinstance(value, dict | str) else BadRow(number, "not an object or a text")


def _plain_lines(pieces: Iterable[str]) -> Iterator[Row]:
    for number, line in _lines(pieces):
        if isinstance(line, BadRow) or not line.startswith("#"):
            yield number, line
