"""What was counted, as the sections of the return ask for it: how many events have certain marks, and which."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from tutela.statistics.accounts import union
from tutela.statistics.provider_return.counting import AccountGroup, Counted
from tutela.statistics.provider_return.marks import (
    ActionMark,
    ComplaintMark,
    DetectionMark,
    FeedbackMark,
    ItemMark,
    Mark,
    MeasureMark,
    RecordMark,
    ReportMark,
    TallyMark,
)
from tutela.statistics.provider_return.selection import Selected

M = TypeVar(
    "M",
    ItemMark,
    DetectionMark,
    ReportMark,
    ActionMark,
    ComplaintMark,
    TallyMark,
    RecordMark,
    MeasureMark,
    FeedbackMark,
)
_CHUNK = 1 << 20
Services = Mapping[str, str]
"""The services in scope: names by id."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Marks that were chosen, by their codes, and how many events have them together."""

    codes: frozenset[int]
    count: int

    def __or__(self, other: Chosen) -> Chosen:
        """Return both; they have no mark in common."""
        return Chosen(self.codes | other.codes, self.count + other.count)


class Operated(NamedTuple):
    """How many accounts a program acts by for certain, and how many a person; of the rest nothing was said."""

    automated: int
    persons: int


class Ledger:
    """Answers by the marks that were counted."""

    def __init__(self, counted: Counted) -> None:
        self.counted = counted
        counts = np.zeros(len(counted.marks) + 1, dtype=np.int64)
        for start in range(0, len(counted.codes), _CHUNK):  # it makes wide numbers of what it counts
            counts += np.bincount(counted.codes[start : start + _CHUNK], minlength=len(counts))
        self._counts: list[int] = counts.tolist()
        self._by_type: dict[type[Mark], list[tuple[int, Mark, int]]] = {}
        for code, mark in enumerate(counted.marks, start=1):
            # A mark that no event has any more is none: a decision of an item that was decided anew.
            if self._counts[code]:
                self._by_type.setdefault(type(mark), []).append((code, mark, self._counts[code]))

    def marks(self, type_: type[M]) -> Iterable[tuple[M, int]]:
        """Yield each mark of a type with the number of its events."""
        for _, mark, count in self._by_type.get(type_, ()):
            yield mark, count  # type: ignore[misc]

    def choose(self, type_: type[M], wanted: Callable[[M], bool]) -> Chosen:
        """Choose the marks of a type that fit."""
        codes, total = set(), 0
        for code, mark, count in self._by_type.get(type_, ()):
            if wanted(mark):  # type: ignore[arg-type]
                codes.add(code)
                total += count
        return Chosen(frozenset(codes), total)

    def of(self, codes: Collection[int]) -> Chosen:
        """Return what was chosen by codes."""
        return Chosen(frozenset(codes), sum(self._counts[code] for code in codes))

    def events(self, *chosen: Chosen) -> Selected:
        """Return the events of what was chosen."""
        codes = sorted({code for one in chosen for code in one.codes})
        count = sum(self._counts[code] for code in codes)
        return Selected(self.counted.codes, len(self.counted.marks), codes, count)

    def accounts(self, of: str, case_class: str, services: Collection[str], users: Collection[str]) -> tuple[int, int]:
        """Return the least and the most accounts that there are, each counted once.

        Each year has a key of its own, so nobody can tell whether pseudonyms of two years are one account.
        """
        distinct = [len(self._named(groups)) for groups in self._by_year(of, case_class, services, users).values()]
        return max(distinct, default=0), sum(distinct)

    def operated(
        self, of: str, case_class: str, services: Collection[str], sure: Collection[str], possible: Collection[str]
    ) -> Operated:
        """Return by how many of the accounts a program acts for certain, and by how many a person.

        One of which both was said is a program's: a person who acts by it now and then does not undo that.
        """
        automated = [
            len(self._named(group for group in groups if group.by == "automated"))
            for groups in self._by_year(of, case_class, services, sure).values()
        ]
        persons = 0
        for groups in self._by_year(of, case_class, services, possible).values():
            by_programs = self._named(group for group in groups if group.by == "automated")
            by_persons = self._named(group for group in groups if group.by == "person")
            persons += len(np.setdiff1d(by_persons, by_programs, assume_unique=True))
        return Operated(max(automated, default=0), persons)

    def without(self, of: str, taken: str, case_class: str, services: Collection[str], users: Collection[str]) -> int:
        """Return how many accounts are in one group and not in the other, of the same year."""
        every = self._by_year(of, case_class, services, users)
        less = self._by_year(taken, case_class, services, users)
        return sum(
            len(np.setdiff1d(self._named(groups), self._named(less.get(year, ())), assume_unique=True))
            for year, groups in every.items()
        )

    def _named(self, groups: Iterable[AccountGroup]) -> NDArray[np.bytes_]:
        return union(self.counted.accounts[group] for group in groups)

    def _by_year(
        self, of: str, case_class: str, services: Collection[str], users: Collection[str]
    ) -> Mapping[int, list[AccountGroup]]:
        found: dict[int, list[AccountGroup]] = {}
        for group in self.counted.accounts:
            if (group.of, group.case_class) == (of, case_class) and group.service in services and group.users in users:
                found.setdefault(group.year, []).append(group)
        return found
