"""A count of redress, and the distinct accounts that one counts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from tutela.statistics.accounts import AccountSet


@dataclass(frozen=True, slots=True)
class Count:
    """At least `low`, at most `high`. `unknown`: how many of the difference are there because the region of the account
    is unknown.
    """

    low: int
    high: int
    unknown: int = 0


@dataclass(slots=True)
class Things:
    """Things that count, and those that may since their region is unknown."""

    sure: int = 0
    unknown: int = 0

    def add(self, *, sure: bool) -> None:
        """Add one."""
        if sure:
            self.sure += 1
        else:
            self.unknown += 1

    @property
    def count(self) -> Count:
        """How many there are."""
        return Count(self.sure, self.sure + self.unknown, self.unknown)


@dataclass(slots=True)
class Accounts:
    """Accounts that count, and those that may: each once, by its pseudonym and the year of the key that made it."""

    sure: defaultdict[int, AccountSet] = field(default_factory=lambda: defaultdict(AccountSet))
    unknown: defaultdict[int, AccountSet] = field(default_factory=lambda: defaultdict(AccountSet))

    def add(self, year: int, pseudonym: str, *, sure: bool) -> None:
        """Add one."""
        (self.sure if sure else self.unknown)[year].add(pseudonym)

    @property
    def count(self) -> Count:
        """The least and the most accounts that they can stand for.

        Each year has a key of its own, so nobody can tell whether two of different years are one account.
        """
        named = [len(one.distinct()) for one in self.sure.values()]
        besides = sum(
            len(np.setdiff1d(one.distinct(), self.sure[year].distinct(), assume_unique=True))
            for year, one in list(self.unknown.items())
        )
        return Count(max(named, default=0), sum(named) + besides, besides)
