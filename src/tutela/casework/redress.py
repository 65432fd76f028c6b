"""Actions by the platform, complaints against them, and their reversal. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from tutela.casework.case import NotPossible
from tutela.events.catalogue import (
    ActionCarriedOut,
    ActionKind,
    ActionReversalOrdered,
    ActionReversed,
    ComplaintDecided,
    ComplaintLodged,
    Payload,
)
from tutela.events.envelope import NewEvent, new_id


class ActionState(StrEnum):
    """Where an action stands."""

    ORDERED = "ordered"
    CARRIED_OUT = "carried_out"
    REVERSAL_ORDERED = "reversal_ordered"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class Action:
    """What the platform was asked to do. `decided_by` are those whose decisions it rests on."""

    id: str
    case: str
    kind: ActionKind
    item: str | None
    state: ActionState
    decided_by: frozenset[str]


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint against an action; `upheld` is None until it is decided."""

    id: str
    case: str
    action: str
    channel: Literal["internal", "judicial"]
    lodged_at: datetime
    upheld: bool | None


Done = Literal["carried_out", "reversed"]
"""What the platform says that it did with an action."""


class Reason(StrEnum):
    """Why a complaint was decided as it was."""

    NOT_SUCH_MATERIAL = "not_such_material"
    WRONG_ACCOUNT = "wrong_account"
    CONFIRMED_ON_REVIEW = "confirmed_on_review"
    OUT_OF_TIME = "out_of_time"
    COURT_ORDER = "court_order"


def confirm(action: Action, done: Done, *, actor: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when the platform says that it acted, or that it undid it.

    Saying again what is on record changes nothing: a late repeat of the first must never count as the second.
    Raises NotPossible for a reversal that nobody ordered.
    """
    if done == "carried_out":
        if action.state is ActionState.ORDERED:
            return [_event(action.case, actor, now, ActionCarriedOut(action=action.id))]
        return []  # every later state has this on record
    if action.state is ActionState.REVERSED:
        return []
    if action.state is not ActionState.REVERSAL_ORDERED:
        raise NotPossible(f"the action is {action.state.value}: nobody ordered that it be undone")
    return [_event(action.case, actor, now, ActionReversed(action=action.id))]


def lodge(action: Action, channel: Literal["internal", "judicial"], *, actor: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when a complaint arrives. Raises NotPossible where nothing was done to complain of."""
    if action.state is not ActionState.CARRIED_OUT:
        raise NotPossible(f"the action is {action.state.value}: a complaint needs one that was carried out")
    return [_event(action.case, actor, now, ComplaintLodged(
        complaint=new_id(now), action=action.id, channel=channel
    ))]  # fmt: skip


def decide_complaint(
    complaint: Complaint, action: Action, upheld: bool, reason: Reason, *, person: str, now: datetime
) -> list[NewEvent]:
    """Return what is recorded when a complaint is decided; one that is upheld orders the reversal.

    Raises NotPossible if it is decided already, or the person took one of the decisions complained of
    (a second look by the same eyes is none).
    """
    if complaint.upheld is not None:
        raise NotPossible("the complaint is decided already")
    if person in action.decided_by:
        raise NotPossible("somebody other than the reviewer of the case decides a complaint")
    payloads: list[Payload] = [ComplaintDecided(complaint=complaint.id, upheld=upheld, reason=reason.value)]
    if upheld and action.state is ActionState.CARRIED_OUT:
        payloads.append(ActionReversalOrdered(action=action.id))
    return [_event(action.case, person, now, payload) for payload in payloads]


def _event(case: str, actor: str, now: datetime, payload: Payload) -> NewEvent:
    return NewEvent(payload, subject=case, occurred_at=now, actor=actor)
