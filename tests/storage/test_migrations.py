"""The schema: what the migrations make is what the code says, from an empty database, also when two start at once."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, inspect, select

from tutela.detection.hashlists.hashlist import ListRole, NewEntry
from tutela.storage import migrations, schema
from tutela.storage.casework.standing import standing_of
from tutela.storage.database import Database, WrongDatabase, newest_revision
from tutela.storage.legal.reader import find
from tutela.storage.lists.hash_lists import StoredHashLists
from tutela.storage.schema.legal import legal_cases, legal_requests
from tutela.storage.schema.notices import notices
from tutela.storage.schema.platform import calls
from tutela.storage.schema.retention import holds


def upgrade(url: str) -> None:
    """Run in another process."""
    database = Database(url)
    database.upgrade()
    database.require_current()
    database.close()


def test_an_empty_database_comes_to_this_schema(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    assert database.is_empty()
    with pytest.raises(WrongDatabase, match="tutela db upgrade"):
        database.require_current()
    database.upgrade()
    database.require_current()
    assert not database.is_empty()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, schema.metadata) == []
        names = set(inspect(connection).get_table_names())
    assert names == set(schema.metadata.tables) | {"alembic_version"}
    database.upgrade()  # again: nothing to do
    database.require_current()
    database.close()


def test_the_last_file_is_the_head_of_the_one_line_of_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_heads() == [newest_revision()]


def test_unique_and_foreign_keys_are_those_of_the_code(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    database.upgrade()
    with database.engine.connect() as connection:
        looked = inspect(connection)
        for name, table in schema.metadata.tables.items():
            assert {tuple(f["constrained_columns"]) for f in looked.get_foreign_keys(name)} == {
                tuple(c.name for c in f.columns) for f in table.foreign_key_constraints
            }, name
            indexes = {i["name"]: i for i in looked.get_indexes(name)}
            for index in table.indexes:
                found = indexes[str(index.name)]
                assert bool(found["unique"]) == bool(index.unique), index.name
                assert found["column_names"] == [c.name for c in index.columns], index.name
    database.close()


def test_several_processes_upgrade_at_once(empty_database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=upgrade, args=(empty_database_url,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    database = Database(empty_database_url)
    database.require_current()
    database.close()


@pytest.mark.parametrize("url", ["mysql://127.0.0.1/x", "duckdb:///x"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(Exception, match=r"sqlite|dialect|plugin|postgresql"):
        Database(url)


def test_sqlite_is_durable_and_forgets(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with database.engine.connect() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    database.close()
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_lists_of_the_first_schema_go_on(empty_database_url: str) -> None:
    """A database at 0001 with lists and entries, as 0001 has them, comes to this version with all of them."""
    database = Database(empty_database_url)
    with database.write() as connection:
        alembic = Config()
        alembic.set_main_option("script_location", str(Path(migrations.__file__).parent))
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, "0001")
        old = MetaData()
        old.reflect(connection, only=["hash_lists", "hash_entries", "events"])
        lists, entries = old.tables["hash_lists"], old.tables["hash_entries"]
        assert "revision" not in entries.c
        at = datetime(2025, 1, 2, tzinfo=UTC).replace(tzinfo=None if database.engine.dialect.name == "sqlite" else UTC)
        for name, on in (("known", True), ("off", False)):
            connection.execute(
                lists.insert().values(
                    id=name, owner="O", source="S", jurisdiction="SE", classification="A1", enabled=on, created_at=at
                )
            )
        for name, n, on in (("known", 1, True), ("known", 2, False), ("off", 1, True)):
            connection.execute(
                entries.insert().values(
                    hashlist=name, kind="md5", value=bytes([n]) * 16, verified_by=[], added_at=at, enabled=on
                )
            )
    database.upgrade()
    database.require_current()
    stored = StoredHashLists(database, lambda: datetime(2025, 6, 2, tzinfo=UTC))
    assert stored.revision() == 1
    before = list(stored.changes(0, 1))
    assert [(c.hashlist, c.value[0], c.enabled, c.removed, c.revision) for c in before] == [
        ("known", 1, True, False, 1), ("known", 2, False, False, 1), ("off", 1, True, False, 1)
    ]  # fmt: skip
    assert [(s.hashlist.id, s.hashlist.role, s.entries, s.enabled_entries) for s in stored.summaries()] == [
        ("known", ListRole.MATCH, {"md5": 2}, 1), ("off", ListRole.MATCH, {"md5": 1}, 1)
    ]  # fmt: skip
    (first, *_) = stored.entries(["known"], enabled_only=False)
    assert (first.classification, first.verified_by, first.added_at) == ("A1", (), datetime(2025, 1, 2, tzinfo=UTC))
    result = stored.add("known", [NewEntry("md5", bytes([n]) * 16, verified_by=("One",)) for n in (1, 3)])
    assert (result.added, result.already_there) == (1, 1)
    stored.remove("known", first.id)
    assert [(c.entry == first.id, c.removed) for c in stored.changes(1, stored.revision())] == [
        (False, False), (True, True)
    ]  # fmt: skip
    database.close()


def test_cases_of_the_second_schema_go_on(empty_database_url: str) -> None:
    """What was reported, done and undone at 0002 is known at this version as if it had been recorded here."""
    database = Database(empty_database_url)
    at = datetime(2025, 1, 2, tzinfo=UTC)
    naive = database.engine.dialect.name == "sqlite"
    with database.write() as connection:
        alembic = Config()
        alembic.set_main_option("script_location", str(Path(migrations.__file__).parent))
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, "0002")
        old = MetaData()
        old.reflect(connection)

        def add(table: str, **values: object) -> None:
            moments = {k: at.replace(tzinfo=None) if naive and v is at else v for k, v in values.items()}
            connection.execute(old.tables[table].insert().values(**moments))

        add("cases", id="c", service="chat", account="a", layer="known", state="reported", opened_at=at)
        for n, item in enumerate(("i", "j")):
            add(
                "case_items", id=item, case_id="c", position=n, service="chat", content="x", kind="image", region="eu",
                layer="known", same_bytes=True, flagged_at=at, seen_again=0, verdict="known", decided_by="p",
                decided_at=at,
            )  # fmt: skip
            add("actions", id=f"a{item}", case_id="c", item_id=item, kind="remove_content",
                state="reversal_ordered" if item == "i" else "carried_out", ordered_at=at)  # fmt: skip
        add("complaints", id="k", case_id="c", action_id="ai", channel="internal", lodged_at=at, upheld=True,
            reason="wrong_account", decided_by="q", decided_at=at)  # fmt: skip
        for referral, state, number in (("r", "filed", "7"), ("s", "ordered", None)):
            add("referrals", id=referral, case_id="c", recipient="x", state=state, attempt=1, failures=0,
                report_id=number, ordered_at=at, changed_at=at)  # fmt: skip
            add("referral_items", referral_id=referral, item_id="i", verdict="known", described=True)
        for n, (kind, data) in enumerate((
            ("case.opened", {"service": "chat", "account": "a", "layer": "known"}),
            ("action.ordered", {"action": "ai", "kind": "remove_content", "item": "i"}),
            ("action.carried_out", {"action": "ai"}),
            ("complaint.decided", {"complaint": "k", "upheld": True, "reason": "wrong_account"}),
            ("action.reversal_ordered", {"action": "ai"}),
            ("complaint.lodged", {"complaint": "k", "action": "ai", "channel": "internal"}),
        )):  # fmt: skip
            add("events", id=f"e{n}", type=kind, version=1, subject="c", actor="p", occurred_at=at, recorded_at=at,
                data=data)  # fmt: skip
    database.upgrade()
    database.require_current()
    with database.read() as connection:
        rows = connection.execute(select(schema.case_items.c.id).where(schema.case_items.c.overturned)).scalars().all()
        assert rows == ["i"]
        actions = schema.actions
        assert connection.execute(
            select(actions.c.id, actions.c.cause, actions.c.undone_by, actions.c.undone_at).order_by(actions.c.id)
        ).all() == [("ai", "decision", "complaint", at), ("aj", "decision", None, None)]
        standing = standing_of(connection, "c")
        assert standing.told("x") == {"i"}
        found = connection.execute(select(calls.c.id, calls.c.kind, calls.c.about, calls.c.state).order_by(calls.c.id))
        assert found.all() == [
            ("e1", "action.ordered", "ai", "waiting"),
            ("e3", "complaint.decided", "k", "waiting"),
            ("e4", "action.reversal_ordered", "ai", "waiting"),
        ]
        columns = notices.c.about, notices.c.kind, notices.c.action_id, notices.c.due_at, notices.c.issued_at
        assert connection.execute(select(*columns).order_by(notices.c.about)).all() == [
            ("ai", "action_taken", "ai", at, None), ("k", "complaint_decided", "ai", at, None)
        ]  # fmt: skip
        complaints = schema.complaints
        lodged = select(complaints.c.event, complaints.c.via, complaints.c.words).where(complaints.c.id == "k")
        assert connection.execute(lodged).one() == ("e5", "platform", False)
    database.close()


def test_people_and_keys_of_before_go_on_and_their_sessions_end(empty_database_url: str) -> None:
    """At 0008 with a person, a session and a key: the first and the last stay, the session is gone."""
    database = Database(empty_database_url)
    sqlite = database.engine.dialect.name == "sqlite"
    at = datetime(2025, 1, 2, tzinfo=UTC).replace(tzinfo=None if sqlite else UTC)
    with database.write() as connection:
        alembic = Config()
        alembic.set_main_option("script_location", str(Path(migrations.__file__).parent))
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, "0008")
        old = MetaData()
        old.reflect(connection, only=["people", "sessions", "api_keys"])
        people, sessions, keys = (old.tables[name] for name in ("people", "sessions", "api_keys"))
        assert "totp" not in people.c
        connection.execute(
            people.insert().values(id="rosa", name="Rosa", roles=["reviewer"], active=True, password="h", failures=0)
        )
        connection.execute(sessions.insert().values(digest="d", person="rosa", csrf="c", created_at=at, used_at=at))
        connection.execute(keys.insert().values(id="k", digest="e", scopes=["items"], created_at=at))
    database.upgrade()
    database.require_current()
    with database.read() as connection:
        (person,) = connection.execute(schema.people.select()).all()
        (key,) = connection.execute(schema.api_keys.select()).all()
        assert connection.execute(schema.sessions.select()).all() == []
    assert (person.id, person.roles, person.must_change, person.totp, person.openid) == (
        "rosa", ["reviewer"], False, None, None,
    )  # fmt: skip
    assert (key.id, key.scopes, key.expires_at, key.last_used_at) == ("k", ["items"], None, None)
    database.close()


def test_legal_requests_join_what_is_there(empty_database_url: str) -> None:
    """At 0011 with a case and a hold on it: both stay, and a request can rest on them."""
    database = Database(empty_database_url)
    sqlite = database.engine.dialect.name == "sqlite"
    at = datetime(2025, 1, 2, tzinfo=UTC).replace(tzinfo=None if sqlite else UTC)
    with database.write() as connection:
        alembic = Config()
        alembic.set_main_option("script_location", str(Path(migrations.__file__).parent))
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, "0011")
        old = MetaData()
        old.reflect(connection, only=["cases", "holds"])
        assert "legal_requests" not in inspect(connection).get_table_names()
        connection.execute(
            old.tables["cases"].insert().values(id="c", service="chat", layer="known", state="open", opened_at=at)
        )
        connection.execute(
            old.tables["holds"].insert().values(
                id="h", case_id="c", event="e", ground="court_order", until=at, placed_by="ruth", placed_at=at,
                state="standing",
            )
        )  # fmt: skip
    database.upgrade()
    database.require_current()
    moment = datetime(2025, 1, 2, tzinfo=UTC)
    with database.write() as connection:
        (hold,) = connection.execute(holds.select()).all()
        assert (hold.id, hold.case_id, hold.until) == ("h", "c", moment)
        connection.execute(
            legal_requests.insert().values(
                id="r", event="e", kind="us-2703f", does="preserve", authority="police", country="SE",
                received_at=moment, entered_at=moment, entered_by="ruth", due_at=moment, accounts=0, reports=0,
                unsearched=[], state="open", renewals=0, hold="h", hold_state="standing",
            )
        )  # fmt: skip
        connection.execute(legal_cases.insert().values(request_id="r", case_id="c"))
    with database.read() as connection:
        assert find(connection, "r").cases == ("c",)
    database.close()


def test_reports_of_urgent_cases_are_urgent_and_none_stops_its_recipient(empty_database_url: str) -> None:
    """At 0011 with reports of an urgent and of another case, one of them stopped."""
    database = Database(empty_database_url)
    sqlite = database.engine.dialect.name == "sqlite"
    at = datetime(2025, 1, 2, tzinfo=UTC).replace(tzinfo=None if sqlite else UTC)
    with database.write() as connection:
        alembic = Config()
        alembic.set_main_option("script_location", str(Path(migrations.__file__).parent))
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, "0011")
        old = MetaData()
        old.reflect(connection, only=["cases", "referrals"])
        for case, urgent, state in (("c", True, "ordered"), ("d", False, "stopped")):
            connection.execute(
                old.tables["cases"].insert().values(
                    id=case, service="chat", account="a", layer="known", state="confirmed", opened_at=at,
                    urgent=urgent,
                )
            )  # fmt: skip
            connection.execute(
                old.tables["referrals"].insert().values(
                    id=f"r{case}", case_id=case, recipient="x", state=state, attempt=1, failures=1, ordered_at=at,
                    changed_at=at,
                )
            )  # fmt: skip
    database.upgrade()
    database.require_current()
    table = schema.referrals
    with database.read() as connection:
        found = connection.execute(select(table.c.id, table.c.urgent, table.c.stops_recipient).order_by(table.c.id))
        assert found.all() == [("rc", True, False), ("rd", False, False)]
    database.close()


def test_complaints_that_were_decided_took_as_long_as_they_did(empty_database_url: str) -> None:
    """At 0014 with a complaint that was decided, one that waits, and a report that was begun."""
    database = Database(empty_database_url)
    sqlite = database.engine.dialect.name == "sqlite"
    at = datetime(2025, 1, 2, 9, 0, 0, 900_000, tzinfo=UTC)
    with database.write() as connection:
        alembic = Config()
        alembic.set_main_option("script_location", str(Path(migrations.__file__).parent))
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, "0014")
        old = MetaData()
        old.reflect(connection, only=["cases", "actions", "complaints", "referrals"])

        def insert(table: str, **values: object) -> None:
            connection.execute(old.tables[table].insert().values(
                {name: one.replace(tzinfo=None) if sqlite and isinstance(one, datetime) else one
                 for name, one in values.items()}
            ))  # fmt: skip

        insert("cases", id="c", service="chat", layer="known", state="confirmed", opened_at=at)
        insert("actions", id="a", case_id="c", kind="warn", state="carried_out", ordered_at=at, cause="decision")
        for complaint, decided in (("done", at + timedelta(days=2, seconds=5, milliseconds=200)), ("waits", None)):
            insert("complaints", id=complaint, case_id="c", action_id="a", channel="internal", lodged_at=at,
                   upheld=None if decided is None else False, decided_at=decided)  # fmt: skip
        insert("referrals", id="r", case_id="c", recipient="x", state="open", attempt=1, report_id="1",
               target="sandbox", failures=0, ordered_at=at, changed_at=at)  # fmt: skip
    database.upgrade()
    database.require_current()
    with database.read() as connection:
        table = schema.complaints
        found = connection.execute(select(table.c.id, table.c.took).order_by(table.c.id)).all()
        assert found == [("done", 2 * 86_400 + 6), ("waits", None)]
        assert connection.execute(select(schema.referrals.c.place)).scalars().all() == [None]
    database.close()
