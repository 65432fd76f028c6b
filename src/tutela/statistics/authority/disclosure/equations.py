"""Counts with everything that relates them, and what can be computed from those that are told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

BEYOND = 10
"""A count that can be this many times all counts together has no upper end."""


@dataclass(frozen=True, slots=True)
class Sum:
    """`total` is all of `parts` together; one part alone says that both are the same."""

    total: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """`part` counts some of what `whole` counts."""

    part: str
    whole: str


@dataclass(frozen=True)
class Equations:
    """Counts by their names, and what holds between them whatever they are."""

    counts: Mapping[str, int]
    sums: tuple[Sum, ...] = ()
    within: tuple[Within, ...] = ()
    together: Mapping[str, str] = field(default_factory=dict)
    """What is told and hidden with another count, such as the upper end of an interval with its lower."""

    def hidden(self, names: Iterable[str]) -> frozenset[str]:
        """Return counts with what is hidden with them."""
        chosen = frozenset(names)
        return chosen | {other for name, other in self.together.items() if name in chosen}

    def range_of(self, name: str, hidden: Collection[str]) -> tuple[int, int | None]:
        """Return the least and the most that a hidden count can be for who knows all others and every relation.

        Whole numbers are sought, so that a range of two ends has two solutions. A hidden count is at least 1: zeros are
        told, and who reads knows it. None is the upper end of what nothing bounds. Needs SciPy.
        """
        return self._bound(name, hidden, 1) or 0, self._bound(name, hidden, -1)

    def near(self, name: str, hidden: Collection[str]) -> set[str]:
        """Return the told counts above 0 that stand in a sum with a count, or with what is hidden beside it."""
        reached, edge = set(), {name}
        found: set[str] = set()
        while edge:
            reached |= edge
            beside = {
                other for one in self.sums if edge & {one.total, *one.parts} for other in (one.total, *one.parts)
            } | {other for pair in self.within if edge & {pair.part, pair.whole} for other in (pair.part, pair.whole)}
            found |= {other for other in beside if other not in hidden and self.counts[other]}
            edge = {other for other in beside if other in hidden} - reached
        return found

    def _bound(self, name: str, hidden: Collection[str], sign: int) -> int | None:
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        free = sorted(hidden)
        at = {one: number for number, one in enumerate(free)}
        most = BEYOND * (sum(self.counts.values()) + 1)
        rows: list[dict[int, int]] = []
        ends: list[tuple[float, float]] = []

        def row(terms: Iterable[tuple[str, int]], low: float, high: float) -> None:
            unknown: dict[int, int] = {}
            known = 0
            for one, factor in terms:
                if one in at:
                    unknown[at[one]] = unknown.get(at[one], 0) + factor
                else:
                    known += factor * self.counts[one]
            if unknown:
                rows.append(unknown)
                ends.append((low - known, high - known))

        for one in self.sums:
            row([(one.total, -1), *((part, 1) for part in one.parts)], 0, 0)
        for pair in self.within:
            row([(pair.whole, 1), (pair.part, -1)], 0, np.inf)
        objective = np.zeros(len(free))
        objective[at[name]] = sign
        matrix = csr_array(
            (
                [float(f) for terms in rows for f in terms.values()],
                (
                    [number for number, terms in enumerate(rows) for _ in terms],
                    [column for terms in rows for column in terms],
                ),
            ),
            shape=(len(rows), len(free)),
        )
        low, high = np.array(ends).T if ends else (np.zeros(0), np.zeros(0))
        solved = milp(
            objective,
            integrality=np.ones(len(free)),
            bounds=Bounds(np.ones(len(free)), np.full(len(free), most)),
            constraints=[LinearConstraint(matrix, low, high)] if rows else [],
        )
        if solved.x is None:
            raise RuntimeError(f"what is known of {name} has no solution: {solved.message}")
        value = round(float(solved.x[at[name]]))
        return None if sign < 0 and value >= most else value
