"""Which index serves a kind of fingerprint, and how far a threshold of it may reach."""

from __future__ import annotations

from collections.abc import Iterable

from tutela.detection.fingerprints.fingerprint import FingerprintKind
from tutela.detection.matching.cosine import WIDEST, CosineIndex
from tutela.detection.matching.dictionary import DictionaryIndex
from tutela.detection.matching.euclidean import LARGEST_SQUARE, EuclideanIndex
from tutela.detection.matching.hamming import LinearHammingIndex
from tutela.detection.matching.index import Index


def index_for(kind: FingerprintKind, entries: Iterable[tuple[int, bytes]]) -> Index:
    """Return an index over (id, value) of one kind; raises ValueError for a value of another length."""
    match kind.METRIC:
        case "equal":
            return DictionaryIndex(entries, kind.BYTES)
        case "hamming":
            return LinearHammingIndex(entries, kind.BYTES)
        case "euclidean":
            return EuclideanIndex(entries, kind.BYTES)
        case "cosine":
            return CosineIndex(entries, kind.BYTES)


def farthest(kind: FingerprintKind) -> int:
    """Return the largest distance that two values of a kind can have, in the kind's own unit."""
    match kind.METRIC:
        case "equal":
            return 0
        case "hamming":
            return 8 * kind.BYTES
        case "euclidean":
            return kind.BYTES * LARGEST_SQUARE
        case "cosine":
            return WIDEST


def check_threshold(kind: FingerprintKind, threshold: int) -> int:
    """Return a threshold that a kind can have; raises ValueError, in the kind's own unit.

    Only kinds that compare for equality have 0: a detection with the threshold 0 says that the bytes are the listed
    ones, and an equal perceptual value does not say that.
    """
    if kind.METRIC == "equal" and threshold:
        raise ValueError(f"{kind.KIND!r} has no threshold to set")
    if kind.METRIC != "equal" and not 1 <= threshold <= farthest(kind):
        raise ValueError(f"the threshold of {kind.KIND} is 1 to {farthest(kind):,} {kind.UNIT}, not {threshold:,}")
    return threshold
