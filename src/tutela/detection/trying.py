"""What a change would do: a sample judged twice, as things are and as they would be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from tutela.content.item import Outcome
from tutela.detection.fingerprinting import Fingerprinted
from tutela.detection.fingerprints.fingerprint import FingerprintKind
from tutela.detection.hashlists.hashlist import ListRole
from tutela.detection.matcher import Detection, Judgement, Matcher
from tutela.detection.matching.metrics import farthest
from tutela.detection.matching.shape import shape_of
from tutela.detection.sample import SampleItem

STEPS = 16
"""About how many steps a histogram of distances has."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An item of which something would change, with both judgements."""

    name: str
    now: Judgement
    then: Judgement

    @property
    def gained(self) -> bool:
        """Whether it would match and does not."""
        return _matches(self.then) and not _matches(self.now)

    @property
    def lost(self) -> bool:
        """Whether it matches and would not."""
        return _matches(self.now) and not _matches(self.then)


@dataclass(slots=True)
class Counts:
    """Items that match now, that would, that would be gained and lost."""

    now: int = 0
    then: int = 0
    gained: int = 0
    lost: int = 0

    def add(self, *, now: bool, then: bool) -> None:
        """Count an item."""
        self.now += now
        self.then += then
        self.gained += then and not now
        self.lost += now and not then


@dataclass(frozen=True, slots=True)
class Step:
    """Items whose nearest entry lies `first` to `last` away, now and as it would be."""

    first: int
    last: int
    now: int
    then: int


@dataclass(slots=True)
class Distances:
    """How far the nearest entry that may match lies, of the items that have one within `reach`."""

    threshold_now: int | None
    threshold_then: int | None
    reach: int
    now: Counter[int] = field(default_factory=Counter)
    then: Counter[int] = field(default_factory=Counter)

    def steps(self) -> list[Step]:
        """Return a histogram, of which a step ends at each threshold."""
        edges = set(range(0, self.reach + 1, max(1, (self.reach + 1) // STEPS))) | {self.reach + 1}
        edges |= {limit + 1 for limit in (self.threshold_now, self.threshold_then) if limit is not None}
        ordered = sorted(edges)
        return [
            Step(first, end - 1, _within(self.now, first, end), _within(self.then, first, end))
            for first, end in pairwise(ordered)
        ]


@dataclass(slots=True)
class Trial:
    """What a sample says of a change. `differences` come in the order of the sample."""

    items: int = 0
    matches: Counts = field(default_factory=Counts)
    overruled: Counts = field(default_factory=Counts)
    """Items of which a match is overruled by a harmless list."""
    low_quality: Counts = field(default_factory=Counts)
    """Items with too little structure for a perceptual match."""
    by_list: dict[tuple[str, str], Counts] = field(default_factory=dict)
    """Items that match an entry of a list by a technology, by both names."""
    distances: dict[str, Distances] = field(default_factory=dict)
    """By technology, of those that have one distance for an item; a clip has many."""
    differences: list[Difference] = field(default_factory=list)


def compare(sample: Iterable[SampleItem], kinds: Mapping[str, FingerprintKind], now: Matcher, then: Matcher) -> Trial:
    """Judge each item by both matchers."""
    trial = Trial(distances={name: d for name, kind in kinds.items() if (d := _empty(kind, now, then)) is not None})
    for item in sample:
        trial.items += 1
        is_, would = now.judge(item.fingerprinted), then.judge(item.fingerprinted)
        trial.matches.add(now=_matches(is_), then=_matches(would))
        trial.overruled.add(now=bool(is_.overruled), then=bool(would.overruled))
        trial.low_quality.add(now=is_.low_quality, then=would.low_quality)
        where_now, where_then = _where(is_), _where(would)
        for place in sorted(where_now | where_then):
            trial.by_list.setdefault(place, Counts()).add(now=place in where_now, then=place in where_then)
        for name, distances in trial.distances.items():
            for matcher, counter in ((now, distances.now), (then, distances.then)):
                if (nearest := _nearest(matcher, name, item.fingerprinted, distances.reach)) is not None:
                    counter[nearest] += 1
        if _said(is_) != _said(would):
            trial.differences.append(Difference(item.name, is_, would))
    return trial


def _matches(judgement: Judgement) -> bool:
    return judgement.outcome is Outcome.MATCH


def _where(judgement: Judgement) -> set[tuple[str, str]]:
    return {(d.hashlist, d.technology) for d in judgement.detections}


def _said(judgement: Judgement) -> tuple[Outcome, frozenset[int], frozenset[int]]:
    return judgement.outcome, _entries(judgement.detections), _entries(judgement.overruled)


def _entries(detections: Iterable[Detection]) -> frozenset[int]:
    return frozenset(d.entry for d in detections)


def _empty(kind: FingerprintKind, now: Matcher, then: Matcher) -> Distances | None:
    if kind.NEEDS == "video":
        return None
    limits = now.thresholds.get(kind.KIND), then.thresholds.get(kind.KIND)
    widest = max((limit for limit in limits if limit is not None), default=0)
    if not widest:
        return None
    return Distances(*limits, reach=min(widest + widest // 2, farthest(shape_of(kind))))


def _nearest(matcher: Matcher, kind: str, item: Fingerprinted, reach: int) -> int | None:
    fingerprints = item.of(kind)
    if not fingerprints:
        return None
    quality = fingerprints[0].quality
    if quality is not None and quality < matcher.minimum_quality[kind]:
        return None
    found = matcher.lookup(fingerprints, reach)
    return next((d.distance for d in found if d.enabled and d.role is ListRole.MATCH), None)


def _within(counted: Counter[int], first: int, end: int) -> int:
    return sum(number for distance, number in counted.items() if first <= distance < end)
