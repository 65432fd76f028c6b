"""Reads a text as a file of entries would be read."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

from tutela.detection.fingerprints.fingerprint import FingerprintKind
from tutela.detection.hashlists.hashlist import NewEntry
from tutela.detection.hashlists.reading import EntryReader
from tutela.detection.hashlists.rows import BadRow, Format


@dataclass(frozen=True)
class ReadEntries:
    entries: tuple[NewEntry, ...]
    bad: tuple[BadRow, ...]
    rows: int


def read_entries(
    text: str, format_: Format, kinds: Mapping[str, FingerprintKind], only_kind: str | None = None
) -> ReadEntries:
    reader = EntryReader(io.StringIO(text, newline=""), kinds, format_=format_, only_kind=only_kind)
    entries = tuple(reader)
    assert reader.rejected == len(reader.bad)
    return ReadEntries(entries, tuple(reader.bad), reader.rows)
