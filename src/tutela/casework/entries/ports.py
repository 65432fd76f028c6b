"""What casework asks of storage about entries: one transaction at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from tutela.casework.case import Case
from tutela.casework.entries.standing import EntryStanding
from tutela.detection.hashlists.hashlist import HashList, HeldBack, NewEntry
from tutela.events.store import EventWriter


@dataclass(frozen=True, slots=True)
class Put:
    """Where a value of an own list is: the number of its entry, and whether it was put there now."""

    entry: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Correction:
    """The correction of a wrong entry: gone through up to the detection `after`. `event` is the number of its event."""

    entry: int
    event: int
    after: str


@dataclass(frozen=True, slots=True)
class Resting:
    """An item that an entry flagged. `decided_by_event` is the number of the decision that stands, if one does.

    `held_up`: another entry that was not found wrong flagged it too. `planted`: its case is nobody's.
    """

    detection: str
    item: str
    case: str
    decided_by_event: int | None
    held_up: bool
    planted: bool


class EntryUnit(EventWriter, Protocol):
    """One transaction about entries."""

    def lock(self, name: str) -> None:
        """Wait until no other transaction holds this name; held until the end."""
        ...

    def hashlist(self, list_id: str) -> HashList:
        """Return a list; raises UnknownList."""
        ...

    def case(self, case_id: str, *, lock: bool = False) -> Case:
        """Return a case, locked until the end if asked; raises NoSuchCase."""
        ...

    def has_viewed(self, case_id: str, item_id: str, person: str) -> bool:
        """Return whether the record holds a look of that person at that item."""
        ...

    def entry(self, entry_id: int) -> EntryStanding:
        """Return where an entry stands, locked until the end; raises UnknownEntry."""
        ...

    def of_same_item(self, entry: EntryStanding) -> list[EntryStanding]:
        """Return the unverified entries of the list that were made of the same item, this one among them, locked."""
        ...

    def put(self, list_id: str, entry: NewEntry) -> Put:
        """Put a value on an own list, held back as unverified; a removed one comes back so."""
        ...

    def hold_back(self, entry_id: int, why: HeldBack | None) -> None:
        """Keep an entry from matching, or let it match."""
        ...

    def add_verifier(self, entry_id: int, person: str) -> None:
        """Name a person among those who verified an entry."""
        ...

    def correction(self) -> Correction | None:
        """Return the oldest correction that is not done."""
        ...

    def resting(self, entry_id: int, after: str, limit: int) -> list[Resting]:
        """Return the next items that an entry flagged, in the order of their detections."""
        ...

    def releasable(self, limit: int) -> list[str]:
        """Return cases that are held for entries which hold no cluster any more."""
        ...

    def cluster_behind(self, case_id: str) -> int | None:
        """Return an entry that holds a cluster and on which, or on others like it, an undecided item rests alone."""
        ...

    def suspects(self, minimum: int, precision: float, entries: Sequence[int] | None) -> list[int]:
        """Return active entries with at least so many fresh decisions, of which a smaller share is confirmed.

        Among the given ones, or all.
        """
        ...


class EntryTransactions(Protocol):
    """Begins transactions about entries; leaving the block commits, an exception rolls back."""

    def entries(self, *, change_lists: bool) -> AbstractContextManager[EntryUnit]:
        """Begin one. With `change_lists` it waits for other changes of lists first, and entries may be changed."""
        ...


class Fingerprinter(Protocol):
    """Makes the values that an own list keeps of an item."""

    def __call__(self, data: bytes) -> Mapping[str, bytes]:
        """Return values by kind; none where the bytes have too little structure."""
        ...
