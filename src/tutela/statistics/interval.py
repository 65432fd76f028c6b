"""Confidence bounds of a rate."""

from __future__ import annotations

from tutela.statistics.figure import Rate


def exact_rate(numerator: int, denominator: int, confidence: float = 0.95) -> Rate | None:
    """Return a rate with Clopper-Pearson bounds (Biometrika 26, 1934), or None for a denominator of 0.

    The bounds hold at least with the confidence given, whatever the true rate. Raises ValueError if the numerator
    is not between 0 and the denominator.
    """
    if not 0 <= numerator <= denominator:
        raise ValueError(f"{numerator} of {denominator} is no rate")
    if denominator == 0:
        return None
    from scipy.stats import binomtest

    bounds = binomtest(numerator, denominator).proportion_ci(confidence_level=confidence, method="exact")
    return Rate(numerator, denominator, numerator / denominator, float(bounds.low), float(bounds.high), confidence)
