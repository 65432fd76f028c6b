"""Entries that fire unusually often: what rests on them alone is held, in the transaction that finds it out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An item that awaits its decision, and the entries that flagged it and were not found wrong."""

    case: str
    entries: frozenset[int]


class ClusterUnit(Protocol):
    """What the intake's transaction knows. It holds the name `intake`, so that nobody else counts meanwhile."""

    def clusters(self, entries: Collection[int]) -> Mapping[int, Cluster]:
        """Return what is known of clusters of these entries; those without a record are left out."""
        ...

    def fired(self, entry: int, after: datetime, up_to: datetime, limit: int) -> int:
        """Return how many items an entry flagged in `after < time <= up_to`, counted up to a limit."""
        ...

    def open_on(self, entry: int, after: datetime | None) -> Sequence[OpenItem]:
        """Return the undecided items in open cases that an entry flagged after a time, locked, in the order of cases.

        Left out: planted cases, and cases that somebody escalated or that are held already.
        """
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
        self._joined: list[OpenItem] = []

    def joined(self, case: str, fired: Sequence[Fired]) -> list[NewEvent]:
        """Return what is recorded when an item that matched these entries has joined a case, nearest entry first.

        An entry that becomes a cluster holds this item too, and the open cases that rest on it alone already. A case
        that a senior has already is left to them.
        """
        self._learn(one.entry for one in fired)
        self._joined.append(OpenItem(case, frozenset(one.entry for one in fired)))
        events: list[NewEvent] = []
        for one in fired:
            if (clustered := self._count(one)) is not None:
                events.append(clustered)
                events += self._hold_waiting(one.entry)
        if self._rests_on_clusters(self._joined[-1]):
            events += self._hold(case, fired[0].entry)
        return events

    def _hold_waiting(self, entry: int) -> list[NewEvent]:
        """Return what holds the cases that waited already when this entry became a cluster.

        What a senior looked at when an earlier cluster of it was released is not held once more.
        """
        waiting = [*self._unit.open_on(entry, self._clusters[entry].released_at), *self._joined[:-1]]
        concerned = [one for one in waiting if entry in one.entries]
        self._learn(other for one in concerned for other in one.entries)
        alone = dict.fromkeys(one.case for one in concerned if self._rests_on_clusters(one))
        return [event for case in alone for event in self._hold(case, entry)]

    def _hold(self, case: str, entry: int) -> list[NewEvent]:
        if case in self._held or self._unit.case_state(case) not in (None, CaseState.OPEN):
            return []
        self._held.add(case)
        self._unit.drop_claim(case)
        return [NewEvent(CaseHeld(reason="cluster", entry_id=entry), case, self._now, SYSTEM)]

    def _rests_on_clusters(self, item: OpenItem) -> bool:
        return all(self._clusters[entry].open for entry in item.entries)

    def _learn(self, entries: Iterable[int]) -> None:
        unknown = sorted({entry for entry in entries if entry not in self._clusters})
        if unknown:
            known = self._unit.clusters(unknown)
            self._clusters.update({entry: known.get(entry, Cluster(open=False, released_at=None)) for entry in unknown})

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
