"""Events and blocks as they are stored, read without trust: what cannot be understood fits no hash, stops nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, String, select, type_coerce

from tutela.events import chain
from tutela.storage.record.audit_chain import leaf_of
from tutela.storage.schema.governance import audit_blocks
from tutela.storage.schema.record import events

_EVENTS_AT_ONCE = 4096
_BLOCKS_AT_ONCE = 64
_BEFORE_ALL = -(2**62)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event with its leaf; `row` is empty and `leaf` fits nothing where it cannot be read."""

    sequence: int
    leaf: bytes
    row: Mapping[str, Any] = field(repr=False)
    explained: bool = False

    def would_be(self, sequence: int) -> bytes:
        """Return its leaf if it had that number."""
        return leaf_of(sequence, self.row) if self.row else b""


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """A block, with the number of each of its events."""

    number: int
    version: int
    sequences: list[int]
    leaves: bytes
    hash: str


def stored_events(connection: Connection) -> Iterator[StoredEvent]:
    """Yield all events in the order of their sequence."""
    sqlite = connection.dialect.name == "sqlite"
    # SQLite keeps whatever is written into a column, so it is taken as it is and understood here.
    query = select(*(type_coerce(c, String) for c in events.c)) if sqlite else select(events)
    after = _BEFORE_ALL
    while rows := connection.execute(
        query.where(events.c.sequence > after).order_by(events.c.sequence).limit(_EVENTS_AT_ONCE)
    ).all():
        for row in rows:
            yield _event(dict(zip(events.c.keys(), row, strict=True)))
        after = int(rows[-1][0])


def stored_blocks(connection: Connection) -> Iterator[StoredBlock]:
    """Yield all blocks in the order of their numbers."""
    sqlite = connection.dialect.name == "sqlite"
    query = select(*(type_coerce(c, String) for c in audit_blocks.c)) if sqlite else select(audit_blocks)
    after = _BEFORE_ALL
    while rows := connection.execute(
        query.where(audit_blocks.c.number > after).order_by(audit_blocks.c.number).limit(_BLOCKS_AT_ONCE)
    ).all():
        for row in rows:
            yield _block(dict(zip(audit_blocks.c.keys(), row, strict=True)))
        after = int(rows[-1][0])


def _event(row: dict[str, Any]) -> StoredEvent:
    sequence = int(row["sequence"])
    try:
        if isinstance(row["data"], str):
            row["data"] = json.loads(row["data"])
        for name in ("occurred_at", "recorded_at"):
            if isinstance(row[name], str):
                row[name] = datetime.fromisoformat(row[name]).replace(tzinfo=UTC)
        return StoredEvent(sequence, leaf_of(sequence, row), row)
    except (ValueError, TypeError, AttributeError):
        return StoredEvent(sequence, b"", {})


def _block(row: dict[str, Any]) -> StoredBlock:
    try:
        pairs = json.loads(row["sequences"]) if isinstance(row["sequences"], str) else row["sequences"]
        # A pair is no longer than a block can be, whatever somebody wrote there.
        sequences = [n for first, last in pairs for n in range(first, min(last, first + len(row["leaves"])) + 1)]
    except (ValueError, TypeError):
        sequences = []
    leaves = row["leaves"] if isinstance(row["leaves"], bytes) else b""
    version = row["version"] if isinstance(row["version"], int) else 0
    hash_ = row["hash"] if _is_digest(row["hash"]) else ""
    return StoredBlock(int(row["number"]), version, sequences, leaves, hash_)


def _is_digest(text: Any) -> bool:
    try:
        return isinstance(text, str) and len(bytes.fromhex(text)) == chain.DIGEST
    except ValueError:
        return False
