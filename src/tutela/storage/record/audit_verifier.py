"""Checks the chain of the audit: every event against its leaf, every block against the one before, all of it against
checkpoints that were handed out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection, select

from tutela.access.governance import digest_of
from tutela.events import chain
from tutela.events.checkpoint import Checkpoint
from tutela.storage.record.audit_stored import StoredBlock, StoredEvent, stored_blocks, stored_events
from tutela.storage.schema.governance import governance_records, governance_texts

MOST = 200
"""How many findings are named; more are only counted."""
FIRST = 5
"""How many events are named of those where the clock went back."""
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ChainFinding:
    """Something that is not as it was recorded: what, and at which event or block."""

    what: str
    sequence: int | None
    block: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found. `block` and `hash` are the head of the chain as it is stored.

    `checkpoints` were compared. Of the installation's own copies, `copies_unusable` lines prove nothing, and
    `copies_missing` are named by the record and not held. `clock_back` are the numbers of the first events that were
    recorded more than an hour before the event in front of them, `clock_backs` how many there are: no finding, as the
    machine's clock may have been set.
    """

    events: int
    block: int
    hash: str
    findings: tuple[ChainFinding, ...]
    count: int
    checkpoints: int
    clock_back: tuple[int, ...] = ()
    clock_backs: int = 0
    copies_unusable: int = 0
    copies_missing: int = 0

    @property
    def tampered(self) -> bool:
        """Whether something is not as it was recorded."""
        return self.count > 0

    @property
    def intact(self) -> bool:
        """Whether nothing was found, and no copy of a checkpoint is lacking that would find more."""
        return not (self.tampered or self.copies_unusable or self.copies_missing)


def verify(connection: Connection, checkpoints: Sequence[Checkpoint] = ()) -> Verification:
    """Check the whole chain as it is in one transaction. The checkpoints' signatures are the caller's to check."""
    return _Check(connection, checkpoints).run()


