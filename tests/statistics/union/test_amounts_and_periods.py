"""An amount is an interval that cannot be wrong in itself; a period has days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.statistics.union.amount import LARGEST, Amount, Precision, about, at_least, between, exact, rounded
from tutela.statistics.union.period import Period, Point, spanning

COUNTS = st.integers(0, 10**9)


@given(COUNTS, st.integers(0, 5))
def test_what_was_rounded_holds_everything_that_rounds_to_it(number: int, places: int) -> None:
    step = Decimal(10**places)
    stated = (Decimal(number) / step).to_integral_value() * step
    amount = rounded(stated, step, whole=True)
    assert amount.holds(stated)
    assert amount.holds(Decimal(number))
    assert not amount.holds(stated + step)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_a_sum_holds_every_sum_of_what_its_parts_hold(one: int, more: int, other: int, again: int) -> None:
    whole = between(one, one + more).plus(between(other, other + again))
    assert whole.holds(Decimal(one + other))
    assert whole.holds(Decimal(one + more + other + again))
    assert not whole.holds(Decimal(one + more + other + again + 1))
    assert exact(one).plus(at_least(other)).high is None


@given(COUNTS, COUNTS, COUNTS)
def test_two_amounts_meet_if_one_number_is_in_both(low: int, more: int, number: int) -> None:
    assert between(low, low + more).meets(exact(number)) is (low <= number <= low + more)
    assert at_least(low).meets(exact(number)) is (number >= low)


def test_about_takes_half_of_the_last_place_that_is_not_zero() -> None:
    assert (about(Decimal(90_000)).low, about(Decimal(90_000)).high) == (Decimal(85_000), Decimal(95_000))
    assert (about(Decimal(0)).low, about(Decimal(0)).high) == (Decimal(0), Decimal("0.5"))


@pytest.mark.parametrize(
    ("precision", "low", "high", "stated", "step"),
    [
        (Precision.EXACT, 1, 2, 1, None),
        (Precision.EXACT, 1, 1, None, None),
        (Precision.EXACT, 1, 1, 1, 1),
        (Precision.ROUNDED, 1, 2, 1, None),
        (Precision.ROUNDED, 1, 2, 3, 1),
        (Precision.AT_LEAST, 1, 2, 1, None),
        (Precision.ABOUT, 1, None, 1, 1),
        (Precision.RANGE, 2, 1, None, None),
        (Precision.RANGE, 1, 2, 1, None),
        (Precision.EXACT, -1, -1, -1, None),
        (Precision.EXACT, LARGEST + 1, LARGEST + 1, LARGEST + 1, None),
    ],
)
def test_an_amount_that_cannot_be_is_not_built(
    precision: Precision, low: int, high: int | None, stated: int | None, step: int | None
) -> None:
    numbers = [None if n is None else Decimal(n) for n in (high, stated, step)]
    with pytest.raises(ValueError, match=r"amount|range|round|at least|lie"):
        Amount(precision, Decimal(low), *numbers)


@pytest.mark.parametrize("text", ["NaN", "Infinity"])
def test_an_amount_is_a_number(text: str) -> None:
    with pytest.raises(ValueError, match="between 0 and"):
        exact(Decimal(text))


@given(st.dates(date(1990, 1, 1), date(2200, 12, 31)), st.dates(date(1990, 1, 1), date(2200, 12, 31)))
def test_a_period_is_written_and_read_again(one: date, other: date) -> None:
    first, last = sorted((one, other))
    period = Period(Point(first.year, None, first.month, first.day), Point(last.year, None, last.month, last.day))
    assert Period.parse(str(period)) == period
    assert (period.first, period.last, period.days) == (first, last, (last - first).days + 1)
    assert Period(Point(first.year), Point(last.year)).covers(period)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2021", date(2021, 1, 1), date(2021, 12, 31)),
        ("2021-H2/2022-H1", date(2021, 7, 1), date(2022, 6, 30)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2021-08/2022-12-31", date(2021, 8, 1), date(2022, 12, 31)),
    ],
)
def test_what_is_told_roughly_covers_all_days_that_it_can(text: str, first: date, last: date) -> None:
    period = Period.parse(text)
    assert (period.first, period.last, str(period)) == (first, last, text)


@pytest.mark.parametrize("text", ["", "2021-13", "2021-02-30", "2021-H3", "2022/2021", "1789", "2021-8", "٢٠٢١"])
def test_a_period_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Period.parse(text)


def test_the_whole_of_periods_takes_the_end_that_was_told_most_exactly() -> None:
    periods = [Period.parse(p) for p in ("2021/2022", "2021-01-01/2022-10-31", "2022-08-01/2023-03-06")]
    assert str(spanning(periods)) == "2021-01-01/2023-03-06"
    assert spanning([]) is None
