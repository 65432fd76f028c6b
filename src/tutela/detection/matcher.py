"""Fingerprints against lists: which entries an item matches, and by what technology."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tutela.content.item import Outcome
from tutela.detection.fingerprinting import Fingerprinted
from tutela.detection.fingerprints.fingerprint import REFERENCE, FingerprintKind, Orientation
from tutela.detection.hashlists.hashlist import Entry
from tutela.detection.matching.choice import check_threshold, index_for

REDUCED_MARGIN = 8
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


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the layers say of an item: its one outcome, the detections behind it, and the technologies that ran."""

    outcome: Outcome
    detections: tuple[Detection, ...]
    technologies: tuple[str, ...]
    low_quality: bool
    reason: str
    near: bool = False
    """Whether a fingerprint of a reduced picture lies so near to a threshold that the full picture must decide."""


class UnknownKind(ValueError):
    """An entry is of a kind that is not installed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class _Listed:
    hashlist: str
    classification: str | None


class Matcher:
    """Compares items with the enabled entries of chosen lists. Immutable: a change of lists makes a new one."""

    def __init__(
        self,
        kinds: Mapping[str, FingerprintKind],
        entries: Iterable[Entry],
        thresholds: Mapping[str, int] | None = None,
    ) -> None:
        """Build the indexes. `thresholds` replaces the default of a kind; raises ValueError for an unknown kind
        or a threshold that it cannot have, UnknownKind for an entry of a kind that is not there.

        A kind without either threshold is not compared; `unmatched` counts its entries.
        """
        self._kinds = kinds
        self._listed: dict[int, _Listed] = {}
        by_kind: dict[str, list[tuple[int, bytes]]] = defaultdict(list)
        for entry in entries:
            if entry.kind not in kinds:
                raise UnknownKind(
                    f"entry {entry.id} is a {entry.kind!r}, which is not installed: configure it, or disable the entry "
                    f"or its list ({entry.hashlist}). An embedding of another model or with other settings is a kind "
                    "of its own"
                )
            by_kind[entry.kind].append((entry.id, entry.value))
            self._listed[entry.id] = _Listed(entry.hashlist, entry.classification)
        self._thresholds = {name: kind.THRESHOLD for name, kind in kinds.items() if kind.THRESHOLD is not None}
        for name, threshold in (thresholds or {}).items():
            if name not in kinds:
                raise ValueError(f"{name!r} has no threshold to set")
            self._thresholds[name] = check_threshold(kinds[name], threshold)
        self._indexes = {name: index_for(kinds[name], by_kind[name]) for name in self._thresholds}
        self.unmatched = {name: len(rows) for name, rows in by_kind.items() if name not in self._thresholds}

    def __len__(self) -> int:
        """Return the number of entries compared with."""
        return len(self._listed) - sum(self.unmatched.values())

    def judge(self, item: Fingerprinted) -> Judgement:
        """Return the item's outcome with every entry within the thresholds, nearest first.

        Technologies count in units of their own, so each distance is taken as a share of its threshold.
        """
        found: list[Detection] = []
        technologies: list[str] = []
        low_quality = near = False
        for name, kind in self._kinds.items():
            fingerprints = item.of(name)
            if not fingerprints or name not in self._thresholds:
                continue
            quality = fingerprints[0].quality
            reduced = fingerprints[0].computed != REFERENCE
            if reduced and quality is not None and abs(quality - kind.MINIMUM_QUALITY) <= QUALITY_MARGIN:
                near = True
            if quality is not None and quality < kind.MINIMUM_QUALITY:
                # Too little structure for a perceptual match to mean anything: the digests alone decide.
                low_quality = True
                continue
            technologies.append(name)
            nearest: dict[int, Detection] = {}
            radius = _wider(self._thresholds[name], kind) if reduced else self._thresholds[name]
            hits = self._indexes[name].search([f.value for f in fingerprints], radius)
            for one, hits_of_one in zip(fingerprints, hits, strict=True):
                for hit in hits_of_one:
                    if hit.distance > self._thresholds[name]:
                        near = True
                        continue
                    if hit.entry in nearest and nearest[hit.entry].distance <= hit.distance:
                        continue
                    listed = self._listed[hit.entry]
                    nearest[hit.entry] = Detection(
                        technology=name,
                        version=kind.VERSION,
                        threshold=self._thresholds[name],
                        hashlist=listed.hashlist,
                        entry=hit.entry,
                        classification=listed.classification,
                        distance=hit.distance,
                        orientation=one.orientation,
                        computed=one.computed,
                        quality=one.quality,
                    )
            found += sorted(nearest.values(), key=lambda d: (d.distance, d.entry))
        found.sort(key=lambda d: d.distance / d.threshold if d.threshold else 0.0)
        outcome = Outcome.MATCH if found else item.failure or Outcome.CLEAN
        return Judgement(outcome, tuple(found), tuple(technologies), low_quality, item.reason, near)


def _wider(threshold: int, kind: FingerprintKind) -> int:
    """Return how far entries are looked for where a value may be off by REDUCED_MARGIN.

    Never beyond the default threshold of the kind, which indexes are made for: there, the margin would cost several
    times as much as it finds.
    """
    return max(threshold, min(threshold + REDUCED_MARGIN, kind.THRESHOLD))
