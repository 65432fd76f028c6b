"""Which actions are to be stated in the DSA Transparency Database, and which were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from pydantic import ValidationError
from sqlalchemy import Connection, select

from tutela.casework.actions import ActionState
from tutela.casework.evidence import EvidenceGone, ItemRecord, record_name
from tutela.events.catalogue.redress import ActionCarriedOut
from tutela.events.catalogue.transparency import StatementFailed, StatementSent
from tutela.events.envelope import Clock, NewEvent
from tutela.referral.transparency.statement import STATED, ActionFacts, ItemFacts, Kind, NotStateable
from tutela.regimes.services import ServiceType
from tutela.storage import schema
from tutela.storage.casework.standing import case_of
from tutela.storage.database import Database
from tutela.storage.evidence.evidence_door import EvidenceDoor
from tutela.storage.evidence.keys import BrokenKey
from tutela.storage.evidence.vault import BrokenEvidence
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.referral import statements


@dataclass(frozen=True, slots=True)
class Trouble:
    """A statement that could not be sent; `since` is when it began to fail in this way."""

    action: str
    case_id: str
    kind: str
    code: str
    retry: bool
    since: datetime


class Statements:
    """Reads actions, and records which of them were stated."""

    def __init__(self, database: Database, door: EvidenceDoor, clock: Clock) -> None:
        self._database = database
        self._door = door
        self._clock = clock

    def due(self) -> list[str]:
        """Return the removals and suspensions carried out on online platforms and not stated yet, oldest first.

        What is of any other service, private messages above all, is never due; nor is what was planted.
        """
        actions, cases, services = schema.actions, schema.cases, schema.services
        platforms = select(services.c.id).where(services.c.type == ServiceType.ONLINE_PLATFORM.value)
        query = (
            select(actions.c.id)
            .join(cases, cases.c.id == actions.c.case_id)
            .outerjoin(statements, statements.c.action_id == actions.c.id)
            .where(
                actions.c.kind.in_(STATED),
                actions.c.state == ActionState.CARRIED_OUT.value,
                statements.c.sent.is_not(True),
                cases.c.planted.is_(None),
            )
            .order_by(actions.c.ordered_at, actions.c.id)
        )
        with self._database.read() as connection:
            ids = list(connection.execute(platforms).scalars())
            # Most installations have none, and are not asked about all of their actions again and again.
            return list(connection.execute(query.where(cases.c.service.in_(ids))).scalars()) if ids else []

    def troubles(self, limit: int) -> list[Trouble]:
        """Return the statements that could not be sent when they were tried last, the latest first."""
        actions = schema.actions
        query = (
            select(statements, actions.c.case_id, actions.c.kind)
            .join(actions, actions.c.id == statements.c.action_id)
            .where(~statements.c.sent, actions.c.state == ActionState.CARRIED_OUT.value)
            .order_by(statements.c.changed_at.desc(), statements.c.action_id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [
                Trouble(row.action_id, row.case_id, row.kind, str(row.code), row.retry, row.changed_at)
                for row in connection.execute(query)
            ]

    def facts(self, action: str) -> ActionFacts:
        """Return what a statement may say of an action. Raises NotStateable where its evidence cannot be read."""
        actions, items, cases, services = schema.actions, schema.case_items, schema.cases, schema.services
        with self._database.read_one_moment() as connection:
            row = connection.execute(
                select(actions, services.c.type)
                .join(cases, cases.c.id == actions.c.case_id)
                .join(services, services.c.id == cases.c.service)
                .where(actions.c.id == action)
            ).one()
            query = select(items).where(items.c.case_id == row.case_id, items.c.verdict.in_(("known", "new")))
            if row.item_id is not None:
                query = query.where(items.c.id == row.item_id)
            found = connection.execute(query.order_by(items.c.position)).all()
            carried_out = _carried_out_at(connection, row.case_id, action)
            technologies = {item.id: _technologies(connection, item.id) for item in found}
        if carried_out is None:
            raise NotStateable("not-carried-out", "the platform has not confirmed the action")
        read = self._door.open(row.case_id, [record_name(item.id) for item in found], "report")
        try:
            sent = {item.id: ItemRecord.model_validate_json(read(record_name(item.id))).sent_at for item in found}
        except (EvidenceGone, BrokenEvidence, BrokenKey, ValidationError) as error:
            raise NotStateable("no-evidence", "the evidence of the case was erased, or cannot be read") from error
        return ActionFacts(
            action=action,
            kind=cast(Kind, row.kind),
            service_type=ServiceType(row.type),
            carried_out_at=carried_out,
            items=tuple(
                ItemFacts(
                    kind=item.kind,
                    layer=item.layer,
                    verdict=item.verdict,
                    generated="generated" in (item.signs or ()),
                    decided=item.decided_by is not None,
                    technologies=technologies[item.id],
                    sent_at=sent[item.id],
                )
                for item in found
            ),
        )

    def record(self, action: str, target: str, uuid: str | None) -> None:
        """Record that a statement was sent; a second time it changes nothing."""
        actions = schema.actions
        with self._database.write() as connection:
            case_id = connection.execute(select(actions.c.case_id).where(actions.c.id == action)).scalar_one()
            # Two workers may have sent the same one, which the database takes once.
            case_of(connection, case_id, lock=True)
            sent = connection.execute(select(statements.c.sent).where(statements.c.action_id == action)).scalar()
            if not sent:
                payload = StatementSent(action=action, target=target, uuid=uuid)
                EventLog(connection, self._clock).append([NewEvent(payload, case_id, self._clock())])

    def record_failure(self, action: str, code: str, *, retry: bool) -> None:
        """Record that a statement could not be sent; as long as it fails in one way, once."""
        actions = schema.actions
        with self._database.write() as connection:
            case_id = connection.execute(select(actions.c.case_id).where(actions.c.id == action)).scalar_one()
            case_of(connection, case_id, lock=True)
            before = connection.execute(select(statements).where(statements.c.action_id == action)).one_or_none()
            if before is None or (not before.sent and (before.code, before.retry) != (code, retry)):
                payload = StatementFailed(action=action, code=code, retry=retry)
                EventLog(connection, self._clock).append([NewEvent(payload, case_id, self._clock())])


def _carried_out_at(connection: Connection, case_id: str, action: str) -> datetime | None:
    events = schema.events
    rows = connection.execute(
        select(events.c.occurred_at, events.c.data).where(
            events.c.subject == case_id, events.c.type == ActionCarriedOut.TYPE
        )
    )
    return next((row.occurred_at for row in rows if row.data["action"] == action), None)


def _technologies(connection: Connection, item: str) -> tuple[str, ...]:
    table = schema.detections
    found = connection.execute(select(table.c.technology).where(table.c.item_id == item).distinct()).scalars()
    return tuple(sorted(found))
