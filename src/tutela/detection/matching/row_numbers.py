"""Entries that have many rows in an index: each row has a number that tells the entry and which of its rows it is."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.detection.fingerprints.fingerprint import FingerprintKind, LongValued

ROW_BITS = 20
"""A million rows of an entry, and entries up to 2 ** 44."""
_MASK = (1 << ROW_BITS) - 1


def row_number(entry: int, row: int) -> int:
    """Return the number under which an index holds a row of an entry; raises ValueError beyond what fits."""
    if not 0 <= entry < 1 << (64 - ROW_BITS) or not 0 <= row <= _MASK:
        raise ValueError(f"row {row} of entry {entry}: an index has no such number")
    return entry << ROW_BITS | row


def entry_and_row(number: int) -> tuple[int, int]:
    """Return the entry and which of its rows has a number."""
    return number >> ROW_BITS, number & _MASK


def numbered_rows(kind: FingerprintKind, entry: int, value: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield what an index holds of an entry: its value under its id, or each of its rows under a number."""
    if not isinstance(kind, LongValued):
        yield entry, value
        return
    for row, held in enumerate(kind.rows(value)):
        yield row_number(entry, row), held
