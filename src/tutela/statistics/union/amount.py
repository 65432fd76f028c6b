"""How much, and how exactly it was told: always an interval."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum

LARGEST = Decimal(10) ** 15
"""No count of anything on Earth's networks is larger; what is, was read wrongly."""


class Precision(StrEnum):
    """In which form an amount was told."""

    EXACT = "exact"
    ABOUT = "about"
    """With a word such as "ca"; how far it may be off is not told, so half of its last place is taken."""
    ROUNDED = "rounded"
    """Written with fewer places than it has, as "6.6 million" or "12.8 %": off by half of its last place at most."""
    AT_LEAST = "at_least"
    """A lower end alone, as "over 20 000"."""
    RANGE = "range"
    """Two ends, as "115 to 220"."""


@dataclass(frozen=True, slots=True)
class Amount:
    """An interval, both ends within it; `high` is None where none was told.

    `stated` is the number as it was written, None for a range. `step` is the value of its last place, where that is
    what limits it. Raises ValueError for ends that cannot be; use the functions below.
    """

    precision: Precision
    low: Decimal
    high: Decimal | None
    stated: Decimal | None = None
    step: Decimal | None = None

    def __post_init__(self) -> None:
        numbers = [n for n in (self.low, self.high, self.stated, self.step) if n is not None]
        if not all(n.is_finite() and 0 <= n <= LARGEST for n in numbers):
            raise ValueError(f"an amount lies between 0 and {LARGEST}: {', '.join(map(str, numbers))}")
        if (self.high is None) != (self.precision is Precision.AT_LEAST):
            raise ValueError("`at least` has no upper end, and every other amount has one")
        if self.high is not None and self.low > self.high:
            raise ValueError(f"an amount from {self.low} to {self.high} ends before it begins")
        if (self.stated is None) != (self.precision is Precision.RANGE):
            raise ValueError("a range is two numbers, every other amount is one")
        if self.stated is not None and not (
            self.low <= self.stated and (self.high is None or self.stated <= self.high)
        ):
            raise ValueError(f"{self.stated} does not lie between {self.low} and {self.high}")
        if self.precision is Precision.EXACT and self.low != self.high:
            raise ValueError("an exact amount is one number")
        if (self.step is not None) != (self.precision in {Precision.ABOUT, Precision.ROUNDED}):
            raise ValueError("what was rounded says to what, and nothing else does")

    def holds(self, number: Decimal) -> bool:
        """Return whether it can be that number."""
        return self.low <= number and (self.high is None or number <= self.high)

    def meets(self, other: Amount) -> bool:
        """Return whether both can be the same number."""
        return (self.high is None or other.low <= self.high) and (other.high is None or self.low <= other.high)

    def plus(self, other: Amount) -> Amount:
        """Return the sum: exact of what is exact, a range or a lower end of what is not."""
        return between(
            self.low + other.low, None if self.high is None or other.high is None else self.high + other.high
        )


def exact(number: int | Decimal) -> Amount:
    """Return an amount that was told in full."""
    value = Decimal(number)
    return Amount(Precision.EXACT, value, value, value)


def rounded(stated: Decimal, step: Decimal, *, whole: bool = False) -> Amount:
    """Return an amount that was rounded to a multiple of `step`; `whole` where it counts things."""
    return _near(Precision.ROUNDED, stated, step, whole)


def about(stated: Decimal, step: Decimal | None = None, *, whole: bool = False) -> Amount:
    """Return an amount that was told with "ca"; without `step`, its last place that is not zero is taken."""
    return _near(Precision.ABOUT, stated, step or last_place(stated), whole)


def at_least(stated: int | Decimal) -> Amount:
    """Return an amount of which the lower end is known."""
    return Amount(Precision.AT_LEAST, Decimal(stated), None, Decimal(stated))


def between(low: int | Decimal, high: int | Decimal | None) -> Amount:
    """Return what lies between two numbers, both included; an exact amount if they are the same."""
    if high is None:
        return at_least(low)
    return exact(Decimal(low)) if low == high else Amount(Precision.RANGE, Decimal(low), Decimal(high))


def last_place(stated: Decimal) -> Decimal:
    """Return the value of the last digit that is not zero: 10 000 for 90 000, 1 for 0."""
    if stated == 0:
        return Decimal(1)
    exponent = stated.normalize().as_tuple().exponent
    return Decimal(10) ** (exponent if isinstance(exponent, int) else 0)


def _near(precision: Precision, stated: Decimal, step: Decimal, whole: bool) -> Amount:
    if step <= 0:
        raise ValueError(f"{stated} cannot be rounded to {step}")
    low, high = max(Decimal(0), stated - step / 2), stated + step / 2
    if whole:
        low, high = low.to_integral_value(ROUND_CEILING), high.to_integral_value(ROUND_FLOOR)
    return Amount(precision, low, high, stated, step)
