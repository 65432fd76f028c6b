"""Where an entry stands, and what people and decisions do to it. Pure: a standing and a command in, events out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tutela.casework.case import NotPossible
from tutela.casework.entries.rules import VERIFICATIONS, EntryRules
from tutela.detection.hashlists.hashlist import HeldBack
from tutela.events.catalogue.base import Payload
from tutela.events.catalogue.entries import (
    EntryClusterReleased,
    EntryFoundWrong,
    EntryRestored,
    EntrySuspended,
    EntryVerified,
    RestoreReason,
    SuspensionReason,
    WrongReason,
)
from tutela.events.envelope import SYSTEM, NewEvent

MILLION = 1_000_000


class EntryState(StrEnum):
    """What people and decisions made of an entry. Its own switch and that of its list stand beside it."""

    ACTIVE = "active"
    UNVERIFIED = "unverified"
    SUSPENDED = "suspended"
    WRONG = "wrong"

    @property
    def held_back(self) -> HeldBack | None:
        """Why it matches nothing; None where it may match."""
        return None if self is EntryState.ACTIVE else HeldBack(self.value)


@dataclass(frozen=True, slots=True)
class EntryStanding:
    """An entry as casework sees it.

    `verifiers` are the people who verified an own entry, which `added_by` made of an item of a case. The counts are
    of decisions on items that rested on it; the fresh ones came after it was last restored.
    """

    id: int
    hashlist: str
    state: EntryState
    fresh_confirmed: int = 0
    fresh_rejected: int = 0
    verifiers: frozenset[str] = frozenset()
    added_by: str | None = None
    case: str | None = None
    item: str | None = None
    clustered: bool = False

    @property
    def is_verified(self) -> bool:
        """Whether it needs no more verifications: an imported one carries its own."""
        return self.added_by is None or len(self.verifiers) >= VERIFICATIONS


def subject_of(entry: int) -> str:
    """Return the subject of events about an entry."""
    return f"entry:{entry}"


def may_verify(entry: EntryStanding, person: str, rules: EntryRules) -> bool:
    """Return whether a person may be one of those who verify an own entry, once they have looked at the item."""
    adder = person == entry.added_by and not rules.adder_verifies
    return entry.state is EntryState.UNVERIFIED and not adder and person not in entry.verifiers


def verify(entry: EntryStanding, person: str, *, viewed: bool, rules: EntryRules, now: datetime) -> list[NewEvent]:
    """Return what is recorded when a person verifies an own entry; the second one lets it match.

    Raises NotPossible for the one who added it, for one who did so before, for one who did not look, and where
    nothing waits for a verification.
    """
    if entry.state is not EntryState.UNVERIFIED:
        raise NotPossible(
            "entry %(entry)s is %(state)s: it waits for no verification", entry=entry.id, state=entry.state
        )
    if person == entry.added_by and not rules.adder_verifies:
        raise NotPossible("somebody other than the one who added the entry verifies it")
    if person in entry.verifiers:
        raise NotPossible("you have verified this entry already: another person must, too")
    if not viewed:
        raise NotPossible("look at the item first, in the console: who verifies must have seen it")
    active = len(entry.verifiers) + 1 >= VERIFICATIONS
    return [_event(entry, person, now, EntryVerified(entry_id=entry.id, hashlist=entry.hashlist, active=active))]


def suspend(entry: EntryStanding, reason: SuspensionReason, *, person: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when a senior keeps an entry from matching. Raises NotPossible."""
    if entry.state is not EntryState.ACTIVE:
        raise NotPossible("entry %(entry)s is %(state)s: it matches nothing now", entry=entry.id, state=entry.state)
    return [_event(entry, person, now, EntrySuspended(
        entry_id=entry.id, hashlist=entry.hashlist, reason=reason,
        confirmed=entry.fresh_confirmed, rejected=entry.fresh_rejected,
    ))]  # fmt: skip


def suspend_if_due(entry: EntryStanding, upper: float, rules: EntryRules, now: datetime) -> list[NewEvent]:
    """Return what is recorded when an entry's precision has come to lie under the limit; nothing where it has not.

    `upper` is the upper bound of its precision by the fresh decisions.
    """
    decisions = entry.fresh_confirmed + entry.fresh_rejected
    if entry.state is not EntryState.ACTIVE or decisions < rules.minimum_decisions or upper >= rules.minimum_precision:
        return []
    return [_event(entry, SYSTEM, now, EntrySuspended(
        entry_id=entry.id, hashlist=entry.hashlist, reason="precision",
        confirmed=entry.fresh_confirmed, rejected=entry.fresh_rejected,
        upper=round(upper * MILLION), limit=round(rules.minimum_precision * MILLION),
    ))]  # fmt: skip


def restore(entry: EntryStanding, reason: RestoreReason, *, person: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when a senior lets an entry match again. Raises NotPossible."""
    if entry.state not in (EntryState.SUSPENDED, EntryState.WRONG):
        raise NotPossible(
            "entry %(entry)s is %(state)s: there is nothing to restore", entry=entry.id, state=entry.state
        )
    return [_event(entry, person, now, EntryRestored(entry_id=entry.id, hashlist=entry.hashlist, reason=reason))]


def find_wrong(
    entry: EntryStanding, reason: WrongReason, cause: str | None, *, actor: str, now: datetime
) -> list[NewEvent]:
    """Return what is recorded when an entry is found wrong; nothing if it was before."""
    if entry.state is EntryState.WRONG:
        return []
    payload = EntryFoundWrong(entry_id=entry.id, hashlist=entry.hashlist, reason=reason, cause=cause)
    return [_event(entry, actor, now, payload)]


def release_cluster(entry: EntryStanding, *, person: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when a senior has looked at a cluster, and its cases go on. Raises NotPossible."""
    if not entry.clustered:
        raise NotPossible("entry %(entry)s holds no cluster", entry=entry.id)
    return [_event(entry, person, now, EntryClusterReleased(entry_id=entry.id, hashlist=entry.hashlist))]


def _event(entry: EntryStanding, actor: str, now: datetime, payload: Payload) -> NewEvent:
    return NewEvent(payload, subject=subject_of(entry.id), occurred_at=now, actor=actor)
