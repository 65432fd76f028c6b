"""The chain of the audit, written with the events: each transaction ends with its block.

The leaves are made as events are appended. The link to the block before is made as the last thing of the
transaction, on PostgreSQL under a lock that is held from there to the end of the commit: blocks stand in the order in
which transactions committed, no event is ever without its block, and nobody waits for a lock while holding that one.
See docs/decisions/0016-chain-of-the-audit.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, insert, select, text

from tutela.events import chain
from tutela.storage.database import at_commit
from tutela.storage.schema.governance import audit_blocks

BLOCK = 4096
"""How many events a block has at most, so that no row grows without bound."""
_LOCK = 7450


class _Pending:
    """The events of a transaction that are not linked yet."""

    def __init__(self) -> None:
        self.leaves: list[tuple[int, bytes]] = []

    def __call__(self, connection: Connection) -> None:
        """Link them."""
        write(connection, self.leaves)


def extend(connection: Connection, sequences: Sequence[int], rows: Sequence[Mapping[str, Any]]) -> None:
    """Take recorded events into the chain of this transaction."""
    pending: _Pending = at_commit(connection, "audit", _Pending)
    pending.leaves += [(sequence, leaf_of(sequence, row)) for sequence, row in zip(sequences, rows, strict=True)]


def leaf_of(sequence: int, row: Mapping[str, Any]) -> bytes:
    """Return the leaf of a row of the table of events."""
    return chain.leaf(canonical_of(sequence, row))


def canonical_of(sequence: int, row: Mapping[str, Any]) -> bytes:
    """Return what is hashed of a row of the table of events."""
    return chain.canonical(
        sequence,
        row["id"],
        row["type"],
        row["version"],
        row["subject"],
        row["actor"],
        row["occurred_at"],
        row["recorded_at"],
        row["data"],
    )


def write(connection: Connection, leaves: Iterable[tuple[int, bytes]]) -> None:
    """Write blocks after the last one."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    number, head = head_of(connection)
    rest = iter(leaves)
    while part := list(islice(rest, BLOCK)):
        number += 1
        head = chain.link(head, (leaf for _, leaf in part))
        connection.execute(
            insert(audit_blocks).values(
                number=number,
                version=chain.VERSION,
                sequences=_pairs(sequence for sequence, _ in part),
                leaves=b"".join(leaf for _, leaf in part),
                hash=head.hex(),
            )
        )


def head_of(connection: Connection) -> tuple[int, bytes]:
    """Return the number and the hash of the last block: 0 and the start where there is none."""
    query = select(audit_blocks.c.number, audit_blocks.c.hash).order_by(audit_blocks.c.number.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return (row.number, bytes.fromhex(row.hash)) if row else (0, chain.START)


def _pairs(sequences: Iterable[int]) -> list[list[int]]:
    pairs: list[list[int]] = []
    for sequence in sequences:
        if pairs and sequence == pairs[-1][1] + 1:
            pairs[-1][1] = sequence
        else:
            pairs.append([sequence, sequence])
    return pairs
