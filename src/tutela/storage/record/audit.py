"""The audit as a service: verifies the chain, signs checkpoints and keeps copies of them outside the database."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, String, select, type_coerce

from tutela.events.catalogue.governance import AuditCheckpointed, AuditVerified
from tutela.events.checkpoint import BadCheckpoint, Checkpoint, public_key, read, sign
from tutela.events.envelope import SYSTEM, Clock, NewEvent
from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.evidence.keys import KeyRing
from tutela.storage.record.audit_chain import head_of
from tutela.storage.record.audit_verifier import Verification, verify
from tutela.storage.record.checkpoint_copies import CheckpointCopies, Copies
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.governance import audit_blocks
from tutela.storage.schema.record import events

CHAIN = "audit"
"""The subject of the events about the chain itself."""


@dataclass(frozen=True, slots=True)
class ChainState:
    """What the audit page says of the chain. `findings` of the last check are 0 where it found nothing.

    `copies_unusable` and `copies_missing` are those that it found of the copies of checkpoints.
    """

    blocks: int
    verified_at: datetime | None
    verified_block: int
    findings: int
    checkpoint_at: datetime | None
    checkpoint_block: int
    copies_unusable: int = 0
    copies_missing: int = 0


class Audit:
    """The chain of one installation. Copies of checkpoints lie in a file of the data folder."""

    def __init__(self, database: Database, keys: KeyRing, folder: Path, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._copies = CheckpointCopies(folder / "audit-checkpoints.jsonl")
        self._clock = clock

    @property
    def key(self) -> str:
        """The public key that checks the signatures of checkpoints, hexadecimal."""
        return public_key(self._keys.audit())

    def read_checkpoint(self, text: str, key: str | None = None) -> Checkpoint:
        """Return a checkpoint that this installation, or the owner of `key`, signed; raises BadCheckpoint."""
        found = read(text, key or self.key)
        with self._database.read() as connection:
            mine = connection.execute(select(schema.installation.c.id)).scalar()
        if found.installation != mine:
            raise BadCheckpoint("it is of another installation, or the database was replaced by another")
        return found

    def checkpoint(self, actor: str = SYSTEM) -> Checkpoint:
        """Sign the head of the chain, keep a copy, put it on record and return it."""
        now = self._clock()
        with self._database.write() as connection:
            number, head = head_of(connection)
            installation = connection.execute(select(schema.installation.c.id)).scalar_one()
            made = sign(self._keys.audit(), installation, number, _last_of(connection, number), head.hex(), now)
            payload = AuditCheckpointed(block=number, hash=head.hex(), key=made.key)
            EventLog(connection, self._clock).append([NewEvent(payload, CHAIN, now, actor)])
            # Before it is on record: a crash may leave a copy that nothing names, and not a name without its copy.
            self._copies.add(made)
        return made

    def checkpoint_if_moved(self) -> bool:
        """Sign the head if more than the last checkpoint itself came after it; return whether it did."""
        with self._database.read() as connection:
            state = self._state(connection)
        # The checkpoint itself is an event, and makes a block.
        moved = state.blocks > (state.checkpoint_block + 1 if state.checkpoint_at else 0)
        if moved:
            self.checkpoint()
        return moved

    def verify(self, given: tuple[Checkpoint, ...] = (), actor: str = SYSTEM) -> Verification:
        """Check the chain against the checkpoints given and those kept, and put the result on record.

        A copy that cannot be used, or one that the record names and the file does not hold, is told: the end may have
        been cut off after it, and nothing else would show it.
        """
        with self._database.read_one_moment() as connection:
            named = _named(connection)
            # After the record was read: a copy is there before its name.
            copies = self.copies()
            result = replace(
                verify(connection, (*given, *copies.usable)),
                copies_unusable=copies.unusable,
                copies_missing=len(named - {(copy.block, copy.hash) for copy in copies.usable}),
            )
        with self._database.write() as connection:
            payload = AuditVerified(
                block=result.block,
                hash=result.hash,
                events=result.events,
                findings=result.count,
                copies_unusable=result.copies_unusable,
                copies_missing=result.copies_missing,
            )
            EventLog(connection, self._clock).append([NewEvent(payload, CHAIN, self._clock(), actor)])
        return result

    def copies(self) -> Copies:
        """Return what the file of copies holds."""
        return self._copies.read(self.read_checkpoint)

    def state(self) -> ChainState:
        """Return what is known of the chain without checking it."""
        with self._database.read() as connection:
            return self._state(connection)

    def _state(self, connection: Connection) -> ChainState:
        verified = _newest(connection, AuditVerified.TYPE)
        signed = _newest(connection, AuditCheckpointed.TYPE)
        return ChainState(
            blocks=head_of(connection)[0],
            verified_at=verified[0] if verified else None,
            verified_block=verified[1]["block"] if verified else 0,
            findings=verified[1]["findings"] if verified else 0,
            checkpoint_at=signed[0] if signed else None,
            checkpoint_block=signed[1]["block"] if signed else 0,
            copies_unusable=(verified[1].get("copies_unusable") or 0) if verified else 0,
            copies_missing=(verified[1].get("copies_missing") or 0) if verified else 0,
        )


def _named(connection: Connection) -> set[tuple[int, str]]:
    """Return block and hash of each checkpoint that the record names; what cannot be read, the chain tells."""
    query = select(events.c.data).where(events.c.type == AuditCheckpointed.TYPE)
    if connection.dialect.name == "sqlite":
        query = select(type_coerce(events.c.data, String)).where(events.c.type == AuditCheckpointed.TYPE)
    found = set()
    for data in connection.execute(query).scalars():
        try:
            told = json.loads(data) if isinstance(data, str) else data
            found.add((int(told["block"]), str(told["hash"])))
        except (ValueError, TypeError, KeyError):
            continue
    return found


def _newest(connection: Connection, type_: str) -> tuple[datetime, dict[str, Any]] | None:
    query = select(events.c.occurred_at, events.c.data).where(events.c.type == type_)
    row = connection.execute(query.order_by(events.c.sequence.desc()).limit(1)).one_or_none()
    return (row.occurred_at, row.data) if row else None


def _last_of(connection: Connection, block: int) -> int:
    pairs = connection.execute(select(audit_blocks.c.sequences).where(audit_blocks.c.number == block)).scalar()
    return max((last for _, last in pairs), default=0) if pairs else 0
