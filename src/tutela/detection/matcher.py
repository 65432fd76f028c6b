"""Fingerprints against lists: which entries an item matches, and by what technology."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from tutela.content.item import Outcome
from tutela.content.place import WHOLE, Place
from tutela.detection.clip_matching import (
    AS_PUBLISHED,
    ClipHit,
    ClipRules,
    Shares,
    Values,
    clips_as_a_whole,
    clips_like_clip,
    pictures_in_clip,
)
from tutela.detection.fingerprinting import Fingerprinted
from tutela.detection.fingerprints.fingerprint import Fingerprint, FingerprintKind, OfOtherEntries, Orientation
from tutela.detection.fingerprints.video.tmk_kind import TmkPdqf
from tutela.detection.fingerprints.video.vpdq import Vpdq
from tutela.detection.hashlists.hashlist import Entry, HashList, ListRole
from tutela.detection.hashlists.label import Label, parse_label
from tutela.detection.matching.index import Hit, LabelledIndex
from tutela.detection.matching.memory import MemoryIndex
from tutela.detection.matching.metrics import check_threshold
from tutela.detection.matching.row_numbers import numbered_rows
from tutela.detection.matching.shape import shape_of
from tutela.detection.overruling import without_overruled

REDUCED_MARGIN = 10
"""Bits that a reduced picture's fingerprint may lie away from the full one's (docs/explanation/reduced-decoding.md)."""

QUALITY_MARGIN = 5
"""The same for its quality."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One entry that an item matches, by one technology, version and threshold."""

    technology: str
    version: str
    threshold: int
    hashlist: str
    entry: int
    classification: str | None
    distance: int
    orientation: Orientation
    computed: str
    quality: int | None
    enabled: bool = True
    """Whether the entry and its list may match; what `judge` returns always may."""
    role: ListRole = ListRole.MATCH
    """What the list says of an item that it matches."""
    place: Place = WHOLE
    """What in the item matches."""
    shares: Shares | None = None
    """How much of two clips matches, where they were compared frame by frame."""

    @property
    def share(self) -> float:
        """The distance as a share of the threshold: technologies count in units of their own."""
        return self.distance / self.threshold if self.threshold else 0.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the layers say of an item: its one outcome, the detections behind it, and the technologies that ran.

    `overruled` are the detections that did not count, because a harmless list knows the item better (overruling).
    """

    outcome: Outcome
    detections: tuple[Detection, ...]
    technologies: tuple[str, ...]
    low_quality: bool
    reason: str
    near: bool = False
    """Whether a fingerprint of a reduced picture lies so near to a threshold that the full picture must decide."""
    overruled: tuple[Detection, ...] = ()


class UnknownKind(ValueError):
    """An entry is of a kind that is not installed; the message says what to do."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"entries are {kind!r}, which is not installed: configure it, or remove those entries. An embedding of "
            "another model or with other settings is a kind of its own"
        )


