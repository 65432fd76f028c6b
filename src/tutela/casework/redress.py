"""Complaints against actions, and what their decisions order. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from tutela.casework.actions import Action, ActionState
from tutela.casework.case import Case, CaseItem, NotPossible
from tutela.casework.reasons import Channel, Reason
from tutela.events.catalogue.base import Payload
from tutela.events.catalogue.redress import (
    ActionReversalOrdered,
    Claim,
    ComplaintDecided,
    ComplaintLodged,
    Via,
)
from tutela.events.envelope import NewEvent, new_id
from tutela.events.obstacles import Phrase


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint against an action; `upheld` is None until it is decided."""

    id: str
    case: str
    action: str
    channel: Channel
    lodged_at: datetime
    upheld: bool | None
    decided_by: str | None = None


class DecidedAlready(NotPossible):
    """A complaint of the user against the same action was decided: remedies elsewhere are left."""


def lodge(
    action: Action,
    channel: Channel,
    *,
    earlier: Sequence[Complaint],
    via: Via,
    claim: Claim | None,
    words: bool,
    actor: str,
    at: datetime,
) -> NewEvent:
    """Return what is recorded when a complaint arrives; `earlier` are those against the same action.

    A user complains once of an action: who does not agree with the decision turns to the authority or to a court.
    Raises NotPossible where nothing was done to complain of, and where a complaint of the user waits already;
    DecidedAlready where one was decided.
    """
    if action.state is not ActionState.CARRIED_OUT:
        raise NotPossible("the action is %(state)s: a complaint needs one that was carried out", state=action.state)
    for one in earlier:
        if channel == one.channel == "internal":
            if one.upheld is None:
                raise NotPossible(
                    "the complaint %(complaint)s against this action waits for its decision already", complaint=one.id
                )
            raise DecidedAlready(
                "the complaint %(complaint)s against this action is decided, and there is one: the user can "
                "turn to the supervisory authority for data protection, or to a court",
                complaint=one.id,
            )
    payload = ComplaintLodged(
        complaint=new_id(at), action=action.id, channel=channel, via=via, claim=claim, words=words
    )
    return _event(action.case, actor, at, payload)


def concerned(case: Case, action: Action) -> list[CaseItem]:
    """Return the items that an action rests on: its own, or all of the case that are no error."""
    if action.item is not None:
        return [case.item(action.item)]
    return [item for item in case.items if item.verdict != "not"]


def barred(complaint: Complaint, *, parties: Collection[str], earlier: Sequence[Complaint]) -> frozenset[str]:
    """Return who may not decide a complaint.

    `parties` ordered, decided, reviewed or settled something that it is against; `earlier` are the complaints against
    the same action. Who decided one of the user is barred from the next: a second look by the same eyes is none.
    """
    before = {c.decided_by for c in earlier if c.channel == "internal" and c.id != complaint.id and c.decided_by}
    return frozenset(parties) | (before if complaint.channel == "internal" else set())


def decide_complaint(
    complaint: Complaint,
    upheld: bool,
    reason: Reason,
    *,
    person: str,
    barred: Collection[str],
    answer: bool,
    now: datetime,
) -> NewEvent:
    """Return what is recorded when a complaint is decided. What follows from it is another matter.

    `barred` are those who may not decide it. Raises NotPossible if it is decided already, if the reason does not fit,
    or if the person is one of those.
    """
    if complaint.upheld is not None:
        raise NotPossible("the complaint is decided already")
    if not reason.fits(upheld, complaint.channel):
        fitting = tuple(r for r in Reason if r.fits(upheld, complaint.channel))
        why = (
            Phrase(
                "%(reason)s is no reason to uphold this complaint: choose of %(fitting)s",
                reason=reason,
                fitting=fitting,
            )
            if upheld
            else Phrase(
                "%(reason)s is no reason to reject this complaint: choose of %(fitting)s",
                reason=reason,
                fitting=fitting,
            )
        )
        raise NotPossible(why)
    if person in barred:
        raise NotPossible(
            "somebody who had no part in it decides: you ordered, decided or reviewed something that the complaint is"
            " against, or decided an earlier complaint against it"
        )
    payload = ComplaintDecided(complaint=complaint.id, upheld=upheld, reason=reason.value, answer=answer)
    return _event(complaint.case, person, now, payload)


def set_aside(action: Action, *, person: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when an action is to be undone although the decision on the item stands."""
    if action.state is not ActionState.CARRIED_OUT:
        return []
    return [_event(action.case, person, now, ActionReversalOrdered(action=action.id, cause="complaint"))]


def _event(case: str, actor: str, now: datetime, payload: Payload) -> NewEvent:
    return NewEvent(payload, subject=case, occurred_at=now, actor=actor)