class _Check:
    def __init__(self, connection: Connection, checkpoints: Sequence[Checkpoint]) -> None:
        self._connection = connection
        self._stored = stored_events(connection)
        self._waiting: dict[int, StoredEvent] = {}
        self._read_to = 0
        self._seen = 0
        self._recorded_at: datetime | None = None
        self._clock_back: list[int] = []
        self._unfilled: list[tuple[int, int, bytes]] = []
        self._named: list[ChainFinding] = []
        self._count = 0
        ordered = sorted(checkpoints, key=lambda c: c.block)
        self._checkpoints = {block: list(some) for block, some in groupby(ordered, key=lambda c: c.block)}
        self._all_checkpoints = len(ordered)

    def run(self) -> Verification:
        head, expected, stored_head = chain.START, 1, chain.START.hex()
        last = 0
        for at_zero in self._checkpoints.get(0, ()):
            self._compare(at_zero, chain.START.hex())
        for row in stored_blocks(self._connection):
            if row.number != expected:
                missing = (
                    f"block {expected}" if row.number == expected + 1 else f"blocks {expected} to {row.number - 1}"
                )
                self._find("block_missing", None, expected, f"{missing} of the chain are missing: a piece was cut out")
            if row.version != chain.VERSION:
                self._find(
                    "block_changed", None, row.number,
                    f"block {row.number} names version {row.version} of the chain, which this program does not know",
                )  # fmt: skip
            self._leaves_of(row)
            head = chain.link(head, chain.parts(row.leaves))
            if head.hex() != row.hash:
                self._find(
                    "block_changed", None, row.number,
                    f"block {row.number} does not follow from the block before it: it, or the block before, was "
                    "changed, moved or inserted",
                )  # fmt: skip
                # Go on from what is stored, so that one change is not told again for every block after it.
                head = bytes.fromhex(row.hash) or head
            for checkpoint in self._checkpoints.get(row.number, ()):
                self._compare(checkpoint, row.hash)
            stored_head, last, expected = row.hash, row.number, row.number + 1
        for block, some in self._checkpoints.items():
            if block > last:
                self._find(
                    "cut", None, block,
                    f"the chain ends at block {last}, and a checkpoint of {some[0].at:%Y-%m-%d %H:%M} UTC saw block "
                    f"{block} with events up to {some[0].sequence}: the end was cut off",
                )  # fmt: skip
        self._advance(None)
        self._explain()
        self._texts()
        back = self._clock_back
        return Verification(
            self._seen, last, stored_head, tuple(self._named), self._count, self._all_checkpoints,
            tuple(back[:FIRST]), len(back),
        )  # fmt: skip

    def _leaves_of(self, row: StoredBlock) -> None:
        leaves = chain.parts(row.leaves)
        if len(row.sequences) != len(leaves) or len(row.leaves) % chain.DIGEST:
            self._find(
                "block_changed", None, row.number,
                f"block {row.number} lists {len(row.sequences)} events and holds {len(leaves)} hashes: it was changed",
            )  # fmt: skip
        for sequence, leaf in zip(row.sequences, leaves, strict=False):
            self._advance(sequence)
            found = self._waiting.get(sequence)
            if found is not None and found.leaf == leaf:
                del self._waiting[sequence]
            else:
                self._unfilled.append((sequence, row.number, leaf))

    def _compare(self, checkpoint: Checkpoint, stored: str) -> None:
        if checkpoint.hash != stored:
            self._find(
                "rewritten", None, checkpoint.block,
                f"the chain is not the one of which a checkpoint was made on {checkpoint.at:%Y-%m-%d %H:%M} UTC: "
                f"something at or before block {checkpoint.block} (event {checkpoint.sequence}) was changed, and the "
                "chain after it written anew",
            )  # fmt: skip

    def _explain(self) -> None:
        """Say what became of places in the chain whose event is not there, and of events that have no place."""
        left = self._unfilled
        if len(left) * len(self._waiting) <= MOST * MOST:
            left = []
            for place in self._unfilled:
                sequence, block, leaf = place
                for at, event in self._waiting.items():
                    if event.would_be(sequence) == leaf:
                        self._find("moved", sequence, block, f"event {sequence} of block {block} now stands as {at}")
                        self._waiting[at] = replace(event, explained=True)
                        break
                else:
                    left.append(place)
        for sequence, block, _ in left:
            if sequence in self._waiting:
                self._waiting[sequence] = replace(self._waiting[sequence], explained=True)
                self._find(
                    "changed", sequence, block,
                    f"event {sequence} of block {block} is not as it was recorded: its content, type, subject, actor "
                    "or time was changed",
                )  # fmt: skip
            else:
                self._find("missing", sequence, block, f"event {sequence} of block {block} is missing: it was deleted")
        for sequence in sorted(n for n, event in self._waiting.items() if not event.explained):
            self._find("inserted", sequence, None, f"event {sequence} is in no block of the chain: it was inserted")

    def _texts(self) -> None:
        kept = set()
        for row in self._connection.execute(select(governance_texts)):
            kept.add(row.digest)
            if digest_of(row.title, row.text) != row.digest:
                self._find("text_changed", None, None, f"the text {row.digest[:12]} of a record was changed")
        for row in self._connection.execute(select(governance_records.c.id, governance_records.c.digest)):
            if row.digest not in kept:
                self._find("text_missing", None, None, f"the text of the record {row.id} is missing")

    def _advance(self, to: int | None) -> None:
        while to is None or self._read_to < to:
            event = next(self._stored, None)
            if event is None:
                self._read_to = to or self._read_to
                return
            self._read_to = event.sequence
            self._seen += 1
            self._waiting[event.sequence] = event
            self._look_at_clock(event)

    def _look_at_clock(self, event: StoredEvent) -> None:
        recorded_at: datetime | None = event.row.get("recorded_at")
        if recorded_at is None:
            return
        if self._recorded_at is not None and self._recorded_at - recorded_at > HOUR:
            self._clock_back.append(event.sequence)
        self._recorded_at = recorded_at

    def _find(self, what: str, sequence: int | None, block: int | None, message: str) -> None:
        self._count += 1
        if len(self._named) < MOST:
            self._named.append(ChainFinding(what, sequence, block, message))
