"""The audit as a service: verifies the chain, signs checkpoints and keeps copies of them outside the database."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from tutela.events.catalogue.governance import AuditCheckpointed, AuditVerified
from tutela.events.checkpoint import BadCheckpoint, Checkpoint, public_key, read, sign, write
from tutela.events.envelope import SYSTEM, Clock, NewEvent
from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.evidence.keys import KeyRing
from tutela.storage.record.audit_chain import head_of
from tutela.storage.record.audit_verifier import Verification, verify
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.governance import audit_blocks
from tutela.storage.schema.record import events

CHAIN = "audit"
"""The subject of the events about the chain itself."""


@dataclass(frozen=True, slots=True)
class ChainState:
    """What the audit page says of the chain. `findings` of the last check are 0 where it found nothing."""

    blocks: int
    verified_at: datetime | None
    verified_block: int
    findings: int
    checkpoint_at: datetime | None
    checkpoint_block: int


class Audit:
    """The chain of one installation. Copies of checkpoints lie in a file of the data folder."""

    def __init__(self, database: Database, keys: KeyRing, folder: Path, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._kept = folder / "audit-checkpoints.jsonl"
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
        self._keep(made)
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
        """Check the chain against the checkpoints given and those kept, and put the result on record."""
        with self._database.read_one_moment() as connection:
            result = verify(connection, (*given, *self.kept()))
        with self._database.write() as connection:
            payload = AuditVerified(block=result.block, hash=result.hash, events=result.events, findings=result.count)
            EventLog(connection, self._clock).append([NewEvent(payload, CHAIN, self._clock(), actor)])
        return result

    def kept(self) -> list[Checkpoint]:
        """Return the copies of checkpoints that fit; a line that was damaged proves nothing and is passed over."""
        if not self._kept.exists():
            return []
        found = []
        for line in self._kept.read_text("utf-8", "replace").splitlines():
            try:
                found.append(self.read_checkpoint(line))
            except BadCheckpoint:
                continue
        return found

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
        )

    def _keep(self, made: Checkpoint) -> None:
        handle = os.open(self._kept, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, (write(made) + "\n").encode("ascii"))
            os.fsync(handle)
        finally:
            os.close(handle)


def _newest(connection: Connection, type_: str) -> tuple[datetime, dict[str, int]] | None:
    query = select(events.c.occurred_at, events.c.data).where(events.c.type == type_)
    row = connection.execute(query.order_by(events.c.sequence.desc()).limit(1)).one_or_none()
    return (row.occurred_at, row.data) if row else None


def _last_of(connection: Connection, block: int) -> int:
    pairs = connection.execute(select(audit_blocks.c.sequences).where(audit_blocks.c.number == block)).scalar()
    return max((last for _, last in pairs), default=0) if pairs else 0
