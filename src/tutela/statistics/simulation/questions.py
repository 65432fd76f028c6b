"""What is asked of a regime, and what is true of each Member State or provider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tutela.statistics.simulation import truths
from tutela.statistics.simulation.truths import Regime
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Caveat, Dimension
from tutela.statistics.union.period import Period
from tutela.statistics.union.sums.question import STRICT, Question

YEAR, ODD, BOTH = Period.of_year(2023), Period.parse("2022-08/2023-07"), Period.parse("2022/2023")
"""A calendar year, a year that begins elsewhere, and both years."""
_KNOWN = ((Dimension.KIND, "known"),)


True_ = Callable[[Regime, str, Period], int]
"""What is true of a Member State or provider in a period."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and `true`: the number of one Member State or provider, by its code."""

    id: str
    question: Question
    true: True_


def asked() -> tuple[Asked, ...]:
    """Return every question that has a total."""
    return (
        _of_states("received_year", Measure.REPORTS_RECEIVED, Unit.REPORTS, YEAR, truths.received),
        _of_states("received_odd", Measure.REPORTS_RECEIVED, Unit.REPORTS, ODD, truths.received),
        _of_states(
            "received_in_scope", Measure.REPORTS_RECEIVED, Unit.REPORTS, BOTH, truths.received_in_scope, without=STRICT
        ),
        _of_states("sent_year", Measure.REPORTS_SENT, Unit.REPORTS, YEAR, truths.sent),
        _of_states("sent_odd", Measure.REPORTS_SENT, Unit.REPORTS, ODD, truths.sent),
        _of_states(
            "convictions_online", Measure.CONVICTIONS, Unit.CONVICTIONS, YEAR, truths.convicted_online,
            without=frozenset({Caveat.ONLINE_AND_OFFLINE}),
        ),
        _of_states(
            "convictions_strict", Measure.CONVICTIONS, Unit.CONVICTIONS, BOTH, truths.convicted_strictly, without=STRICT
        ),
        _of_states(
            "children", Measure.CHILDREN_IDENTIFIED, Unit.PERSONS, YEAR, truths.children,
            without=frozenset({Caveat.AGE_LIMIT}),
        ),
        _of_states(
            "girls", Measure.CHILDREN_IDENTIFIED, Unit.PERSONS, YEAR, truths.girls,
            without=frozenset({Caveat.AGE_LIMIT}), by=((Dimension.GENDER, "female"),),
        ),
        _of_states(
            "children_strict", Measure.CHILDREN_IDENTIFIED, Unit.PERSONS, BOTH, truths.children_strictly, without=STRICT
        ),
        _of_providers("items", Measure.CASES_IDENTIFIED, Unit.ITEMS, ODD, truths.images, kind="known-images"),
        _of_providers("provider_reports", Measure.REPORTS_SENT, Unit.REPORTS, YEAR, truths.reports, kind="known"),
        _of_providers("flagged", Measure.FLAGGED, Unit.ITEMS, YEAR, truths.flagged, kind="known"),
        _of_providers("processed", Measure.ITEMS_PROCESSED, Unit.ITEMS, YEAR, truths.processed, kind="images"),
        _of_providers(
            "accounts", Measure.ACCOUNTS_INVOLVED, Unit.ACCOUNTS, BOTH, truths.accounts, kind="known", channel="sending"
        ),
    )  # fmt: skip


def _of_states(
    id_: str, measure: Measure, unit: Unit, period: Period, true: True_, *,
    without: frozenset[Caveat] = frozenset(), by: tuple[tuple[Dimension, str], ...] = (),
) -> Asked:  # fmt: skip
    return Asked(id_, Question(measure, unit, period, by=by, without=without), true)


def _of_providers(id_: str, measure: Measure, unit: Unit, period: Period, true: True_, **by: str) -> Asked:
    parts = tuple(sorted((Dimension(name), value) for name, value in by.items()))
    return Asked(id_, Question(measure, unit, period, "provider", parts), true)
