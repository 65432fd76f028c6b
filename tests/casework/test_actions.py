"""Actions by hand: when they are possible, and that each says who and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.databases import SteppableClock
from tests.rig import OFFICER, REVIEWER, SENIOR, Rig
from tutela.access.roles import NotAllowed
from tutela.casework.actions import Action, ActionState, OrderReason, ReversalReason, order, reverse
from tutela.casework.case import Case, CaseItem, CaseState, NoSuchCase, NoSuchItem, NotPossible
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.workplace import Workplace

NOW = datetime(2025, 6, 2, 9, tzinfo=UTC)
KNOWN = CaseItem(
    id="1",
    kind="image",
    region="eu",
    layer="known",
    same_bytes=True,
    verdict="known",
    classification=None,
    decided_by="rosa",
    decided_at=NOW,
)
CASE = Case("c", "chat", "a" * 32, "known", CaseState.REPORTED, NOW, (KNOWN, replace(KNOWN, id="2", verdict="not")))


@pytest.mark.parametrize(
    ("case", "kind", "item", "told"),
    [
        (replace(CASE, planted="golden"), "warn_account", None, "planted"),
        (replace(CASE, state=CaseState.OPEN), "warn_account", None, "something is confirmed"),
        (replace(CASE, state=CaseState.DISMISSED), "warn_account", None, "something is confirmed"),
        (CASE, "remove_content", None, "which item"),
        (CASE, "remove_content", "2", "not confirmed"),
        (CASE, "warn_account", "1", "name no item"),
        (replace(CASE, account=None), "suspend_account", None, "whose account"),
    ],
)
def test_what_cannot_be_ordered(case: Case, kind: Any, item: str | None, told: str) -> None:
    with pytest.raises(NotPossible, match=told):
        order(case, (), kind, item, OrderReason.SEVERITY, person="sven", now=NOW)


def test_each_state_of_an_action() -> None:
    for state in ActionState:
        action = Action("a", "c", "warn_account", None, state, frozenset())
        if action.live:
            (event,) = reverse(action, ReversalReason.COURT_ORDER, person="sven", now=NOW)
            facts = event.payload.model_dump()
            assert (facts["cause"], facts["reason"], event.actor) == ("senior", "court_order", "sven")
            with pytest.raises(NotPossible, match="already"):
                order(CASE, (action,), "warn_account", None, OrderReason.REPEATED, person="sven", now=NOW)
        else:
            with pytest.raises(NotPossible, match="nothing to undo"):
                reverse(action, ReversalReason.MISTAKE, person="sven", now=NOW)
            (event,) = order(CASE, (action,), "warn_account", None, OrderReason.REPEATED, person="sven", now=NOW)
            assert event.payload.model_dump()["reason"] == "repeated"
    with pytest.raises(NoSuchItem):
        order(CASE, (), "remove_content", "9", OrderReason.SEVERITY, person="sven", now=NOW)


def test_a_senior_alone(place: Workplace, clock: SteppableClock) -> None:
    case = Rig(place, clock).confirmed()
    (removal,) = [a for a in CaseReader(place.database).one(case).actions if a.kind == "remove_content"]
    for person in (REVIEWER, OFFICER):
        with pytest.raises(NotAllowed):
            place.actions.order(person, case, "warn_account", None, OrderReason.AUTHORITY)
        with pytest.raises(NotAllowed):
            place.actions.reverse(person, removal.id, ReversalReason.MISTAKE)
    warning = place.actions.order(SENIOR, case, "warn_account", None, OrderReason.AUTHORITY)
    place.actions.reverse(SENIOR, removal.id, ReversalReason.MISTAKE)
    again = place.actions.order(SENIOR, case, "remove_content", removal.item_id, OrderReason.SEVERITY)
    states = {a.id: a.state for a in CaseReader(place.database).one(case).actions}
    assert (states[warning], states[removal.id], states[again]) == ("ordered", "reversal_ordered", "ordered")
    with pytest.raises(NoSuchCase):
        place.actions.order(SENIOR, "nowhere", "warn_account", None, OrderReason.AUTHORITY)
    with pytest.raises(LookupError):
        place.actions.reverse(SENIOR, "nowhere", ReversalReason.MISTAKE)
