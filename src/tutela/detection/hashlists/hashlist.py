"""A hash list and its entries."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tutela.detection.fingerprints.fingerprint import FingerprintKind, LongValued
from tutela.events.obstacles import Obstacle

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_CLASS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,15}")


class ListRole(StrEnum):
    """What an entry of a list says of an item that it matches."""

    MATCH = "match"
    """The item is flagged."""
    HARMLESS = "harmless"
    """The item was looked at and is harmless: detection.overruling says what that overrules."""


class HeldBack(StrEnum):
    """Why an entry matches nothing though nobody disabled it: people judge entries by what they see in cases."""

    UNVERIFIED = "unverified"
    """An own entry that two people have not verified yet."""
    SUSPENDED = "suspended"
    """Too many of its matches were errors: a senior judges it."""
    WRONG = "wrong"
    """It was found wrong."""


@dataclass(frozen=True, slots=True)
class HashList:
    """A list: who owns it, where it comes from, whose law its classification follows, what its entries say.

    `own`: it is the operator's own. Entries come from confirmed cases alone, and match once two people verified them.
    """

    id: str
    owner: str
    source: str
    jurisdiction: str
    classification: str | None
    enabled: bool = True
    role: ListRole = ListRole.MATCH
    own: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.id):
            raise ValueError(f"list name {self.id!r}: use lower-case letters, digits, '.', '_' and '-', at most 63")
        if self.classification is not None:
            check_classification(self.classification)


def check_classification(text: str) -> str:
    """Return the code of a class if it is one (1 to 16 letters, digits, '.', '_', '-'); raises ValueError."""
    if not _CLASS.fullmatch(text):
        raise ValueError(f"class {text[:40]!r}: use 1 to 16 letters, digits, '.', '_' and '-'")
    return text


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry as it is read from a file: one value of one kind, with what is known about it.

    `verified_by` names the people or organisations that verified it, each once. `reference` is the owner's own
    number for it. One that is not enabled is kept and never matches. Of a kind with long values, `value` is the
    SHA-256 of the value and `long` the value itself.
    """

    kind: str
    value: bytes
    classification: str | None = None
    verified_by: tuple[str, ...] = ()
    reference: str | None = None
    enabled: bool = True
    long: bytes = b""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a list. `id` is unique over all lists, and its value never changes.

    `enabled`: it may match where its list does. `held_back` says why not, where nobody switched it off.
    `removed_at` is when it was removed, if it was: kept so that past detections still open to it.
    """

    id: int
    hashlist: str
    kind: str
    value: bytes
    classification: str | None
    verified_by: tuple[str, ...]
    reference: str | None
    added_at: datetime
    enabled: bool = True
    removed_at: datetime | None = None
    held_back: HeldBack | None = None
    long: bytes = b""
    """The value itself, where it is long and `value` is its SHA-256."""


@dataclass(frozen=True, slots=True)
class ListSummary:
    """A list with the number of its entries by kind, of those that are enabled, and of those that were removed.

    `entries` and `enabled_entries` leave out what was removed.
    """

    hashlist: HashList
    entries: dict[str, int] = field(default_factory=dict)
    enabled_entries: int = 0
    removed_entries: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """What an entry became at a revision. `enabled`: it may match, as far as the entry goes; its list has a switch too.

    `classification` is the entry's own, None where the list's counts.
    """

    entry: int
    hashlist: str
    kind: str
    value: bytes
    classification: str | None
    enabled: bool
    removed: bool
    revision: int


@dataclass(frozen=True, slots=True, eq=False)
class ChangeBatch:
    """Changes of one list, kind and own classification, as columns of n rows by ascending revision and id.

    `entries` are ids, `values` one value a row, `enabled` whether each may match, as far as the entry goes.
    """

    hashlist: str
    kind: str
    classification: str | None
    entries: NDArray[np.uint64]
    values: NDArray[np.uint8]
    """n x the bytes of a value."""
    enabled: NDArray[np.bool_]
    removed: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return n."""
        return len(self.entries)


class ListsAtOneMoment(Protocol):
    """The lists as they are at one moment, whatever is changed meanwhile."""

    def revision(self) -> int:
        """Return the number of the last change; it grows with every change of a list or an entry."""
        ...

    def stamp(self, revision: int) -> str | None:
        """Return the random name of a change, None if these lists never had it.

        An index that remembers another name for its revision followed lists that went another way, such as those
        before a backup was restored: it is made anew.
        """
        ...

    def lists(self) -> list[HashList]:
        """Return every list, by name."""
        ...

    def changes(self, after: int, up_to: int) -> Iterator[Change]:
        """Yield each entry whose last change is in `after < revision <= up_to`, by revision and id.

        Entries that changed again after `up_to` are left out: ask for all up to `revision()`.
        """
        ...

    def kinds(self) -> list[str]:
        """Return the kinds of fingerprint that entries have, by name."""
        ...

    def matches(self, kind: str) -> bool:
        """Return whether an entry of a kind may match: enabled, not removed, on an enabled list."""
        ...

    def long_values(self, kind: str, names: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the long values of a kind by the digests that entries name them by."""
        ...

    def changes_in_bulk(self, after: int, up_to: int, kind: str | None = None) -> Iterator[ChangeBatch]:
        """Yield what `changes` yields as columns, in few objects, of one kind if given: for an index of millions."""
        ...


def listed_value(kind: FingerprintKind, value: bytes) -> tuple[bytes, bytes]:
    """Return what a list names a value by, and the value itself where that is its digest: `value` and `long`."""
    if isinstance(kind, LongValued):
        return hashlib.sha256(value).digest(), value
    return value, b""


class HashLists(Protocol):
    """The port to stored lists."""

    def at_one_moment(self) -> AbstractContextManager[ListsAtOneMoment]:
        """Hold a moment: all that is read within it belongs together."""
        ...

    def revision(self) -> int:
        """Return the number of the last change; cheap."""
        ...

    def changes(self, after: int, up_to: int) -> Iterator[Change]:
        """Yield the changes of a moment of its own; see ListsAtOneMoment."""
        ...

    def changes_in_bulk(self, after: int, up_to: int) -> Iterator[ChangeBatch]:
        """Yield the changes of a moment of its own as columns; see ListsAtOneMoment."""
        ...

    def summaries(self) -> list[ListSummary]:
        """Return every list with its counts, by name."""
        ...

    def entries(
        self, lists: Sequence[str] | None, *, enabled_only: bool, role: ListRole | None = None
    ) -> Iterator[Entry]:
        """Yield the entries of the named lists (all if None) that were not removed, by id.

        Only enabled ones of enabled lists if asked, only of lists of a role if given.
        """
        ...

    def entry(self, entry_id: int) -> Entry:
        """Return an entry, also one that was removed. Raises UnknownEntry."""
        ...


class UnknownList(Obstacle, LookupError):
    """No list has that name; the message names those that exist."""


class UnknownEntry(Obstacle, LookupError):
    """No entry has that id, or not in that list."""
