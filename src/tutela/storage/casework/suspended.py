"""Suspended accounts that are kept from returning: keyed identifiers, with a ground and an end of their own.

An identifier is HMAC-SHA-256 of service and account under a key that serves nothing else. It is in no event, so that
it can go: at its end, or as soon as the suspension is to be undone.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import ValidationError
from sqlalchemy import delete, insert, select

from tutela.casework.evidence import EvidenceGone, ItemRecord, record_name
from tutela.events.catalogue.retention import SuspendedListed, SuspendedRemoved
from tutela.events.envelope import Clock, NewEvent
from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.evidence.evidence_door import EvidenceDoor
from tutela.storage.evidence.keys import BrokenKey
from tutela.storage.evidence.vault import BrokenEvidence
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.retention import suspended_accounts, suspensions
from tutela.storage.settings import SuspendedAccountsSettings

_AT_ONCE = 200


class SuspendedAccounts:
    """The list. Without settings none is kept, and what was listed under earlier ones goes."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        door: EvidenceDoor,
        key: Callable[[], bytes],
        settings: SuspendedAccountsSettings | None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._door = door
        self._key = key
        self._settings = settings

    @property
    def ground(self) -> str | None:
        """The legal ground that the list rests on; none where no list is kept."""
        return self._settings.ground if self._settings else None

    def until(self, service: str, account: str) -> datetime | None:
        """Return until when an account is kept from returning; none if it is not."""
        if self._settings is None:
            return None
        query = (
            select(suspensions.c.until)
            .join(suspended_accounts, suspended_accounts.c.action_id == suspensions.c.action_id)
            .where(
                suspended_accounts.c.digest == self._digest(service, account),
                suspensions.c.state == "listed",
                suspensions.c.until > self._clock(),
            )
            .order_by(suspensions.c.until.desc())
        )
        with self._database.read() as connection:
            found: datetime | None = connection.execute(query.limit(1)).scalar()
        return found

    def follow(self) -> int:
        """List what was carried out, remove what was undone or has ended; return how many entries changed."""
        return self._remove() + (self._list() if self._settings else 0)

    def _list(self) -> int:
        query = select(suspensions.c.action_id, suspensions.c.case_id).where(suspensions.c.state == "due")
        with self._database.read() as connection:
            due = connection.execute(query.order_by(suspensions.c.action_id).limit(_AT_ONCE)).all()
        return sum(self._list_one(row.action_id, row.case_id) for row in due)

    def _list_one(self, action: str, case: str) -> bool:
        account = self._account(case)
        now = self._clock()
        with self._database.write() as connection:
            query = select(suspensions.c.state).where(suspensions.c.action_id == action).with_for_update()
            if connection.execute(query).scalar() != "due":
                return False
            if account is None or self._settings is None:
                event = NewEvent(SuspendedRemoved(action=action, reason="unknown_account"), case, now)
            else:
                until = now + timedelta(days=self._settings.days)
                event = NewEvent(SuspendedListed(action=action, until=until), case, now)
                connection.execute(insert(suspended_accounts).values(digest=self._digest(*account), action_id=action))
            EventLog(connection, self._clock).append([event])
        return True

    def _account(self, case: str) -> tuple[str, str] | None:
        items = schema.case_items
        query = select(items.c.id, items.c.service).where(items.c.case_id == case).order_by(items.c.position)
        with self._database.read() as connection:
            row = connection.execute(query.limit(1)).one_or_none()
        if row is None:
            return None
        name = record_name(row.id)
        try:
            record = ItemRecord.model_validate_json(self._door.open(case, [name], "suspended_list")(name))
        except (EvidenceGone, BrokenEvidence, BrokenKey, ValidationError):
            return None
        return (row.service, record.sender.account) if record.sender else None

    def _remove(self) -> int:
        now = self._clock()
        over = (suspensions.c.state == "ended") | ((suspensions.c.state == "listed") & (suspensions.c.until <= now))
        if self._settings is None:
            over = over | (suspensions.c.state == "listed")
        with self._database.write() as connection:
            rows = connection.execute(select(suspensions).where(over).limit(_AT_ONCE).with_for_update()).all()
            actions = [row.action_id for row in rows]
            connection.execute(delete(suspended_accounts).where(suspended_accounts.c.action_id.in_(actions)))
            EventLog(connection, self._clock).append(
                [
                    NewEvent(
                        SuspendedRemoved(action=row.action_id, reason="reversed" if row.state == "ended" else "ended"),
                        row.case_id,
                        now,
                    )
                    for row in rows
                ]
            )
        return len(rows)

    def _digest(self, service: str, account: str) -> str:
        parts = (part.encode("utf-8", "backslashreplace") for part in (service, account))
        message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.new(self._key(), message, hashlib.sha256).hexdigest()
