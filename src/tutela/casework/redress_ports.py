"""What redress asks of storage, of the hash lists, and of the way to the platform."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from tutela.access.roles import Person
from tutela.casework.actions import Action
from tutela.casework.links import Link
from tutela.casework.notices import AccessRequest, Deferral, Notice
from tutela.casework.ports import CaseUnit
from tutela.casework.redress import Complaint
from tutela.events.catalogue.base import Verdict
from tutela.events.catalogue.entries import WrongReason


@dataclass(frozen=True, slots=True)
class Matched:
    """That an item matched an entry; at a distance of 0 nothing told the two apart."""

    item: str
    entry: int
    distance: int


class RedressUnit(CaseUnit, Protocol):
    """One transaction of redress."""

    def lock(self, name: str) -> None:
        """Hold a name until the end of the transaction."""
        ...

    def complaints_against(self, action: str) -> list[Complaint]:
        """Return every complaint against an action, oldest first."""
        ...

    def parties(self, action: Action, items: Collection[str]) -> frozenset[str]:
        """Return all who ever ordered, decided, reviewed or settled anything on an action that rests on these items."""
        ...

    def matched(self, items: Collection[str]) -> list[Matched]:
        """Return the entries that items matched."""
        ...

    def notice(self, about: str) -> Notice | None:
        """Return the notice about something, locked until the end, if there is anything to tell."""
        ...

    def due_notices(self, limit: int) -> list[Notice]:
        """Return notices that are due and not deferred, longest due first, locked until the end."""
        ...

    def link(self, link_id: str) -> Link | None:
        """Return a link that stands."""
        ...

    def told(self, case: str) -> bool:
        """Return whether a notice of an action of the case was issued."""
        ...

    def standing_deferral(self, case: str) -> Deferral | None:
        """Return the deferral of a case that has not ended."""
        ...

    def deferral(self, deferral_id: str) -> Deferral:
        """Return a deferral, locked until the end; raises LookupError."""
        ...

    def deferrals_over(self, now: datetime, limit: int) -> list[Deferral]:
        """Return deferrals whose time is over and that have not ended, locked until the end."""
        ...

    def access_request(self, request_id: str) -> AccessRequest:
        """Return a request, locked until the end; raises LookupError."""
        ...

    def access_waits(self, action: str) -> bool:
        """Return whether a request for access after this suspension waits."""
        ...


class RedressTransactions(Protocol):
    """Begins the transactions of redress; leaving the block commits, an exception rolls back."""

    def redress(self) -> AbstractContextManager[RedressUnit]:
        """Begin a transaction of redress."""
        ...


class Deciding(Protocol):
    """Records a decision on an item, with all that follows from it, within a transaction that is open."""

    def decide_within(
        self,
        unit: CaseUnit,
        person: Person,
        case_id: str,
        item_id: str,
        verdict: Verdict,
        *,
        ground: Literal["error", "lawful_here"] | None,
        remarks: str,
    ) -> None:
        """Record it. The permission is the caller's to require. Raises NoSuchItem, NotPossible."""
        ...


class EntryCheck(Protocol):
    """The port to whoever corrects the hash lists. Called once what showed the error is on record."""

    def found_wrong(self, entry_id: int, reason: WrongReason, cause: str | None, actor: str) -> bool:
        """Deal with an entry that was found wrong; `cause` is the id of the complaint. Returns whether it is news."""
        ...
