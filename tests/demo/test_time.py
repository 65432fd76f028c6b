"""The demonstration's time: its clock, when pictures come, and who works when."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

from demo.clock import MovingClock
from demo.hours import sessions
from demo.inflow import at_some_time, moments

START = datetime(2025, 1, 1, tzinfo=UTC)


def test_the_clock_stands_until_it_is_moved_and_then_runs_on_at_the_speed_of_real_time() -> None:
    real = iter((100.0, 160.0, 400.0))
    clock = MovingClock(START, lambda: next(real))
    clock.wait(90)
    clock.reach(START)
    assert clock() == clock() == START + timedelta(minutes=90)
    clock.run_on()
    clock.run_on()
    assert clock() == START + timedelta(minutes=91)
    assert clock() == START + timedelta(minutes=95)


def test_more_comes_at_weekends_and_in_the_evening_and_nothing_after_the_end() -> None:
    end = datetime(2025, 12, 31, 15, tzinfo=UTC)
    found = moments(6000, date(2025, 1, 1), end, random.Random(1))
    assert found == sorted(found)
    assert found[0] >= START
    assert found[-1] < end
    of_day = Counter(at.weekday() for at in found)
    assert min(of_day[5], of_day[6]) > max(of_day[0], of_day[1], of_day[2])
    assert sum(at.hour in (18, 19, 20) for at in found) > 3 * sum(at.hour in (2, 3, 4) for at in found)
    assert {at_some_time(date(2025, 4, 8), random.Random(n), range(8, 15)).hour for n in range(90)} == set(range(8, 15))


def test_nobody_works_on_sundays_and_holidays_and_a_senior_helps_out_when_somebody_is_away() -> None:
    assert not list(sessions(date(2025, 6, 1)))
    assert not list(sessions(date(2025, 12, 25)))
    assert [session.person.id for session in sessions(date(2025, 6, 7))] in (["anna"], ["bo"])
    usual = [session.person.id for session in sessions(date(2025, 6, 3))]
    assert sorted(usual) == ["anna", "bo", "emil"]
    away = [session.person.id for session in sessions(date(2025, 7, 8))]
    assert away == ["bo", "emil", "emil"]
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(365)]
    for day in days:
        times = [session.at for session in sessions(day)]
        assert times == sorted(times)
        assert all(at.date() == day for at in times)
