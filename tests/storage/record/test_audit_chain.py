"""The chain of the audit: whatever is done to the record behind its back is found and named, and nothing else is."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, MetaData, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from tests.databases import SteppableClock
from tutela.events import chain
from tutela.events.catalogue.hashlists import HashListSwitched
from tutela.events.catalogue.intake import IntakeRefused
from tutela.events.checkpoint import BadCheckpoint, Checkpoint, read, sign, write
from tutela.events.envelope import NewEvent
from tutela.storage import migrations
from tutela.storage.database import Database
from tutela.storage.record.audit_verifier import Verification, verify
from tutela.storage.record.checkpoint_copies import CheckpointCopies
from tutela.storage.schema.governance import audit_blocks
from tutela.storage.schema.record import events
from tutela.storage.workplace import Workplace

START = datetime(2025, 1, 1, tzinfo=UTC)


def event(n: int) -> NewEvent:
    at = START + timedelta(seconds=n, microseconds=n)
    if n % 2:
        return NewEvent(HashListSwitched(enabled=n % 4 == 1), f"list-{n}", at, "rosa")
    return NewEvent(IntakeRefused(service="chat", region="eu", day=at.date(), reason=f"Grund å {n}"), "chat", at)


def fill(place: Workplace, sizes: tuple[int, ...] = (1, 3, 7, 1, 12)) -> None:
    n = 0
    for size in sizes:
        with place.transactions.record() as log:
            log.append([event(n + k) for k in range(size)])
        n += size


def check(place: Workplace, checkpoints: tuple[Checkpoint, ...] = ()) -> Verification:
    with place.database.read_one_moment() as connection:
        return verify(connection, checkpoints)


@contextmanager
def attacker(database: Database) -> Iterator[Connection]:
    """A connection on which nothing refuses a change; what was done is undone at the end."""
    with database.engine.connect() as connection:
        transaction = connection.begin()
        disarm(connection)
        yield connection
        transaction.rollback()


def disarm(connection: Connection) -> None:
    for table in ("events", "audit_blocks", "governance_texts"):
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        else:
            for change in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER {table}_no_{change}"))


def numbers(place: Workplace) -> list[int]:
    with place.database.read() as connection:
        return list(connection.execute(select(events.c.sequence).order_by(events.c.sequence)).scalars())


def row_of(connection: Connection, sequence: int) -> dict[str, Any]:
    return dict(connection.execute(select(events).where(events.c.sequence == sequence)).mappings().one())


def test_what_nobody_touched_is_intact(place: Workplace) -> None:
    fill(place)
    result = check(place)
    assert result.intact
    assert (result.events, result.block) == (24, 5)
    assert result.findings == ()


def test_blocks_cannot_be_changed_where_the_events_cannot(place: Workplace) -> None:
    fill(place, (2,))
    for statement in (update(audit_blocks).values(hash="0" * 64), delete(audit_blocks)):
        with pytest.raises(DBAPIError, match="append-only"), place.database.write() as connection:
            connection.execute(statement)


def test_a_transaction_that_failed_leaves_no_block(place: Workplace) -> None:
    with pytest.raises(RuntimeError), place.transactions.record() as log:  # noqa: PT012
        log.append([event(1)])
        raise RuntimeError("stop")
    with place.transactions.record() as log:
        log.append([event(2)])
        log.append([event(3)])
    result = check(place)
    assert (result.intact, result.events, result.block) == (True, 2, 1)


def test_more_events_than_a_block_holds(place: Workplace) -> None:
    fill(place, (5000,))
    result = check(place)
    assert (result.intact, result.events, result.block) == (True, 5000, 2)


FIELDS: dict[str, Any] = {
    "actor": "nobody",
    "subject": "elsewhere",
    "type": "hashlist.created",
    "version": 7,
    "occurred_at": START + timedelta(days=400),
    "recorded_at": START + timedelta(days=400, microseconds=1),
    "id": "another",
    "data": {"enabled": "maybe"},
}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_tampering_is_found_and_named(place: Workplace, data: st.DataObject) -> None:
    if not numbers(place):
        fill(place)
        place.audit.checkpoint()
    every = numbers(place)
    kept = tuple(place.audit.copies().usable)
    kind = data.draw(
        st.sampled_from(
            ["field", "delete", "swap", "insert", "renumber", "cut", "block", "block_delete", "blocks_swap"]
        )
    )
    sequence = data.draw(st.sampled_from(every[:24]))
    with attacker(place.database) as connection:
        expected = TAMPERINGS[kind](connection, sequence, data, every)
        result = verify(connection, kept)
        assert not result.intact
        assert expected <= {(f.what, f.sequence) for f in result.findings}
        assert all(f.message for f in result.findings)
    assert check(place, kept).intact


Places = set[tuple[str, int | None]]


def change_field(connection: Connection, sequence: int, data: st.DataObject, _: list[int]) -> Places:
    field = data.draw(st.sampled_from(sorted(FIELDS)))
    connection.execute(update(events).where(events.c.sequence == sequence).values({field: FIELDS[field]}))
    return {("changed", sequence)}


def delete_one(connection: Connection, sequence: int, _d: st.DataObject, _: list[int]) -> Places:
    connection.execute(delete(events).where(events.c.sequence == sequence))
    return {("missing", sequence)}


def swap(connection: Connection, sequence: int, data: st.DataObject, every: list[int]) -> Places:
    other = data.draw(st.sampled_from([n for n in every[:24] if n != sequence]))
    first, second = row_of(connection, sequence), row_of(connection, other)
    connection.execute(delete(events).where(events.c.sequence.in_([sequence, other])))
    for row, at in ((first, other), (second, sequence)):
        connection.execute(insert(events).values({**row, "sequence": at}))
    return {("moved", sequence), ("moved", other)}


def insert_one(connection: Connection, sequence: int, _d: st.DataObject, _: list[int]) -> Places:
    row = row_of(connection, sequence)
    connection.execute(insert(events).values({**row, "sequence": 10**6, "id": "inserted"}))
    return {("inserted", 10**6)}


def renumber(connection: Connection, sequence: int, _d: st.DataObject, _: list[int]) -> Places:
    row = row_of(connection, sequence)
    connection.execute(delete(events).where(events.c.sequence == sequence))
    connection.execute(insert(events).values({**row, "sequence": 10**6}))
    return {("moved", sequence)}


def cut(connection: Connection, _s: int, data: st.DataObject, _: list[int]) -> Places:
    """The end is cut off, blocks and all: only the checkpoint knows of it."""
    block = data.draw(st.integers(1, 5))
    rows = connection.execute(select(audit_blocks).where(audit_blocks.c.number >= block)).all()
    gone = [n for row in rows for first, last in row.sequences for n in range(first, last + 1)]
    connection.execute(delete(audit_blocks).where(audit_blocks.c.number >= block))
    connection.execute(delete(events).where(events.c.sequence.in_(gone)))
    return {("cut", None)}


def change_block(connection: Connection, _s: int, data: st.DataObject, _: list[int]) -> Places:
    block = data.draw(st.integers(1, 5))
    row = connection.execute(select(audit_blocks).where(audit_blocks.c.number == block)).one()
    spoiled = bytearray(row.leaves)
    spoiled[data.draw(st.integers(0, len(spoiled) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    connection.execute(update(audit_blocks).where(audit_blocks.c.number == block).values(leaves=bytes(spoiled)))
    return {("block_changed", None)}


def delete_block(connection: Connection, _s: int, data: st.DataObject, _: list[int]) -> Places:
    connection.execute(delete(audit_blocks).where(audit_blocks.c.number == data.draw(st.integers(1, 5))))
    return {("block_missing", None)}


def swap_blocks(connection: Connection, _s: int, data: st.DataObject, _: list[int]) -> Places:
    block = data.draw(st.integers(1, 4))
    for number, to in ((block, 99), (block + 1, block), (99, block + 1)):
        connection.execute(update(audit_blocks).where(audit_blocks.c.number == number).values(number=to))
    return {("block_changed", None)}


TAMPERINGS: dict[str, Callable[[Connection, int, st.DataObject, list[int]], Places]] = {
    "field": change_field,
    "delete": delete_one,
    "swap": swap,
    "insert": insert_one,
    "renumber": renumber,
    "cut": cut,
    "block": change_block,
    "block_delete": delete_block,
    "blocks_swap": swap_blocks,
}


def rewrite(connection: Connection) -> None:
    """Write the whole chain anew over the events as they are now, as somebody would who knows how it is made."""
    head = chain.START
    for row in connection.execute(select(audit_blocks).order_by(audit_blocks.c.number)).all():
        leaves = []
        for first, last in row.sequences:
            for n in range(first, last + 1):
                r = row_of(connection, n)
                del r["sequence"]
                leaves.append(chain.leaf(chain.canonical(n, *(r[c] for c in (
                    "id", "type", "version", "subject", "actor", "occurred_at", "recorded_at", "data"
                )))))  # fmt: skip
        head = chain.link(head, leaves)
        connection.execute(
            update(audit_blocks)
            .where(audit_blocks.c.number == row.number)
            .values(leaves=b"".join(leaves), hash=head.hex())
        )


def test_a_chain_that_was_written_anew_is_found_by_a_checkpoint_alone(place: Workplace) -> None:
    fill(place)
    place.audit.checkpoint()
    kept = tuple(place.audit.copies().usable)
    with attacker(place.database) as connection:
        connection.execute(update(events).where(events.c.sequence == numbers(place)[4]).values(actor="nobody"))
        rewrite(connection)
        assert verify(connection).intact
        found = verify(connection, kept)
        assert [(f.what, f.block) for f in found.findings] == [("rewritten", 5)]
        assert "2025-06-02" in found.findings[0].message


def test_what_cannot_even_be_read_is_found(place: Workplace, backend: str) -> None:
    if backend != "sqlite":
        return  # the types of PostgreSQL keep such values out
    fill(place)
    with attacker(place.database) as connection:
        connection.execute(text("UPDATE events SET data = '{' WHERE sequence = 3"))
        connection.execute(text("UPDATE events SET occurred_at = 'once' WHERE sequence = 5"))
        connection.execute(text("UPDATE audit_blocks SET sequences = 'x' WHERE number = 5"))
        result = verify(connection)
        assert {("changed", 3), ("changed", 5), ("block_changed", None)} <= {
            (f.what, f.sequence) for f in result.findings
        }


def test_transactions_at_the_same_time_make_one_chain(place: Workplace) -> None:
    def work() -> None:
        for n in range(15):
            with place.transactions.record() as log:
                log.append([event(n), event(n + 1)])

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result = check(place)
    assert (result.intact, result.events, result.block) == (True, 120, 60)


def test_an_order_of_commits_that_is_not_that_of_the_numbers(place: Workplace, backend: str) -> None:
    if backend != "postgresql":
        return  # SQLite has one writer at a time
    with place.transactions.record() as early:
        early.append([event(1)])
        done = threading.Event()

        def late() -> None:
            with place.transactions.record() as log:
                log.append([event(2)])
            done.set()

        thread = threading.Thread(target=late)
        thread.start()
        assert done.wait(10), "nobody waits for a transaction that is still at work"
        thread.join()
        early.append([event(3)])
    assert check(place).intact
    with place.database.read() as connection:
        blocks = connection.execute(select(audit_blocks.c.sequences).order_by(audit_blocks.c.number)).scalars().all()
    first, second = (pairs[0][0] for pairs in blocks)
    assert first > second


def test_thirty_lines_of_anybody_check_the_chain(place: Workplace) -> None:
    """What docs/reference/audit-chain.md says, done with nothing of Tutela."""
    fill(place)
    with place.database.read() as connection:
        rows = [dict(r) for r in connection.execute(select(events)).mappings()]
        blocks = [dict(r) for r in connection.execute(select(audit_blocks).order_by(audit_blocks.c.number)).mappings()]
    by_number = {r["sequence"]: r for r in rows}
    head = b"\0" * 32
    for block in blocks:
        for first, last in block["sequences"]:
            for n in range(first, last + 1):
                r = by_number.pop(n)
                times = [r[t].strftime("%Y-%m-%dT%H:%M:%S.%f+00:00") for t in ("occurred_at", "recorded_at")]
                array = [n, r["id"], r["type"], r["version"], r["subject"], r["actor"], *times, r["data"]]
                written = json.dumps(array, sort_keys=True, separators=(",", ":"))
                head = hashlib.sha256(head + hashlib.sha256(written.encode()).digest()).digest()
        assert head.hex() == block["hash"]
    assert by_number == {}


def test_the_canonical_form_is_fixed() -> None:
    at = datetime(2025, 3, 30, 2, 30, 1, 234567, tzinfo=UTC)
    written = chain.canonical(7, "an-id", "case.opened", 2, "s", "rosa", at, at, {"b": ["å", None, 1.5], "a": True})
    assert written == (
        b'[7,"an-id","case.opened",2,"s","rosa","2025-03-30T02:30:01.234567+00:00",'
        b'"2025-03-30T02:30:01.234567+00:00",{"a":true,"b":["\\u00e5",null,1.5]}]'
    )
    assert chain.leaf(written).hex() == "e7437964631fa68c5ba378f6517d39fe50ee92d9dfd9dc95e6b98a5c1ae70e85"


class TestCheckpoints:
    def test_are_kept_outside_and_compared_by_themselves(self, place: Workplace, data: Path) -> None:
        fill(place)
        made = place.audit.checkpoint()
        assert made.block == 5
        assert made.sequence == numbers(place)[23]
        assert (data / "audit-checkpoints.jsonl").stat().st_mode & 0o077 == 0
        result = place.audit.verify()
        assert (result.intact, result.checkpoints) == (True, 1)

    def test_a_line_that_was_damaged_is_counted(self, place: Workplace, data: Path) -> None:
        place.audit.checkpoint()
        with (data / "audit-checkpoints.jsonl").open("a", encoding="utf-8") as stream:
            stream.write('{"format": "tutela-checkpoint-1"')
        fill(place, (1,))
        place.audit.checkpoint()
        copies = place.audit.copies()
        assert (len(copies.usable), copies.unusable) == (2, 1)
        result = place.audit.verify()
        assert (result.intact, result.tampered) == (False, False)
        assert (result.checkpoints, result.copies_unusable, result.copies_missing) == (2, 1, 0)

    @pytest.mark.parametrize("how", ["damaged", "removed"])
    def test_a_cut_end_behind_copies_that_were_made_unusable_is_not_called_intact(
        self, place: Workplace, data: Path, how: str
    ) -> None:
        for _ in range(3):
            fill(place, (2,))
            place.audit.checkpoint()
        fill(place, (2,))
        path = data / "audit-checkpoints.jsonl"
        lines = path.read_text("ascii").splitlines()
        path.write_text("".join(line[:-9] + "\n" for line in lines if how == "damaged"), "ascii")
        with place.database.engine.connect() as connection, connection.begin():
            disarm(connection)
            newest = connection.execute(select(func.max(audit_blocks.c.number))).scalar_one()
            connection.execute(delete(audit_blocks).where(audit_blocks.c.number == newest))
            connection.execute(delete(events).where(events.c.sequence.in_(numbers(place)[-2:])))
        result = place.audit.verify()
        assert not result.intact
        assert (result.checkpoints, result.copies_missing) == (0, 3)
        assert result.copies_unusable == (3 if how == "damaged" else 0)
        state = place.audit.state()
        assert (state.copies_unusable, state.copies_missing) == (result.copies_unusable, 3)

    def test_a_copy_that_was_written_before_a_crash_is_no_finding(
        self, place: Workplace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add = CheckpointCopies.add

        def crash(self: CheckpointCopies, made: Checkpoint) -> None:
            add(self, made)
            raise RuntimeError("power is gone")

        fill(place, (2,))
        monkeypatch.setattr(CheckpointCopies, "add", crash)
        with pytest.raises(RuntimeError):
            place.audit.checkpoint()
        result = place.audit.verify()
        assert (result.intact, result.checkpoints) == (True, 1)

    def test_a_clock_that_went_back_is_told_and_fails_nothing(self, place: Workplace, clock: SteppableClock) -> None:
        fill(place, (2,))
        clock.advance(minutes=-59)
        fill(place, (1,))
        assert place.audit.verify().clock_backs == 0
        for _ in range(6):
            clock.advance(hours=3)
            fill(place, (1,))
            clock.advance(hours=-3)
            fill(place, (2,))
        result = place.audit.verify()
        assert result.intact
        assert result.clock_backs == 6
        assert result.clock_back == tuple(numbers(place)[5 + 3 * k] for k in range(5))

    def test_one_is_made_when_something_happened_since(self, place: Workplace) -> None:
        fill(place, (2,))
        assert place.audit.checkpoint_if_moved()
        assert not place.audit.checkpoint_if_moved()
        fill(place, (1,))
        assert place.audit.checkpoint_if_moved()

    @given(secret=st.binary(min_size=32, max_size=32), block=st.integers(0, 2**53), field=st.sampled_from(
        ["block", "sequence", "hash", "at", "installation", "signature"]
    ))  # fmt: skip
    @settings(max_examples=30)
    def test_that_was_changed_fits_no_more(self, secret: bytes, block: int, field: str) -> None:
        made = sign(secret, "an-installation", block, block, "ab" * 32, START)
        assert read(write(made), made.key) == made
        changed = json.loads(write(made))
        changed[field] = {"block": block + 1, "sequence": block + 1, "hash": "ac" * 32, "at": "2025-01-01T00:00:01Z",
                          "installation": "another", "signature": "00" * 64}[field]  # fmt: skip
        with pytest.raises(BadCheckpoint, match="signature"):
            read(json.dumps(changed), made.key)

    def test_of_another_key_or_installation_proves_nothing(self, place: Workplace) -> None:
        stranger = sign(b"k" * 32, "x", 0, 0, "00" * 32, START)
        with pytest.raises(BadCheckpoint, match="another key"):
            place.audit.read_checkpoint(write(stranger))
        with pytest.raises(BadCheckpoint, match="another installation"):
            place.audit.read_checkpoint(write(stranger), stranger.key)
        for junk in ("", "{}", "not json", "[1]"):
            with pytest.raises(BadCheckpoint):
                place.audit.read_checkpoint(junk)

    def test_the_state_is_told_without_checking(self, place: Workplace, clock: SteppableClock) -> None:
        fill(place)
        before = place.audit.state()
        assert (before.blocks, before.verified_at, before.checkpoint_at) == (5, None, None)
        place.audit.checkpoint()
        clock.advance(hours=1)
        place.audit.verify()
        after = place.audit.state()
        assert (after.checkpoint_block, after.verified_block, after.findings) == (5, 6, 0)
        assert after.verified_at == clock.now


def test_events_of_an_older_database_are_chained(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    with database.write() as connection:
        alembic = Config()
        alembic.set_main_option("script_location", str(Path(migrations.__file__).parent))
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, "0009")
        old = MetaData()
        old.reflect(connection, only=["events"])
        at = START.replace(tzinfo=None if database.engine.dialect.name == "sqlite" else UTC)
        connection.execute(
            old.tables["events"].insert(),
            [
                {"id": f"e{n}", "type": "hashlist.switched", "version": 1, "subject": "a", "actor": "system",
                 "occurred_at": at, "recorded_at": at, "data": {"enabled": True}}
                for n in range(5000)
            ],
        )  # fmt: skip
    database.upgrade()
    with database.read() as connection:
        result = verify(connection)
    assert (result.intact, result.events, result.block) == (True, 5000, 2)
    database.close()
