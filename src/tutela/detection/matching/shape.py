"""What kind of values an index holds."""

from __future__ import annotations

from dataclasses import dataclass

from tutela.detection.fingerprints.fingerprint import FingerprintKind, Metric


@dataclass(frozen=True, slots=True)
class Shape:
    """The kind of the values, how two are compared, and the bytes of each."""

    kind: str
    metric: Metric
    width: int

    def __post_init__(self) -> None:
        if self.width < 1:
            raise ValueError("a value has at least one byte")


def shape_of(kind: FingerprintKind) -> Shape:
    """Return the shape of the values of a kind of fingerprint."""
    return Shape(kind.KIND, kind.METRIC, kind.BYTES)
