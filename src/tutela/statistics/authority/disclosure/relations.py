"""What holds between the figures of every register, as anybody knows who read how they are counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from tutela.statistics.authority.counted import Counted
from tutela.statistics.authority.disclosure.equations import Equations, Sum, Within

MOST = ".most"
"""Ends the name of the upper end of a figure that is an interval."""
_SUMS = (Sum("reports", ("cases", "repeats")),)
_WITHIN = (
    Within("cases_repeated", "repeats"),
    Within("reports_investigated", "reports"),
    Within("investigations_of_reports", "investigations"),
    Within("persons", "convictions"),
)
_PARTS_WITHIN = {"cases": "reports"}
"""The parts of one figure each lie within the part of the other that has the same name."""


def equations_of(figures: Iterable[Counted]) -> Equations:
    """Return the counts of one extraction, each by the id of its figure, with what relates them."""
    every = {one.id: one for one in figures}
    counts = {one.id: one.low for one in every.values()}
    wide = {one.id: one.id + MOST for one in every.values() if one.high > one.low}
    counts |= {most: every[name].high for name, most in wide.items()}
    sums = [one for one in _SUMS if one.total in every]
    parts = [one.id for one in every.values() if one.breakdown]
    sums += [
        Sum(total, tuple(found))
        for total, found in (
            (by.partition(".")[0], list(ids)) for by, ids in groupby(parts, key=lambda id_: id_.rpartition(".")[0])
        )
    ]
    within = [pair for pair in _WITHIN if pair.part in every]
    within += [
        Within(name, _PARTS_WITHIN[total] + "." + rest)
        for name in parts
        for total, _, rest in [name.partition(".")]
        if total in _PARTS_WITHIN
    ]
    within += [
        Within(lower, upper)
        for name, most in wide.items()
        for lower, upper in ((name, most), *((most, pair.whole) for pair in _WITHIN if pair.part == name))
    ]
    return Equations(counts, tuple(sums), tuple(within), wide | {most: name for name, most in wide.items()})


def beside(now: Equations, earlier: Mapping[str, Equations]) -> Equations:
    """Return the counts of several extractions as one, the earlier ones with their key and a colon before each name.

    What is the same number in both is taken for the same count: that is what a reader will guess.
    """
    counts, together = dict(now.counts), dict(now.together)
    sums, within = list(now.sums), list(now.within)
    for key, one in earlier.items():
        counts |= {named(key, name): count for name, count in one.counts.items()}
        together |= {named(key, name): named(key, most) for name, most in one.together.items()}
        sums += [Sum(named(key, s.total), tuple(named(key, part) for part in s.parts)) for s in one.sums]
        within += [Within(named(key, pair.part), named(key, pair.whole)) for pair in one.within]
        sums += [
            Sum(name, (named(key, name),))
            for name, count in one.counts.items()
            if count and now.counts.get(name) == count
        ]
    return Equations(counts, tuple(sums), tuple(within), together)


def named(key: str, name: str) -> str:
    """Return the name of a count of an earlier extraction."""
    return f"{key}:{name}"
