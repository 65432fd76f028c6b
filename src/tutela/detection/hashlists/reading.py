"""Entries from files: CSV, JSON, JSON Lines, and plain lines (docs/reference/hashlist-files.md).

A row that cannot be read is reported with its line and reason, and never guessed at.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tutela.detection.fingerprints.fingerprint import BadFingerprint, FingerprintKind
from tutela.detection.hashlists.hashlist import NewEntry, check_classification

MAX_LINE = 1_000_000
MAX_NAME = 200
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


@dataclass(frozen=True, slots=True)
class ReadEntries:
    """What a file holds: `rows` is the number of rows read, good and bad; a row may hold several entries."""

    entries: tuple[NewEntry, ...]
    bad: tuple[BadRow, ...]
    rows: int


class UnreadableFile(ValueError):
    """The file as a whole is not of the format; the message says what was expected."""


def guess_format(name: str, text: str) -> Format:
    """Return the format by the file's ending, or else by its first character and line."""
    text = text.removeprefix("\ufeff")
    for ending, format_ in ((".csv", Format.CSV), (".jsonl", Format.JSONL), (".json", Format.JSON)):
        if name.lower().endswith(ending):
            return Format.JSONL if format_ is Format.JSON and _is_json_lines(text) else format_
    start = text.lstrip()[:1]
    if start == "[":
        return Format.JSON
    if start == "{":
        return Format.JSONL if _is_json_lines(text) else Format.JSON
    first = next((line for _, line in _lines(text) if isinstance(line, str) and not line.startswith("#")), "")
    return Format.CSV if "," in first or ";" in first else Format.LINES


def _is_json_lines(text: str) -> bool:
    first = text.lstrip().partition("\n")[0].strip()
    if not first.startswith("{"):
        return False
    try:
        value = json.loads(first)
    except _NOT_JSON:
        return False
    return isinstance(value, dict) and "entries" not in value


def read_entries(
    text: str, format_: Format, kinds: Mapping[str, FingerprintKind], only_kind: str | None = None
) -> ReadEntries:
    """Read entries from a file's text. `only_kind` says what values without a kind are.

    Raises UnreadableFile if the file as a whole cannot be read; bad rows are returned.
    """
    if only_kind is not None and only_kind not in kinds:
        raise UnreadableFile(f"no fingerprint is called {only_kind!r}: {', '.join(kinds)}")
    text = text.removeprefix("\ufeff")
    reader = _RowReader(kinds, only_kind)
    rows: Iterable[tuple[int, Mapping[str, Any] | str | BadRow]]
    match format_:
        case Format.CSV:
            rows = _csv_rows(text, kinds)
        case Format.JSON:
            rows = _json_rows(text)
        case Format.JSONL:
            rows = _json_lines(text)
        case Format.LINES:
            rows = _plain_lines(text)
    entries: list[NewEntry] = []
    bad: list[BadRow] = []
    count = 0
    for line, row in rows:
        count += 1
        if isinstance(row, BadRow):
            bad.append(row)
            continue
        try:
            entries.extend(reader.entries_of(row))
        except (BadFingerprint, ValueError, TypeError) as error:
            bad.append(BadRow(line, str(error)))
    return ReadEntries(tuple(entries), tuple(bad), count)


