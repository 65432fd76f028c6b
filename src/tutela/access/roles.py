"""Who may do what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tutela.events.obstacles import Obstacle


class Permission(StrEnum):
    """One thing that a person or a key may do."""

    SEE_DASHBOARD = "see_dashboard"
    SEE_QUEUE = "see_queue"
    SEE_EVIDENCE = "see_evidence"
    DECIDE = "decide"
    DECIDE_ESCALATED = "decide_escalated"
    ASSIGN = "assign"
    SEE_QUALITY = "see_quality"
    MANAGE_QUALITY = "manage_quality"
    SEE_LISTS = "see_lists"
    VERIFY_ENTRY = "verify_entry"
    JUDGE_ENTRY = "judge_entry"
    SEE_COMPLAINTS = "see_complaints"
    DECIDE_COMPLAINT = "decide_complaint"
    ENTER_COMPLAINT = "enter_complaint"
    DEFER_NOTICE = "defer_notice"
    SEE_REFERRALS = "see_referrals"
    RETRY_REFERRAL = "retry_referral"
    SEE_LEGAL = "see_legal"
    READ_LEGAL = "read_legal"
    ANSWER_LEGAL = "answer_legal"
    RECORD_FEEDBACK = "record_feedback"
    MANAGE_PRODUCTION = "manage_production"
    RETRACT_REFERRAL = "retract_referral"
    SEE_CALLS = "see_calls"
    RETRY_CALL = "retry_call"
    SEE_RETENTION = "see_retention"
    PLACE_HOLD = "place_hold"
    UNMASK = "unmask"
    EXPORT = "export"
    HAND_OVER = "hand_over"
    ROTATE_KEY = "rotate_key"
    DESTROY_KEY = "destroy_key"
    APPROVE = "approve"
    SEE_RETURN = "see_return"
    SEE_AUDIT = "see_audit"
    SEE_GOVERNANCE = "see_governance"
    MANAGE_GOVERNANCE = "manage_governance"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_KEYS = "manage_keys"
    SUBMIT_ITEMS = "submit_items"
    CARRY_OUT_ACTIONS = "carry_out_actions"
    LODGE_COMPLAINT = "lodge_complaint"
    LOOK_UP = "look_up"
    LOOK_UP_ACCOUNT = "look_up_account"
    KEEP_REGISTER = "keep_register"


class Role(StrEnum):
    """A person's role. Later roles join here with their permissions, and nowhere else."""

    REVIEWER = "reviewer"
    SENIOR = "senior"
    REFERRAL_OFFICER = "referral_officer"
    COMPLAINTS_OFFICER = "complaints_officer"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    REGISTRAR = "registrar"
    """Keeps the register of a national authority, in an installation of its own."""


