"""Four eyes: one person asks, another allows, the first does it. Pure.

What two must want is done in one transaction with `use`, so that an approval is spent exactly once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from tutela.access.roles import NotAllowed, Permission, Person, Role
from tutela.events.catalogue.approvals import ApprovalAsked, ApprovalDecided, ApprovalKind, ApprovalUsed
from tutela.events.envelope import NewEvent, new_id
from tutela.events.obstacles import AnyOf, Obstacle, Word

LASTS = timedelta(hours=72)
"""How long an approval can be given and used after it was asked for."""


ASKS: Mapping[ApprovalKind, Permission] = {
    "unmask": Permission.UNMASK,
    "export": Permission.EXPORT,
    "hand_over": Permission.HAND_OVER,
    "rotate_key": Permission.ROTATE_KEY,
    "destroy_key": Permission.DESTROY_KEY,
    "hold": Permission.PLACE_HOLD,
    "inspection": Permission.MANAGE_GOVERNANCE,
    "production": Permission.MANAGE_PRODUCTION,
}
"""Who may ask for each kind: who may do it."""
_R = Role
ALLOWS: Mapping[ApprovalKind, frozenset[Role]] = {
    "unmask": frozenset({_R.DATA_PROTECTION_OFFICER, _R.SENIOR}),
    "export": frozenset({_R.DATA_PROTECTION_OFFICER, _R.SENIOR}),
    "hand_over": frozenset({_R.DATA_PROTECTION_OFFICER}),
    "rotate_key": frozenset({_R.DATA_PROTECTION_OFFICER, _R.ADMINISTRATOR}),
    "destroy_key": frozenset({_R.DATA_PROTECTION_OFFICER, _R.ADMINISTRATOR}),
    "hold": frozenset({_R.DATA_PROTECTION_OFFICER, _R.SENIOR}),
    "inspection": frozenset({_R.DATA_PROTECTION_OFFICER, _R.ADMINISTRATOR}),
    "production": frozenset({_R.DATA_PROTECTION_OFFICER, _R.SENIOR, _R.ADMINISTRATOR}),
}
"""The roles of those who may allow each kind, besides the permission to approve."""


class NotApproved(Obstacle, PermissionError):
    """Nobody else allowed this, or it was allowed for something else, used or too long ago; the message says which."""


class ApprovalState(StrEnum):
    """Where an approval stands; one that is too old is neither decided nor used any more."""

    WAITING = "waiting"
    ALLOWED = "allowed"
    REFUSED = "refused"
    USED = "used"


@dataclass(frozen=True, slots=True)
class Approval:
    """Something that one person asked for. `subject` is what it is about: a case, a key, a year."""

    id: str
    kind: ApprovalKind
    subject: str
    facts: Mapping[str, str]
    asked_by: str
    asked_at: datetime
    state: ApprovalState
    decided_by: str | None

    def is_over(self, now: datetime) -> bool:
        """Return whether its time has run out."""
        return now > self.asked_at + LASTS


class ApprovalUnit(Protocol):
    """What a transaction must offer so that an approval can be used in it."""

    def approval(self, approval_id: str, *, lock: bool = False) -> Approval:
        """Return an approval, locked until the end if asked; raises LookupError."""
        ...


def ask(person: Person, kind: ApprovalKind, subject: str, facts: Mapping[str, str], now: datetime) -> NewEvent:
    """Return what is recorded when a person asks for what they may do with another. Raises NotAllowed."""
    person.require(ASKS[kind])
    payload = ApprovalAsked(approval=new_id(now), kind=kind, facts=dict(facts))
    return NewEvent(payload, subject, now, person.id)


def decide(approval: Approval, person: Person, allowed: bool, now: datetime) -> NewEvent:
    """Return what is recorded when another person decides. Raises NotAllowed, NotApproved."""
    require_may_decide(person, approval.kind)
    if approval.state is not ApprovalState.WAITING:
        raise NotApproved("it is %(state)s already", state=approval.state)
    if approval.is_over(now):
        raise NotApproved("it was asked for more than 72 hours ago: let it be asked for again")
    if person.id == approval.asked_by:
        raise NotApproved("somebody other than the one who asked must allow it")
    return NewEvent(ApprovalDecided(approval=approval.id, allowed=allowed), approval.subject, now, person.id)


def require_may_decide(person: Person, kind: ApprovalKind) -> None:
    """Raise NotAllowed unless the person's roles may allow or refuse this kind."""
    person.require(Permission.APPROVE)
    if not person.roles & ALLOWS[kind]:
        raise NotAllowed(
            "%(person)s may not decide on %(kind)s: that is for a %(roles)s",
            person=person.id,
            kind=Word("approval", kind),
            roles=AnyOf(tuple(sorted(ALLOWS[kind]))),
        )


def use(approval: Approval, kind: ApprovalKind, subject: str, person: Person, now: datetime) -> NewEvent:
    """Return what is recorded when the person who asked does what was allowed. Raises NotApproved."""
    if (approval.kind, approval.subject) != (kind, subject):
        raise NotApproved(
            "%(approval)s allows %(kind)s of %(subject)s, and nothing else",
            approval=approval.id,
            kind=Word("approval", approval.kind),
            subject=approval.subject,
        )
    if approval.asked_by != person.id:
        raise NotApproved("%(person)s asked for it, and alone can use it", person=approval.asked_by)
    if approval.state is not ApprovalState.ALLOWED:
        raise NotApproved(
            "it is %(state)s: another person must allow it first, once for each time", state=approval.state
        )
    if approval.is_over(now):
        raise NotApproved("it was asked for more than 72 hours ago: let it be asked for again")
    return NewEvent(ApprovalUsed(approval=approval.id), subject, now, person.id)
