"""The counts kept with the lists are those that counting would give, whatever was done to entries; and what a database
of before comes to."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, case, func, select

from tutela.detection.hashlists.hashlist import HashList, HeldBack, NewEntry
from tutela.storage import migrations, schema
from tutela.storage.database import Database
from tutela.storage.lists import list_counts
from tutela.storage.lists.list_counts import Counts
from tutela.storage.schema.entries import entry_records
from tutela.storage.workplace import Workplace

AT = datetime(2025, 1, 2, tzinfo=UTC)


def counted(database: Database) -> dict[tuple[str, str], Counts]:
    """Count every entry."""
    table = schema.hash_entries
    gone = table.c.removed_at.is_not(None)
    off = (~table.c.enabled) | table.c.held_back.is_not(None)
    query = select(
        table.c.hashlist,
        table.c.kind,
        func.sum(case((gone, 0), else_=1)),
        func.sum(case((gone, 0), (off, 1), else_=0)),
        func.sum(case((gone, 1), else_=0)),
    ).group_by(table.c.hashlist, table.c.kind)
    with database.read() as connection:
        return {(name, kind): Counts(a, b, c) for name, kind, a, b, c in connection.execute(query)}


def kept(database: Database) -> dict[tuple[str, str], Counts]:
    with database.read() as connection:
        return {(n, kind): c for n, kinds in list_counts.read(connection).items() for kind, c in kinds.items()}


@pytest.mark.parametrize("seed", range(3))
def test_the_counts_are_those_of_the_entries(place: Workplace, seed: int) -> None:
    chance = random.Random(seed)
    for name in ("one", "two"):
        place.lists.create(HashList(name, "O", "S", "SE", None))
    for _ in range(25):
        name = chance.choice(["one", "two"])
        there = [e.id for e in place.lists.entries([name], enabled_only=False)]
        step = chance.choice(["import", "import", "remove", "switch", "hold"])
        if step == "import":
            rows = [
                NewEntry(
                    chance.choice(["md5", "sha256"]),
                    bytes([chance.randrange(12)]) * 32,
                    verified_by=("A",) if chance.random() < 0.3 else (),
                    enabled=chance.random() < 0.8,
                )
                for _ in range(chance.randrange(1, 9))
            ]
            place.lists.add(name, rows)
        elif there and step == "remove":
            place.lists.remove(name, chance.choice(there))
        elif there and step == "switch":
            place.lists.switch(name, chance.random() < 0.5, chance.choice(there))
        elif there:
            with place.transactions.entries(change_lists=True) as unit:
                unit.hold_back(chance.choice(there), chance.choice([*HeldBack, None]))
        assert kept(place.database) == counted(place.database)


def test_a_database_of_before_is_counted_once(empty_database_url: str) -> None:
    """Lists, and the decisions that stand, as they were before entries had records."""
    database = Database(empty_database_url)
    with database.write() as connection:
        alembic = Config()
        alembic.set_main_option("script_location", str(Path(migrations.__file__).parent))
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, "0005")
        old = MetaData()
        old.reflect(connection, only=["hash_lists", "hash_entries", "cases", "case_items", "detections"])
        tables = old.tables
        at = AT.replace(tzinfo=None) if database.engine.dialect.name == "sqlite" else AT
        connection.execute(
            tables["hash_lists"].insert().values(
                id="known", owner="O", source="S", jurisdiction="SE", enabled=True, created_at=at
            )
        )  # fmt: skip
        for n, (on, removed) in enumerate([(True, None), (False, None), (True, at), (True, None)]):
            connection.execute(
                tables["hash_entries"].insert().values(
                    hashlist="known", kind="md5", value=bytes([n]) * 16, verified_by=[], added_at=at, enabled=on,
                    removed_at=removed,
                )
            )  # fmt: skip
        given = [("known", None, None), ("not", "error", None), ("not", None, None), ("not", "lawful_here", None),
                 ("new", None, None), (None, None, None), ("not", "error", "golden")]  # fmt: skip
        for n, (verdict, ground, planted) in enumerate(given):
            connection.execute(
                tables["cases"].insert().values(
                    id=f"c{n}", service="chat", layer="known", state="open", opened_at=at, planted=planted
                )
            )  # fmt: skip
            connection.execute(
                tables["case_items"].insert().values(
                    id=f"i{n}", case_id=f"c{n}", position=0, service="chat", content="x", kind="image", region="eu",
                    layer="known", same_bytes=True, flagged_at=at, seen_again=0, verdict=verdict, ground=ground,
                )
            )  # fmt: skip
            connection.execute(
                tables["detections"].insert().values(
                    id=f"d{n}", item_id=f"i{n}", technology="md5", version="1", threshold=0, hashlist="known",
                    entry_id=1, distance=0, orientation="upright", computed="here",
                )
            )  # fmt: skip
    database.upgrade()
    assert kept(database) == counted(database) == {("known", "md5"): Counts(3, 1, 1)}
    with database.read() as connection:
        (record,) = connection.execute(select(entry_records)).all()
        times = set(connection.execute(select(schema.detections.c.at)).scalars())
    assert times == {AT}
    assert (record.entry_id, record.state, record.confirmed, record.rejected) == (1, "active", 1, 2)
    assert (record.lawful, record.new_material, record.fresh_confirmed, record.fresh_rejected) == (1, 1, 1, 2)
    database.close()
