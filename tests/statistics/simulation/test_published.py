"""The ways of the published reports, as the twin follows them: what they add, and what they leave out."""

from __future__ import annotations

from decimal import Decimal

from tests.statistics.union.builders import dataset, told
from tutela.statistics.figure import Status
from tutela.statistics.simulation import published
from tutela.statistics.union.amount import about, at_least, between
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Dimension
from tutela.statistics.union.period import Period
from tutela.statistics.union.sums.question import Question

YEAR = Period.of_year(2022)
RECEIVED = Question(Measure.REPORTS_RECEIVED, Unit.REPORTS, YEAR)


def test_every_cell_that_touches_the_period_is_added_in_full() -> None:
    data = dataset(
        told("a", 100, when="2022"),
        told("b", 500, when="2021/2022", who="state:FI"),
        told("c", about(Decimal(90), Decimal(10)), when="2022-08/2023-07", who="state:PL"),
        told("d", at_least(20), who="state:ES"),
        told("e", between(10, 20), who="state:IT"),
        told("earlier", 1_000, when="2021", who="state:DK"),
        told("untold", Status.NOT_REPORTED, who="state:MT"),
        told("prose", 7, who="state:DE", prose=True),
        told("monthly", between(5, 9), unit=Unit.REPORTS_PER_MONTH, who="state:FR"),
        told("of_the_union", 9_999, who="union:EU"),
    )
    assert published.added(data, RECEIVED) == Decimal(100 + 500 + 90 + 20 + 15)


def test_nothing_told_is_no_number() -> None:
    assert published.added(dataset(), RECEIVED) is None
    assert published.received_of_sent(dataset(told("a", 100)), YEAR) is None


def test_ratios_divide_whatever_was_told() -> None:
    sent = told("s", 400, Measure.REPORTS_SENT, who="body:ncmec", when="2022", state="SE")
    assert published.received_of_sent(dataset(told("a", 100, when="2021/2022"), sent), YEAR) == Decimal(25)
    form = [
        told(name, number, measure, who="provider:acme", unit=Unit.ITEMS, kind="known")
        for name, number, measure in (("A", 200, Measure.FLAGGED), ("B", 3, Measure.REJECTED))
    ]
    assert published.error_rate(dataset(*form), YEAR) == Decimal("1.5")


def test_a_part_is_not_added_to_its_whole() -> None:
    girls = told("g", 4, Measure.CHILDREN_IDENTIFIED, unit=Unit.PERSONS, gender="female")
    whole = told("w", 9, Measure.CHILDREN_IDENTIFIED, unit=Unit.PERSONS)
    question = Question(Measure.CHILDREN_IDENTIFIED, Unit.PERSONS, YEAR)
    assert published.added(dataset(girls, whole), question) == Decimal(9)
    of_girls = Question(Measure.CHILDREN_IDENTIFIED, Unit.PERSONS, YEAR, by=((Dimension.GENDER, "female"),))
    assert published.added(dataset(girls, whole), of_girls) == Decimal(4)
