"""Cases as people read them: the queue, a case with all that is known of it, referrals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, case, func, select, tuple_

from tutela.casework.case import CaseState, NoSuchCase
from tutela.events.obstacles import NotThere
from tutela.storage import schema
from tutela.storage.casework.queue_reader import CaseRow, case_rows
from tutela.storage.database import Database
from tutela.storage.rows import events_about, share
from tutela.storage.schema.quality import plantings
from tutela.storage.schema.referral import STOPPED

LATEST = 200
"""Of how many items that matched an entry, or had the same content, earlier decisions are told."""


@dataclass(frozen=True, slots=True)
class DetectionRow:
    """Why an item was flagged."""

    technology: str
    version: str
    threshold: int
    hashlist: str
    entry_id: int
    distance: int
    orientation: str
    quality: int | None
    classification: str | None


@dataclass(frozen=True, slots=True)
class EarlierDecision:
    """How many items that rested on the same entry were decided which way, in other cases.

    Of the latest 200 items that matched the entry, since some entries match without end.
    """

    entry_id: int
    verdict: str
    items: int


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item of a case."""

    id: str
    position: int
    kind: str
    region: str
    layer: str
    same_bytes: bool
    flagged_at: datetime
    seen_again: int
    verdict: str | None
    classification: str | None
    opinion: str | None
    decided_by: str | None
    decided_at: datetime | None
    viewed: bool | None
    ground: str | None
    signs: tuple[str, ...]
    legality: tuple[tuple[str, str], ...]
    urgent: bool
    detections: tuple[DetectionRow, ...]
    earlier: tuple[EarlierDecision, ...]


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action of a case."""

    id: str
    kind: str
    item_id: str | None
    state: str
    ordered_at: datetime
    case_id: str


@dataclass(frozen=True, slots=True)
class ViewRow:
    """That a person asked to look at an item, by the id of the event."""

    id: str
    case_id: str
    item_id: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """A complaint in a case."""

    id: str
    action_id: str
    channel: str
    lodged_at: datetime
    upheld: bool | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """A report of a case. `supplements` is the earlier report that it adds to or corrects, if it does."""

    id: str
    case_id: str
    recipient: str
    state: str
    attempt: int
    report_id: str | None
    target: str | None
    failures: int
    last_error: str | None
    ordered_at: datetime
    filed_at: datetime | None
    files: int | None
    supplements: str | None
    urgent: bool

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return _plain(asdict(self))


@dataclass(frozen=True, slots=True)
class CaseDetail:
    """Everything about a case that identifies nobody."""

    id: str
    service: str
    account: str | None
    layer: str
    state: CaseState
    opened_at: datetime
    closed_at: datetime | None
    escalated_by: str | None
    severity: int
    urgent: bool
    reopened: int
    reopened_reason: str | None
    reopened_at: datetime | None
    items: tuple[ItemRow, ...]
    actions: tuple[ActionRow, ...]
    complaints: tuple[ComplaintRow, ...]
    referrals: tuple[ReferralRow, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return _plain(asdict(self))


class CaseReader:
    """Reads the projections."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, state: CaseState | None = None, limit: int | None = None) -> list[CaseRow]:
        """Return cases, oldest first; of one state if asked."""
        return self._rows([state] if state else list(CaseState), limit)

    def awaiting(self, limit: int = 100, offset: int = 0) -> list[CaseRow]:
        """Return the queue: escalated cases first, then the oldest."""
        return self._rows([CaseState.ESCALATED, CaseState.OPEN], limit, offset)

    def counts(self) -> dict[CaseState, int]:
        """Return how many cases are in each state."""
        table = schema.cases
        with self._database.read() as connection:
            found = connection.execute(select(table.c.state, func.count()).group_by(table.c.state)).all()
        return {state: next((n for s, n in found if s == state.value), 0) for state in CaseState}

    def _rows(self, states: Sequence[CaseState], limit: int | None, offset: int = 0) -> list[CaseRow]:
        cases = schema.cases
        some = select(cases).where(cases.c.state.in_([s.value for s in states]))
        some = some.order_by(case((cases.c.state == "escalated", 0), else_=1), cases.c.opened_at, cases.c.id)
        with self._database.read() as connection:
            rows = connection.execute(some.limit(limit).offset(offset or None)).all()
            return case_rows(connection, rows)

    def one(self, case_id: str) -> CaseDetail:
        """Return a case with all that belongs to it; raises NoSuchCase."""
        with self._database.read() as connection:
            row = case_row(connection, case_id)
            items = connection.execute(
                select(schema.case_items)
                .where(schema.case_items.c.case_id == case_id)
                .order_by(schema.case_items.c.position)
            ).all()
            detections = connection.execute(
                select(schema.detections)
                .join(schema.case_items, schema.case_items.c.id == schema.detections.c.item_id)
                .where(schema.case_items.c.case_id == case_id)
                .order_by(schema.detections.c.id)
            ).all()
            earlier = earlier_decisions(connection, case_id, sorted({d.entry_id for d in detections}))
            return case_detail(
                row,
                [item_row(i, [d for d in detections if d.item_id == i.id], earlier) for i in items],
                *(connection.execute(belonging(table, case_id)).all() for table in BELONGING),
            )

    def referrals(self, state: str | None = None, limit: int | None = None) -> list[ReferralRow]:
        """Return referrals, newest order first; of one state if asked."""
        table = schema.referrals
        query = select(table).order_by(table.c.ordered_at.desc(), table.c.id.desc()).limit(limit)
        if state is not None:
            query = query.where(table.c.state == state)
        with self._database.read() as connection:
            return [_referral(row) for row in connection.execute(query)]

    def referral(self, referral: str) -> ReferralRow:
        """Return a report; raises LookupError."""
        table = schema.referrals
        with self._database.read() as connection:
            row = connection.execute(select(table).where(table.c.id == referral)).one_or_none()
        if row is None:
            raise NotThere("there is no report %(referral)s", referral=referral)
        return _referral(row)

    def dead_letters(self, limit: int) -> list[ReferralRow]:
        """Return the reports that wait for a person, urgent ones first, else the longest-waiting."""
        table = schema.referrals
        query = select(table).where(STOPPED).order_by(table.c.ordered_at, table.c.id).limit(limit)
        with self._database.read() as connection:
            found = [
                row for urgent in (True, False) for row in connection.execute(query.where(table.c.urgent == urgent))
            ]
        return [_referral(row) for row in found[:limit]]

    def actions(
        self, states: Sequence[str], limit: int | None = None, after: ActionRow | None = None
    ) -> list[ActionRow]:
        """Return the actions in these states, oldest first, beyond one of them if asked."""
        table = schema.actions
        found: list[ActionRow] = []
        with self._database.read() as connection:
            for state in states:  # one by one, so that the index gives the first of each without sorting the rest
                query = select(table).where(table.c.state == state)
                query = query.order_by(table.c.ordered_at, table.c.id).limit(limit)
                if after is not None:
                    query = query.where(tuple_(table.c.ordered_at, table.c.id) > (after.ordered_at, after.id))
                found += [_action(a) for a in connection.execute(query)]
        return sorted(found, key=lambda row: (row.ordered_at, row.id))[:limit]

    def action(self, action_id: str) -> ActionRow:
        """Return an action; raises LookupError."""
        table = schema.actions
        with self._database.read() as connection:
            row = connection.execute(select(table).where(table.c.id == action_id)).one_or_none()
        if row is None:
            raise NotThere("there is no action %(action)s", action=action_id)
        return _action(row)

    def view(self, view_id: str) -> ViewRow | None:
        """Return a recorded look by the id of its event."""
        table = schema.views
        with self._database.read() as connection:
            row = connection.execute(select(table).where(table.c.id == view_id)).one_or_none()
        return ViewRow(row.id, row.case_id, row.item_id, row.person, row.at) if row else None

    def viewed_by(self, case_id: str, person: str) -> frozenset[str]:
        """Return the items of a case that were shown to that person."""
        table = schema.views
        query = select(table.c.item_id).where(
            table.c.case_id == case_id, table.c.person == person, table.c.shown_at.is_not(None)
        )
        with self._database.read() as connection:
            return frozenset(connection.execute(query).scalars())

    def latest_events(self, types: Sequence[str] | None, subject: str | None, limit: int) -> list[int]:
        """Return the sequence numbers of the newest events, newest first; of some types or one subject if asked."""
        table = schema.events
        query = select(table.c.sequence).order_by(table.c.sequence.desc()).limit(limit)
        if types is not None and subject is not None:
            query = query.where(events_about(subject, *types))
        elif types is not None:
            query = query.where(table.c.type.in_(types))
        elif subject is not None:
            query = query.where(table.c.subject == subject)
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def open_complaints(self) -> list[tuple[str, ComplaintRow]]:
        """Return the complaints that await a decision with their cases, oldest first."""
        table = schema.complaints
        query = select(table).where(table.c.upheld.is_(None)).order_by(table.c.lodged_at, table.c.id)
        with self._database.read() as connection:
            return [
                (c.case_id, ComplaintRow(c.id, c.action_id, c.channel, c.lodged_at, None, None, None, None))
                for c in connection.execute(query)
            ]


