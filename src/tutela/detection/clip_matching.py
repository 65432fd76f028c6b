"""Clips against listed clips and pictures, with the stretches of time in which they match.

vPDQ as published (Meta, "vPDQ", 2022): frames below a quality are left out, equal ones count once, and an entry matches
where enough of the clip's frames are near one of the entry's, and enough of the entry's near one of the clip's.
TMK+PDQF as published: both scores reach the threshold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tutela.detection.fingerprints.fingerprint import Fingerprint, Orientation
from tutela.detection.fingerprints.video import tmk_file
from tutela.detection.fingerprints.video.frame_hashes import FrameHashes, unpacked
from tutela.detection.fingerprints.video.tmk_kind import level_1_row
from tutela.detection.fingerprints.video.tmk_scores import level_2, turned
from tutela.detection.matching.index import Hit, LabelledIndex
from tutela.detection.matching.row_numbers import entry_and_row

Values = Callable[[str, int], bytes | None]
"""The value of an entry, by its kind and number; None where there is none any more."""

SHORT_GAP = 2.0
"""Seconds that may lie between two frames of a stretch that match, with others between them that do not."""
MOST_STRETCHES = 50
"""Of one entry: the longest ones are told."""
_MILLION = 1_000_000
Stretch = tuple[float, float]


@dataclass(frozen=True, slots=True)
class ClipRules:
    """How much of two clips matches, in percent of their distinct frames of enough quality.

    An entry matches where `query_percent` of the clip and `entry_percent` of the entry do: the published rule, with
    its defaults. `contained_percent`, if it is set, is another way: so much of the entry is in the clip, however
    little of the clip that is. Raises ValueError.
    """

    query_percent: int = 80
    entry_percent: int = 0
    contained_percent: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.query_percent <= 100 or not 0 <= self.entry_percent <= 100:
            raise ValueError("query_percent is 1 to 100, entry_percent 0 to 100")
        if self.contained_percent is not None and not 1 <= self.contained_percent <= 100:
            raise ValueError("contained_percent is 1 to 100")

    def accepts(self, query: float, entry: float) -> bool:
        """Return whether these shares, 0 to 100, make a match."""
        contained = self.contained_percent is not None and entry >= self.contained_percent
        return contained or (query >= self.query_percent and entry >= self.entry_percent)


AS_PUBLISHED = ClipRules()


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of two clips matches, in percent, and the stretch of the entry's time that this stretch is like."""

    query_percent: float
    entry_percent: float
    entry_seconds: Stretch


@dataclass(frozen=True, slots=True)
class ClipHit:
    """An entry that a clip matches; several of one entry where it does so in several stretches of time.

    `distance` is in the unit of the kind. `seconds` is None where it is of the clip as a whole.
    """

    entry: int
    label: int
    enabled: bool
    distance: int
    fingerprint: Fingerprint
    seconds: Stretch | None = None
    shares: Shares | None = None


def pictures_in_clip(
    fingerprints: Sequence[Fingerprint], index: LabelledIndex, threshold: int, quality: int
) -> list[ClipHit]:
    """Return listed pictures that frames are near, each in the orientation in which it is nearest."""
    best: dict[int, _Found] = {}
    for found in _search(fingerprints, index, threshold, quality, whole_numbers=True):
        before = best.get(found.entry)
        if before is None or found.nearest < before.nearest:
            best[found.entry] = found
    hits: list[ClipHit] = []
    for found in best.values():
        for stretch in _longest(_stretches(found, None)):
            hits.append(found.hit(stretch))
    return hits


