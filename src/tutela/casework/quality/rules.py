"""What the operator decided about quality: shares, rates, bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from tutela.events.catalogue.base import Layer, Verdict

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """Below which a measure is a finding, each from 0 to 1; and how many decisions it must rest on at least."""

    kappa: float = 0.6
    reviewer: float = 0.85
    technology: float = 0.8
    golden: float = 0.85
    least: int = 20


@dataclass(frozen=True, slots=True)
class QualityRules:
    """The section `[quality]`. Nothing is drawn or planted until it says so.

    `second_review` gives the share of decisions, from 0 to 1, by layer and verdict; `golden` how many golden items are
    planted for each case. `training` are the layers that need a valid training. A canary is planted every
    `canary_every`, and must come through `canary_within`. What else was planted and nobody took is withdrawn
    `withdraw_after`. Measures look back over `window_days`.
    """

    second_review: Mapping[Layer, Mapping[Verdict, float]] = field(default_factory=dict)
    golden: float = 0.0
    training: frozenset[Layer] = frozenset()
    canary_every: timedelta | None = None
    canary_within: timedelta = timedelta(hours=24)
    canary_service: str | None = None
    window_days: int = 90
    withdraw_after: timedelta = timedelta(days=14)
    bounds: Bounds = Bounds()

    def __post_init__(self) -> None:
        """Refuse shares outside 0 to 1, and times that are none."""
        shares = {f"second_review.{layer}.{v}": s for layer, of in self.second_review.items() for v, s in of.items()}
        bounds = {
            f"bounds.{name}": getattr(self.bounds, name) for name in ("kappa", "reviewer", "technology", "golden")
        }
        for name, share in {**shares, **bounds, "golden": self.golden}.items():
            if not 0 <= share <= 1:
                raise ValueError(f"quality.{name} is a share from 0 to 1, not {share}")
        if self.bounds.least < 1:
            raise ValueError("quality.bounds.least is above 0")
        if self.window_days < 1 or self.canary_within <= timedelta(0):
            raise ValueError("quality.window_days and quality.canary_within_hours are above 0")
        if self.withdraw_after <= timedelta(0):
            raise ValueError("quality.planted_days is above 0")
        if self.canary_every is not None and self.canary_every <= timedelta(0):
            raise ValueError("quality.canary_hours is above 0")

    def share_ppm(self, layer: Layer, verdict: Verdict) -> int:
        """Return the share of such decisions that get a second review, in parts per million."""
        return round(self.second_review.get(layer, {}).get(verdict, 0.0) * MILLION)

    @property
    def golden_ppm(self) -> int:
        """How many golden items are planted for a million cases."""
        return round(self.golden * MILLION)


NO_RULES = QualityRules()
"""Nothing is drawn, planted or required."""