class Matcher:
    """Compares items with the entries of chosen lists.

    It sees changes of entries as the indexes do; a change of lists (which there are, which are on) makes a new one.
    """

    def __init__(
        self,
        kinds: Mapping[str, FingerprintKind],
        indexes: Mapping[str, LabelledIndex],
        lists: Iterable[HashList],
        thresholds: Mapping[str, int] | None = None,
        only: Collection[str] | None = None,
        minimum_quality: Mapping[str, int] | None = None,
        clips: ClipRules = AS_PUBLISHED,
        values: Values = lambda _, __: None,
    ) -> None:
        """Match against the indexes of each kind, entries of `lists` alone, of those named in `only` if given.

        Harmless lists count always. `thresholds` and `minimum_quality` replace the default of a kind; raises ValueError
        for an unknown kind or a value that it cannot have. A kind without either threshold is not compared. `clips`
        says when two clips match, and `values` gives the long values of entries, of which an index holds rows.
        """
        self._kinds = kinds
        self._indexes = indexes
        self._lists = {one.id: one for one in lists}
        self._only = None if only is None else frozenset(only)
        self.thresholds = thresholds_of(kinds, thresholds or {})
        self.minimum_quality = minimum_quality_of(kinds, minimum_quality or {})
        self._clips = clips
        self._values = values
        self._labels: dict[str, Label] = {}

    @classmethod
    def over(
        cls,
        kinds: Mapping[str, FingerprintKind],
        entries: Iterable[Entry],
        thresholds: Mapping[str, int] | None = None,
        lists: Iterable[HashList] = (),
        minimum_quality: Mapping[str, int] | None = None,
        clips: ClipRules = AS_PUBLISHED,
    ) -> Self:
        """Return a matcher over entries in memory; a list that is not among `lists` is an enabled one to match.

        Raises ValueError as above, UnknownKind for an entry of a kind that is not there.
        """
        known = {one.id: one for one in lists}
        by_kind: dict[str, list[tuple[int, bytes, str, bool]]] = defaultdict(list)
        long: dict[tuple[str, int], bytes] = {}
        for entry in entries:
            if entry.kind not in kinds:
                raise UnknownKind(entry.kind)
            if entry.long:
                long[entry.kind, entry.id] = entry.long
            known.setdefault(entry.hashlist, HashList(entry.hashlist, "", "", "", None))
            label = Label(entry.hashlist, entry.classification).text()
            for number, row in numbered_rows(kinds[entry.kind], entry.id, entry.long or entry.value):
                by_kind[entry.kind].append((number, row, label, entry.enabled))
        indexes = {name: MemoryIndex.of(shape_of(kinds[name]), rows) for name, rows in by_kind.items()}
        return cls(
            kinds,
            indexes,
            known.values(),
            thresholds,
            minimum_quality=minimum_quality,
            clips=clips,
            values=lambda kind, entry: long.get((kind, entry)),
        )

    def judge(self, item: Fingerprinted) -> Judgement:
        """Return the item's outcome with every enabled entry within the thresholds, nearest first."""
        found: list[Detection] = []
        technologies: list[str] = []
        low_quality = near = False
        for name, kind in self._kinds.items():
            if name not in self.thresholds:
                continue
            threshold, enough = self.thresholds[name], self.minimum_quality[name]
            told: dict[int, list[Fingerprint]] = defaultdict(list)
            poor = False
            made = Vpdq.KIND if isinstance(kind, OfOtherEntries) else name
            for fingerprints in item.at_each_place(made):
                quality, reduced = fingerprints[0].quality, fingerprints[0].reduced
                if reduced and quality is not None and abs(quality - enough) <= QUALITY_MARGIN:
                    near = True
                if quality is not None and quality < enough:
                    # Too little structure for a perceptual match to mean anything: the digests alone decide.
                    poor = True
                    continue
                told[_wider(threshold, kind) if reduced else threshold] += fingerprints
            if told:
                technologies.append(name)
            low_quality = low_quality or (poor and not told)
            for radius, fingerprints in told.items():
                within = [d for d in self._detections(kind, fingerprints, radius, threshold) if d.enabled]
                near = near or any(d.distance > threshold for d in within)
                found += [d for d in within if d.distance <= threshold]
        known = [d for d in found if d.role is ListRole.HARMLESS]
        flagged = [d for d in found if d.role is ListRole.MATCH and self._chosen(d.hashlist)]
        standing, overruled = without_overruled(flagged, known)
        standing.sort(key=lambda d: d.share)
        near = near or (item.reduced and bool(overruled))
        outcome = Outcome.MATCH if standing else item.failure or Outcome.CLEAN
        return Judgement(
            outcome, tuple(standing), tuple(technologies), low_quality, item.reason, near, tuple(overruled)
        )

    def lookup(self, fingerprints: Sequence[Fingerprint], threshold: int | None = None) -> list[Detection]:
        """Return every entry of the chosen lists within the threshold, those that are not enabled too, nearest first.

        The fingerprints are of one kind: the orientations of one item. `threshold` replaces the kind's own, and
        stands in what is found. Raises ValueError where the kind has none or it is out of range.
        """
        kind = self._kinds[fingerprints[0].kind]
        if threshold is None and kind.KIND not in self.thresholds:
            raise ValueError(f"{kind.KIND} has no threshold: give one, or set it under [thresholds] in tutela.toml")
        radius = self.thresholds[kind.KIND] if threshold is None else check_threshold(shape_of(kind), threshold)
        return [d for d in self._detections(kind, fingerprints, radius, radius) if self._chosen(d.hashlist)]

    def _chosen(self, hashlist: str) -> bool:
        return self._only is None or hashlist in self._only

    def _detections(
        self, kind: FingerprintKind, fingerprints: Sequence[Fingerprint], radius: int, threshold: int
    ) -> list[Detection]:
        """Return each entry once for each place, in the orientation in which it is nearest."""
        index = self._indexes.get(kind.ENTRIES if isinstance(kind, OfOtherEntries) else kind.KIND)
        if index is None:
            return []
        if kind.NEEDS == "video":
            return self._in_clips(kind, index, fingerprints, threshold)
        nearest: dict[tuple[int, Place], Detection] = {}
        hits_of_each = index.search([f.value for f in fingerprints], radius)
        for one, hits in zip(fingerprints, hits_of_each, strict=True):
            for hit in hits:
                before = nearest.get((hit.entry, one.place))
                if before is not None and before.distance <= hit.distance:
                    continue
                found = self._detection(kind, index, threshold, hit, one)
                if found is not None:
                    nearest[hit.entry, one.place] = found
        return sorted(nearest.values(), key=lambda d: (d.distance, d.entry))

    def _in_clips(
        self, kind: FingerprintKind, index: LabelledIndex, fingerprints: Sequence[Fingerprint], threshold: int
    ) -> list[Detection]:
        """Return the entries that clips match, each once for each place and stretch of time."""
        by_place: dict[Place, list[Fingerprint]] = defaultdict(list)
        for one in fingerprints:
            by_place[one.place].append(one)
        found: list[Detection] = []
        for place, of_clip in by_place.items():
            for hit in self._clip_hits(kind, index, of_clip, threshold):
                made = self._detection(kind, index, threshold, hit, hit.fingerprint)
                if made is not None:
                    at = place if hit.seconds is None else replace(place, seconds=hit.seconds)
                    found.append(replace(made, place=at, shares=hit.shares))
        return sorted(found, key=lambda d: (d.distance, d.entry))

    def _clip_hits(
        self, kind: FingerprintKind, index: LabelledIndex, of_clip: Sequence[Fingerprint], threshold: int
    ) -> list[ClipHit]:
        if kind.KIND == TmkPdqf.KIND:
            return [hit for one in of_clip for hit in clips_as_a_whole(one, index, threshold, self._values)]
        quality = self.minimum_quality[kind.KIND]
        if isinstance(kind, OfOtherEntries):
            return pictures_in_clip(of_clip, index, threshold, quality)
        return clips_like_clip(of_clip, index, threshold, quality, self._clips, self._values)

    def _detection(
        self, kind: FingerprintKind, index: LabelledIndex, threshold: int, hit: Hit | ClipHit, one: Fingerprint
    ) -> Detection | None:
        # Labels are read after the search: an index that has grown meanwhile has more of them, never others.
        label = self._label(index.labels[hit.label])
        hashlist = self._lists.get(label.hashlist)
        if hashlist is None:
            return None  # made after this matcher
        return Detection(
            technology=kind.KIND,
            version=kind.VERSION,
            threshold=threshold,
            hashlist=hashlist.id,
            entry=hit.entry,
            classification=label.classification or hashlist.classification,
            distance=hit.distance,
            orientation=one.orientation,
            computed=one.computed,
            quality=one.quality,
            enabled=hit.enabled and hashlist.enabled,
            role=hashlist.role,
            place=one.place,
        )

    def _label(self, text: str) -> Label:
        label = self._labels.get(text)
        if label is None:
            label = self._labels[text] = parse_label(text)
        return label


