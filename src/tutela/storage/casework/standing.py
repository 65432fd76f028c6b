"""What was ordered on a case so far, as the closing of cases and the sending of reports need it."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, Row, select

from tutela.casework.actions import Action, ActionState
from tutela.casework.case import Case, CaseItem, CaseState, NoSuchCase
from tutela.casework.closing import Report, Standing
from tutela.events.obstacles import NotThere
from tutela.referral.states import ReferralState
from tutela.storage import schema


def case_of(connection: Connection, case_id: str, *, lock: bool = False) -> Case:
    """Return a case with its items, locked if asked; raises NoSuchCase."""
    query = select(schema.cases).where(schema.cases.c.id == case_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NoSuchCase("there is no case %(case)s", case=case_id)
    table = schema.case_items
    items = connection.execute(select(table).where(table.c.case_id == case_id).order_by(table.c.position))
    return Case(
        id=row.id,
        service=row.service,
        account=row.account,
        layer=row.layer,
        state=CaseState(row.state),
        opened_at=row.opened_at,
        items=tuple(
            CaseItem(
                id=item.id,
                kind=item.kind,
                region=item.region,
                layer=item.layer,
                same_bytes=item.same_bytes,
                verdict=item.verdict,
                classification=item.classification,
                decided_by=item.decided_by,
                decided_at=item.decided_at,
            )
            for item in items
        ),
        planted=row.planted,
    )


def standing_of(connection: Connection, case_id: str) -> Standing:
    """Return what was ordered on a case."""
    actions, items = schema.actions, schema.case_items
    deciders: defaultdict[str | None, set[str]] = defaultdict(set)
    overturned = set()
    of_case = select(items.c.id, items.c.decided_by, items.c.overturned).where(items.c.case_id == case_id)
    for item in connection.execute(of_case):
        if item.overturned:
            overturned.add(item.id)
        if item.decided_by is not None:
            deciders[item.id].add(item.decided_by)
            deciders[None].add(item.decided_by)
    ordered = connection.execute(select(actions).where(actions.c.case_id == case_id).order_by(actions.c.id))
    return Standing(
        actions=tuple(action_of(row, frozenset(deciders[row.item_id])) for row in ordered),
        reports=tuple(_reports(connection, case_id)),
        overturned=frozenset(overturned),
    )


def find_action(connection: Connection, action_id: str, *, lock: bool = False) -> Action:
    """Return an action, locked if asked; raises LookupError."""
    query = select(schema.actions).where(schema.actions.c.id == action_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotThere("there is no action %(action)s", action=action_id)
    items = schema.case_items
    deciders = select(items.c.decided_by).where(items.c.case_id == row.case_id, items.c.decided_by.is_not(None))
    if row.item_id is not None:
        deciders = deciders.where(items.c.id == row.item_id)
    return action_of(row, frozenset(connection.execute(deciders).scalars()))


def action_of(row: Row[tuple[object, ...]], decided_by: frozenset[str]) -> Action:
    """Return the action of a row."""
    return Action(
        id=row.id,
        case=row.case_id,
        kind=row.kind,
        item=row.item_id,
        state=ActionState(row.state),
        decided_by=decided_by,
        by_hand=row.cause == "senior",
        undone_by=row.undone_by,
        undone_at=row.undone_at,
    )


def _reports(connection: Connection, case_id: str) -> list[Report]:
    referrals, referred = schema.referrals, schema.referral_items
    said = defaultdict[tuple[str, bool], set[str]](set)
    for row in connection.execute(
        select(referred.c.referral_id, referred.c.item_id, referred.c.withdrawn)
        .join(referrals, referrals.c.id == referred.c.referral_id)
        .where(referrals.c.case_id == case_id, referred.c.stated)
    ):
        said[row.referral_id, row.withdrawn].add(row.item_id)
    rows = connection.execute(
        select(referrals.c.id, referrals.c.recipient, referrals.c.state, referrals.c.supplements)
        .where(referrals.c.case_id == case_id)
        .order_by(referrals.c.filed_at, referrals.c.id)
    ).all()
    earlier = {row.id: row.supplements for row in rows}

    def place(report: str) -> int:
        # Each supplement names the report before it, which tells their order even where two were filed at one moment.
        before = earlier.get(report)
        return 0 if before is None else 1 + place(before)

    return [
        Report(
            id=row.id,
            recipient=row.recipient,
            filed=row.state == ReferralState.FILED,
            # One that is given up is no answer to what is decided from now on.
            pending=ReferralState(row.state).pending and row.state != ReferralState.RETRACTING,
            stopped=row.state == ReferralState.STOPPED,
            stated=frozenset(said[row.id, False]),
            withdrawn=frozenset(said[row.id, True]),
        )
        for row in sorted(rows, key=lambda row: place(row.id))
    ]
