"""Which actions are to be stated in the DSA Transparency Database, and which were."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from pydantic import ValidationError
from sqlalchemy import Connection, select

from tutela.casework.actions import ActionState
from tutela.casework.evidence import EvidenceGone, ItemRecord, record_name
from tutela.events.catalogue.redress import ActionCarriedOut
from tutela.events.catalogue.transparency import StatementSent
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
        query = (
            select(actions.c.id)
            .join(cases, cases.c.id == actions.c.case_id)
            .join(services, services.c.id == cases.c.service)
            .where(
                actions.c.kind.in_(STATED),
                actions.c.state == ActionState.CARRIED_OUT.value,
                services.c.type == ServiceType.ONLINE_PLATFORM.value,
                cases.c.planted.is_(None),
            )
            .order_by(actions.c.ordered_at, actions.c.id)
        )
        with self._database.read() as connection:
            events = schema.events
            sent = connection.execute(select(events.c.data).where(events.c.type == StatementSent.TYPE)).scalars()
            stated = {data["action"] for data in sent}
            return [action for action in connection.execute(query).scalars() if action not in stated]

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
            raise NotStateable("the platform has not confirmed the action")
        read = self._door.open(row.case_id, [record_name(item.id) for item in found], "report")
        try:
            sent = {item.id: ItemRecord.model_validate_json(read(record_name(item.id))).sent_at for item in found}
        except (EvidenceGone, BrokenEvidence, BrokenKey, ValidationError) as error:
            raise NotStateable("the evidence of the case was erased, or cannot be read") from error
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
        actions, events = schema.actions, schema.events
        with self._database.write() as connection:
            case_id = connection.execute(select(actions.c.case_id).where(actions.c.id == action)).scalar_one()
            # Two workers may have sent the same one, which the database takes once.
            case_of(connection, case_id, lock=True)
            before = connection.execute(
                select(events.c.data).where(events.c.subject == case_id, events.c.type == StatementSent.TYPE)
            ).scalars()
            if all(data["action"] != action for data in before):
                payload = StatementSent(action=action, target=target, uuid=uuid)
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