def thresholds_of(kinds: Mapping[str, FingerprintKind], written: Mapping[str, int]) -> dict[str, int]:
    """Return the threshold of each kind that has one: its own, or what is written.

    Raises ValueError for an unknown kind or a threshold that it cannot have.
    """
    found = {name: kind.THRESHOLD for name, kind in kinds.items() if kind.THRESHOLD is not None}
    for name, threshold in written.items():
        if name not in kinds:
            raise ValueError(f"{name!r} has no threshold to set")
        if kinds[name].METRIC == "equal" and threshold:
            raise ValueError(f"{name!r} has no threshold to set: values are equal or not")
        if kinds[name].METRIC != "equal" and threshold == 0:
            # A detection with the threshold 0 says that the bytes are the listed ones; equal looks do not say that.
            raise ValueError(f"the threshold of {name} is at least 1")
        found[name] = check_threshold(shape_of(kinds[name]), threshold)
    return found


def minimum_quality_of(kinds: Mapping[str, FingerprintKind], written: Mapping[str, int]) -> dict[str, int]:
    """Return the quality (0 to 100) below which a value of each kind is not matched: its own, or what is written.

    Raises ValueError for a kind that has no quality, or a value out of range.
    """
    for name, quality in written.items():
        if name not in kinds or not kinds[name].MINIMUM_QUALITY:
            raise ValueError(f"{name!r} has no quality")
        if not 0 <= quality <= 100:
            raise ValueError(f"the minimum quality of {name} is 0 to 100, not {quality:,}")
    return {name: kind.MINIMUM_QUALITY for name, kind in kinds.items()} | dict(written)


def _wider(threshold: int, kind: FingerprintKind) -> int:
    """Return how far entries are looked for where a value may be off by REDUCED_MARGIN.

    Never beyond the default threshold of the kind, which indexes are made for: there, the margin would cost several
    times as much as it finds.
    """
    return max(threshold, min(threshold + REDUCED_MARGIN, kind.THRESHOLD or threshold))
