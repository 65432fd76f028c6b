"""What stands out among the measures of a period, by the bounds of the operator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutela.casework.quality.findings import Suspicion
from tutela.casework.quality.rules import MILLION, Bounds
from tutela.statistics.figure import Rate
from tutela.statistics.quality.agreement import Agreement
from tutela.statistics.quality.drops import agrees_too_little, below, has_dropped
from tutela.statistics.quality.measures import Measures


def suspicions(found: Measures, bounds: Bounds) -> list[Suspicion]:
    """Return a suspicion for each measure that lies below its bound with all of its uncertainty granted."""
    return [
        *_agreement(found, bounds),
        *_reviewers(found, bounds),
        *_technologies(found, bounds),
        *_recall(found),
        *(Suspicion("canary_lost", cause=canary) for canary in found.lost_canaries),
    ]


def _agreement(found: Measures, bounds: Bounds) -> Iterator[Suspicion]:
    for one in found.layers:
        if agrees_too_little(one.found, bounds.kappa, bounds.least):
            yield Suspicion("agreement_low", layer=one.layer, **_of_kappa(one.found, bounds.kappa))


def _reviewers(found: Measures, bounds: Bounds) -> Iterator[Suspicion]:
    for one in found.reviewers:
        if below(one.positive, bounds.reviewer, bounds.least):
            yield Suspicion("reviewer_precision_low", person=one.person, **_of_rate(one.positive, bounds.reviewer))
        if below(one.golden, bounds.golden, bounds.least):
            yield Suspicion("golden_deviation", person=one.person, **_of_rate(one.golden, bounds.golden))


def _technologies(found: Measures, bounds: Bounds) -> Iterator[Suspicion]:
    for one in found.technologies:
        if below(one.precision, bounds.technology, bounds.least):
            name = f"{one.technology}-{one.version}"
            yield Suspicion("technology_precision_low", technology=name, **_of_rate(one.precision, bounds.technology))


def _recall(found: Measures) -> Iterator[Suspicion]:
    if found.recall is None or found.recall_before is None:
        return
    before = {(row.edit, row.technology): row for row in found.recall_before.rows}
    for row in found.recall.rows:
        earlier = before.get((row.edit, row.technology))
        past = earlier.rate if earlier else None
        if past is not None and has_dropped(past, row.rate):
            yield Suspicion("recall_drop", technology=row.technology, edit=row.edit, **_of_rate(row.rate, past.low))


def _of_rate(rate: Rate | None, bound: float) -> dict[str, Any]:
    assert rate is not None  # noqa: S101 - nothing measured is no suspicion
    return {
        "numerator": rate.numerator,
        "denominator": rate.denominator,
        "low_ppm": round(rate.low * MILLION),
        "high_ppm": round(rate.high * MILLION),
        "bound_ppm": round(bound * MILLION),
    }


def _of_kappa(found: Agreement, bound: float) -> dict[str, Any]:
    assert found.observed is not None  # noqa: S101 - the same
    assert found.low is not None  # noqa: S101
    assert found.high is not None  # noqa: S101
    return {
        "numerator": found.observed.numerator,
        "denominator": found.observed.denominator,
        "low_ppm": round(found.low * MILLION),
        "high_ppm": round(found.high * MILLION),
        "bound_ppm": round(bound * MILLION),
    }
