"""Checks of what is out of proportion, of periods that are not quite one, and of whom a text names."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.statistics.union.builders import SOURCE, dataset, found, percent, told
from tutela.statistics.figure import Status
from tutela.statistics.union.amount import about, rounded
from tutela.statistics.union.dataset import Dataset, Mention, Sum
from tutela.statistics.union.findings.finding import Severity
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Caveat, Dimension, Observation

M = Measure


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 10**9))
def test_a_claimed_rate_fits_the_errors_that_were_found(claim: int, wrong: int, processed: int) -> None:
    def data(who: str = "provider:maker", when: str = "2022") -> Dataset:
        return dataset(
            told("claim", claim, M.ITEMS_PER_FALSE_POSITIVE, who="provider:maker", unit=Unit.ITEMS, when=None),
            told("processed", processed, M.ITEMS_PROCESSED, who="provider:maker", unit=Unit.ITEMS),
            told("wrong", wrong, M.REVERSALS, who=who, unit=Unit.DECISIONS, when=when),
        )

    assert len(found("claimed_rate", data())) == (wrong * claim > processed)
    assert found("claimed_rate", data(who="provider:other")) == []
    assert found("claimed_rate", data(when="2021")) == []


@pytest.mark.parametrize(
    ("period", "many"),
    [
        ("2021-08-01/2022-08-01", 1),
        ("2021-08-03/2023-08-03", 1),
        ("2021-08-01/2022-07-31", 0),
        ("2021-08/2022-08", 0),
        ("2021/2022", 0),
        ("2022-08-03", 0),
    ],
)
def test_a_period_of_years_and_one_day_holds_a_day_twice(period: str, many: int) -> None:
    both = dataset(told("a", 5, when=period), told("b", 6, M.CONVICTIONS, unit=Unit.CONVICTIONS, when=period))
    assert [f.places for f in found("day_twice", both)] == [("a", "b")] * many
    assert found("day_twice", dataset(told("a", Status.UNKNOWN, when=period))) == []


@pytest.mark.parametrize(
    ("one", "other", "many"),
    [
        ("2021-07-14/2021-12-31", "2021-07-13/2021-12-31", 1),
        ("2021-07-14/2021-12-31", "2021-07-07/2021-12-24", 1),
        ("2021-07-14/2021-12-31", "2021-07-06/2021-12-31", 0),
        ("2021-07-14/2021-12-31", "2021-07-14/2021-12-31", 0),
        ("2021-08-01/2021-08-31", "2021-08", 0),
        ("2021-12-30", "2022-01-02", 0),
    ],
)
def test_two_periods_that_are_all_but_one_are_noted(one: str, other: str, many: int) -> None:
    assert len(found("near_periods", dataset(told("a", 5, when=one), told("b", 6, when=other)))) == many
    assert found("near_periods", dataset(told("a", 5, when=one), told("b", 6, when=other, who="state:FI"))) == []


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_one_provider_has_no_more_than_was_received_from_all(cases: int, received: int) -> None:
    def data(region: str = "EU", when: str = "2022", unit: Unit = Unit.ITEMS) -> Dataset:
        return dataset(
            told("c", cases, M.CASES_IDENTIFIED, who="provider:one", unit=Unit.ITEMS, when=when),
            told("r", received, M.ITEMS_REPORTED, who="body:house", unit=unit, region=region),
        )

    assert len(found("over_received", data())) == (cases > received)
    assert len(found("over_received", data(when="2022-H1"))) == (cases > received)
    for other in (data(region="world"), data(when="2021"), data(unit=Unit.REPORTS)):
        assert found("over_received", other) == []


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_what_came_of_reports_is_no_more_than_the_reports(reports: int, children: int) -> None:
    def data(when: str = "2022", who: str = "state:SE") -> Dataset:
        return dataset(
            told("r", reports, when="2021/2022"),
            told("c", children, M.CHILDREN_IDENTIFIED, who=who, unit=Unit.PERSONS, when=when),
        )

    assert len(found("outcomes_over_reports", data())) == (children > reports)
    assert found("outcomes_over_reports", data(when="2022/2023")) == []
    assert found("outcomes_over_reports", data(who="state:FI")) == []


def _grown(counts: tuple[int, int], others: tuple[int, int]) -> Dataset:
    rows, sums = [], []
    for year, mine, rest in zip(("2021", "2022"), counts, others, strict=True):
        rows += [
            told(f"mine.{year}", mine, M.REPORTS_SENT, who="body:house", when=year, state="SE"),
            told(f"rest.{year}", rest, M.REPORTS_SENT, who="body:house", when=year, state="FI"),
            told(f"all.{year}", mine + rest, M.REPORTS_SENT, who="union:EU", when=year),
        ]
        sums.append(Sum(f"all.{year}", (f"mine.{year}", f"rest.{year}")))
    return dataset(*rows, sums=sums)


@pytest.mark.parametrize(
    ("counts", "others", "places"),
    [
        ((1_000, 2_000), (100_000, 200_000), []),
        ((1_000, 4_000), (100_000, 200_000), []),
        ((1_000, 5_000), (100_000, 200_000), ["mine"]),
        ((1_000, 900), (100_000, 200_000), ["mine"]),
        ((99, 990), (100_000, 100_000), []),
    ],
)
def test_a_part_that_grows_otherwise_than_its_total_is_noted(
    counts: tuple[int, int], others: tuple[int, int], places: list[str]
) -> None:
    found_there = found("growth", _grown(counts, others))
    assert [f.places[0].partition(".")[0] for f in found_there] == places


@pytest.mark.parametrize(("share", "many"), [("10.0", 0), ("20.0", 0), ("20.3", 1), ("5.0", 0), ("4.8", 1)])
def test_shares_of_reports_are_held_against_those_of_people(share: str, many: int) -> None:
    rows = [
        told(
            "people", percent("10.0"), M.SHARE_OF_POPULATION, who="body:one", unit=Unit.PERCENT, when=None, state="SE"
        ),
        told("share", percent(share), M.SHARE_OF_REPORTS, who="body:two", unit=Unit.PERCENT, state="SE"),
    ]
    assert len(found("population", dataset(*rows))) == many
    other = told("share", percent(share), M.SHARE_OF_REPORTS, who="body:two", unit=Unit.PERCENT, state="FI")
    assert found("population", dataset(rows[0], other)) == []


def test_what_leaps_between_years_is_noted() -> None:
    def data(before: Observation, number: int) -> Dataset:
        return dataset(before, told("b", number))

    first = told("a", 30, when="2021")
    assert [len(found("leaps", data(first, n))) for n in (300, 301, 3, 2, 0)] == [0, 1, 0, 1, 0]
    assert found("leaps", data(told("a", 1, when="2021"), 19)) == []
    assert found("leaps", data(told("a", 30, when="2020"), 301)) == []
    assert found("leaps", data(told("a", 30, when="2021", who="state:FI"), 301)) == []
    assert found("leaps", data(told("a", about(Decimal(30)), when="2021"), 301)) == []


def test_two_years_are_of_the_same_services() -> None:
    def data(**by: str) -> Dataset:
        return dataset(told("a", 33, when="2021", service="chat"), replace(told("b", 45), breakdown=_by(by)))

    assert found("scope", data(service="chat")) == []
    assert [f.places for f in found("scope", data())] == [("a", "b")]
    assert [f.places for f in found("scope", data(service="mail"))] == [("a", "b")]
    both = dataset(*data().observations, told("c", 40, service="chat"))
    assert found("scope", both) == []


def _by(some: dict[str, str]) -> tuple[tuple[Dimension, str], ...]:
    return tuple((Dimension(name), value) for name, value in some.items())


def _named(*states: str, says: Caveat | Status = Caveat.ONLINE_AND_OFFLINE, caveat: bool = True) -> Dataset:
    row = told("r", 5, M.CONVICTIONS, unit=Unit.CONVICTIONS)
    if caveat:
        row = replace(row, caveats=(Caveat.ONLINE_AND_OFFLINE,))
    silent = told("s", Status.UNKNOWN, M.CONVICTIONS, who="state:FI", unit=Unit.CONVICTIONS)
    mention = Mention("m", M.CONVICTIONS, says, states, SOURCE)
    return Dataset("t", "D", (2022,), (row, silent), mentions=(mention,))


def test_a_text_names_the_member_states_of_the_table() -> None:
    assert found("named_states", _named("SE")) == []
    (lacking,) = found("named_states", _named())
    assert (lacking.severity, lacking.places) == (Severity.CONTRADICTION, ("m", "r"))
    (more,) = found("named_states", _named("FI", "SE"))
    assert (more.severity, more.places) == (Severity.DOUBT, ("m", "s"))
    assert found("named_states", _named(caveat=False)) == []
    assert found("named_states", _named("FI", says=Status.UNKNOWN)) == []
    (unexplained,) = found("named_states", _named(says=Status.UNKNOWN))
    assert unexplained.places == ("m", "s")
    assert [len(found("named_states", _named("MT", says=s))) for s in (Status.NOT_REPORTED, Status.UNKNOWN)] == [1, 1]


def test_what_is_counted_where_reports_were_asked_for_is_no_lack_of_reports() -> None:
    sent = told("sent", 3_000, M.REPORTS_SENT, who="body:house", state="SE", region="EU")
    assert [f.severity for f in found("state_against_ncmec", dataset(told("r", 2_000), sent))] == [Severity.DOUBT]
    assert [f.severity for f in found("state_against_ncmec", dataset(told("r", 2_900), sent))] == [Severity.NOTE]
    assert found("state_against_ncmec", dataset(told("r", rounded(Decimal(2_900), Decimal(1_000))), sent)) == []
    offences = replace(told("r", 20), caveats=(Caveat.OFFENCES_NOT_REPORTS,))
    (finding,) = found("state_against_ncmec", dataset(offences, sent))
    assert finding.severity is Severity.NOTE
    assert "offences" in finding.message.message
