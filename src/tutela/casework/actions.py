"""Actions by the platform: asked for, carried out, and undone. Pure.

```
ordered -> carried_out -> reversal_ordered -> reversed
   +------------------------------^
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from tutela.casework.case import Case, CaseState, NotPossible
from tutela.events.catalogue.base import ActionKind, Payload
from tutela.events.catalogue.redress import ActionCarriedOut, ActionOrdered, ActionReversalOrdered, ActionReversed
from tutela.events.envelope import NewEvent, new_id


class ActionState(StrEnum):
    """Where an action stands. `reversed` is its end."""

    ORDERED = "ordered"
    CARRIED_OUT = "carried_out"
    REVERSAL_ORDERED = "reversal_ordered"
    REVERSED = "reversed"


_S = ActionState
TRANSITIONS: Mapping[ActionState, frozenset[ActionState]] = {
    _S.ORDERED: frozenset({_S.CARRIED_OUT, _S.REVERSAL_ORDERED}),
    _S.CARRIED_OUT: frozenset({_S.REVERSAL_ORDERED}),
    _S.REVERSAL_ORDERED: frozenset({_S.REVERSED}),
    _S.REVERSED: frozenset(),
}
"""Where an action may go from each state; storage writes no other step."""

Cause = Literal["decision", "complaint", "senior"]
"""What ordered an action or its reversal: the decisions on the case, a complaint, or a senior by hand."""


@dataclass(frozen=True, slots=True)
class Action:
    """What the platform was asked to do. `decided_by` are those whose decisions it rests on.

    `by_hand`: a senior ordered it. `undone_by` and `undone_at` say what ordered the reversal, if any, and when.
    """

    id: str
    case: str
    kind: ActionKind
    item: str | None
    state: ActionState
    decided_by: frozenset[str]
    by_hand: bool = False
    undone_by: Cause | None = None
    undone_at: datetime | None = None

    @property
    def live(self) -> bool:
        """Whether it stands: asked for or carried out, and not to be undone."""
        return self.state in (ActionState.ORDERED, ActionState.CARRIED_OUT)


Done = Literal["carried_out", "reversed"]
"""What the platform says that it did with an action."""


class OrderReason(StrEnum):
    """Why a senior orders an action by hand."""

    REPEATED = "repeated"
    SEVERITY = "severity"
    AUTHORITY = "authority"


class ReversalReason(StrEnum):
    """Why a senior has an action undone by hand."""

    MISTAKE = "mistake"
    WRONG_ACCOUNT = "wrong_account"
    DISPROPORTIONATE = "disproportionate"
    AUTHORITY = "authority"
    COURT_ORDER = "court_order"


def confirm(action: Action, done: Done, *, actor: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when the platform says that it acted, or that it undid it.

    Saying again what is on record changes nothing: a late repeat of the first must never count as the second.
    Raises NotPossible for a reversal that nobody ordered.
    """
    if done == "carried_out":
        if action.state is ActionState.ORDERED:
            return [_event(action.case, actor, now, ActionCarriedOut(action=action.id))]
        return []  # every later state has this on record, or asks that it be undone
    if action.state is ActionState.REVERSED:
        return []
    if action.state is not ActionState.REVERSAL_ORDERED:
        raise NotPossible("the action is %(state)s: nobody ordered that it be undone", state=action.state)
    return [_event(action.case, actor, now, ActionReversed(action=action.id))]


def order(
    case: Case,
    standing: tuple[Action, ...],
    kind: ActionKind,
    item: str | None,
    reason: OrderReason,
    *,
    person: str,
    now: datetime,
) -> list[NewEvent]:
    """Return what is recorded when a senior orders an action by hand. Raises NoSuchItem, NotPossible.

    It needs a closed case in which something is confirmed: nothing is done to an account on suspicion.
    """
    if case.planted:
        raise NotPossible("the case was planted to prove the work: nothing is done on it")
    if case.state not in (CaseState.CONFIRMED, CaseState.REPORTED):
        raise NotPossible(
            "the case is %(state)s: an action needs a case in which something is confirmed", state=case.state
        )
    if kind == "remove_content":
        if item is None:
            raise NotPossible("say which item to remove")
        if case.item(item).verdict in (None, "not"):
            raise NotPossible("the item is not confirmed: nothing is removed on suspicion")
    elif item is not None:
        raise NotPossible("this is done to the account: name no item")
    elif case.account is None:
        raise NotPossible("nobody knows whose account it is")
    if any(a.live and (a.kind, a.item) == (kind, item) for a in standing):
        raise NotPossible("that is ordered already, or done")
    payload = ActionOrdered(action=new_id(now), kind=kind, item=item, cause="senior", reason=reason.value)
    return [_event(case.id, person, now, payload)]


def reverse(action: Action, reason: ReversalReason, *, person: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when a senior has an action undone by hand. Raises NotPossible."""
    if not action.live:
        raise NotPossible("the action is %(state)s: there is nothing to undo", state=action.state)
    payload = ActionReversalOrdered(action=action.id, cause="senior", reason=reason.value)
    return [_event(action.case, person, now, payload)]


def _event(case: str, actor: str, now: datetime, payload: Payload) -> NewEvent:
    return NewEvent(payload, subject=case, occurred_at=now, actor=actor)
