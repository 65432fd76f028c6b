"""What is measured of the review in a period, from counts of decisions; planted cases count here and nowhere else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tutela.casework.quality.golden import is_right
from tutela.casework.quality.rules import MILLION
from tutela.events.catalogue.base import Layer, Verdict
from tutela.events.catalogue.quality import Truth
from tutela.statistics.figure import Rate
from tutela.statistics.interval import exact_rate
from tutela.statistics.quality.agreement import Agreement, Pair, agreement


@dataclass(frozen=True, slots=True)
class TwoDecisions:
    """What two people said of one item, each without the other's word; `final` is what stands, None while it is open.

    `share_ppm` is the share at which such first decisions were drawn, in parts per million.
    """

    layer: Layer
    first: str
    first_verdict: Verdict
    second: str
    second_verdict: Verdict
    final: Verdict | None
    share_ppm: int


@dataclass(frozen=True, slots=True)
class GoldenDecision:
    """What a person said of an item whose truth is known."""

    person: str
    truth: Truth
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class DecidedComplaint:
    """A complaint against an action that rested on a person's decision."""

    person: str
    upheld: bool


@dataclass(frozen=True, slots=True)
class TechnologyCount:
    """Items that a technology flagged and people decided; `right` of them were such material, or lawful where one is
    bound, which is no error of the technology."""

    technology: str
    version: str
    right: int
    decided: int


@dataclass(frozen=True, slots=True)
class RecallCount:
    """Variants of one edit that a technology found."""

    edit: str
    technology: str
    version: str
    found: int
    of: int

    @property
    def rate(self) -> Rate | None:
        """Recall, with exact bounds."""
        return exact_rate(self.found, self.of)


@dataclass(frozen=True, slots=True)
class RecallRun:
    """A run of edited variants."""

    id: str
    at: datetime
    pictures: int
    rows: tuple[RecallCount, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """What the record holds of a period. `recall` are the last two runs, newest first."""

    pairs: Sequence[TwoDecisions] = ()
    golden: Sequence[GoldenDecision] = ()
    complaints: Sequence[DecidedComplaint] = ()
    technologies: Sequence[TechnologyCount] = ()
    recall: Sequence[RecallRun] = ()
    lost_canaries: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class LayerAgreement:
    """Agreement in a layer; of two people if they are named, in the order of their names."""

    layer: Layer
    people: tuple[str, str] | None
    found: Agreement


@dataclass(frozen=True, slots=True)
class ReviewerQuality:
    """A person's decisions that were checked; None where none was.

    `positive`: of their "known" and "new" that a second review settled, how many stood as such material. `negative`:
    of their "not", how many stood. `golden`: of golden items, how many they told rightly. `complaints`: of complaints
    decided against actions from their decisions, how many were not upheld; users choose what they complain of, so
    that one is no sample.
    """

    person: str
    positive: Rate | None
    negative: Rate | None
    golden: Rate | None
    complaints: Rate | None


@dataclass(frozen=True, slots=True)
class TechnologyQuality:
    """Precision of a technology: of what people decided, how much was no error."""

    technology: str
    version: str
    precision: Rate | None


@dataclass(frozen=True, slots=True)
class Measures:
    """Everything that is measured of a period."""

    layers: tuple[LayerAgreement, ...]
    people: tuple[LayerAgreement, ...]
    reviewers: tuple[ReviewerQuality, ...]
    technologies: tuple[TechnologyQuality, ...]
    recall: RecallRun | None
    recall_before: RecallRun | None
    lost_canaries: tuple[str, ...]


def measure(counts: Counts) -> Measures:
    """Return the measures of a period."""
    by_layer: dict[Layer, list[Pair]] = defaultdict(list)
    by_people: dict[tuple[Layer, str, str], list[Pair]] = defaultdict(list)
    for one in counts.pairs:
        weight = MILLION / one.share_ppm
        by_layer[one.layer].append(Pair(one.first_verdict, one.second_verdict, weight))
        # Of two people each is first now and then: the same one's word always stands first.
        said = {one.first: one.first_verdict, one.second: one.second_verdict}
        a, b = sorted(said)
        by_people[one.layer, a, b].append(Pair(said[a], said[b], weight))
    return Measures(
        layers=tuple(LayerAgreement(layer, None, agreement(by_layer[layer])) for layer in sorted(by_layer)),
        people=tuple(
            LayerAgreement(layer, (a, b), agreement(by_people[layer, a, b])) for layer, a, b in sorted(by_people)
        ),
        reviewers=_reviewers(counts),
        technologies=tuple(
            TechnologyQuality(t.technology, t.version, exact_rate(t.right, t.decided)) for t in counts.technologies
        ),
        recall=counts.recall[0] if counts.recall else None,
        recall_before=counts.recall[1] if len(counts.recall) > 1 else None,
        lost_canaries=tuple(counts.lost_canaries),
    )


def _reviewers(counts: Counts) -> tuple[ReviewerQuality, ...]:
    positive: dict[str, list[bool]] = defaultdict(list)
    negative: dict[str, list[bool]] = defaultdict(list)
    right: dict[str, list[bool]] = defaultdict(list)
    stood: dict[str, list[bool]] = defaultdict(list)
    for one in counts.pairs:
        if one.final is None:
            continue
        for person, verdict in ((one.first, one.first_verdict), (one.second, one.second_verdict)):
            (negative if verdict == "not" else positive)[person].append((verdict == "not") == (one.final == "not"))
    for told in counts.golden:
        right[told.person].append(is_right(told.truth, told.verdict))
    for complaint in counts.complaints:
        stood[complaint.person].append(not complaint.upheld)
    return tuple(
        ReviewerQuality(person, *(_rate(of.get(person, ())) for of in (positive, negative, right, stood)))
        for person in sorted({*positive, *negative, *right, *stood})
    )


def _rate(outcomes: Iterable[bool]) -> Rate | None:
    found = list(outcomes)
    return exact_rate(sum(found), len(found))
