"""What came of the reports of a year: each conviction in one place, lags, and what is still open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.statistics.authority.registers import DAY, Scribe, day, registers
from tutela.statistics.authority.cohorts import Cohorts, Lag
from tutela.statistics.authority.register import Register
from tutela.statistics.authority.spells import Spell, incidence
from tutela.statistics.authority.statement import Statement


def cohorts(scribe: Scribe, as_of: str = "2024-12-31") -> Cohorts:
    return Cohorts(Register(scribe.statements, day(as_of)))


def test_direct_indirect_and_open() -> None:
    scribe = Scribe()
    for name, on in (("a", "2021-01-10"), ("b", "2021-02-10"), ("c", "2021-03-10"), ("d", "2021-04-10")):
        scribe.report(name, on)
    scribe.report("e", "2022-01-10")
    scribe.investigation("1", "2021-01-20", "a", "e")
    scribe.investigation("2", "2021-02-20", "b")
    scribe.investigation("3", "2021-03-20", "c")
    scribe.investigation("4", "2021-05-01")
    scribe.merged("2", "2021-06-01", "4")
    scribe.convicted("p", "2022-01-10", "1")
    scribe.convicted("q", "2022-02-10", "4")
    scribe.convicted("r", "2022-03-10", None)
    one = cohorts(scribe).of_year(2021)
    assert (one.reports, one.not_investigated, one.elsewhere) == (4, 1, 0)
    assert (one.investigations, one.convicted, one.open) == (3, 2, 1)
    assert (one.convictions, one.direct, one.indirect) == (2, 1, 1)
    assert one.lag == Lag(365, 365.0, 365)
    assert one.share is not None
    assert (one.share.numerator, one.share.denominator) == (2, 3)
    assert one.share.low < 2 / 3 < one.share.high
    # The third investigation is open and was looked at for three years: it is in the denominator all along.
    assert [(w.years, round(w.share or 0, 6)) for w in one.within] == [(1, 0.666667), (2, 0.666667), (3, 0.666667)]
    two = cohorts(scribe).of_year(2022)
    assert (two.reports, two.elsewhere, two.investigations, two.convictions, two.lag) == (1, 1, 0, 0, None)
    assert two.share is None
    assert [c.id for c in cohorts(scribe).of_no_report] == ["conviction:r"]


def test_what_ended_without_a_conviction_is_not_open() -> None:
    scribe = Scribe()
    for name, reason in (("1", "no_crime"), ("2", "charged"), ("3", "insufficient_information")):
        scribe.report(name, "2021-01-10")
        scribe.investigation(name, "2021-01-20", name)
        scribe.closed(name, "2021-07-20", reason)  # type: ignore[arg-type]
    one = cohorts(scribe).of_year(2021)
    assert (one.open, one.closed) == (1, {"insufficient_information": 1, "no_crime": 1})


def test_a_conviction_before_the_report_has_no_lag() -> None:
    scribe = Scribe()
    scribe.report("a", "2022-05-01")
    scribe.investigation("1", "2021-01-20")
    scribe.convicted("p", "2022-01-10", "1", referral="victim")
    from tutela.events.catalogue.authority import ReportsJoined

    scribe("investigation:1", ReportsJoined(on=day("2022-05-02"), reports=("report:a",)))
    one = cohorts(scribe).of_year(2022)
    assert (one.convictions, one.indirect, one.before_report, one.lag, one.convicted) == (1, 1, 1, None, 0)


def test_what_is_quashed_or_not_known_yet_is_no_conviction() -> None:
    scribe = Scribe()
    scribe.report("a", "2021-01-10")
    scribe.investigation("1", "2021-01-20", "a")
    scribe.convicted("p", "2022-01-10", "1", known="2023-01-01")
    assert cohorts(scribe, "2022-12-31").of_year(2021).convictions == 0
    assert cohorts(scribe, "2023-01-01").of_year(2021).convictions == 1


@given(registers(most=40), DAY)
@settings(max_examples=30)
def test_every_conviction_is_in_one_cohort_or_in_none(register: Sequence[Statement], as_of: date) -> None:
    now = Register(register, as_of)
    found = Cohorts(now)
    of = [found.of_year(year) for year in found.years]
    standing = [c for c in now.convictions.values() if c.quashed is None]
    assert sum(c.convictions for c in of) + len(found.of_no_report) == len(standing)
    assert sum(c.reports for c in of) == len(now.reports)
    assert sum(c.investigations for c in of) == sum(bool(t.reports) for t in found.threads)
    for one in of:
        assert one.direct + one.indirect == one.convictions
        assert one.convicted + one.open + sum(one.closed.values()) == one.investigations
        assert one.persons_least <= one.persons_most <= one.convictions
        shares = [w.share for w in one.within if w.share is not None]
        assert shares == sorted(shares)
        assert all(0 <= s <= 1 + 1e-12 for s in shares)


SPELLS = st.lists(st.builds(Spell, st.integers(0, 30), st.sampled_from(["convicted", "closed", "open"])), max_size=12)


@given(SPELLS, st.integers(0, 30))
def test_without_open_ones_the_incidence_is_the_plain_share(spells: list[Spell], days: int) -> None:
    over = [s for s in spells if s.end != "open"]
    found = incidence(over, days)
    if not over:
        assert found is None
    else:
        assert found == pytest.approx(sum(s.end == "convicted" and s.days <= days for s in over) / len(over))


@given(SPELLS, st.integers(0, 30))
def test_the_incidence_lies_between_none_and_all_of_the_open_ones(spells: list[Spell], days: int) -> None:
    found = incidence(spells, days)
    if found is None:
        assert not spells or any(s.end == "open" and s.days < days for s in spells)
        return
    least = sum(s.end == "convicted" and s.days <= days for s in spells)
    most = least + sum(s.end == "open" and s.days < days for s in spells)
    assert least / len(spells) - 1e-9 <= found <= most / len(spells) + 1e-9


def test_the_incidence_of_a_worked_example() -> None:
    # 4 at risk; one is convicted on day 1 (1/4), one leaves on day 2, one of two is convicted on day 3 (3/4 x 1/2).
    spells = [Spell(1, "convicted"), Spell(2, "open"), Spell(3, "convicted"), Spell(9, "open")]
    assert incidence(spells, 3) == pytest.approx(1 / 4 + 3 / 4 * 1 / 2)
    assert incidence(spells, 10) is None