BELONGING = (schema.actions, schema.complaints, schema.referrals)


def no_such_case(case_id: str) -> NoSuchCase:
    """Return what is said where there is no case, and to who must not know that there is one."""
    return NoSuchCase("there is no case %(case)s", case=case_id)


def case_row(connection: Connection, case_id: str) -> Row[Any]:
    """Return the row of a case; raises NoSuchCase."""
    row = connection.execute(select(schema.cases).where(schema.cases.c.id == case_id)).one_or_none()
    if row is None:
        raise no_such_case(case_id)
    return row


def belonging(table: Table, case_id: str) -> Select[Any]:
    """Return the query for what belongs to a case, oldest first."""
    return select(table).where(table.c.case_id == case_id).order_by(table.c.id)


def case_detail(
    row: Any, items: Sequence[ItemRow], actions: Sequence[Any], complaints: Sequence[Any], referrals: Sequence[Any]
) -> CaseDetail:
    """Return a case from its rows. Whether it was planted is not among what people see."""
    return CaseDetail(
        id=row.id,
        service=row.service,
        account=row.account,
        layer=row.layer,
        state=CaseState(row.state),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        escalated_by=row.escalated_by,
        severity=row.severity,
        urgent=row.urgent,
        reopened=row.reopened,
        reopened_reason=row.reopened_reason,
        reopened_at=row.reopened_at,
        items=tuple(items),
        actions=tuple(_action(a) for a in actions),
        complaints=tuple(
            ComplaintRow(c.id, c.action_id, c.channel, c.lodged_at, c.upheld, c.reason, c.decided_by, c.decided_at)
            for c in complaints
        ),
        referrals=tuple(_referral(r) for r in referrals),
    )


