"""Every pair of states: what the tables allow is written, and nothing else can be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.databases import SteppableClock
from tests.rig import Rig
from tutela.casework import actions, calls, case
from tutela.casework.actions import ActionState
from tutela.casework.calls import CallState
from tutela.casework.case import CaseState, ImpossibleTransition
from tutela.events.catalogue.base import Payload
from tutela.events.catalogue.casework import CaseClosed, CaseEscalated, CaseHeld, CaseReleased, CaseReopened
from tutela.events.catalogue.platform import CallDelivered, CallFailed, CallNeedless, CallRetryOrdered
from tutela.events.catalogue.redress import ActionCarriedOut, ActionReversalOrdered, ActionReversed
from tutela.events.catalogue.referral import (
    ReferralDropped,
    ReferralFailed,
    ReferralFiled,
    ReferralFinishing,
    ReferralOpened,
    ReferralRetracted,
    ReferralRetractOrdered,
    ReferralRetryOrdered,
    ReferralWithdrawn,
)
from tutela.events.envelope import NewEvent
from tutela.referral import states
from tutela.referral.states import ReferralState
from tutela.storage import schema
from tutela.storage.schema.platform import calls as calls_table
from tutela.storage.workplace import Workplace

TABLES: dict[str, Mapping[Any, frozenset[Any]]] = {
    "Cases": case.TRANSITIONS,
    "Actions": actions.TRANSITIONS,
    "Referrals": states.TRANSITIONS,
    "Calls": calls.TRANSITIONS,
}
PAGE = Path(__file__).parents[2] / "docs/reference/states.md"


def case_steps(_: str) -> dict[CaseState, Payload]:
    return {
        CaseState.OPEN: CaseReopened(reason="new_facts", cause=None, items=()),
        CaseState.HELD: CaseHeld(reason="cluster", entry_id=None),
        CaseState.ESCALATED: CaseEscalated(item=None, opinion=None, remarks=False),
        CaseState.CONFIRMED: CaseClosed(end="confirmed"),
        CaseState.DISMISSED: CaseClosed(end="dismissed"),
    }


def action_steps(action: str) -> dict[ActionState, Payload]:
    return {
        ActionState.CARRIED_OUT: ActionCarriedOut(action=action),
        ActionState.REVERSAL_ORDERED: ActionReversalOrdered(action=action),
        ActionState.REVERSED: ActionReversed(action=action),
    }


def referral_steps(referral: str) -> dict[ReferralState, Payload]:
    failed = ReferralFailed(referral=referral, attempt=1, step="open", code="4100", retry=False)
    filed = ReferralFiled(referral=referral, attempt=1, report_id="1", files=1, confirmed_by="finish")
    return {
        ReferralState.ORDERED: ReferralWithdrawn(referral=referral, attempt=1, reason="interrupted"),
        ReferralState.OPEN: ReferralOpened(referral=referral, attempt=1, report_id="1", target="sandbox"),
        ReferralState.FINISHING: ReferralFinishing(referral=referral, attempt=1),
        ReferralState.STOPPED: failed,
        ReferralState.FILED: filed,
        ReferralState.DROPPED: ReferralDropped(referral=referral),
        ReferralState.RETRACTING: ReferralRetractOrdered(referral=referral, reason="duplicate"),
        ReferralState.RETRACTED: ReferralRetracted(referral=referral),
    }


def call_steps(call: str) -> dict[CallState, Payload]:
    return {
        CallState.DELIVERED: CallDelivered(call=call, status=200),
        CallState.NEEDLESS: CallNeedless(call=call),
        CallState.DEAD: CallFailed(call=call, tries=3, code="timeout", next_at=None),
    }


WALKS: list[tuple[type[StrEnum], Mapping[Any, frozenset[Any]], Any, Callable[[str], Mapping[Any, Payload]]]] = [
    (CaseState, case.TRANSITIONS, schema.cases, case_steps),
    (ActionState, actions.TRANSITIONS, schema.actions, action_steps),
    (ReferralState, states.TRANSITIONS, schema.referrals, referral_steps),
    (CallState, calls.TRANSITIONS, calls_table, call_steps),
]


@pytest.mark.parametrize(("kind", "allowed", "table", "steps"), WALKS, ids=["case", "action", "referral", "call"])
def test_every_pair_of_states(
    place: Workplace, clock: SteppableClock, kind: Any, allowed: Any, table: Any, steps: Any
) -> None:
    case_id = Rig(place, clock).confirmed()
    column = table.c.id if table is schema.cases else table.c.case_id
    with place.database.read() as connection:
        subject = connection.execute(select(table.c.id).where(column == case_id)).scalars().first()
    walked = set()
    for start in kind:
        for end, payload in steps(subject).items():
            with place.database.write() as connection:
                connection.execute(update(table).where(table.c.id == subject).values(state=start.value))
            try:
                with place.transactions.record() as log:
                    log.append([NewEvent(payload, case_id, clock())])
            except ImpossibleTransition:
                assert end not in allowed[start], (start, end)
                found = start
            else:
                assert end in allowed[start], (start, end)
                found = end
            with place.database.read() as connection:
                state = connection.execute(select(table.c.state).where(table.c.id == subject)).scalar_one()
            assert state == found.value
            walked.add((start, end))
    assert len(walked) == len(kind) * len(steps(subject))


def test_what_leads_back(place: Workplace, clock: SteppableClock) -> None:
    """Steps that several states share: letting a held case go, and another try."""
    case_id = Rig(place, clock).confirmed()
    steps: list[tuple[Any, str, Payload, Any, Any]] = [
        *((schema.cases, case_id, CaseReleased(), s, CaseState.OPEN if s is CaseState.HELD else None)
          for s in CaseState if CaseState.OPEN not in case.TRANSITIONS[s] or s is CaseState.HELD),
    ]  # fmt: skip
    with place.database.read() as connection:
        referral = connection.execute(select(schema.referrals.c.id)).scalar_one()
        call = connection.execute(select(calls_table.c.id)).scalars().first()
    assert call is not None
    for state in ReferralState:
        ends = state if state.pending and state is not ReferralState.STOPPED else None
        ends = ReferralState.OPEN if state is ReferralState.STOPPED else ends
        steps.append((schema.referrals, referral, ReferralRetryOrdered(referral=referral), state, ends))
    for call_state in CallState:
        back = CallState.WAITING if call_state in (CallState.DEAD, CallState.WAITING) else None
        steps.append((calls_table, call, CallRetryOrdered(call=call), call_state, back))
    for table, subject, payload, start, end in steps:
        values = {"state": start.value} | ({"stopped_in": "open"} if table is schema.referrals else {})
        with place.database.write() as connection:
            connection.execute(update(table).where(table.c.id == subject).values(**values))
        try:
            with place.transactions.record() as log:
                log.append([NewEvent(payload, case_id, clock())])
        except ImpossibleTransition:
            assert end is None, (start, payload)
        else:
            with place.database.read() as connection:
                found = connection.execute(select(table.c.state).where(table.c.id == subject)).scalar_one()
            assert found == end


def test_what_is_not_there_goes_nowhere(place: Workplace, clock: SteppableClock) -> None:
    case_id = Rig(place, clock).confirmed()
    for payload in (
        ActionCarriedOut(action="nowhere"),
        ReferralFinishing(referral="nowhere", attempt=1),
        ReferralRetryOrdered(referral="nowhere"),
        CallNeedless(call="nowhere"),
    ):
        with pytest.raises(ImpossibleTransition, match="not there"), place.transactions.record() as log:
            log.append([NewEvent(payload, case_id, clock())])
    with pytest.raises(ImpossibleTransition, match="not there"), place.transactions.record() as log:
        log.append([NewEvent(CaseReleased(), "nowhere", clock())])


@pytest.mark.parametrize("heading", TABLES)
def test_the_diagrams_show_every_step_and_no_other(heading: str) -> None:
    text = PAGE.read_text("utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    (diagram,) = re.findall(r"^```mermaid\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    shown = set(re.findall(r"^ *(\w+) --> (\w+)", diagram, re.MULTILINE))
    transitions = TABLES[heading]
    steps = {(start.value, end.value) for start, ends in transitions.items() for end in ends}
    assert {pair for pair in shown if "start" not in pair and "finish" not in pair} == steps
    assert {state.value for state in transitions} == set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
