"""What the return is counted with: selections of events, distinct accounts, weighted rates."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.statistics.accounts import AccountSet, union
from tutela.statistics.interval import exact_rate
from tutela.statistics.provider_return.cells import rounded
from tutela.statistics.provider_return.selection import Selected
from tutela.statistics.provider_return.weighting import Stratum, weighted_rate

CODES = st.lists(st.integers(0, 5), max_size=60)


def selected(codes: Sequence[int], wanted: Sequence[int]) -> Selected:
    found = [code for code in codes if code in wanted]
    return Selected(np.array(codes, dtype=np.uint32), 5, wanted, len(found))


@given(CODES, st.sets(st.integers(1, 5)), st.slices(60))
def test_a_selection_is_a_sequence_of_the_events_with_its_marks(
    codes: list[int], wanted: set[int], part: slice
) -> None:
    chosen = selected(codes, sorted(wanted))
    plain = [sequence for sequence, code in enumerate(codes) if code in wanted]
    assert list(chosen) == plain
    assert len(chosen) == len(plain)
    assert list(chosen[part]) == plain[part]
    assert chosen == plain
    assert all(chosen[n] == plain[n] for n in range(-len(plain), len(plain)))
    with pytest.raises(IndexError):
        chosen[len(plain)]


NAMES = st.one_of(st.text(max_size=6), st.binary(min_size=16, max_size=16).map(bytes.hex))


@given(st.lists(NAMES), st.lists(NAMES))
def test_accounts_are_counted_once(some: list[str], others: list[str]) -> None:
    first, second = AccountSet(), AccountSet()
    for name in some:
        first.add(name)
    for name in others:
        second.add(name)
    assert len(first.distinct()) == len(set(some))
    assert len(union([first, second])) == len({*some, *others})
    first.update(second)
    assert len(first.distinct()) == len({*some, *others})


def test_accounts_that_differ_in_their_last_bytes_alone_are_two() -> None:
    accounts = AccountSet()
    for name in ("ab" * 15 + "00", "ab" * 14 + "0000", "ab" * 16):
        accounts.add(name)
    assert len(accounts.distinct()) == 3


@st.composite
def strata(draw: st.DrawFn) -> Stratum:
    items = draw(st.integers(0, 200))
    reviewed = draw(st.integers(0, items))
    return Stratum(items, reviewed, draw(st.integers(0, reviewed)))


@given(st.lists(strata(), max_size=6))
def test_a_weighted_rate_lies_in_its_bounds_and_allows_what_is_known(parts: list[Stratum]) -> None:
    rate = weighted_rate(parts)
    if rate is None:
        assert not any(part.reviewed for part in parts)
        return
    total = sum(part.items for part in parts)
    wrong, reviewed = sum(part.wrong for part in parts), sum(part.reviewed for part in parts)
    assert 0 <= rate.low <= rate.high <= 1
    assert rate.low >= wrong / total - 1e-12
    assert rate.high <= (wrong + total - reviewed) / total + 1e-12
    if all(part.reviewed for part in parts if part.items):
        assert rate.low - 1e-12 <= rate.rate <= rate.high + 1e-12
    if reviewed == total:
        assert rate.low == pytest.approx(rate.high) == pytest.approx(wrong / total)


def test_parts_that_were_reviewed_less_weigh_as_they_are() -> None:
    # 1,000 items of which 10 were reviewed, 5 of them wrong; 100 items all reviewed, none wrong.
    rate = weighted_rate([Stratum(1000, 10, 5), Stratum(100, 100, 0)])
    assert rate is not None
    assert rate.rate == pytest.approx(500 / 1100)
    plain = exact_rate(5, 110)
    assert plain is not None
    assert rate.low > plain.high


@given(st.integers(0, 10**12), st.integers(1, 10**9), st.integers(0, 4))
def test_halves_go_up(numerator: int, denominator: int, places: int) -> None:
    exact = Decimal(numerator) / Decimal(denominator)
    expected = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert rounded(numerator, denominator, places) == pytest.approx(float(expected), rel=1e-12)
    assert rounded(1, 8, 2) == 0.13


def test_nothing_wrong_among_few_has_its_upper_bound() -> None:
    rate = weighted_rate([Stratum(1000, 20, 0)])
    assert rate is not None
    assert (rate.rate, rate.low) == (0, 0)
    assert rate.high == pytest.approx(0.1684, abs=1e-4)  # Clopper-Pearson: 0 of 20
