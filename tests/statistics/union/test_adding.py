"""What may be added is, what may not is refused with every reason, and sums that are allowed are named."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.statistics.union.builders import dataset, numbers, told
from tests.statistics.union.test_bounds import with_caveat
from tutela.statistics.figure import Status
from tutela.statistics.union.amount import about, between
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Caveat, Observation
from tutela.statistics.union.period import Period
from tutela.statistics.union.sums.adding import Reason, added, addition
from tutela.statistics.union.sums.wording import sum_lines
from tutela.statistics.union.words import words

SWEDEN = told("a", 10, who="state:SE")


@pytest.mark.parametrize(
    ("other", "reasons"),
    [
        (told("b", 5, who="state:FI"), []),
        (told("b", 5, who="state:SE", when="2023"), []),
        (with_caveat(told("b", 5, who="state:FI"), Caveat.NOT_FINAL), []),
        (told("b", Status.UNKNOWN, who="state:FI", when="2020", unit=Unit.CASES), []),
        (told("b", 5, who="state:FI", unit=Unit.CASES), [Reason.UNIT]),
        (told("b", 5, who="state:FI", kind="grooming"), [Reason.BREAKDOWN]),
        (with_caveat(told("b", 5, who="state:FI"), Caveat.ONLINE_AND_OFFLINE), [Reason.CAVEAT]),
        (told("b", 5, who="state:SE", when="2022-H1"), [Reason.OVERLAP]),
        (told("b", 5, who="state:FI", when="2022-H1"), [Reason.PERIOD]),
        (told("b", 5, who="state:FI", when=None), [Reason.PERIOD]),
        (told("b", 5, who="state:FI", when="2021", unit=Unit.CASES), [Reason.UNIT, Reason.PERIOD]),
    ],
)
def test_two_figures_are_added_or_refused(other: Observation, reasons: list[Reason]) -> None:
    amount, refusals = added([SWEDEN, other])
    assert [r.reason for r in refusals] == reasons
    assert (amount is None) == bool(reasons)
    if amount is not None:
        assert amount.low == 10 + (other.amount.low if other.amount else 0)
    for refusal in refusals:
        assert {name for _, ids in refusal.groups for name in ids} == {"a", "b"}


def test_what_is_not_exact_is_added_as_an_interval() -> None:
    amount, _ = added([told("a", about(Decimal(90_000)), who="state:SE"), told("b", between(10, 20), who="state:FI")])
    assert amount is not None
    assert numbers(amount.low, amount.high) == [85_010, 95_020]


def test_the_sums_that_are_allowed_are_found_where_the_whole_is_refused() -> None:
    rows = [told(f"x{n}", 1, who=f"state:{c}", when=w) for n, (c, w) in enumerate(
        [("SE", "2022"), ("FI", "2022"), ("DK", "2022"), ("PL", "2021"), ("FR", "2021"), ("IT", "2020")]
    )]  # fmt: skip
    found = addition(dataset(*rows), Measure.REPORTS_RECEIVED)
    assert found.amount is None
    assert [(str(g.period), int(g.amount.low)) for g in found.groups] == [("2022", 3), ("2021", 2)]


class TestOfTheReport:
    def test_reports_sent_are_added_and_are_the_published_totals(self, report: Dataset) -> None:
        for year, printed in ((2021, 555_834), (2022, 1_503_431)):
            found = addition(report, Measure.REPORTS_SENT, period=Period.of_year(year))
            assert found.amount is not None
            assert int(found.amount.low) == printed
            assert found.refusals == ()
            assert found.absent == ()

    @pytest.mark.parametrize(
        ("measure", "whose", "reasons"),
        [
            (Measure.CONVICTIONS, "state", {Reason.CAVEAT, Reason.OVERLAP, Reason.PERIOD}),
            (Measure.CHILDREN_IDENTIFIED, "state", {Reason.CAVEAT, Reason.PERIOD}),
            (Measure.REPORTS_RECEIVED, "state", {Reason.UNIT, Reason.CAVEAT, Reason.PERIOD}),
            (Measure.CASES_IDENTIFIED, "provider", {Reason.UNIT, Reason.CAVEAT, Reason.PERIOD, Reason.BREAKDOWN}),
        ],
    )
    def test_the_totals_of_different_periods_are_refused(
        self, report: Dataset, measure: Measure, whose: str, reasons: set[Reason]
    ) -> None:
        found = addition(report, measure, whose=whose)  # type: ignore[arg-type]
        assert found.amount is None
        assert {r.reason for r in found.refusals} == reasons

    @pytest.mark.parametrize(("language", "said"), [("en", "are not added"), ("sv", "adderas inte")])
    def test_a_refusal_is_told_in_the_language(self, report: Dataset, language: str, said: str) -> None:
        lines = sum_lines(report, addition(report, Measure.CONVICTIONS), "state", words(language))
        assert said in lines[0]
        assert len(lines) == 1 + 3 + 1 + 4
        assert not any("%(" in line for line in lines)
