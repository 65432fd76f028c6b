"""The lowest and the highest count in a window that some constraints allow: both exact, and both can be reached.

Let S(d) be the count before day d. A constraint says that S(end) - S(start) lies between two numbers, and that nothing
is counted negatively says that S never falls: difference constraints. The highest S(end) - S(start) of a window is then
the shortest path from its start to its end in the graph of the constraints, the lowest that of the way back (Cormen et
al., Introduction to Algorithms, 24.4). A circle of negative length means that not all of them can be true. Numbers are
whole or decimal, never binary fractions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tutela.statistics.union.sums.constraints import Constraint

_ZERO = Decimal(0)


class Contradictory(Exception):
    """Constraints that cannot all be true; `by` are the observations of the circle."""

    def __init__(self, by: tuple[str, ...]) -> None:
        super().__init__(f"not all of {', '.join(by)} can be true")
        self.by = by


@dataclass(frozen=True, slots=True)
class Step:
    """A number that a bound adds (`sign` 1) or takes away (-1), and the observations that it comes from."""

    sign: int
    number: Decimal
    start: date
    end: date
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """What can be proved of a count: `high` is None where nothing bounds it. The steps add up to the ends."""

    low: Decimal
    high: Decimal | None
    low_steps: tuple[Step, ...] = ()
    high_steps: tuple[Step, ...] = ()


UNBOUNDED = Span(_ZERO, None)


@dataclass(frozen=True, slots=True)
class _Edge:
    source: int
    target: int
    length: Decimal
    step: Step | None


def span(constraints: Sequence[Constraint], start: date, end: date, *, distinct: bool = False) -> Span:
    """Return the bounds of the count from `start` to the day before `end`. Raises Contradictory.

    `distinct` is for what is counted once however often it comes back: then numbers of several periods are an upper end
    together, never a lower one, and none is taken from another.
    """
    days = sorted({start, end, *(d for c in constraints for d in (c.start, c.end))})
    at = {day: number for number, day in enumerate(days)}
    edges = [_Edge(n + 1, n, _ZERO, None) for n in range(len(days) - 1)]
    edges += [
        _Edge(at[c.start], at[c.end], c.high, Step(1, c.high, c.start, c.end, c.by))
        for c in constraints
        if c.high is not None
    ]
    if not distinct:
        edges += [
            _Edge(at[c.end], at[c.start], -c.low, Step(-1, c.low, c.start, c.end, c.by))
            for c in constraints
            if c.low > 0
        ]
        _shortest(edges, None, len(days))
        down = _shortest(edges, at[end], len(days))[at[start]] or []
        low_steps = tuple(Step(-s.sign, s.number, s.start, s.end, s.by) for s in _steps(down))
    else:
        within = [c for c in constraints if c.low > 0 and start <= c.start and c.end <= end]
        low_steps = tuple(Step(1, c.low, c.start, c.end, c.by) for c in sorted(within, key=lambda c: -c.low)[:1])
    up = _shortest(edges, at[start], len(days))[at[end]]
    low = sum((s.sign * s.number for s in low_steps), _ZERO)
    high = None if up is None else sum((e.length for e in up), _ZERO)
    if high is not None and low > high:
        raise Contradictory(tuple(dict.fromkeys(name for s in (*low_steps, *_steps(up)) for name in s.by)))
    return Span(low, high, low_steps, tuple(_steps(up)))


def _shortest(edges: Sequence[_Edge], source: int | None, nodes: int) -> list[list[_Edge] | None]:
    """Return the shortest path to each node, None where there is none (Bellman and Ford); from any node without one.

    Raises Contradictory for a circle of negative length.
    """
    length: list[Decimal | None] = [_ZERO if source in {None, n} else None for n in range(nodes)]
    last: list[_Edge | None] = [None] * nodes
    changed: int | None = None
    for _ in range(nodes + 1):
        changed = None
        for edge in edges:
            so_far = length[edge.source]
            if so_far is None:
                continue
            new, old = so_far + edge.length, length[edge.target]
            if old is None or new < old:
                length[edge.target], last[edge.target], changed = new, edge, edge.target
        if changed is None:
            break
    if changed is not None:
        raise Contradictory(_circle(last, changed, nodes))
    return [_path(last, n, source) if length[n] is not None else None for n in range(nodes)]


def _path(last: Sequence[_Edge | None], node: int, source: int | None) -> list[_Edge]:
    path: list[_Edge] = []
    while node != source and (edge := last[node]) is not None:
        path.append(edge)
        node = edge.source
    return path[::-1]


def _circle(last: Sequence[_Edge | None], node: int, nodes: int) -> tuple[str, ...]:
    for _ in range(nodes):
        edge = last[node]
        assert edge is not None  # noqa: S101 - what still changes after as many rounds lies behind a circle
        node = edge.source
    names: dict[str, None] = {}
    first = node
    while True:
        edge = last[node]
        assert edge is not None  # noqa: S101 - a circle has an edge to each of its nodes
        if edge.step is not None:
            names |= dict.fromkeys(edge.step.by)
        node = edge.source
        if node == first:
            return tuple(names)


def _steps(path: Iterable[_Edge] | None) -> list[Step]:
    return [e.step for e in path or () if e.step is not None]
