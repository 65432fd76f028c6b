"""What a call to the platform says: from the record, and at the moment of sending from the evidence of the case.

Account and the platform's own ids of items are read when a call is sent, and stored nowhere else. Where the evidence
was erased they are null: the platform then knows the action by its id alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, select

from tutela.casework.actions import ActionState
from tutela.casework.calls import Call, Unreadable
from tutela.casework.evidence import EvidenceGone, EvidenceVault, ItemRecord, record_name, repeat_name
from tutela.events.catalogue.intake import ItemSeenAgain
from tutela.events.catalogue.notices import NoticeIssued
from tutela.events.catalogue.redress import ActionOrdered, ActionReversalOrdered, ComplaintDecided
from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.evidence.keys import BrokenKey
from tutela.storage.evidence.vault import BrokenEvidence
from tutela.storage.rows import events_about
from tutela.storage.schema.notices import notices

MOST_ITEMS = 500
"""How many ids of one content a call names; `items_left_off` counts the rest."""


class CallContents:
    """Implements casework.calls.Contents."""

    def __init__(self, database: Database, vault: EvidenceVault) -> None:
        self._database = database
        self._vault = vault

    def __call__(self, call: Call) -> Mapping[str, Any] | None:
        """Return what the call says, or None where that is not so any more."""
        with self._database.read_one_moment() as connection:
            return MAKERS[call.kind](connection, self._vault, call)


Maker = Callable[[Connection, EvidenceVault, Call], Mapping[str, Any] | None]


def _action(connection: Connection, vault: EvidenceVault, call: Call) -> Mapping[str, Any] | None:
    row = connection.execute(select(schema.actions).where(schema.actions.c.id == call.about)).one()
    telling = ActionState.ORDERED if call.kind == ActionOrdered.TYPE else ActionState.REVERSAL_ORDERED
    if row.state != telling:
        return None
    about = {"action": row.id, "kind": row.kind, "state": row.state, "ordered_at": row.ordered_at.isoformat()}
    return about | whom(connection, vault, row.case_id, row.item_id)


def _complaint(connection: Connection, vault: EvidenceVault, call: Call) -> Mapping[str, Any] | None:
    complaints, actions = schema.complaints, schema.actions
    row = connection.execute(
        select(complaints, actions.c.kind, actions.c.item_id)
        .join(actions, actions.c.id == complaints.c.action_id)
        .where(complaints.c.id == call.about)
    ).one()
    about = {"complaint": row.id, "action": row.action_id, "kind": row.kind, "channel": row.channel}
    decision = {"upheld": row.upheld, "reason": row.reason}
    return about | decision | whom(connection, vault, row.case_id, row.item_id)


def _notice(connection: Connection, vault: EvidenceVault, call: Call) -> Mapping[str, Any] | None:
    actions = schema.actions
    row = connection.execute(
        select(notices, actions.c.kind.label("action_kind"), actions.c.item_id)
        .join(actions, actions.c.id == notices.c.action_id)
        .where(notices.c.about == call.about)
    ).one()
    if row.handed_over_at is not None:
        return None
    about = {"about": row.about, "notice": row.kind, "action": row.action_id, "kind": row.action_kind}
    return about | {"issued_at": row.issued_at.isoformat()} | whom(connection, vault, row.case_id, row.item_id)


MAKERS: Mapping[str, Maker] = {
    ActionOrdered.TYPE: _action,
    ActionReversalOrdered.TYPE: _action,
    ComplaintDecided.TYPE: _complaint,
    NoticeIssued.TYPE: _notice,
}
"""What makes the content of each kind of call, by the type of its event."""


def whom(connection: Connection, vault: EvidenceVault, case_id: str, item_id: str | None) -> dict[str, Any]:
    """Return case, item, service, account, and the platform's ids of the item with those of its repeats."""
    cases, items, events = schema.cases, schema.case_items, schema.events
    service = connection.execute(select(cases.c.service).where(cases.c.id == case_id)).scalar_one()
    found: dict[str, Any] = {"case": case_id, "service": service, "item": item_id, "account": None, "items": None}
    if item_id is None:
        of_case = select(items.c.id).where(items.c.case_id == case_id).order_by(items.c.position)
        for candidate in connection.execute(of_case.limit(MOST_ITEMS)).scalars():
            record = _kept(vault, case_id, record_name(candidate))
            if record is not None and record.sender is not None:
                return found | {"account": record.sender.account}
        return found
    record = _kept(vault, case_id, record_name(item_id))
    if record is None:
        return found
    again = connection.execute(
        select(events.c.id, events.c.data).where(events_about(case_id, ItemSeenAgain.TYPE)).order_by(events.c.sequence)
    ).all()
    repeats = [event.id for event in again if event.data["item"] == item_id]
    records = [record, *(_kept(vault, case_id, repeat_name(item_id, event)) for event in repeats[: MOST_ITEMS - 1])]
    ids = list(dict.fromkeys(one.identity for one in records if one is not None and one.identity is not None))
    found |= {"account": record.sender.account if record.sender else None, "items": ids}
    return found | {"items_left_off": max(0, len(repeats) + 1 - MOST_ITEMS)}


def _kept(vault: EvidenceVault, case: str, name: str) -> ItemRecord | None:
    try:
        return ItemRecord.model_validate_json(vault.get(case, name))
    except EvidenceGone:
        return None
    except (ValidationError, BrokenEvidence, BrokenKey) as error:
        raise Unreadable(f"{name} of case {case} cannot be read") from error
