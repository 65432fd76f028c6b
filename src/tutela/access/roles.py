"""Who may do what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """One thing that a person or a key may do."""

    SEE_QUEUE = "see_queue"
    SEE_EVIDENCE = "see_evidence"
    DECIDE = "decide"
    DECIDE_ESCALATED = "decide_escalated"
    DECIDE_COMPLAINT = "decide_complaint"
    SEE_REFERRALS = "see_referrals"
    RETRY_REFERRAL = "retry_referral"
    SEE_RETURN = "see_return"
    SEE_AUDIT = "see_audit"
    SUBMIT_ITEMS = "submit_items"
    CARRY_OUT_ACTIONS = "carry_out_actions"
    LODGE_COMPLAINT = "lodge_complaint"
    LOOK_UP = "look_up"


class Role(StrEnum):
    """A person's role. Later roles join here with their permissions, and nowhere else."""

    REVIEWER = "reviewer"
    SENIOR = "senior"
    COMPLIANCE = "compliance"
    AUDITOR = "auditor"


_P = Permission
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.REVIEWER: frozenset({_P.SEE_QUEUE, _P.SEE_EVIDENCE, _P.DECIDE}),
    Role.SENIOR: frozenset(
        {_P.SEE_QUEUE, _P.SEE_EVIDENCE, _P.DECIDE, _P.DECIDE_ESCALATED, _P.DECIDE_COMPLAINT, _P.SEE_REFERRALS}
    ),
    Role.COMPLIANCE: frozenset(
        {_P.SEE_QUEUE, _P.SEE_REFERRALS, _P.RETRY_REFERRAL, _P.SEE_RETURN, _P.SEE_AUDIT, _P.DECIDE_COMPLAINT}
    ),
    Role.AUDITOR: frozenset({_P.SEE_REFERRALS, _P.SEE_RETURN, _P.SEE_AUDIT}),
}

KEY_SCOPES: dict[str, frozenset[Permission]] = {
    "items": frozenset({_P.SUBMIT_ITEMS}),
    "actions": frozenset({_P.CARRY_OUT_ACTIONS, _P.LODGE_COMPLAINT}),
    "lookups": frozenset({_P.LOOK_UP}),
}
"""The scopes of an API key."""


class NotAllowed(PermissionError):
    """The person or key lacks a permission; the message names it."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in. `id` is the name they sign in with."""

    id: str
    name: str
    roles: frozenset[Role]
    active: bool = True

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the person's roles grant together; nothing once the person is inactive."""
        return permissions_of(self.roles) if self.active else frozenset()

    def require(self, permission: Permission) -> None:
        """Raise NotAllowed unless the person has the permission."""
        if permission not in self.permissions:
            raise NotAllowed(f"{self.id} lacks the permission {permission.value}")


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return the union of what the roles grant."""
    return frozenset().union(*(GRANTS[role] for role in roles))
