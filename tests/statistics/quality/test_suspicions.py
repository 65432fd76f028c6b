"""What is measured of counts, and what of it stands out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tutela.casework.quality.rules import Bounds
from tutela.events.catalogue.base import Verdict
from tutela.statistics.quality.measures import (
    Counts,
    DecidedComplaint,
    GoldenDecision,
    RecallCount,
    RecallRun,
    TechnologyCount,
    TwoDecisions,
    measure,
)
from tutela.statistics.quality.suspicions import suspicions

BOUNDS = Bounds()
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def two(first: Verdict, second: Verdict, final: Verdict | None, who: str = "ann", by: str = "bob") -> TwoDecisions:
    return TwoDecisions("known", who, first, by, second, final, 100_000)


def rules_of(counts: Counts) -> set[tuple[str, str | None]]:
    return {(s.rule, s.person or s.technology or s.layer) for s in suspicions(measure(counts), BOUNDS)}


@pytest.mark.parametrize("number", [1, 5, 19])
def test_a_small_sample_is_no_finding_whatever_it_holds(number: int) -> None:
    counts = Counts(
        pairs=[two("known", "not", "not")] * number,
        golden=[GoldenDecision("ann", "not", "known")] * number,
        technologies=[TechnologyCount("pdq", "1", 0, number)],
    )
    assert rules_of(counts) == set()


def test_what_stands_out_is_named() -> None:
    counts = Counts(
        pairs=[two("known", "not", "not")] * 30
        + [two("not", "not", "not")] * 20
        + [two("known", "known", "known")] * 10,
        golden=[GoldenDecision("cyd", "not", "known")] * 15 + [GoldenDecision("cyd", "known", "new")] * 15,
        technologies=[TechnologyCount("pdq", "1", 60, 100), TechnologyCount("sha256", "x", 99, 100)],
        lost_canaries=["c1"],
    )
    assert rules_of(counts) == {
        ("agreement_low", "known"),
        ("reviewer_precision_low", "ann"),
        ("golden_deviation", "cyd"),
        ("technology_precision_low", "pdq-1"),
        ("canary_lost", None),
    }


def test_each_persons_decisions_count_by_what_stands() -> None:
    counts = Counts(
        pairs=[two("known", "not", "not"), two("new", "known", "known"), two("not", "known", None)],
        complaints=[DecidedComplaint("ann", upheld=True), DecidedComplaint("ann", upheld=False)],
    )
    ann, bob = measure(counts).reviewers

    def told(rate: Any) -> tuple[int, int]:
        return rate.numerator, rate.denominator

    assert (ann.person, told(ann.positive), ann.negative, ann.golden, told(ann.complaints)) == (
        "ann", (1, 2), None, None, (1, 2),
    )  # fmt: skip
    assert (told(bob.positive), told(bob.negative)) == ((1, 1), (1, 1))


def test_two_people_are_one_pair_whoever_comes_first() -> None:
    counts = Counts(pairs=[two("known", "not", "known"), two("not", "known", "known", "bob", "ann")])
    (pair,) = measure(counts).people
    assert (pair.people, pair.found.pairs) == (("ann", "bob"), 2)


def test_nothing_measured_is_nothing_found() -> None:
    found = measure(Counts())
    assert (found.layers, found.reviewers, found.recall) == ((), (), None)
    assert suspicions(found, BOUNDS) == []


@pytest.mark.parametrize(("now", "finding"), [(85, False), (60, True), (99, False)])
def test_a_drop_of_recall(now: int, finding: bool) -> None:
    def run(found: int) -> RecallRun:
        return RecallRun(str(found), NOW, 100, (RecallCount("resize", "pdq", "1", found, 100),))

    assert bool(rules_of(Counts(recall=[run(now), run(95)]))) is finding
    assert rules_of(Counts(recall=[run(10)])) == set()
