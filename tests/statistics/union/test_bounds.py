"""Bounds hold the truth whatever reporters leave out, round or mix, and nothing sharper could be said."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from tests.statistics.union.builders import dataset, numbers, told
from tutela.statistics.figure import Status
from tutela.statistics.union.amount import Amount, about, at_least, between, exact, rounded
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Caveat, Dimension, Missing, Observation
from tutela.statistics.union.period import Period
from tutela.statistics.union.sums.constraints import Constraint
from tutela.statistics.union.sums.coverage import coverage, own_coverage
from tutela.statistics.union.sums.question import STRICT, Effect, NotSummable, Question, effect_of
from tutela.statistics.union.sums.span import Contradictory, span
from tutela.statistics.union.sums.total import total
from tutela.statistics.union.sums.wrongly_flagged import wrongly_flagged

FIRST, DAYS = date(2022, 1, 1), 120
DAY = st.integers(0, DAYS - 1)
WINDOW = st.tuples(DAY, DAY).map(lambda w: (min(w), max(w)))
CODES = ("SE", "FI", "PL")


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def period(window: tuple[int, int]) -> str:
    return f"{day(window[0])}/{day(window[1])}"


def amounts(draw: st.DrawFn, truth: int) -> Amount:
    """The truth as somebody might tell it: in full, rounded, with ca, as a range or a lower end."""
    form = draw(st.sampled_from(["exact", "rounded", "about", "range", "least"]))
    if form == "rounded":
        return rounded(Decimal((truth + 5) // 10 * 10), Decimal(10), whole=True)
    if form == "about":
        return about(Decimal((truth + 5) // 10 * 10), Decimal(10), whole=True)
    if form == "range":
        return between(max(0, truth - draw(st.integers(0, 9))), truth + draw(st.integers(0, 9)))
    return at_least(max(0, truth - draw(st.integers(0, 9)))) if form == "least" else exact(truth)


def with_caveat(one: Observation, caveat: Caveat) -> Observation:
    fields = {name: getattr(one, name) for name in one.__slots__}
    return Observation(**{**fields, "caveats": (caveat,)})


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Dataset, dict[str, list[int]], dict[str, list[int]]]:
    """Reporters with what really happened on each day, girls and boys, and what they tell of it."""
    girls, boys, observations = {}, {}, []
    for code in CODES:
        chance = random.Random(draw(st.integers(0, 10**6)))
        girls[code] = [chance.randint(0, 4) for _ in range(DAYS)]
        boys[code] = [chance.randint(0, 3) for _ in range(DAYS)]
        for number in range(draw(st.integers(0, 4))):
            first, last = draw(WINDOW)
            part = draw(st.sampled_from(["all", "female", "male"]))
            counted = {"all": [girls[code], boys[code]], "female": [girls[code]], "male": [boys[code]]}[part]
            truth = sum(sum(days[first : last + 1]) for days in counted)
            caveat = draw(st.sampled_from([None, *Caveat]))
            effect = effect_of(caveat) if caveat else Effect.NONE
            if effect in {Effect.MORE, Effect.OTHER}:
                truth += draw(st.integers(0, 50))
            elif effect is Effect.LESS:
                truth = draw(st.integers(0, truth))
            one = told(
                f"{code}.{number}", amounts(draw, truth), Measure.CHILDREN_IDENTIFIED, who=f"state:{code}",
                unit=Unit.PERSONS, when=period((first, last)), prose=False,
                **({} if part == "all" else {"gender": part}),
            )  # fmt: skip
            observations.append(with_caveat(one, caveat) if caveat else one)
    return dataset(*observations), girls, boys


@settings(max_examples=150, deadline=None)
@given(worlds(), WINDOW, st.booleans())
def test_the_truth_lies_within_the_bounds(
    world: tuple[Dataset, dict[str, list[int]], dict[str, list[int]]], window: tuple[int, int], of_girls: bool
) -> None:
    data, girls, boys = world
    by = (("gender", "female"),) if of_girls else ()
    question = Question(
        Measure.CHILDREN_IDENTIFIED, Unit.PERSONS, Period.parse(period(window)), by=by, without=STRICT  # type: ignore[arg-type]
    )  # fmt: skip
    proved = total(data, question)
    first, last = window
    truths = {
        code: sum(girls[code][first : last + 1]) + (0 if of_girls else sum(boys[code][first : last + 1]))
        for code in CODES
    }
    for share in proved.shares:
        assert not share.contradictory
        if share.code in truths:
            assert share.amount.holds(Decimal(truths[share.code]))
        else:
            assert numbers(share.span.low, share.span.high) == [0, None]
        for end, steps in ((share.span.low, share.span.low_steps), (share.span.high, share.span.high_steps)):
            if end is not None:
                assert sum(s.sign * s.number for s in steps) == end
    assert proved.low <= sum(truths.values())
    assert proved.high is None


CONSTRAINTS = st.lists(st.tuples(WINDOW, st.integers(0, 30), st.one_of(st.none(), st.integers(0, 30))), max_size=5)


@settings(max_examples=60, deadline=None)
@given(CONSTRAINTS, WINDOW)
def test_no_bound_could_be_sharper(
    drawn: list[tuple[tuple[int, int], int, int | None]], window: tuple[int, int]
) -> None:
    """A linear programme over the days has the same lowest and highest count, and is impossible where we say so."""
    some = [
        Constraint(day(a), day(b + 1), Decimal(low), None if high is None else Decimal(low + high), ("x",))
        for (a, b), low, high in drawn
    ]
    rows: list[list[float]] = []
    ends: list[float] = []
    for (a, b), low, high in drawn:
        row = [1.0 if a <= n <= b else 0.0 for n in range(DAYS)]
        rows.append([-v for v in row])
        ends.append(-float(low))
        if high is not None:
            rows.append(row)
            ends.append(float(low + high))
    aim = [1.0 if window[0] <= n <= window[1] else 0.0 for n in range(DAYS)]
    below = linprog(aim, A_ub=rows or None, b_ub=ends or None, bounds=(0, None))
    above = linprog([-v for v in aim], A_ub=rows or None, b_ub=ends or None, bounds=(0, None))
    try:
        found = span(some, day(window[0]), day(window[1] + 1))
    except Contradictory:
        assert below.status == 2
        return
    assert round(below.fun, 6) == found.low
    assert (above.status != 0) == (found.high is None)
    if found.high is not None:
        assert round(-above.fun, 6) == found.high


def of(data: Dataset, when: str, *, unit: Unit = Unit.PERSONS, **rest: object) -> list[float | None]:
    (share,) = [
        s
        for s in total(data, Question(Measure.CHILDREN_IDENTIFIED, unit, Period.parse(when), **rest)).shares  # type: ignore[arg-type]
        if s.code == "SE"
    ]
    return numbers(share.span.low, share.span.high)


def children(name: str, number: int | Status | Missing, when: str, **by: str) -> Observation:
    return told(name, number, Measure.CHILDREN_IDENTIFIED, unit=Unit.PERSONS, when=when, prose=False, **by)


def test_a_part_of_the_days_is_taken_from_the_whole() -> None:
    data = dataset(children("a", 101, "2021/2022"), children("b", 50, "2021"))
    assert of(data, "2022") == [51, 51]
    assert of(data, "2021-H1") == [0, 50]


def test_overlapping_periods_bound_and_never_count_twice() -> None:
    data = dataset(children("a", 185, "2021-H2/2022-H1"), children("b", 194, "2022"), children("c", 81, "2023-H1"))
    assert of(data, "2021-H2/2023-H1") == [275, 460]
    assert of(data, "2021/2022") == [194, None]


def test_genders_bound_the_whole_and_the_whole_each_gender() -> None:
    data = dataset(children("g", 25, "2022", gender="female"), children("b", 26, "2022", gender="male"))
    assert of(data, "2022") == [51, None]
    whole = dataset(children("a", 60, "2022"))
    assert of(whole, "2022", by=(("gender", "female"),)) == [0, 60]


def test_children_whose_gender_is_not_stated_may_be_of_either() -> None:
    data = dataset(
        children("g", 25, "2022", gender="female"),
        children("b", 26, "2022", gender="male"),
        children("n", 4, "2022", gender="not_stated"),
    )
    assert of(data, "2022", by=(("gender", "female"),)) == [25, 29]
    assert of(data, "2022") == [55, None]
    (share,) = [s for s in total(data, _girls("2022")).shares if s.code == "SE"]
    assert [step.by for step in share.span.low_steps] == [("g",)]
    assert [step.by for step in share.span.high_steps] == [("g", "n")]
    for hidden, most in ((Status.SUPPRESSED, None), (Missing(Status.SUPPRESSED, between(1, 4)), 29)):
        data = dataset(children("g", 25, "2022", gender="female"), children("n", hidden, "2022", gender="not_stated"))
        assert of(data, "2022", by=(("gender", "female"),)) == [25, most]
    none_of_them = dataset(children("g", 25, "2022", gender="female"), children("n", 0, "2022", gender="not_stated"))
    assert of(none_of_them, "2022", by=(("gender", "female"),)) == [25, 25]
    other_days = dataset(children("g", 25, "2022", gender="female"), children("n", 4, "2021", gender="not_stated"))
    assert of(other_days, "2022", by=(("gender", "female"),)) == [25, 25]


def _girls(when: str) -> Question:
    by = ((Dimension.GENDER, "female"),)
    return Question(Measure.CHILDREN_IDENTIFIED, Unit.PERSONS, Period.parse(when), by=by)


def test_what_concerns_users_elsewhere_is_no_figure_of_the_union() -> None:
    rows = [
        told(n, v, Measure.ITEMS_PROCESSED, who="provider:acme", unit=Unit.ITEMS, when="2022", kind="images", region=r)
        for n, v, r in (("a", 10, "EU"), ("b", 700, "outside"), ("c", 900, "world"))
    ]
    question = Question(
        Measure.ITEMS_PROCESSED, Unit.ITEMS, Period.parse("2022"), "provider", ((Dimension.KIND, "images"),)
    )
    (share,) = total(dataset(*rows), question).shares
    assert numbers(share.span.low, share.span.high) == [10, 10]
    assert share.contradictory == ()


def _errors(**numbers_of: dict[str, int]) -> list[Observation]:
    measures = {"a": Measure.FLAGGED, "b": Measure.REJECTED, "c": Measure.REVIEWED}
    return [
        told(f"{who}.{name}", number, measures[name], who=f"provider:{who}", unit=Unit.ITEMS, kind="known")
        for who, of_one in numbers_of.items()
        for name, number in of_one.items()
    ]


def test_what_nobody_reviewed_may_be_wrong_or_right() -> None:
    data = dataset(*_errors(acme={"a": 100, "b": 5, "c": 50}, apex={"a": 20, "b": 0, "c": 20}))
    found = wrongly_flagged(data, "known", Period.parse("2022"))
    acme, apex = found.providers
    assert numbers(acme.low, acme.high, apex.low, apex.high) == [5, 55, 0, 0]
    assert numbers(acme.wrong.low, acme.wrong.high) == [5, 55]
    assert numbers(found.low, found.high) == pytest.approx([100 * 5 / 120, 100 * 55 / 120])
    # Of half a year nothing is proved but that a share is one.
    part = wrongly_flagged(data, "known", Period.parse("2022-H1"))
    assert numbers(part.low, part.high) == [0, None]


def test_a_share_has_no_end_that_nothing_proves() -> None:
    untold = dataset(*_errors(acme={"a": 100, "b": 5}, apex={"b": 3, "c": 9}))
    found = wrongly_flagged(untold, "known", Period.parse("2022"))
    acme, apex = found.providers
    assert numbers(acme.low, acme.high) == [5, 100]
    assert numbers(apex.low, apex.high) == [None, None]
    assert numbers(found.low, found.high) == [0, None]
    nothing = wrongly_flagged(dataset(*_errors(acme={"a": 0, "b": 0, "c": 0})), "known", Period.parse("2022"))
    assert numbers(nothing.low, nothing.high) == [None, None]


def test_figures_that_cannot_all_be_true_prove_nothing_and_are_named() -> None:
    data = dataset(children("a", 10, "2022"), children("b", 11, "2022-H1"))
    (share,) = [
        s
        for s in total(data, Question(Measure.CHILDREN_IDENTIFIED, Unit.PERSONS, Period.parse("2022"))).shares
        if s.code == "SE"
    ]
    assert set(share.contradictory) == {"a", "b"}
    assert numbers(share.span.low, share.span.high) == [0, None]


def test_accounts_that_come_back_are_not_added_over_periods() -> None:
    rows = [
        told(n, v, Measure.CASES_IDENTIFIED, who="provider:acme", unit=Unit.ACCOUNTS, when=w)
        for n, v, w in (("a", 10, "2021"), ("b", 12, "2022"))
    ]
    question = Question(Measure.CASES_IDENTIFIED, Unit.ACCOUNTS, Period.parse("2021/2022"), "provider")
    (share,) = total(dataset(*rows), question).shares
    assert numbers(share.span.low, share.span.high) == [12, 22]


def test_reports_per_month_hold_for_whole_months_alone() -> None:
    monthly = told("m", between(115, 220), unit=Unit.REPORTS_PER_MONTH, when="2022-08-01/2023-03-06")
    question = Question(Measure.REPORTS_RECEIVED, Unit.REPORTS, Period.parse("2022-08-01/2023-03-06"))
    (share,) = [s for s in total(dataset(monthly), question).shares if s.code == "SE"]
    assert numbers(share.span.low, share.span.high) == [7 * 115, 8 * 220]


@pytest.mark.parametrize("unit", [Unit.PERCENT, Unit.REPORTS_PER_MONTH, Unit.STATES])
def test_what_is_never_added_is_not_asked(unit: Unit) -> None:
    with pytest.raises(NotSummable):
        Question(Measure.REPORTS_RECEIVED, unit, Period.parse("2022"))


def test_coverage_holds_in_the_period_of_each_figure() -> None:
    sent = [
        told(f"s{year}", number, Measure.REPORTS_SENT, who="body:ncmec", when=str(year), state="SE", region="EU")
        for year, number in ((2021, 100), (2022, 300))
    ]
    data = dataset(told("r", 150, when="2021-07-01/2022-12-31"), *sent)
    (row,) = own_coverage(data)
    assert numbers(row.sent.low, row.sent.high) == [300, 400]
    assert numbers(row.low, row.high) == [Decimal("37.5"), 50]
    whole = coverage(data, Period.parse("2022"))
    assert [c.code for c in whole][-1] == "EU"
    assert numbers(whole[-1].low, whole[-1].high) == [0, None]


class TestOfTheReport:
    """What the report of 2023 could not say."""

    def convictions(self, report: Dataset, when: str, *without: Caveat) -> Decimal:
        question = Question(Measure.CONVICTIONS, Unit.CONVICTIONS, Period.parse(when), without=frozenset(without))
        return total(report, question).low

    def test_more_than_two_thousand_convictions_online_are_proved_only_with_2023(self, report: Dataset) -> None:
        mixed = Caveat.ONLINE_AND_OFFLINE
        assert self.convictions(report, "2021-01-01/2023-06-30", mixed) == 1883 + 194 + 81 == 2158
        assert self.convictions(report, "2021/2022", mixed) == 1853
        assert self.convictions(report, "2021-01-01/2023-06-30", mixed, Caveat.NOT_FINAL) == 2158 - 224
        assert self.convictions(report, "2021-08-02/2022-12-31", mixed) == 20 + 820 + 55 + 194

    def test_no_member_state_contradicts_itself(self, report: Dataset) -> None:
        for measure, unit in (
            (Measure.CONVICTIONS, Unit.CONVICTIONS),
            (Measure.REPORTS_RECEIVED, Unit.REPORTS),
            (Measure.CHILDREN_IDENTIFIED, Unit.PERSONS),
            (Measure.REPORTS_SENT, Unit.REPORTS),
        ):
            proved = total(report, Question(measure, unit, Period.parse("2022")))
            assert not [s for s in proved.shares if s.contradictory]
