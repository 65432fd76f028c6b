"""The register in both databases: looked up, all or nothing, made again from the events, one writer after another."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, inspect, select

from tests.databases import SteppableClock
from tutela.access.roles import Person, Role
from tutela.events.catalogue import authority as said
from tutela.statistics.authority.figures import extract
from tutela.statistics.authority.intake.incoming import Incoming, RefusedFile
from tutela.statistics.authority.rules import BadStatement
from tutela.statistics.union.period import Period
from tutela.storage import migrations
from tutela.storage.authority.desk import AlreadyReceived
from tutela.storage.database import Database
from tutela.storage.schema.authority import authority_statements
from tutela.storage.schema.record import events
from tutela.storage.workplace import Workplace

ROSA = Person("rosa", "Rosa", frozenset({Role.REGISTRAR}))
DAY = date(2025, 3, 1)


def incoming(row: int, **facts: object) -> Incoming:
    usual: dict[str, object] = {"row": row, "on": DAY, "source": "ncmec", "number": f"7{row}"}
    return Incoming(**{**usual, **facts})  # type: ignore[arg-type]


def test_what_a_file_brings_is_found_again(place: Workplace, clock: SteppableClock) -> None:
    register = place.authority
    done = register.receive(ROSA, [incoming(2), incoming(3, accounts=(("chat", "anna"),))], "a" * 64)
    assert (done.reports, done.numbers_again) == (2, 0)
    with pytest.raises(AlreadyReceived, match="2025-06-02 09:00"):
        register.receive(ROSA, [incoming(2)], "a" * 64)
    clock.advance(days=1)
    assert register.receive(ROSA, [incoming(2), incoming(9)], "b" * 64).numbers_again == 1
    assert len(register.together(lambda desk: desk.reports("72"))) == 2
    ((one, stands),) = register.about("73")
    assert (stands, one.author, one.known_on) == (True, "rosa", date(2025, 6, 2))
    register.state(ROSA, one.subject, said.StatementWithdrawn(statement=one.id, reason="entered_by_mistake"))
    assert [s for _, s in register.about(one.subject)] == [False, False]
    with pytest.raises(BadStatement, match="no report 73"):
        register.together(lambda desk: desk.reports("73"))
    with place.transactions.record() as log:
        assert log.rebuilt_otherwise() == []


def test_a_row_that_is_refused_leaves_nothing(place: Workplace) -> None:
    with pytest.raises(RefusedFile, match="row 3: 'Anna B' is not the number of a report"):
        place.authority.receive(ROSA, [incoming(2), incoming(3, number="Anna B")], "a" * 64)
    assert place.authority.statements() == ()


def test_two_who_open_the_same_investigation_at_once(place: Workplace) -> None:
    refused: list[str] = []

    def open_it() -> None:
        try:
            place.authority.state(ROSA, "investigation:K-1", said.InvestigationOpened(on=DAY))
        except BadStatement as error:
            refused.append(str(error))

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(place.authority.statements()) == 1
    assert len(refused) == 3
    assert all("in the register already" in one for one in refused)


def test_the_figures_are_those_of_plain_sql(place: Workplace) -> None:
    """The number of reports of a source, counted once more from the raw events."""
    sources = ("ncmec", "hotline", "provider")
    place.authority.receive(ROSA, [incoming(n, source=sources[n % 3]) for n in range(2, 30)], None)
    ((first, _),) = place.authority.about("75")
    corrected = first.said.model_copy(update={"source": "helpline", "corrects": first.id})
    place.authority.state(ROSA, first.subject, corrected)
    found = extract(place.authority.statements(), Period.of_year(2025), date(2025, 12, 31)).by_id
    table = authority_statements
    with place.database.read() as connection:
        rows = connection.execute(
            select(events.c.data).join(table, table.c.id == events.c.id).where(table.c.stands)
        ).scalars()
        plain = [row["source"] for row in rows]
    assert len(plain) == 28
    for source in (*sources, "helpline", "other"):
        assert len(found[f"reports.source.{source}"].units) == plain.count(source)


def test_a_database_of_before_gets_a_register(empty_database_url: str) -> None:
    """At 0014 with an event: it stays, and statements can be recorded beside it."""
    database = Database(empty_database_url)
    with database.write() as connection:
        alembic = Config()
        alembic.set_main_option("script_location", str(Path(migrations.__file__).parent))
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, "0014")
        assert "authority_statements" not in inspect(connection).get_table_names()
        old = MetaData()
        old.reflect(connection, only=["events"])
        at = SteppableClock().now
        connection.execute(
            old.tables["events"].insert().values(
                id="e", type="hashlist.switched", version=1, subject="l", actor="p", data={"enabled": True},
                occurred_at=at.replace(tzinfo=None) if database.engine.dialect.name == "sqlite" else at,
                recorded_at=at.replace(tzinfo=None) if database.engine.dialect.name == "sqlite" else at,
            )
        )  # fmt: skip
    database.upgrade()
    database.require_current()
    with database.write() as connection:
        connection.execute(
            authority_statements.insert().values(id="s", sequence=2, subject="report:1", number="71", stands=True)
        )
    with database.read() as connection:
        assert connection.execute(select(events.c.id)).scalars().all() == ["e"]
        assert connection.execute(select(authority_statements.c.number)).scalars().all() == ["71"]
    database.close()
