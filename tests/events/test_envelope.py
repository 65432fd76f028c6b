import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.events.catalogue.redress import ActionReversed
from tutela.events.envelope import SYSTEM, Event, NewEvent, new_id, system_clock

FACT = ActionReversed(action="a")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TIMES = st.timedeltas(timedelta(0), timedelta(days=365 * 900)).map(lambda since: EPOCH + since)


def milliseconds_in(id_: str) -> int:
    return uuid.UUID(id_).int >> 80


@given(at=TIMES)
def test_an_id_is_a_uuid_of_version_7_that_holds_the_millisecond(at: datetime) -> None:
    id_ = new_id(at)
    value = uuid.UUID(id_)
    assert (len(id_), value.version, value.variant) == (36, 7, uuid.RFC_4122)
    assert milliseconds_in(id_) == (at - EPOCH) // timedelta(milliseconds=1)


@given(one=TIMES, apart=st.timedeltas(min_value=timedelta(milliseconds=1), max_value=timedelta(days=400)))
def test_ids_sort_by_time(one: datetime, apart: timedelta) -> None:
    assert new_id(one) < new_id(one + apart)


def test_a_time_before_1970_does_not_sort_after_today() -> None:
    assert new_id(EPOCH - timedelta(days=1)) < new_id(EPOCH + timedelta(days=1))


def test_ids_of_one_moment_differ() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    assert len({new_id(at) for _ in range(2000)}) == 2000


def test_an_event_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        NewEvent(FACT, "case", datetime(2026, 3, 1))  # noqa: DTZ001 the point of the test


@given(hours=st.integers(-12, 14))
def test_the_time_of_an_event_is_kept_in_utc(hours: int) -> None:
    local = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=hours)))
    event = NewEvent(FACT, "case", local)
    assert event.occurred_at == local
    assert event.occurred_at.tzinfo is UTC
    assert milliseconds_in(event.id) == int(local.timestamp()) * 1000


def test_an_event_has_an_id_of_its_own_unless_it_is_given_one() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    one, other = NewEvent(FACT, "case", at), NewEvent(FACT, "case", at)
    assert one.id != other.id
    assert one.actor == SYSTEM
    assert NewEvent(FACT, "case", at, id="given").id == "given"


def test_a_recorded_event_names_its_type() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    assert Event(1, "i", FACT, "case", SYSTEM, at, at).type == "action.reversed"


def test_the_clock_tells_utc() -> None:
    assert system_clock().utcoffset() == timedelta(0)
    assert abs(system_clock() - datetime.now(UTC)) < timedelta(seconds=5)
