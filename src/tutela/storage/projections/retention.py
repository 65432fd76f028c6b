"""Clocks, holds, erasures and suspensions.

A clock is set anew whenever an event changes what it depends on, by the policy that was set last.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from tutela.casework.case import CaseState
from tutela.casework.clocks import RetentionPolicy, clock
from tutela.events.catalogue.casework import CaseClosed, CaseEscalated, CaseReopened, ItemDecided
from tutela.events.catalogue.intake import ItemFlagged, ItemSeenAgain
from tutela.events.catalogue.redress import (
    ActionCarriedOut,
    ActionReversalOrdered,
    ActionReversed,
    ComplaintDecided,
    ComplaintLodged,
)
from tutela.events.catalogue.referral import ReferralDropped, ReferralFiled, ReferralOrdered, ReferralRetracted
from tutela.events.catalogue.retention import (
    ErasureBegun,
    ErasureCertified,
    HoldEnded,
    HoldExtended,
    HoldLifted,
    HoldPlaced,
    RetentionPolicySet,
    SuspendedListed,
    SuspendedRemoved,
)
from tutela.events.envelope import Event
from tutela.regimes.retention import RetentionTable, load
from tutela.storage import schema
from tutela.storage.database import upserting
from tutela.storage.evidence.case_facts import facts_of
from tutela.storage.projections.cases import move
from tutela.storage.projections.projector import follows, payloads_of, projects
from tutela.storage.schema.retention import certificates, clock_policy, clocks, holds, suspensions

_PART = 500


@projects(RetentionPolicySet)
def policy_set(connection: Connection, events: Sequence[Event]) -> None:
    """The newest policy counts, for every clock that still runs."""
    for event, payload in payloads_of(events, RetentionPolicySet):
        values = {"policy": payload.policy, "table": payload.table, "set_at": event.occurred_at}
        statement = upserting(connection, clock_policy).values(id=1, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
    after = ""
    while True:
        query = select(clocks.c.case_id).where(clocks.c.case_id > after, clocks.c.due_at.is_not(None))
        cases = list(connection.execute(query.order_by(clocks.c.case_id).limit(_PART)).scalars())
        if not cases:
            return
        _set(connection, cases)
        after = cases[-1]


@follows(ItemFlagged)
def flagged(connection: Connection, events: Sequence[Event]) -> None:
    """The first item of a case starts its clock; so does the first one after an erasure."""
    found: dict[str, tuple[datetime, set[str]]] = {}
    for event, payload in payloads_of(events, ItemFlagged):
        _, regimes = found.setdefault(event.subject, (event.occurred_at, set()))
        regimes.add(payload.regime)
    _start(connection, found)
    _set(connection, found)


@follows(ItemSeenAgain, ItemDecided, CaseEscalated)
def may_bring_evidence(connection: Connection, events: Sequence[Event]) -> None:
    """What came or was written after an erasure is evidence with a clock of its own."""
    found: dict[str, tuple[datetime, set[str]]] = {
        event.subject: (event.occurred_at, set())
        for event in reversed(events)
        if event.payload.model_dump().get("remarks", True)
    }
    query = select(clocks.c.case_id).where(clocks.c.case_id.in_(list(found)), clocks.c.erased_at.is_not(None))
    erased = set(connection.execute(query).scalars()) if found else set()
    if erased:
        _start(connection, {case: one for case, one in found.items() if case in erased})
        _set(connection, erased)


@follows(
    CaseClosed,
    CaseReopened,
    ReferralOrdered,
    ReferralFiled,
    ReferralDropped,
    ReferralRetracted,
    ComplaintLodged,
    ComplaintDecided,
)
def changed(connection: Connection, events: Sequence[Event]) -> None:
    """What a clock depends on changed."""
    _set(connection, {event.subject for event in events})


@projects(HoldPlaced)
def placed(connection: Connection, events: Sequence[Event]) -> None:
    """A hold stands."""
    connection.execute(
        insert(holds),
        [
            {
                "id": payload.hold,
                "case_id": event.subject,
                "event": event.id,
                "ground": payload.ground,
                "until": payload.until,
                "placed_by": event.actor,
                "placed_at": event.occurred_at,
                "state": "standing",
            }
            for event, payload in payloads_of(events, HoldPlaced)
        ],
    )
    _set(connection, {event.subject for event in events})


@projects(HoldExtended, HoldLifted, HoldEnded)
def hold_changed(connection: Connection, events: Sequence[Event]) -> None:
    """A hold stands for longer, or no more."""
    for event in events:
        match event.payload:
            case HoldExtended(hold=hold, until=until, reason=reason):
                values: dict[str, object] = {"until": until, "reason": reason}
            case HoldLifted(hold=hold, reason=reason):
                values = {"state": "lifted", "reason": reason}
            case HoldEnded(hold=hold):
                values = {"state": "ended"}
            case _:
                continue
        connection.execute(update(holds).where(holds.c.id == hold, holds.c.case_id == event.subject).values(**values))
    _set(connection, {event.subject for event in events})


@projects(ErasureBegun)
def begun(connection: Connection, events: Sequence[Event]) -> None:
    """An erasure is under way; a case that still awaits its decision ends."""
    for event, payload in payloads_of(events, ErasureBegun):
        connection.execute(
            update(clocks).where(clocks.c.case_id == event.subject).values(erasing=payload.certificate, due_at=None)
        )
        state = connection.execute(select(schema.cases.c.state).where(schema.cases.c.id == event.subject)).scalar()
        if state is not None and CaseState(state).is_under_way:
            move(connection, event.subject, CaseState.EXPIRED, closed_at=event.occurred_at)


@projects(ErasureCertified)
def certified(connection: Connection, events: Sequence[Event]) -> None:
    """The evidence is gone, and its certificate is there."""
    for event, payload in payloads_of(events, ErasureCertified):
        connection.execute(
            update(clocks)
            .where(clocks.c.case_id == event.subject)
            .values(erasing=None, erased_at=payload.erased_at, due_at=None, conflict=False)
        )
        connection.execute(
            insert(certificates).values(
                id=payload.certificate,
                case_id=event.subject,
                erased_at=payload.erased_at,
                rule=payload.rule,
                items=len(payload.items),
                body=payload.model_dump(mode="json"),
            )
        )


@follows(ActionCarriedOut)
def suspension_carried_out(connection: Connection, events: Sequence[Event]) -> None:
    """The account of a suspension is to be listed."""
    wanted = {payload.action for _, payload in payloads_of(events, ActionCarriedOut)}
    actions = schema.actions
    query = select(actions.c.id, actions.c.case_id).where(
        actions.c.id.in_(sorted(wanted)), actions.c.kind == "suspend_account"
    )
    for action, case in connection.execute(query).all():
        statement = upserting(connection, suspensions).values(action_id=action, case_id=case, state="due")
        connection.execute(statement.on_conflict_do_nothing())


@follows(ActionReversalOrdered, ActionReversed)
def suspension_reversed(connection: Connection, events: Sequence[Event]) -> None:
    """A suspension that is to be undone keeps nobody out from now on."""
    for event in events:
        action = event.payload.model_dump()["action"]
        connection.execute(update(suspensions).where(suspensions.c.action_id == action).values(state="ended"))


@projects(SuspendedListed, SuspendedRemoved)
def suspended(connection: Connection, events: Sequence[Event]) -> None:
    """An account is on the list, or on it no more."""
    for event in events:
        match event.payload:
            case SuspendedListed(action=action, until=until):
                values: dict[str, object] = {"state": "listed", "until": until}
            case SuspendedRemoved(action=action):
                values = {"state": "removed"}
            case _:
                continue
        connection.execute(update(suspensions).where(suspensions.c.action_id == action).values(**values))


def policy_of(connection: Connection) -> tuple[RetentionPolicy, RetentionTable]:
    """Return the policy and the table that clocks follow: those set last, or the ones that Tutela ships."""
    row = connection.execute(select(clock_policy)).one_or_none()
    if row is None:
        return RetentionPolicy(), load()
    return RetentionPolicy.model_validate(row.policy), RetentionTable.model_validate(row.table)


def _start(connection: Connection, found: dict[str, tuple[datetime, set[str]]]) -> None:
    known = {
        row.case_id: row
        for row in connection.execute(select(clocks).where(clocks.c.case_id.in_(list(found)))).all()
    }  # fmt: skip
    for case, (at, regimes) in found.items():
        row = known.get(case)
        if row is None:
            values = {"identified_at": at, "regimes": sorted(regimes), "phase": "", "rule": "", "conflict": False}
            connection.execute(insert(clocks).values(case_id=case, **values))
        else:
            fresh = {"identified_at": at, "erased_at": None} if row.erased_at is not None else {}
            connection.execute(
                update(clocks).where(clocks.c.case_id == case).values(regimes=sorted({*row.regimes, *regimes}), **fresh)
            )  # fmt: skip


def _set(connection: Connection, cases: Collection[str]) -> None:
    policy, table = policy_of(connection)
    wanted = sorted(cases)
    statement = (
        update(clocks)
        .where(clocks.c.case_id == bindparam("b_case"), clocks.c.erasing.is_(None), clocks.c.erased_at.is_(None))
        .values(
            phase=bindparam("b_phase"),
            rule=bindparam("b_rule"),
            conflict=bindparam("b_conflict"),
            due_at=bindparam("b_due"),
        )
    )
    for start in range(0, len(wanted), _PART):
        rows = []
        for case, facts in facts_of(connection, wanted[start : start + _PART]).items():
            found = clock(facts, table, policy)
            rows.append(
                {
                    "b_case": case,
                    "b_phase": found.phase.value,
                    "b_rule": found.rule,
                    "b_conflict": bool(found.conflicts),
                    "b_due": found.due,
                }
            )
        if rows:
            connection.execute(statement, rows)
