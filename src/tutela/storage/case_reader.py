"""Cases as people read them: the queue, a case with all that is known of it, referrals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, func, select

from tutela.casework.case import CaseState, NoSuchCase
from tutela.storage import schema
from tutela.storage.database import Database


@dataclass(frozen=True, slots=True)
class Nearest:
    """A distance, in the unit of a technology, and the threshold that it lay within."""

    technology: str
    distance: int
    threshold: int

    @property
    def share(self) -> float:
        """The distance as a share of the threshold: technologies count in units of their own."""
        return _share(self)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A line of the queue. `nearest` is the detection with the smallest share of its threshold."""

    id: str
    service: str
    state: CaseState
    layer: str
    opened_at: datetime
    items: int
    undecided: int
    nearest: Nearest | None


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


@dataclass(frozen=True, slots=True)
class EarlierDecision:
    """How many items that rested on the same entry were decided which way, in other cases."""

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
    """A report of a case: `state` is ordered, open, finishing, stopped or filed."""

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
        cases, items, detections = schema.cases, schema.case_items, schema.detections
        some = select(cases).where(cases.c.state.in_([s.value for s in states]))
        some = some.order_by(case((cases.c.state == "escalated", 0), else_=1), cases.c.opened_at, cases.c.id)
        with self._database.read() as connection:
            rows = connection.execute(some.limit(limit).offset(offset or None)).all()
            counts = {
                r.case_id: r
                for r in _in_parts(
                    connection,
                    select(
                        items.c.case_id,
                        func.count().label("items"),
                        func.sum(case((items.c.verdict.is_(None), 1), else_=0)).label("undecided"),
                    ).group_by(items.c.case_id),
                    items.c.case_id,
                    [r.id for r in rows],
                )
            }
            columns = detections.c.technology, detections.c.threshold
            distances = _in_parts(
                connection,
                select(items.c.case_id, *columns, func.min(detections.c.distance).label("distance"))
                .join(detections, detections.c.item_id == items.c.id)
                .group_by(items.c.case_id, *columns),
                items.c.case_id,
                [r.id for r in rows],
            )
        nearest: dict[str, Nearest] = {}
        for r in distances:
            one = Nearest(r.technology, r.distance, r.threshold)
            if r.case_id not in nearest or _order(one) < _order(nearest[r.case_id]):
                nearest[r.case_id] = one
        return [
            CaseRow(
                id=r.id,
                service=r.service,
                state=CaseState(r.state),
                layer=r.layer,
                opened_at=r.opened_at,
                items=counts[r.id].items if r.id in counts else 0,
                undecided=int(counts[r.id].undecided) if r.id in counts else 0,
                nearest=nearest.get(r.id),
            )
            for r in rows
        ]

    def one(self, case_id: str) -> CaseDetail:
        """Return a case with all that belongs to it; raises NoSuchCase."""
        with self._database.read() as connection:
            row = connection.execute(select(schema.cases).where(schema.cases.c.id == case_id)).one_or_none()
            if row is None:
                raise NoSuchCase(f"there is no case {case_id}")
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
            earlier = self._earlier(connection, case_id, sorted({d.entry_id for d in detections}))
            actions = connection.execute(
                select(schema.actions).where(schema.actions.c.case_id == case_id).order_by(schema.actions.c.id)
            ).all()
            complaints = connection.execute(
                select(schema.complaints).where(schema.complaints.c.case_id == case_id).order_by(schema.complaints.c.id)
            ).all()
            referrals = connection.execute(
                select(schema.referrals).where(schema.referrals.c.case_id == case_id).order_by(schema.referrals.c.id)
            ).all()
        return CaseDetail(
            id=row.id,
            service=row.service,
            account=row.account,
            layer=row.layer,
            state=CaseState(row.state),
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            escalated_by=row.escalated_by,
            items=tuple(_item(i, [d for d in detections if d.item_id == i.id], earlier) for i in items),
            actions=tuple(_action(a) for a in actions),
            complaints=tuple(
                ComplaintRow(c.id, c.action_id, c.channel, c.lodged_at, c.upheld, c.reason, c.decided_by, c.decided_at)
                for c in complaints
            ),
            referrals=tuple(_referral(r) for r in referrals),
        )

    def referrals(self, state: str | None = None, limit: int | None = None) -> list[ReferralRow]:
        """Return referrals, newest order first; of one state if asked."""
        table = schema.referrals
        query = select(table).order_by(table.c.ordered_at.desc(), table.c.id.desc()).limit(limit)
        if state is not None:
            query = query.where(table.c.state == state)
        with self._database.read() as connection:
            return [_referral(row) for row in connection.execute(query)]

    def actions(self, states: Sequence[str]) -> list[ActionRow]:
        """Return the actions in these states, oldest first: what the platform has still to do."""
        table = schema.actions
        query = select(table).where(table.c.state.in_(list(states))).order_by(table.c.ordered_at, table.c.id)
        with self._database.read() as connection:
            return [_action(a) for a in connection.execute(query)]

    def action(self, action_id: str) -> ActionRow:
        """Return an action; raises LookupError."""
        table = schema.actions
        with self._database.read() as connection:
            row = connection.execute(select(table).where(table.c.id == action_id)).one_or_none()
        if row is None:
            raise LookupError(f"there is no action {action_id}")
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
        if types is not None:
            query = query.where(table.c.type.in_(types))
        if subject is not None:
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

    @staticmethod
    def _earlier(connection: Connection, case_id: str, entries: list[int]) -> list[EarlierDecision]:
        items, detections = schema.case_items, schema.detections
        query = (
            select(detections.c.entry_id, items.c.verdict, func.count(func.distinct(items.c.id)).label("items"))
            .join(items, items.c.id == detections.c.item_id)
            .where(items.c.case_id != case_id, items.c.verdict.is_not(None))
            .group_by(detections.c.entry_id, items.c.verdict)
        )
        found = _in_parts(connection, query, detections.c.entry_id, entries)
        return [EarlierDecision(r.entry_id, r.verdict, r.items) for r in found]


def _in_parts(connection: Connection, query: Any, column: Any, values: Sequence[Any]) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    for start in range(0, len(values), 500):
        found += connection.execute(query.where(column.in_(values[start : start + 500]))).all()
    return found


def _item(row: Any, detections: list[Any], earlier: list[EarlierDecision]) -> ItemRow:
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
        detections=tuple(
            DetectionRow(
                d.technology, d.version, d.threshold, d.hashlist, d.entry_id, d.distance, d.orientation, d.quality
            )
            for d in sorted(detections, key=_share)
        ),
        earlier=tuple(e for e in earlier if e.entry_id in entries),
    )


def _share(found: Any) -> float:
    return found.distance / found.threshold if found.threshold else 0.0


def _order(nearest: Nearest) -> tuple[float, str]:
    return nearest.share, nearest.technology


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
    )


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain_value(inner) for key, inner in value.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, dict):
        return _plain(value)
    if isinstance(value, list | tuple):
        return [_plain_value(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else value
