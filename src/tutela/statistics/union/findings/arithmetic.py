"""Sums and rates as findings need them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from tutela.statistics.union.amount import Amount, between, exact
from tutela.statistics.union.findings.sentence import Formula
from tutela.statistics.union.observation import Observation

PERCENT = Decimal(100)


def together(amounts: Iterable[Amount | None]) -> Amount:
    """Return the sum; what is missing is anything from 0 up."""
    whole = exact(0)
    for amount in amounts:
        whole = whole.plus(between(0, None) if amount is None else amount)
    return whole


def rate(part: Amount, whole: Amount) -> tuple[Decimal, Decimal] | None:
    """Return the lowest and the highest percentage that a part of a whole can be; None where the whole can be 0.

    A part or whole without an upper end has none of use.
    """
    if whole.low <= 0 or whole.high is None or part.high is None:
        return None
    return PERCENT * part.low / whole.high, PERCENT * part.high / whole.low


def names(observations: Iterable[Observation]) -> tuple[str, ...]:
    """Return the ids, each once."""
    return tuple(dict.fromkeys(o.id for o in observations))


def joined(observations: Iterable[Observation], sign: str) -> Formula:
    """Return observations with a sign such as `+` between them."""
    values = {f"n{at}": one for at, one in enumerate(observations)}
    return Formula(f" {sign} ".join(f"%({name})s" for name in values)).of(**values)
