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
    from scipy.special import betaincinv

    tail, others = (1 - confidence) / 2, denominator - numerator
    # Quantiles of the beta distribution, which these bounds are; at an end there is no number beyond.
    low = 0.0 if numerator == 0 else float(betaincinv(numerator, others + 1, tail))
    high = 1.0 if others == 0 else float(betaincinv(numerator + 1, others, 1 - tail))
    return Rate(numerator, denominator, numerator / denominator, low, high, confidence)
