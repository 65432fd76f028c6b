"""Cases that are held, let go and opened again: what another fact does to a case. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from tutela.casework.case import Case, CaseState, NotPossible
from tutela.events.catalogue.casework import CaseHeld, CaseReleased, CaseReopened
from tutela.events.envelope import NewEvent

ReopenReason = Literal["entry_wrong", "complaint_upheld", "second_review", "new_facts"]
_ENDS = (CaseState.CONFIRMED, CaseState.DISMISSED, CaseState.REPORTED)


def reopen(
    case: Case, items: Sequence[str], reason: ReopenReason, cause: str | None, *, actor: str, now: datetime
) -> list[NewEvent]:
    """Return what is recorded when decided items of a case must be decided anew.

    What was ordered stays until the new decisions are there: closing the case then reverses, corrects and supplements
    what no longer follows from them. `cause` is the id of what showed it. Items that await a decision are left out;
    nothing is returned where none is left. Raises NoSuchItem, and NotPossible for a case that was not closed.
    """
    decided = tuple(item for item in dict.fromkeys(items) if case.item(item).verdict is not None)
    if not decided:
        return []
    if case.state not in _ENDS:
        raise NotPossible("the case is %(state)s: only a closed one is opened again", state=case.state)
    return [NewEvent(CaseReopened(reason=reason, cause=cause, items=decided), case.id, now, actor)]


def hold(case: Case, entry: int | None, *, actor: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when nothing may be done in a case until a cluster was looked at."""
    if case.state is CaseState.HELD:
        return []
    if not case.state.awaits_decision:
        raise NotPossible("the case is %(state)s: nothing waits in it that could be held", state=case.state)
    return [NewEvent(CaseHeld(reason="cluster", entry_id=entry), case.id, now, actor)]


def release(case: Case, *, actor: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when a held case awaits its decision again. Raises NotPossible."""
    if case.state is not CaseState.HELD:
        raise NotPossible("the case is %(state)s, not held", state=case.state)
    return [NewEvent(CaseReleased(), case.id, now, actor)]