def earlier_decisions(connection: Connection, case_id: str, entries: Sequence[int]) -> list[EarlierDecision]:
    """Return how the latest items that matched each entry, in other cases, were decided."""
    items, detections, cases = schema.case_items, schema.detections, schema.cases
    # What was decided on a planted case says nothing of an entry, and a second reviewer does not see the first.
    copied = select(plantings.c.source_case).where(plantings.c.case_id == case_id)
    found: list[EarlierDecision] = []
    for entry in entries:
        latest = (
            select(detections.c.item_id)
            .where(detections.c.entry_id == entry)
            .order_by(detections.c.id.desc())
            .limit(LATEST)
            .subquery()
        )
        query = (
            select(items.c.verdict, func.count(func.distinct(items.c.id)).label("items"))
            .join(latest, latest.c.item_id == items.c.id)
            .join(cases, cases.c.id == items.c.case_id)
            .where(
                items.c.case_id != case_id,
                items.c.case_id.not_in(copied),
                items.c.verdict.is_not(None),
                cases.c.planted.is_(None),
            )
            .group_by(items.c.verdict)
            .order_by(items.c.verdict)
        )
        found += [EarlierDecision(entry, r.verdict, r.items) for r in connection.execute(query)]
    return found


def item_row(row: Any, detections: Sequence[Any] = (), earlier: Sequence[EarlierDecision] = ()) -> ItemRow:
    """Return an item from its rows, the nearest detection first."""
    entries = {d.entry_id for d in detections}
    return ItemRow(
        id=row.id,
        position=row.position,
        kind=row.kind,
        region=row.region,
        layer=row.layer,
        same_bytes=row.same_bytes,
        flagged_at=row.flagged_at,
        seen_again=row.seen_again,
        verdict=row.verdict,
        classification=row.classification,
        opinion=row.opinion,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        viewed=row.viewed,
        ground=row.ground,
        signs=tuple(row.signs or ()),
        legality=tuple((one["jurisdiction"], one["status"]) for one in row.legality or ()),
        urgent=bool(row.urgent),
        detections=tuple(
            DetectionRow(
                d.technology,
                d.version,
                d.threshold,
                d.hashlist,
                d.entry_id,
                d.distance,
                d.orientation,
                d.quality,
                d.classification,
            )
            for d in sorted(detections, key=share)
        ),
        earlier=tuple(e for e in earlier if e.entry_id in entries),
    )


def _action(row: Any) -> ActionRow:
    return ActionRow(row.id, row.kind, row.item_id, row.state, row.ordered_at, row.case_id)


def _referral(row: Any) -> ReferralRow:
    return ReferralRow(
        id=row.id,
        case_id=row.case_id,
        recipient=row.recipient,
        state=row.state,
        attempt=row.attempt,
        report_id=row.report_id,
        target=row.target,
        failures=row.failures,
        last_error=row.last_error,
        ordered_at=row.ordered_at,
        filed_at=row.filed_at,
        files=row.files,
        supplements=row.supplements,
        urgent=row.urgent,
    )


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain_value(inner) for key, inner in value.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, dict):
        return _plain(value)
    if isinstance(value, list | tuple):
        return [_plain_value(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else value
