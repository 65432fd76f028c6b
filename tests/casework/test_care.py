"""Limits of what one person looks at, and breaks that are on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.databases import SteppableClock
from tests.rig import REVIEWER, REVIEWER_2, Rig, dump, picture
from tutela.casework.care import Break, CareLimits, Limit, RestNeeded, exposure
from tutela.storage.casework.care_reader import CareReader
from tutela.storage.workplace import Workplace

Opening = Callable[..., Workplace]
NOON = datetime(2025, 6, 2, 12, tzinfo=UTC)
LIMITS = CareLimits(looks_per_hour=3, looks_per_day=5, break_after_minutes=60, break_minutes=10)


def ago(*minutes: float) -> list[datetime]:
    return sorted(NOON - timedelta(minutes=m) for m in minutes)


@pytest.mark.parametrize(
    ("looks", "last", "limit", "minutes"),
    [
        ([], None, None, None),
        ([1, 2], None, None, None),
        ([1, 2, 50], None, Limit.LOOKS_PER_HOUR, 10),
        ([1, 2, 60], None, None, None),
        ([70, 80, 90, 100, 110], None, Limit.LOOKS_PER_DAY, 24 * 60 - 110),
        ([*range(4, 64, 9)], None, Limit.LOOKS_PER_DAY, 24 * 60 - 40),
        ([5], Break(NOON - timedelta(minutes=2), None, "own_wish"), Limit.ON_BREAK, 8),
        ([5], Break(NOON - timedelta(minutes=20), None, "own_wish"), Limit.ON_BREAK, 0),
        ([5], Break(NOON - timedelta(minutes=20), NOON - timedelta(minutes=6), "own_wish"), None, None),
    ],
)
def test_what_somebody_looked_at_comes_to(
    looks: list[float], last: Break | None, limit: Limit | None, minutes: float | None
) -> None:
    found = exposure(LIMITS, ago(*looks), last, NOON)
    assert found.limit == limit
    assert found.until == (None if minutes is None else NOON + timedelta(minutes=minutes))


def test_a_rest_ends_a_stretch_and_a_short_one_does_not() -> None:
    limits = CareLimits(break_after_minutes=60, break_minutes=10)
    looks = ago(*range(1, 63, 5))
    assert exposure(limits, looks, None, NOON).limit is Limit.BREAK_AFTER
    assert exposure(limits, looks, None, NOON + timedelta(minutes=10)).limit is None
    for length, limit in ((10, None), (4, Limit.BREAK_AFTER)):
        end = NOON - timedelta(minutes=20)
        rest = Break(end - timedelta(minutes=length), end, "break_after")
        assert exposure(limits, looks, rest, NOON).limit is limit


@given(
    st.lists(st.integers(0, 3000), max_size=40),
    st.integers(0, 6),
    st.integers(0, 12),
    st.integers(0, 120),
    st.integers(1, 30),
)
def test_waiting_until_the_time_named_is_always_enough(
    minutes: list[int], hour: int, day: int, stretch: int, rest: int
) -> None:
    limits = CareLimits(hour, day, stretch, rest)
    looks = ago(*minutes)
    found = exposure(limits, looks, None, NOON)
    assert (found.limit is None) == (found.until is None)
    if found.until is not None:
        assert found.until > NOON
        assert exposure(limits, looks, None, found.until).limit is None
        assert exposure(limits, looks, None, found.until - timedelta(seconds=1)).limit is not None


def test_at_the_limit_no_look_is_recorded_and_a_break_is(opening: Opening, clock: SteppableClock) -> None:
    place = opening(care=CareLimits(looks_per_hour=2, break_minutes=5))
    rig = Rig(place, clock)
    one = rig.take("1", picture(0))
    assert one.case
    assert one.item
    for _ in range(2):
        rig.look(one.case, one.item)
    with pytest.raises(RestNeeded) as refused:
        place.desk.view(REVIEWER, one.case, one.item)
    assert (refused.value.limit, refused.value.until) == (Limit.LOOKS_PER_HOUR, clock() + timedelta(hours=1))
    place.claiming.leave(REVIEWER, one.case)
    rig.look(one.case, one.item, REVIEWER_2)  # each has limits of their own
    place.resting.begin(REVIEWER)
    place.resting.begin(REVIEWER)
    reader = CareReader(place.database, place.settings.care, clock)
    assert reader.exposure("rosa").limit is Limit.LOOKS_PER_HOUR
    team = {one.person.id: one for one in reader.team([REVIEWER, REVIEWER_2])}
    assert (team["rosa"].exposure.last_hour, team["ravi"].exposure.last_hour) == (2, 1)
    assert team["rosa"].exposure.on_break
    clock.advance(hours=1)
    with pytest.raises(RestNeeded):
        place.desk.view(REVIEWER, one.case, one.item)  # who rests says first that they are back
    place.resting.end(REVIEWER)
    place.resting.end(REVIEWER)
    place.desk.view(REVIEWER, one.case, one.item)
    with place.transactions.reading() as log:
        found = [(e.type, e.subject) for e in log.read(types=["evidence.viewed", "break.began", "break.ended"])]
    assert found.count(("evidence.viewed", one.case)) == 4
    assert found.count(("break.began", "rosa")) == found.count(("break.ended", "rosa")) == 1
    before = dump(place.database)
    assert before["breaks"][0]["cause"] == "looks_per_hour"
    with place.transactions.record() as log:
        log.rebuild()
    assert dump(place.database) == before


@pytest.mark.parametrize("wrong", [{"looks_per_hour": -1}, {"break_minutes": 0}])
def test_limits_that_are_none(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="care"):
        CareLimits(**wrong)
