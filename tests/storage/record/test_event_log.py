"""The record: append-only by the database's own word, in order, and readable by every bound."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from tests.databases import SteppableClock
from tutela.events.catalogue.base import UnknownEvent
from tutela.events.catalogue.hashlists import HashListSwitched
from tutela.events.catalogue.intake import IntakeRefused, ServiceRegistered
from tutela.events.envelope import NewEvent
from tutela.storage import schema
from tutela.storage.record import event_log
from tutela.storage.workplace import Workplace

START = datetime(2025, 1, 1, tzinfo=UTC)


def switched(subject: str, at: datetime) -> NewEvent:
    return NewEvent(HashListSwitched(enabled=True), subject, at)


def append(place: Workplace, events: list[NewEvent]) -> list[int]:
    with place.transactions.record() as log:
        return [event.sequence for event in log.append(events)]


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_itself_refuses_changes(place: Workplace, change: str) -> None:
    append(place, [switched("a", START), switched("b", START)])
    statement = (
        update(schema.events).where(schema.events.c.subject == "a").values(subject="z")
        if change == "update"
        else delete(schema.events).where(schema.events.c.subject == "a")
    )
    with pytest.raises(DBAPIError, match="append-only"), place.database.write() as connection:
        connection.execute(statement)
    with place.transactions.reading() as log:
        assert [e.subject for e in log.read()] == ["a", "b"]


def test_events_cannot_be_emptied_at_once(place: Workplace, backend: str) -> None:
    append(place, [switched("a", START)])
    if backend == "postgresql":
        with pytest.raises(DBAPIError, match="append-only"), place.database.write() as connection:
            connection.execute(text("TRUNCATE events CASCADE"))
    else:
        with pytest.raises(DBAPIError, match="append-only"), place.database.write() as connection:
            connection.execute(text("DELETE FROM events"))


def test_bulk_keeps_the_order(place: Workplace) -> None:
    events = [switched(f"s{n:05}", START + timedelta(seconds=5000 - n)) for n in range(5000)]
    sequences = append(place, events)
    assert sequences == sorted(sequences)
    assert len(set(sequences)) == 5000
    with place.transactions.reading() as log:
        assert [(e.sequence, e.subject, e.id, e.occurred_at) for e in log.read()] == [
            (s, e.subject, e.id, e.occurred_at) for s, e in zip(sequences, events, strict=True)
        ]


def test_recorded_comes_back_as_it_was(place: Workplace, clock: SteppableClock) -> None:
    at = datetime(2025, 3, 30, 2, 30, 1, 234567, tzinfo=UTC)
    payload = IntakeRefused(service="chat", region="eu", day=at.date(), reason="Grund: \u00e5\u00e4\u00f6 \U0001f511")
    with place.transactions.record() as log:
        (written,) = log.append([NewEvent(payload, "chat", at, "rosa")])
    with place.transactions.reading() as log:
        (read,) = log.read()
    assert read == written
    assert read.recorded_at == clock.now
    assert read.occurred_at.tzinfo is UTC


def test_nothing_appended_is_nothing_recorded(place: Workplace) -> None:
    assert append(place, []) == []
    with place.transactions.reading() as log:
        assert log.last_sequence() == 0


def test_filters(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "_PAGE", 7)  # so that every read turns pages
    hours = [START + timedelta(hours=n) for n in range(40)]
    service = ServiceRegistered(name="A", service_type="hosting", encryption="none", region="world")
    append(place, [NewEvent(service, f"svc-{n % 3}", at) if n % 2 else switched(f"l{n % 4}", at) for n, at in
                   enumerate(hours)])  # fmt: skip
    with place.transactions.reading() as log:
        every = list(log.read())
        assert len(every) == 40
        assert log.last_sequence() == every[-1].sequence
        assert list(log.read(types=["hashlist.switched"])) == [e for e in every if e.type == "hashlist.switched"]
        assert list(log.read(types=[])) == []
        assert list(log.read(subject="l2")) == [e for e in every if e.subject == "l2"]
        assert list(log.read(since=hours[5], until=hours[9])) == every[5:9]
        assert list(log.read(after=every[11].sequence, up_to=every[30].sequence)) == every[12:31]
        assert list(log.read(subject="svc-1", types=["service.registered"], since=hours[10])) == [
            e for e in every if e.subject == "svc-1" and e.occurred_at >= hours[10]
        ]
        wanted = [every[n].sequence for n in (30, 3, 3, 17)]
        assert log.by_sequence([*wanted, 10**9]) == [every[3], every[17], every[30]]


def test_exactly_one_page(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "_PAGE", 10)
    append(place, [switched("a", START) for _ in range(20)])
    with place.transactions.reading() as log:
        assert len(list(log.read())) == 20


def test_many_sequences_at_once(place: Workplace) -> None:
    sequences = append(place, [switched("a", START) for _ in range(1203)])
    with place.transactions.reading() as log:
        assert [e.sequence for e in log.by_sequence(reversed(sequences))] == sequences


def test_an_event_of_a_later_version_is_not_guessed_at(place: Workplace) -> None:
    append(place, [switched("a", START)])
    with place.database.write() as connection:
        row = dict(connection.execute(select(schema.events)).mappings().one())
        del row["sequence"]
        connection.execute(schema.events.insert().values({**row, "id": "other", "version": 99}))
    with place.transactions.reading() as log, pytest.raises(UnknownEvent, match="99"):
        list(log.read())


def test_a_failed_transaction_leaves_nothing(place: Workplace) -> None:
    with pytest.raises(RuntimeError), place.transactions.record() as log:  # noqa: PT012
        log.append([switched("a", START)])
        raise RuntimeError("stop")
    with place.transactions.reading() as log:
        assert list(log.read()) == []


def test_the_same_event_is_not_recorded_twice(place: Workplace) -> None:
    event = switched("a", START)
    append(place, [event])
    with pytest.raises(DBAPIError):
        append(place, [event])