_P = Permission
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.REVIEWER: frozenset(
        {_P.SEE_DASHBOARD, _P.SEE_QUEUE, _P.SEE_EVIDENCE, _P.DECIDE, _P.SEE_LISTS, _P.VERIFY_ENTRY}
    ),
    Role.SENIOR: frozenset(
        {
            _P.SEE_DASHBOARD,
            _P.SEE_QUEUE,
            _P.SEE_EVIDENCE,
            _P.DECIDE,
            _P.DECIDE_ESCALATED,
            _P.ASSIGN,
            _P.SEE_QUALITY,
            _P.MANAGE_QUALITY,
            _P.SEE_LISTS,
            _P.VERIFY_ENTRY,
            _P.JUDGE_ENTRY,
            _P.SEE_COMPLAINTS,
            _P.DECIDE_COMPLAINT,
            _P.SEE_REFERRALS,
            _P.MANAGE_PRODUCTION,
            _P.APPROVE,
        }
    ),
    Role.REFERRAL_OFFICER: frozenset(
        {
            _P.SEE_DASHBOARD,
            _P.SEE_QUEUE,
            _P.SEE_REFERRALS,
            _P.RETRY_REFERRAL,
            _P.RECORD_FEEDBACK,
            _P.MANAGE_PRODUCTION,
            _P.RETRACT_REFERRAL,
            _P.SEE_CALLS,
            _P.RETRY_CALL,
            _P.SEE_LEGAL,
            _P.READ_LEGAL,
            _P.ANSWER_LEGAL,
            _P.DEFER_NOTICE,
            _P.SEE_RETENTION,
            _P.PLACE_HOLD,
            _P.UNMASK,
            _P.HAND_OVER,
            _P.SEE_RETURN,
        }
    ),
    Role.COMPLAINTS_OFFICER: frozenset(
        {
            _P.SEE_DASHBOARD,
            _P.SEE_QUEUE,
            _P.SEE_EVIDENCE,
            _P.SEE_COMPLAINTS,
            _P.DECIDE_COMPLAINT,
            _P.ENTER_COMPLAINT,
            _P.UNMASK,
            _P.SEE_RETURN,
        }
    ),
    Role.DATA_PROTECTION_OFFICER: frozenset(
        {
            _P.SEE_DASHBOARD,
            _P.SEE_QUALITY,
            _P.SEE_LEGAL,
            _P.READ_LEGAL,
            _P.SEE_RETENTION,
            _P.PLACE_HOLD,
            _P.EXPORT,
            _P.DESTROY_KEY,
            _P.APPROVE,
            _P.SEE_RETURN,
            _P.SEE_AUDIT,
            _P.SEE_GOVERNANCE,
            _P.MANAGE_GOVERNANCE,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            _P.SEE_DASHBOARD,
            _P.SEE_QUALITY,
            _P.SEE_LISTS,
            _P.SEE_COMPLAINTS,
            _P.SEE_REFERRALS,
            _P.SEE_LEGAL,
            _P.SEE_CALLS,
            _P.SEE_RETENTION,
            _P.SEE_RETURN,
            _P.SEE_AUDIT,
            _P.SEE_GOVERNANCE,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {_P.SEE_DASHBOARD, _P.MANAGE_PEOPLE, _P.MANAGE_KEYS, _P.ROTATE_KEY, _P.SEE_CALLS, _P.RETRY_CALL, _P.APPROVE}
    ),
    Role.SUPERVISOR: frozenset(
        {_P.SEE_DASHBOARD, _P.SEE_QUALITY, _P.SEE_RETENTION, _P.SEE_RETURN, _P.SEE_AUDIT, _P.SEE_GOVERNANCE}
    ),
    Role.REGISTRAR: frozenset({_P.SEE_DASHBOARD, _P.KEEP_REGISTER}),
}

KEY_SCOPES: dict[str, frozenset[Permission]] = {
    "items": frozenset({_P.SUBMIT_ITEMS}),
    "actions": frozenset({_P.CARRY_OUT_ACTIONS, _P.LODGE_COMPLAINT}),
    "lookups": frozenset({_P.LOOK_UP}),
    "accounts": frozenset({_P.LOOK_UP_ACCOUNT}),
}
"""The scopes of an API key."""


class NotAllowed(Obstacle, PermissionError):
    """The person or key lacks a permission; the message names it."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in. `id` is the name they sign in with; `limited_to` the scope of an inspector."""

    id: str
    name: str
    roles: frozenset[Role]
    active: bool = True
    limited_to: frozenset[Permission] | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the person's roles grant together, within `limited_to`; nothing once the person is inactive."""
        granted = permissions_of(self.roles) if self.active else frozenset()
        return granted if self.limited_to is None else granted & self.limited_to

    def require(self, permission: Permission) -> None:
        """Raise NotAllowed unless the person has the permission."""
        if permission not in self.permissions:
            raise NotAllowed("%(person)s lacks the permission %(permission)s", person=self.id, permission=permission)


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return the union of what the roles grant."""
    return frozenset().union(*(GRANTS[role] for role in roles))
