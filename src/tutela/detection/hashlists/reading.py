"""Entries from files: CSV, JSON, JSON Lines, and plain lines (docs/reference/hashlist-files.md).

A row that cannot be read is reported with its line and reason, and never guessed at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from tutela.detection.fingerprints.fingerprint import BadFingerprint, FingerprintKind, LongValued, OfOtherEntries
from tutela.detection.hashlists.hashlist import NewEntry, check_classification, listed_value
from tutela.detection.hashlists.rows import BadRow, Format, UnreadableFile, rows

MAX_NAME = 200
MAX_REPORTED = 100_000
"""Bad rows that are kept with their reasons; the others are counted."""


class EntryReader:
    """Reads the entries of a file one after another, once; memory does not grow with the file, except for JSON.

    `rows` is the number of rows read so far, good and bad; a row may hold several entries. `rejected` is the number
    of bad ones, `bad` the first of them.
    """

    def __init__(
        self,
        stream: TextIO,
        kinds: Mapping[str, FingerprintKind],
        *,
        format_: Format | None = None,
        name: str = "-",
        only_kind: str | None = None,
    ) -> None:
        """Read from a stream that is opened with `newline=""`.

        The format is guessed by `name` and the beginning if it is not given; `only_kind` says what values without a
        kind are. Raises UnreadableFile for a kind that there is not.
        """
        if only_kind is not None and only_kind not in kinds:
            raise UnreadableFile(f"no fingerprint is called {only_kind!r}: {', '.join(kinds)}")
        self.rows = 0
        self.rejected = 0
        self.bad: list[BadRow] = []
        self._stream = stream
        self._format = format_
        self._name = name
        self._kinds = kinds
        self._reader = _RowReader(kinds, only_kind)

    def __iter__(self) -> Iterator[NewEntry]:
        """Yield the entries. Raises UnreadableFile if the file as a whole cannot be read; bad rows are kept."""
        for line, row in rows(self._stream, self._format, self._name, self._kinds):
            self.rows += 1
            if isinstance(row, BadRow):
                self._refuse(row)
                continue
            try:
                found = self._reader.entries_of(row)
            except (BadFingerprint, ValueError, TypeError) as error:
                self._refuse(BadRow(line, str(error)))
                continue
            yield from found

    def _refuse(self, row: BadRow) -> None:
        self.rejected += 1
        if len(self.bad) < MAX_REPORTED:
            self.bad.append(row)


class _RowReader:
    def __init__(self, kinds: Mapping[str, FingerprintKind], only_kind: str | None) -> None:
        # What is compared with the entries of another kind has none of its own.
        self._kinds = {name: kind for name, kind in kinds.items() if not isinstance(kind, OfOtherEntries)}
        self._only = only_kind

    def entries_of(self, row: Mapping[str, Any] | str) -> list[NewEntry]:
        if isinstance(row, str):
            written, _, text = row.rpartition(":")
            kind = self._kind(written.strip().lower() if written else None, text)
            named, long = listed_value(self._kinds[kind], self._kinds[kind].parse(text))
            return [NewEntry(kind, named, long=long)]
        lowered = {str(k).strip().lower(): v for k, v in row.items() if k is not None}
        if value := _written(lowered, "value"):
            if any(_written(lowered, kind) for kind in self._kinds):
                raise ValueError("give `value` with `kind`, or a column for each kind, not both")
            return [self._entry((_text(lowered, "kind") or "").lower() or None, value, lowered)]
        wide = [(kind, _written(lowered, kind)) for kind in self._kinds]
        found = [self._entry(kind, value, lowered) for kind, value in wide if value]
        if not found:
            raise ValueError(f"no value: give `value` with `kind`, or one of the columns {', '.join(self._kinds)}")
        return found

    def _entry(self, kind: str | None, value: str, row: Mapping[str, Any]) -> NewEntry:
        kind = self._kind(kind, value)
        classification = _text(row, "classification")
        named, long = listed_value(self._kinds[kind], self._kinds[kind].parse(value))
        return NewEntry(
            kind=kind,
            value=named,
            long=long,
            classification=check_classification(classification) if classification else None,
            verified_by=_names(row.get("verified_by")),
            reference=_short(_text(row, "reference"), "reference"),
            enabled=_switch(row.get("enabled")),
        )

    def _kind(self, written: str | None, value: str) -> str:
        kind = written or self._only or self._kind_by_length(value)
        if kind not in self._kinds:
            raise ValueError(f"unknown kind {kind[:40]!r}: {', '.join(self._kinds)}")
        return kind

    def _kind_by_length(self, value: str) -> str:
        length = len(value.strip())
        fits = [name for name, kind in self._kinds.items() if length == _digits(kind)]
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise ValueError(f"{length} digits may be {' or '.join(fits)}: write the kind before it, or give --kind")
        raise ValueError(f"{value.strip()[:80]!r} is not the length of any kind of fingerprint")


def _digits(kind: FingerprintKind) -> int | None:
    return None if isinstance(kind, LongValued) else 2 * kind.BYTES


def _written(row: Mapping[str, Any], key: str) -> str | None:
    """Return what is written of a value: a text, or a list where frames are given as JSON and not as a text of it."""
    value = row.get(key)
    return json.dumps(value) if isinstance(value, list) else _text(row, key)


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
