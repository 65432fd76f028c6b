"""Series over days: no day is lost or counted twice, and a backlog is what came less what went."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.statistics.overview.counts import WITHIN, Counted, bucket, decision_count
from tutela.statistics.overview.series import Period, backlog

LAST = date(2026, 3, 31)
COUNTS = st.dictionaries(st.dates(date(2024, 1, 1), LAST), st.integers(0, 1000), max_size=60)


@given(COUNTS, st.integers(1, 800))
def test_every_day_of_a_period_is_in_one_step(by_day: dict[date, int], days: int) -> None:
    period = Period.ending(LAST, days)
    joined = period.joined(by_day)
    assert len(joined) == len(period.starts)
    assert sum(joined) == sum(n for day, n in by_day.items() if period.first <= day <= LAST)
    assert days <= (period.last - period.first).days + 1 < days + period.step
    assert period.starts[-1] + timedelta(days=period.step - 1) == LAST


@given(st.integers(0, 50), st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30))
def test_a_backlog_ends_with_all_that_came_less_all_that_went(before: int, steps: list[tuple[int, int]]) -> None:
    came, went = [c for c, _ in steps], [w for _, w in steps]
    waiting = backlog(before, came, went)
    assert len(waiting) == len(steps)
    if steps:
        assert waiting[-1] == before + sum(came) - sum(went)


@given(st.timedeltas(timedelta(days=-1), timedelta(days=400)))
def test_a_time_falls_into_the_first_bucket_that_holds_it(waited: timedelta) -> None:
    limits = dict(WITHIN)
    limit = limits[bucket(waited)]
    assert limit is None or waited <= limit
    smaller = [name for name, one in WITHIN if one is not None and waited <= one]
    assert bucket(waited) == (smaller[0] if smaller else "later")


@pytest.mark.parametrize(
    ("verdict", "ground", "counted"),
    [
        ("known", None, Counted.DECIDED_KNOWN),
        ("new", None, Counted.DECIDED_NEW),
        ("not", "error", Counted.DECIDED_ERROR),
        ("not", "lawful_here", Counted.DECIDED_LAWFUL),
        ("not", None, Counted.DECIDED_ERROR),
    ],
)
def test_lawful_here_is_counted_apart_from_an_error(verdict: str, ground: str | None, counted: Counted) -> None:
    assert decision_count(verdict, ground) is counted


def test_what_is_no_period() -> None:
    with pytest.raises(ValueError, match="no period"):
        Period(LAST, LAST - timedelta(days=1))
