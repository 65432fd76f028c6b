"""Sums, rates and numbers as findings write them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from tutela.statistics.union.amount import Amount, Precision, between, exact
from tutela.statistics.union.observation import Observation

PERCENT = Decimal(100)


def number(value: Decimal, places: int | None = None) -> str:
    """Return a number with spaces between thousands and a decimal point, whatever the language."""
    if places is not None:
        value = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{value:,f}"
    whole, point, rest = text.partition(".")
    rest = rest if places is not None else rest.rstrip("0")
    return whole.replace(",", " ") + (point + rest if rest else "")


def shown(amount: Amount) -> str:
    """Return an amount with what is known of it: `4 900 (4 850 to 4 950)`."""
    if amount.precision is Precision.EXACT:
        return number(amount.low)
    if amount.high is None:
        return f"at least {number(amount.low)}"
    ends = f"{number(amount.low)} to {number(amount.high)}"
    return ends if amount.stated is None else f"{number(amount.stated)} ({ends})"


def told(one: Observation) -> str:
    """Return an observation's value with its unit and its place."""
    value = shown(one.amount) if one.amount else one.status.value.replace("_", " ")
    return f"{value} {one.unit.value.replace('_', ' ')} ({one.id})"


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