def clips_like_clip(
    fingerprints: Sequence[Fingerprint],
    index: LabelledIndex,
    threshold: int,
    quality: int,
    rules: ClipRules,
    values: Values,
) -> list[ClipHit]:
    """Return listed clips by vPDQ, each in the orientation in which most of the clip matches."""
    best: dict[int, tuple[_Found, _Matched]] = {}
    for found in _search(fingerprints, index, threshold, quality):
        at_most = 100 * len(found.rows) / found.distinct
        if rules.contained_percent is None and at_most < rules.query_percent:
            continue
        value = values("vpdq", found.entry)
        matched = None if value is None else _matched(found, unpacked(value), quality)
        if matched is None or not rules.accepts(matched.query_percent, matched.entry_percent):
            continue
        before = best.get(found.entry)
        if before is None or (matched.query_percent, -found.nearest) > (before[1].query_percent, -before[0].nearest):
            best[found.entry] = found, matched
    hits: list[ClipHit] = []
    for found, matched in best.values():
        for stretch in _longest(_stretches(found, matched)):
            hits.append(found.hit(stretch, Shares(matched.query_percent, matched.entry_percent, stretch.of_entry)))
    return hits


def clips_as_a_whole(fingerprint: Fingerprint, index: LabelledIndex, threshold: int, values: Values) -> list[ClipHit]:
    """Return listed clips by TMK+PDQF, each in the orientation in which it is nearest.

    The distance is that of the level on which the two lie farther apart, in millionths of 1 - score.
    """
    upright = tmk_file.read(fingerprint.value)
    ways = [(orientation, turned(upright, orientation)) for orientation in Orientation]
    rows = [level_1_row(way) for _, way in ways]
    if not all(rows):
        return []
    best: dict[int, ClipHit] = {}
    for (orientation, way), hits in zip(ways, index.search([row[0] for row in rows], threshold), strict=True):
        for hit in hits:
            entry, _ = entry_and_row(hit.entry)
            value = values("tmk", entry)
            if value is None:
                continue
            apart = max(hit.distance, round(_MILLION * (1 - level_2(way, tmk_file.read(value)))))
            before = best.get(entry)
            if apart <= threshold and (before is None or apart < before.distance):
                made = Fingerprint(
                    fingerprint.kind, fingerprint.value, orientation, None, fingerprint.computed, fingerprint.place
                )
                best[entry] = ClipHit(entry, hit.label, hit.enabled, apart, made)
    return list(best.values())


@dataclass(slots=True)
class _Found:
    """What of one entry the frames of one orientation are near. `rows`: by the clip's distinct frame, the entry's."""

    entry: int
    label: int
    enabled: bool
    fingerprint: Fingerprint
    frames: FrameHashes
    distinct: int
    """How many distinct frames of enough quality the clip has."""
    rows: dict[int, list[tuple[int, int]]]
    """The clip's distinct frame: distance and row of each near frame of the entry, nearest first."""
    usable: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @property
    def nearest(self) -> int:
        return min(near[0][0] for near in self.rows.values())

    def hit(self, stretch: _Stretch, shares: Shares | None = None) -> ClipHit:
        distance = round(stretch.distances / stretch.count) if shares else stretch.nearest
        seconds = (stretch.begin, stretch.end)
        return ClipHit(self.entry, self.label, self.enabled, distance, self.fingerprint, seconds, shares)


def _search(
    fingerprints: Sequence[Fingerprint],
    index: LabelledIndex,
    threshold: int,
    quality: int,
    *,
    whole_numbers: bool = False,
) -> Iterator[_Found]:
    """Yield what each orientation of a clip is near, entry by entry. All are asked of the index at once."""
    clips = [unpacked(one.value) for one in fingerprints]
    clear = [clip.clear(quality) for clip in clips]
    asked = [(n, row) for n, ok in enumerate(clear) for row in np.flatnonzero(ok).tolist()]
    if not asked:
        return
    hits_of_each = index.search([clips[n].distinct[row] for n, row in asked], threshold)
    found: dict[tuple[int, int], _Found] = {}
    for (n, row), hits in zip(asked, hits_of_each, strict=True):
        for hit in hits:
            entry, of_entry = (hit.entry, 0) if whole_numbers else entry_and_row(hit.entry)
            one = found.get((n, entry))
            if one is None:
                one = found[n, entry] = _found(entry, hit, fingerprints[n], clips[n], clear[n])
            one.rows.setdefault(row, []).append((hit.distance, of_entry))
    yield from found.values()


