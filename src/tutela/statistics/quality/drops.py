"""When a measure is a finding: only where its uncertainty, granted in full, does not explain it."""

from __future__ import annotations

from tutela.statistics.figure import Rate
from tutela.statistics.quality.agreement import Agreement


def below(rate: Rate | None, bound: float, least: int) -> bool:
    """Return whether even the upper bound of a rate lies below `bound`. Fewer than `least` decisions are no finding."""
    return rate is not None and rate.denominator >= least and rate.high < bound


def agrees_too_little(found: Agreement, bound: float, least: int) -> bool:
    """Return whether even the upper bound of kappa lies below `bound`. Fewer than `least` pairs are no finding."""
    return found.pairs >= least and found.high is not None and found.high < bound


def has_dropped(before: Rate | None, now: Rate | None) -> bool:
    """Return whether a rate fell: its upper bound lies below the lower bound of the time before.

    Two 95 % intervals that do not touch are rarer by chance than 1 in 100 (Payton, Greenstone, Schenker, J. Insect
    Sci. 3:34, 2003).
    """
    return before is not None and now is not None and now.high < before.low