class _RowReader:
    def __init__(self, kinds: Mapping[str, FingerprintKind], only_kind: str | None) -> None:
        self._kinds = kinds
        self._only = only_kind

    def entries_of(self, row: Mapping[str, Any] | str) -> list[NewEntry]:
        if isinstance(row, str):
            kind, _, value = row.rpartition(":")
            return [self._entry(kind.strip().lower() or None, value, {})]
        lowered = {str(k).strip().lower(): v for k, v in row.items() if k is not None}
        if _text(lowered, "value"):
            if any(_text(lowered, kind) for kind in self._kinds):
                raise ValueError("give `value` with `kind`, or a column for each kind, not both")
            return [self._entry((_text(lowered, "kind") or "").lower() or None, _text(lowered, "value") or "", lowered)]
        wide = [(kind, _text(lowered, kind)) for kind in self._kinds]
        found = [self._entry(kind, value, lowered) for kind, value in wide if value]
        if not found:
            raise ValueError(f"no value: give `value` with `kind`, or one of the columns {', '.join(self._kinds)}")
        return found

    def _entry(self, kind: str | None, value: str, row: Mapping[str, Any]) -> NewEntry:
        kind = kind or self._only or self._kind_by_length(value)
        if kind not in self._kinds:
            raise ValueError(f"unknown kind {kind[:40]!r}: {', '.join(self._kinds)}")
        classification = _text(row, "classification")
        return NewEntry(
            kind=kind,
            value=self._kinds[kind].parse(value),
            classification=check_classification(classification) if classification else None,
            verified_by=_names(row.get("verified_by")),
            reference=_short(_text(row, "reference"), "reference"),
            enabled=_switch(row.get("enabled")),
        )

    def _kind_by_length(self, value: str) -> str:
        length = len(value.strip())
        fits = [name for name, kind in self._kinds.items() if length == 2 * kind.BYTES]
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise ValueError(f"{length} digits may be {' or '.join(fits)}: write the kind before it, or give --kind")
        raise ValueError(f"{value.strip()[:80]!r} is not the length of any kind of fingerprint")


def _text(row: Mapping[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"`{key}` is a text, not {type(value).__name__}")
    return _storable(value, key).strip() or None


def _storable(text: str, what: str) -> str:
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise ValueError(f"`{what}` holds a character that is none (NUL or half a surrogate pair)")
    return text


def _short(text: str | None, what: str) -> str | None:
    if text is not None and len(text) > MAX_NAME:
        raise ValueError(f"`{what}` has {len(text)} characters, at most {MAX_NAME}")
    return text


_SWITCH = {"true": True, "yes": True, "1": True, "": True, "false": False, "no": False, "0": False}


def _switch(value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return value is not False
    written = str(value).strip().lower()
    if written not in _SWITCH:
        # To guess here could let an entry match that its owner has withdrawn.
        raise ValueError(f"`enabled` is true or false, not {written[:20]!r}")
    return _SWITCH[written]


def _names(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    parts = value.split(";") if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(p, str) for p in parts):
        raise TypeError("`verified_by` is names with ';' between them, or a list of names")
    names = dict.fromkeys(p.strip() for p in parts if p.strip())
    for name in names:
        if ";" in name:
            # Written as CSV and read again, it would be two who verified.
            raise ValueError("a name in `verified_by` has no ';'")
        _short(_storable(name, "verified_by"), "verified_by")
    return tuple(names)


def _csv_rows(
    text: str, kinds: Mapping[str, FingerprintKind]
) -> Iterator[tuple[int, Mapping[str, Any] | str | BadRow]]:
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [c.strip().lower() for c in next(reader, [])]
    except csv.Error as error:
        raise UnreadableFile(f"the first line is not CSV: {error}") from error
    if twice := sorted({c for c in columns if c and columns.count(c) > 1}):
        raise UnreadableFile(f"the first line names {', '.join(twice)[:100]} more than once")
    if "value" not in columns and not set(columns) & set(kinds):
        raise UnreadableFile(
            f"the first line of a CSV names its columns: `kind` and `value`, or one of {', '.join(kinds)}; "
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


def _json_rows(text: str) -> Iterator[tuple[int, Mapping[str, Any] | str | BadRow]]:
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


def _json_lines(text: str) -> Iterator[tuple[int, Mapping[str, Any] | str | BadRow]]:
    for number, line in _lines(text):
        if isinstance(line, BadRow):
            yield number, line
            continue
        try:
            value = json.loads(line)
        except _NOT_JSON as error:
            yield number, BadRow(number, f"not JSON: {error}")
            continue
        yield number, value if isinstance(value, dict | str) else BadRow(number, "not an object or a text")


def _plain_lines(text: str) -> Iterator[tuple[int, Mapping[str, Any] | str | BadRow]]:
    for number, line in _lines(text):
        if isinstance(line, BadRow) or not line.startswith("#"):
            yield number, line


def _lines(text: str) -> Iterator[tuple[int, str | BadRow]]:
    # Not splitlines(): JSON may hold a line separator (U+2028, U+0085...) within a text.
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        stripped = line.strip()
        if len(stripped) > MAX_LINE:
            yield number, BadRow(number, f"{len(stripped):,} characters, at most {MAX_LINE:,} are read")
        elif stripped:
            yield number, stripped