def _found(
    entry: int, hit: Hit, fingerprint: Fingerprint, clip: FrameHashes, clear: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> _Found:
    return _Found(entry, hit.label, hit.enabled, fingerprint, clip, int(clear.sum()), {}, clear)


@dataclass(frozen=True, slots=True)
class _Matched:
    query_percent: float
    entry_percent: float
    times: Mapping[int, Sequence[float]]
    """When each of the entry's distinct frames is shown in it, where one of enough quality is."""


def _matched(found: _Found, entry: FrameHashes, quality: int) -> _Matched | None:
    clear = entry.clear(quality)
    of_entry = int(clear.sum())
    if not of_entry or len(entry.distinct) <= max(row for near in found.rows.values() for _, row in near):
        return None
    rows = {at: [(d, row) for d, row in near if clear[row]] for at, near in found.rows.items()}
    found.rows = {at: near for at, near in rows.items() if near}
    if not found.rows:
        return None
    met = {row for near in found.rows.values() for _, row in near}
    times: dict[int, list[float]] = defaultdict(list)
    for row, at in zip(entry.row.tolist(), entry.seconds.tolist(), strict=True):
        if row in met:
            times[row].append(at)
    return _Matched(100 * len(found.rows) / found.distinct, 100 * len(met) / of_entry, times)


@dataclass(slots=True)
class _Stretch:
    begin: float
    end: float
    of_entry: Stretch
    last: float
    """The time of the entry's frame that came last."""
    count: int
    distances: int
    nearest: int


def _stretches(found: _Found, matched: _Matched | None) -> Iterator[_Stretch]:
    """Yield the stretches in which frames match one after another.

    Two matching frames belong together where no frame of enough quality between them fails to match, or where at most
    SHORT_GAP lies between them. Of a listed clip, its time must go on as the clip's does, within SHORT_GAP or the time
    that lies between the two: the frame of the entry is the one that goes on, or else the nearest.
    """
    open_: _Stretch | None = None
    missed = False
    for at, row in zip(found.frames.seconds.tolist(), found.frames.row.tolist(), strict=True):
        if not found.usable[row]:
            continue
        near = found.rows.get(row)
        if near is None:
            missed = True
            continue
        passed = at - open_.end if open_ is not None else 0.0
        distance, of_entry = near[0][0], 0.0
        goes_on = open_ is not None and (not missed or passed <= SHORT_GAP)
        if matched is not None:
            expected = open_.last + passed if open_ is not None and goes_on else None
            distance, of_entry = _best(near, matched, expected)
            goes_on = goes_on and expected is not None and abs(of_entry - expected) <= max(SHORT_GAP, passed)
        if open_ is not None and goes_on:
            open_.end = at
            open_.of_entry = (min(open_.of_entry[0], of_entry), max(open_.of_entry[1], of_entry))
            open_.last = of_entry
            open_.count += 1
            open_.distances += distance
            open_.nearest = min(open_.nearest, distance)
        else:
            if open_ is not None:
                yield open_
            open_ = _Stretch(at, at, (of_entry, of_entry), of_entry, 1, distance, distance)
        missed = False
    if open_ is not None:
        yield open_


def _best(near: Sequence[tuple[int, int]], matched: _Matched, expected: float | None) -> tuple[int, float]:
    """Return distance and time of the entry's frame that goes on, or else of the nearest one, the first it is shown."""
    if expected is None:
        distance, row = near[0]
        return distance, matched.times[row][0]
    return min(
        ((distance, at) for distance, row in near for at in matched.times[row]), key=lambda one: abs(one[1] - expected)
    )


def _longest(stretches: Iterable[_Stretch]) -> list[_Stretch]:
    kept = sorted(stretches, key=lambda one: (one.begin - one.end, one.begin))[:MOST_STRETCHES]
    return sorted(kept, key=lambda one: one.begin)
