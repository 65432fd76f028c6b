"""Which counts could point at a person: the rule of every publication, by a provider or an authority."""

from __future__ import annotations

from dataclasses import dataclass

LEAST, MOST = 2, 100


@dataclass(frozen=True, slots=True)
class SmallCounts:
    """Counts above 0 and below `below`, 2 to 100, are small; a zero is of nobody and is told.

    `ground` is the law or policy that the rule rests on, in words, as it is printed. Raises ValueError.
    """

    below: int = 5
    ground: str = "Directive 2011/93/EU, Article 20(6)"

    def __post_init__(self) -> None:
        if not LEAST <= self.below <= MOST:
            raise ValueError(f"small_counts.below: from {LEAST} to {MOST}, not {self.below}")
        if not self.ground.strip() or len(self.ground) > 500:
            raise ValueError("small_counts.ground: name the law or policy that it rests on, at most 500 characters")

    def is_small(self, count: int) -> bool:
        """Return whether a count could point at a person."""
        return 0 < count < self.below
