"""Entries that fire unusually often: what rests on them alone is held, in the transaction that takes it in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tutela.casework.case import CaseState
from tutela.casework.entries.rules import WINDOWS_BEFORE, EntryRules
from tutela.casework.entries.standing import subject_of
from tutela.events.catalogue.casework import CaseHeld
from tutela.events.catalogue.entries import EntryClustered
from tutela.events.envelope import SYSTEM, NewEvent

COUNTED = 10_000
"""An entry's items in a window are counted up to here, so that intake stays fast in the middle of a flood."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """What is known of an entry's clusters. `released_at`: what it flagged until then was looked at."""

    open: bool
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class Fired:
    """An entry that an item matched."""

    entry: int
    hashlist: str


class ClusterUnit(Protocol):
    """What the intake's transaction knows. It holds the name `intake`, so that nobody else counts meanwhile."""

    def clusters(self, entries: Collection[int]) -> Mapping[int, Cluster]:
        """Return what is known of clusters of these entries; those without a record are left out."""
        ...

    def fired(self, entry: int, after: datetime, up_to: datetime, limit: int) -> int:
        """Return how many items an entry flagged in `after < time <= up_to`, counted up to a limit."""
        ...

    def drop_claim(self, case: str) -> None:
        """Let nobody work on a case."""
        ...

    def case_state(self, case: str) -> CaseState | None:
        """Return the state of a case, None for one that this transaction is about to open."""
        ...


class ClusterWatch:
    """Counts the items of one transaction with those on record."""

    def __init__(self, unit: ClusterUnit, rules: EntryRules, now: datetime) -> None:
        self._unit = unit
        self._rules = rules
        self._now = now
        self._clusters: dict[int, Cluster] = {}
        self._items: dict[int, int] = {}
        self._held: set[str] = set()

    def joined(self, case: str, fired: Sequence[Fired]) -> list[NewEvent]:
        """Return what is recorded when an item that matched these entries has joined a case, nearest entry first.

        An entry that becomes a cluster holds this item too. A case that a senior has already is left to them.
        """
        unknown = [one.entry for one in fired if one.entry not in self._clusters]
        if unknown:
            known = self._unit.clusters(unknown)
            self._clusters.update({entry: known.get(entry, Cluster(open=False, released_at=None)) for entry in unknown})
        events = [event for one in fired if (event := self._count(one)) is not None]
        if all(self._clusters[one.entry].open for one in fired) and self._can_be_held(case):
            self._held.add(case)
            self._unit.drop_claim(case)
            payload = CaseHeld(reason="cluster", entry_id=fired[0].entry)
            events.append(NewEvent(payload, case, self._now, SYSTEM))
        return events

    def _count(self, one: Fired) -> NewEvent | None:
        cluster = self._clusters[one.entry]
        if cluster.open:
            return None
        start = self._now - self._rules.window
        if one.entry not in self._items:
            after = max(start, cluster.released_at) if cluster.released_at else start
            self._items[one.entry] = self._unit.fired(one.entry, after, self._now, COUNTED)
        self._items[one.entry] += 1
        items = self._items[one.entry]
        if items < self._rules.cluster_items:
            return None
        enough = COUNTED * WINDOWS_BEFORE
        before = self._unit.fired(one.entry, start - WINDOWS_BEFORE * self._rules.window, start, enough)
        usual = before / WINDOWS_BEFORE
        if not self._rules.is_unusual(items, usual):
            return None
        self._clusters[one.entry] = Cluster(open=True, released_at=cluster.released_at)
        payload = EntryClustered(
            entry_id=one.entry,
            hashlist=one.hashlist,
            items=items,
            hours=self._rules.cluster_hours,
            usual=int(usual),
        )
        return NewEvent(payload, subject_of(one.entry), self._now, SYSTEM)

    def _can_be_held(self, case: str) -> bool:
        return case not in self._held and self._unit.case_state(case) in (None, CaseState.OPEN)
