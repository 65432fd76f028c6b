"""What a threshold has to promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TargetKind = Literal["precision", "false_positive_rate"]


@dataclass(frozen=True, slots=True)
class Target:
    """`precision` of at least `value`, or a `false_positive_rate` of at most it, promised with `confidence`.

    Precision: the share of those flagged that are what is sought. False positive rate: the share of all that are not
    sought that are flagged. Raises ValueError.
    """

    kind: TargetKind
    value: float
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if not 0 < self.value < 1:
            raise ValueError(f"a target lies between 0 and 1, not at {self.value:g}")
        if not 0.5 <= self.confidence < 1:
            raise ValueError(f"the confidence is at least 0.5 and below 1, not {self.confidence:g}")

    @property
    def miss(self) -> float:
        """The chance that the promise is broken, at most."""
        return 1 - self.confidence
