"""Which counts are hidden, so that nobody can tell from the others that one of them is small."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from tutela.statistics.authority.disclosure.equations import Equations


@dataclass(frozen=True, slots=True)
class Window:
    """Ends, both included, within which nobody may be able to say that a hidden count lies."""

    low: int
    high: int

    def gives_away(self, least: int, most: int | None) -> bool:
        """Return whether what can be computed lies within it."""
        return self.low <= least and most is not None and most <= self.high


def hidden_counts(
    equations: Equations,
    sensitive: Mapping[str, Window],
    already: Collection[str] = (),
    told: Collection[str] = (),
    known: Collection[str] = (),
) -> frozenset[str]:
    """Return what to hide: all that is sensitive, and others until nothing hidden can be computed.

    No hidden count then has one possible value alone, and no sensitive one can be shown to lie in its window.
    `already` were hidden earlier, and `told` earlier: these stay as they are. What is `known`, as the same number was
    told earlier, need not be kept from anybody where it is not sensitive. Of others the smallest goes first, and totals
    last. Raises ValueError where what was told earlier gives a hidden count away whatever is hidden now.
    """
    hidden = set(equations.hidden({*sensitive, *already}))
    waiting = deque(sorted(hidden))
    while waiting:
        name = waiting[0]
        if (name in known and name not in sensitive) or _is_safe(equations, name, hidden, sensitive):
            waiting.popleft()
            continue
        more = _next(equations, name, hidden, sensitive, told)
        if more is None:
            raise ValueError(f"{name} can be computed from what was told earlier")
        added = equations.hidden({more}) - hidden
        hidden |= added
        waiting.extend(sorted(added))
    return frozenset(hidden)


def _is_safe(equations: Equations, name: str, hidden: Collection[str], sensitive: Mapping[str, Window]) -> bool:
    least, most = equations.range_of(name, hidden)
    if least == most:
        return False
    window = sensitive.get(name)
    return window is None or not window.gives_away(least, most)


def _next(
    equations: Equations,
    name: str,
    hidden: Collection[str],
    sensitive: Mapping[str, Window],
    told: Collection[str],
) -> str | None:
    """Return the cheapest count whose hiding is enough; where none is by itself, the cheapest."""
    candidates = _by_cost(equations, equations.near(name, hidden) - set(told))
    for one in candidates:
        if _is_safe(equations, name, equations.hidden({*hidden, one}), sensitive):
            return one
    return candidates[0] if candidates else None


def _by_cost(equations: Equations, names: Iterable[str]) -> list[str]:
    totals = {one.total for one in equations.sums if len(one.parts) > 1}
    return sorted(names, key=lambda name: (name in totals, equations.counts[name], name))
