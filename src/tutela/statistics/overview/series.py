"""Series over days: gaps filled, days joined to weeks, and a backlog from what came and went. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both in it, in steps of `step` days: the last step ends on `last`."""

    first: date
    last: date
    step: int = 1

    def __post_init__(self) -> None:
        if self.last < self.first or self.step < 1:
            raise ValueError(f"{self.first} to {self.last} in steps of {self.step} days is no period")

    @classmethod
    def ending(cls, last: date, days: int) -> Period:
        """Return about so many days, in weeks from 120 days on: always whole steps."""
        step = 7 if days >= 120 else 1
        steps = -(-days // step)
        return cls(last - timedelta(days=steps * step - 1), last, step)

    @property
    def starts(self) -> tuple[date, ...]:
        """The first day of each step."""
        days = (self.last - self.first).days + 1
        return tuple(self.first + timedelta(days=at) for at in range(0, days, self.step))

    def joined(self, by_day: Mapping[date, int]) -> tuple[int, ...]:
        """Return the sum of each step; days that are not there are 0, days outside are left out."""
        sums = [0] * len(self.starts)
        for day, value in by_day.items():
            if self.first <= day <= self.last:
                sums[(day - self.first).days // self.step] += value
        return tuple(sums)


def backlog(before: int, came: Sequence[int], went: Sequence[int]) -> tuple[int, ...]:
    """Return how many waited at the end of each step, `before` having waited at the start."""
    waiting: list[int] = []
    for plus, minus in zip(came, went, strict=True):
        before += plus - minus
        waiting.append(before)
    return tuple(waiting)
