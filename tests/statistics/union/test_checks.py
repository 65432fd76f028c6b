"""Each check finds what it is for, in data that knows nothing of the seed, and leaves alone what is right."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.statistics.union.builders import dataset, found, percent, told
from tutela.statistics.figure import Status
from tutela.statistics.union.amount import Amount, about, at_least, between, exact, rounded
from tutela.statistics.union.dataset import Dataset, Disagreement, Partition, Ratio, Rule, Sum
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.registry import checks
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Missing, Observation
from tutela.statistics.union.words import words

COUNTS = st.lists(st.integers(0, 10**6), min_size=2, max_size=12)
CHANGE = st.integers(1, 10**6)
HUNDREDTH = Decimal("0.01")


def _summed(counts: list[int], total: int | Amount) -> Dataset:
    parts = [told(f"p{n}", count) for n, count in enumerate(counts)]
    return dataset(*parts, told("total", total), sums=[Sum("total", tuple(p.id for p in parts))])


@given(COUNTS, CHANGE)
def test_a_total_is_the_sum_of_its_parts(counts: list[int], change: int) -> None:
    assert found("totals", _summed(counts, sum(counts))) == []
    assert found("totals", _summed(counts, between(0, sum(counts) + change))) == []
    (finding,) = found("totals", _summed(counts, sum(counts) + change))
    assert f"Δ = {change:,}".replace(",", "\u00a0") in finding.told(words("en")).arithmetic
    changed = [counts[0] + change, *counts[1:]]
    assert [f.places[0] for f in found("totals", _summed(changed, sum(counts)))] == ["total"]


@given(COUNTS)
def test_an_unknown_part_is_not_in_a_total(counts: list[int]) -> None:
    silent = told("silent", Status.NOT_REPORTED)
    whole = _summed(counts, sum(counts))
    data = dataset(*whole.observations, silent, sums=[Sum("total", (*whole.sums[0].parts, "silent"))])
    assert found("totals", data) == []


@given(COUNTS, st.integers(1, 10**6))
def test_a_suppressed_part_is_in_a_total_and_is_no_zero(counts: list[int], hidden: int) -> None:
    whole = _summed(counts, sum(counts) + hidden)
    for value in (Status.SUPPRESSED, Missing(Status.SUPPRESSED, at_least(1))):
        silent = told("silent", value)
        data = dataset(*whole.observations, silent, sums=[Sum("total", (*whole.sums[0].parts, "silent"))])
        assert found("totals", data) == []
        assert found("left_out", data) == []
    short = told("silent", Missing(Status.SUPPRESSED, between(hidden + 1, hidden + 4)))
    data = dataset(*whole.observations, short, sums=[Sum("total", (*whole.sums[0].parts, "silent"))])
    assert len(found("totals", data)) == 1


@given(st.integers(0, 100), st.integers(0, 100), st.integers(1, 100))
def test_a_suppressed_gender_is_no_zero(female: int, male: int, hidden: int) -> None:
    def people(value: int | Status | Missing, name: str, gender: str | None = None) -> Observation:
        by = {"gender": gender} if gender else {}
        return told(name, value, Measure.CHILDREN_IDENTIFIED, unit=Unit.PERSONS, when="2022", prose=False, **by)

    for value in (Status.SUPPRESSED, Missing(Status.SUPPRESSED, at_least(1))):
        data = dataset(
            people(female + male + hidden, "all"),
            people(female, "f", gender="female"),
            people(male, "m", gender="male"),
            people(value, "n", gender="not_stated"),
        )
        assert found("genders", data) == []


def _rated(part: Amount, whole: Amount, rate: Amount) -> Dataset:
    return dataset(
        told("rate", rate, Measure.SHARE_OF_REPORTS, unit=Unit.PERCENT),
        told("part", part),
        told("whole", whole),
        ratios=[Ratio("rate", "part", "whole")],
    )


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.sampled_from(["0.01", "0.1", "1"]), st.integers(1, 50))
def test_a_percentage_is_that_of_its_counts(part: int, more: int, step: str, change: int) -> None:
    whole, place = part + more, Decimal(step)
    stated = (Decimal(100) * part / whole).quantize(place, ROUND_HALF_UP)
    right = _rated(exact(part), exact(whole), rounded(stated, place))
    assert found("percentages", right) == found("rounding", right) == []
    wrong = stated + change * place * 2
    assume(wrong <= 100)
    (finding,) = found("percentages", _rated(exact(part), exact(whole), rounded(wrong, place)))
    assert finding.places == ("rate", "part", "whole")


@given(st.integers(1, 999), st.integers(100, 9_999))
def test_a_rate_of_rounded_numbers_is_doubted_where_they_allow_more_than_one(part: int, tens: int) -> None:
    whole = rounded(Decimal(tens * 10), Decimal(10), whole=True)
    assert whole.high is not None
    stated = (Decimal(100) * part / (tens * 10)).quantize(HUNDREDTH, ROUND_HALF_UP)
    assume(stated <= 100)
    data = _rated(exact(part), whole, rounded(stated, HUNDREDTH))
    answers = {
        (Decimal(100) * part / n).quantize(HUNDREDTH, ROUND_HALF_UP) for n in range(int(whole.low), int(whole.high) + 1)
    }
    assert (len(found("rounding", data)) == 1) is (len(answers) > 1)
    assert found("percentages", data) == []


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=27), st.integers(1, 9))
def test_shares_of_a_whole_are_all_of_it(counts: list[int], change: int) -> None:
    def data(extra: Decimal) -> Dataset:
        stated = [(Decimal(100) * c / sum(counts)).quantize(HUNDREDTH, ROUND_HALF_UP) for c in counts]
        stated[0] = min(Decimal(100), stated[0]) + extra
        assume(0 <= stated[0] <= 100)
        shares = [
            told(f"s{n}", rounded(s, HUNDREDTH), Measure.SHARE_OF_REPORTS, unit=Unit.PERCENT)
            for n, s in enumerate(stated)
        ]
        return dataset(*shares, partitions=[Partition(tuple(s.id for s in shares))])

    assert found("shares", data(Decimal(0))) == []
    assert len(found("shares", data(Decimal(-change)))) == 1


def _children(female: int, male: int, total: int | Amount, not_stated: int | None = None) -> Dataset:
    measure, unit = Measure.CHILDREN_IDENTIFIED, Unit.PERSONS
    rows = [
        told("total", total, measure, unit=unit),
        told("female", female, measure, unit=unit, gender="female"),
        told("male", male, measure, unit=unit, gender="male"),
    ]
    if not_stated is not None:
        rows.append(told("not_stated", not_stated, measure, unit=unit, prose=True, gender="not_stated"))
    return dataset(*rows)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6), CHANGE)
def test_persons_by_gender_add_up(female: int, male: int, not_stated: int, change: int) -> None:
    whole = female + male
    assert found("genders", _children(female, male, whole)) == []
    assert found("genders", _children(female, male, whole + not_stated, not_stated)) == []
    (unstated,) = found("genders", _children(female, male, whole + change))
    assert unstated.severity is Severity.DOUBT
    (wrong,) = found("genders", _children(female, male, whole + not_stated + change, not_stated))
    assert wrong.severity is Severity.CONTRADICTION
    (more,) = found("genders", _children(female + change, male, whole))
    assert more.severity is Severity.CONTRADICTION


def test_a_dash_where_only_zero_is_possible_is_noted() -> None:
    measure, unit = Measure.CHILDREN_IDENTIFIED, Unit.PERSONS
    rows = [
        told("total", 1, measure, unit=unit),
        told("female", 1, measure, unit=unit, gender="female"),
        told("male", Status.NOT_REPORTED, measure, unit=unit, gender="male"),
    ]
    assert [f.severity for f in found("genders", dataset(*rows))] == [Severity.NOTE]
    rows[0] = told("total", 2, measure, unit=unit)
    assert found("genders", dataset(*rows)) == []


def test_units_that_change_between_years_are_doubted() -> None:
    first = told("a", 33, Measure.CASES_IDENTIFIED, who="provider:one", unit=Unit.ACCOUNTS, when="2021")
    same = told("b", 45, Measure.CASES_IDENTIFIED, who="provider:one", unit=Unit.ACCOUNTS)
    other = told("b", 45, Measure.CASES_IDENTIFIED, who="provider:one", unit=Unit.ITEMS)
    assert found("units", dataset(first, same)) == []
    assert [f.places for f in found("units", dataset(first, other))] == [("a", "b")]


def test_one_number_in_two_units_is_doubted() -> None:
    rows = [
        told("a", 207, Measure.REINSTATED, who="provider:one", unit=Unit.ITEMS),
        told("b", 207, Measure.REINSTATED_ON_APPEAL, who="provider:one", unit=Unit.ACCOUNTS, prose=True),
    ]
    assert len(found("units", dataset(*rows))) == 1
    for harmless in (
        told("b", 208, Measure.REINSTATED, who="provider:one", unit=Unit.ACCOUNTS, prose=True),
        told("b", 207, Measure.REINSTATED, who="provider:two", unit=Unit.ACCOUNTS, prose=True),
        told("b", 207, Measure.REINSTATED, who="provider:one", unit=Unit.ITEMS, prose=True),
    ):
        assert found("units", dataset(rows[0], harmless)) == []
    zeros = [told("a", 0, unit=Unit.ITEMS), told("b", 0, unit=Unit.ACCOUNTS, prose=True)]
    assert found("units", dataset(*zeros)) == []


@pytest.mark.parametrize(
    ("total", "part", "many"),
    [
        ("2021/2022", "2022", 0),
        ("2021-01-01/2023-03-06", "2021/2022", 0),
        ("2021-01-01/2023-03-06", "2021-01-01/2023-07-14", 1),
        ("2022", "2021-12-31/2022-06-30", 1),
        ("2022", None, 0),
    ],
)
def test_the_period_of_a_total_covers_its_parts(total: str, part: str | None, many: int) -> None:
    data = dataset(told("t", 5, when=total), told("p", 5, when=part), sums=[Sum("t", ("p",))])
    assert len(found("period_cover", data)) == many
    silent = dataset(told("t", 5, when=total), told("p", Status.UNKNOWN, when=part), sums=[Sum("t", ("p",))])
    assert found("period_cover", silent) == []


def test_a_total_of_several_reporters_is_of_one_period() -> None:
    def data(when: str, who: str) -> Dataset:
        parts = (told("p1", 1), told("p2", 2, who=who, when=when))
        return dataset(*parts, told("t", 3, when="2021/2022"), sums=[Sum("t", ("p1", "p2"))])

    assert found("mixed_periods", data("2022", "state:FI")) == []
    assert found("mixed_periods", data("2021", "state:SE")) == []
    assert len(found("mixed_periods", data("2021", "state:FI"))) == 1


def test_a_total_that_leaves_out_what_is_told_elsewhere_is_doubted() -> None:
    silent = told("p", Status.UNKNOWN, when="2021/2022", gender="female")
    total = told("t", 9, who="union:EU", when="2021/2022", gender="female")
    for other, many in (
        (told("o", 25, prose=True, gender="female"), 1),
        (told("o", 0, prose=True, gender="female"), 0),
        (told("o", 25, prose=True, gender="male"), 0),
        (told("o", 25, prose=True, when="2023", gender="female"), 0),
        (told("o", 25, prose=True, who="state:FI", gender="female"), 0),
    ):
        assert len(found("left_out", dataset(silent, total, other, sums=[Sum("t", ("p",))]))) == many
    known = told("p", 25, when="2021/2022", gender="female")
    assert found("left_out", dataset(known, total, told("o", 25, gender="female"), sums=[Sum("t", ("p",))])) == []


@given(st.integers(0, 10**6), CHANGE)
def test_a_fact_that_is_told_twice_is_the_same(number: int, change: int) -> None:
    first = told("a", number)
    assert found("same_fact", dataset(first, told("b", number, prose=True))) == []
    assert found("same_fact", dataset(first, told("b", at_least(number), prose=True))) == []
    (finding,) = found("same_fact", dataset(first, told("b", number + change, prose=True)))
    assert finding.places == ("a", "b")
    for other in (
        told("b", number + change, when="2021"),
        told("b", number + change, kind="known"),
        told("b", number + change, unit=Unit.CASES),
        told("b", number + change, when=None),
    ):
        assert found("same_fact", dataset(first, other)) == []


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_part_of_a_period_has_no_more_than_all_of_it(short: int, long: int) -> None:
    data = dataset(told("s", short, when="2022-H1"), told("l", long))
    assert (len(found("part_of_period", data)) == 1) is (short > long)
    assert found("part_of_period", dataset(told("s", short), told("l", long))) == []


def test_periods_that_overlap_are_not_added() -> None:
    for other, many in (("2021", 0), ("2022", 0), ("2021-H2/2022-H1", 1), ("2021/2022", 1)):
        assert len(found("overlapping", dataset(told("a", 1), told("b", 2, when=other)))) == many
    assert found("overlapping", dataset(told("a", 1), told("b", 2, when="2022-H1", prose=True))) == []


def test_what_is_said_of_a_whole_is_not_said_again_of_its_parts() -> None:
    whole = [told("a", 5), told("b", 6, when="2021-H2/2022-H1")]
    parts = [
        told(f"{n}{g}", 2, when=w, gender=g)
        for g in ("male", "female")
        for n, w in (("b", "2021-H2/2022-H1"), ("a", "2022"))
    ]
    assert [one.places for one in found("overlapping", dataset(*whole, *parts))] == [("a", "b")]
    assert len(found("overlapping", dataset(*parts))) == 2


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_complaints_are_no_more_than_actions(complaints: int, cases: int) -> None:
    def data(when: str = "2022", who: str = "provider:one") -> Dataset:
        return dataset(
            told("c", complaints, Measure.COMPLAINTS, who="provider:one", unit=Unit.COMPLAINTS),
            told("a", cases, Measure.CASES_IDENTIFIED, who=who, unit=Unit.ACCOUNTS, when=when),
        )

    assert (len(found("complaints_over_actions", data())) == 1) is (complaints > cases)
    assert found("complaints_over_actions", data(when="2021")) == []
    assert found("complaints_over_actions", data(who="provider:two")) == []


@pytest.mark.parametrize(
    ("measure", "of"),
    [
        (Measure.APPEALS, Measure.SUSPENDED),
        (Measure.REINSTATED, Measure.COMPLAINTS),
        (Measure.REINSTATED_ON_APPEAL, Measure.APPEALS),
        (Measure.REVERSALS, Measure.COMPLAINTS),
    ],
)
def test_what_is_restored_or_appealed_is_no_more_than_what_was_done(measure: Measure, of: Measure) -> None:
    rows = [told("a", 5, measure, unit=Unit.ACCOUNTS), told("b", 4, of, unit=Unit.ACCOUNTS)]
    assert len(found("complaints_over_actions", dataset(*rows))) == 1
    assert found("complaints_over_actions", dataset(rows[0], told("b", 5, of, unit=Unit.ACCOUNTS))) == []


def _zero(complaints: Observation, rate: str = "0") -> Dataset:
    return dataset(told("r", percent(rate), Measure.REINSTATED_PER_APPEAL, unit=Unit.PERCENT), complaints)


def test_a_rate_of_zero_where_nobody_looked_is_none() -> None:
    complaints = told("c", 0, Measure.COMPLAINTS, unit=Unit.COMPLAINTS)
    assert [f.places for f in found("zero_error", _zero(complaints))] == [("r", "c")]
    assert found("zero_error", _zero(complaints, "0.5")) == []
    for harmless in (
        told("c", 8, Measure.COMPLAINTS, unit=Unit.COMPLAINTS),
        told("c", Status.UNKNOWN, Measure.COMPLAINTS, unit=Unit.COMPLAINTS),
        told("c", 0, Measure.COMPLAINTS, unit=Unit.COMPLAINTS, when="2021"),
        told("c", 0, Measure.COMPLAINTS, unit=Unit.COMPLAINTS, who="state:FI"),
    ):
        assert found("zero_error", _zero(harmless)) == []
    ratio = [Ratio("r", "p", "w")]
    for whole, many in ((0, 1), (8, 0)):
        rows = [told("p", 0, Measure.REINSTATED_ON_APPEAL), told("w", whole, Measure.APPEALS)]
        data = dataset(*_zero(complaints).observations, *rows, ratios=ratio)
        assert len(found("zero_error", data)) == many


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_what_a_review_rejected_is_in_the_rate_of_errors(reviewed: int, confirmed: int) -> None:
    assume(confirmed <= reviewed)

    def data(rate: str) -> Dataset:
        return dataset(
            told("r", percent(rate), Measure.REINSTATED_PER_APPEAL, unit=Unit.PERCENT),
            told("reviewed", reviewed, Measure.ITEMS_REVIEWED, unit=Unit.ITEMS, when="2022-03/2022-12"),
            told("confirmed", confirmed, Measure.ITEMS_CONFIRMED, unit=Unit.ITEMS, when="2022-03/2022-12"),
        )

    assert (len(found("review_errors", data("0"))) == 1) is (confirmed < reviewed)
    assert found("review_errors", data("1.5")) == []


def test_a_false_positive_rate_fits_its_precision() -> None:
    for rate, many in (("0.1", 1), ("1", 0)):
        rows = [
            told("p", percent("99"), Measure.PRECISION, unit=Unit.PERCENT),
            told("f", percent(rate), Measure.FALSE_POSITIVE_RATE, unit=Unit.PERCENT),
        ]
        assert len(found("precision", dataset(*rows))) == many


def _sent(received: int | Amount, when: str, *, unit: Unit = Unit.REPORTS) -> Dataset:
    measure = Measure.REPORTS_SENT
    return dataset(
        told("received", received, when=when, unit=unit),
        told("sent1", 1_000, measure, who="body:ncmec", when="2021", state="SE", region="EU"),
        told("sent2", 3_000, measure, who="body:ncmec", when="2022", state="SE", region="EU"),
    )


@pytest.mark.parametrize(
    ("received", "when", "said"),
    [
        (3_000, "2022", None),
        (2_999, "2022", "fewer"),
        (3_001, "2022", "more"),
        (4_000, "2021/2022", None),
        (3_999, "2021/2022", "fewer"),
        (0, "2022-02/2022-11", None),
        (3_001, "2022-02/2022-11", "more"),
        (3_000, "2021-08-02/2022-12-31", None),
        (2_999, "2021-08-02/2022-12-31", "fewer"),
        (10**9, "2022-01/2023-02", None),
        (2_999, "2022-01/2023-02", "fewer"),
        (5, "2019", None),
        (about(Decimal(2_900)), "2022", "fewer"),
        (about(Decimal(3_000)), "2022", None),
    ],
)
def test_what_a_state_received_fits_what_was_sent(received: int | Amount, when: str, said: str | None) -> None:
    findings = found("state_against_ncmec", _sent(received, when))
    assert [said in f.message.message for f in findings if said] == ([True] if said else [])
    assert len(findings) == (said is not None)


def test_reports_per_month_are_taken_over_the_months() -> None:
    per_month = Unit.REPORTS_PER_MONTH
    assert found("state_against_ncmec", _sent(between(240, 260), "2022", unit=per_month)) == []
    assert len(found("state_against_ncmec", _sent(between(10, 20), "2022", unit=per_month))) == 1
    assert len(found("state_against_ncmec", _sent(between(900, 950), "2022", unit=per_month))) == 1


def test_the_number_of_silent_states_is_that_of_the_table() -> None:
    silent = [told(f"s{c}", Status.NOT_REPORTED, who=f"state:{c}") for c in ("MT", "PT")]
    spoke = [told("s", 5, who="state:SE"), told("u", Status.UNKNOWN, who="state:FI")]
    for count, many in ((2, 0), (3, 1), (1, 1)):
        counted = told("n", count, Measure.STATES_SILENT_ON_REPORTS, who="body:one", unit=Unit.STATES)
        assert len(found("silent_states", dataset(counted, *silent, *spoke))) == many


def test_numbers_that_look_rounded_are_noted() -> None:
    for number, many in ((25_000, 1), (25_100, 0), (9_000, 1), (9_100, 0), (900, 0), (0, 0)):
        assert len(found("round_numbers", dataset(told("a", number)))) == many
    again = told("b", 25_000, when="2021", prose=True)
    assert [f.places for f in found("round_numbers", dataset(told("a", 25_000), again))] == [("a", "b")]
    for other, places in ((12_800, [("a", "b")]), (12_810, []), (120, [])):
        series = dataset(told("a", 6_600), told("b", other, when="2021"))
        assert [f.places for f in found("round_numbers", series)] == places
    assert found("round_numbers", dataset(told("a", about(Decimal(25_000))))) == []


def test_languages_that_differ_are_told() -> None:
    one = told("6.SE.reports", 5)
    difference = Disagreement("6.SE", "grammar", (("en", "5"), ("sv", "6")), "en")
    data = Dataset("t", "D", (2022,), (one,), disagreements=(difference,))
    (finding,) = found("languages", data)
    assert finding.places == ("6.SE", "6.SE.reports")
    assert found("languages", dataset(one)) == []


@pytest.mark.parametrize(
    ("rule", "told_by", "refused", "details"),
    [
        ("whole_number", (("en", "5.5"), ("sv", "6")), "en", ()),
        ("grammar", (("en", "5"), ("sv", "6")), "en", (("row", "5"),)),
        ("grammar", (("en", "5"), ("sv", "6")), "fi", ()),
        ("unresolved", (("en", "5"),), "", ()),
    ],
)
def test_a_disagreement_tells_what_its_rule_needs(
    rule: Rule, told_by: tuple[tuple[str, str], ...], refused: str, details: tuple[tuple[str, str], ...]
) -> None:
    with pytest.raises(ValueError, match="disagreement"):
        Disagreement("6.SE", rule, told_by, refused, details)


def test_every_check_asks_a_question_and_every_finding_too() -> None:
    assert len(checks()) == 32
    assert all(c.asks.endswith("?") for c in checks())
    with pytest.raises(ValueError, match="places"):
        Finding("totals", Severity.NOTE, (), Formula("1 + 1 = 3"), Sentence("It is not."), Sentence("Why?"))
    with pytest.raises(ValueError, match="question"):
        Finding("totals", Severity.NOTE, ("a",), Formula("1 + 1 = 3"), Sentence("It is not."), Sentence("Why."))
    assert all(list(c.find(dataset())) == [] for c in checks())
