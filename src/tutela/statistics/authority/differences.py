"""Why two extractions of one period differ: what came into each figure, what went, and by which statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tutela.events.catalogue import authority as said
from tutela.statistics.authority.counted import Counted
from tutela.statistics.authority.figures import Extraction, extract
from tutela.statistics.authority.statement import Statement
from tutela.statistics.union.period import Period

How = Literal["recorded", "corrected", "withdrawn", "declared"]


@dataclass(frozen=True, slots=True)
class Change:
    """One unit that a figure counts in one extraction alone, and the statements recorded in between that did it."""

    unit: str
    causes: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is not the same. Without intervals, `after` less `before` is what came in less what went."""

    before: Counted
    after: Counted
    came: tuple[Change, ...]
    went: tuple[Change, ...]
    declared: tuple[Statement, ...]
    """Declarations in between of what is collected: they change whether a figure is told to the end."""

    @property
    def id(self) -> str:
        """The figure's id."""
        return self.after.id


def how(statement: Statement) -> How:
    """Return what a statement did: it told something for the first time, or corrected or withdrew what was told."""
    if isinstance(statement.said, said.StatementWithdrawn):
        return "withdrawn"
    if isinstance(statement.said, said.CollectionDeclared):
        return "declared"
    return "corrected" if statement.ends is not None else "recorded"


def differences(statements: Iterable[Statement], period: Period, first: date, second: date) -> tuple[Difference, ...]:
    """Return every figure of a period that differs between two days. Raises ValueError where the second is earlier."""
    if second < first:
        raise ValueError(f"the second extraction is of {second}, before the first of {first}")
    every = tuple(statements)
    before, after = (extract(every, period, day) for day in (first, second))
    between: dict[str, list[Statement]] = {}
    for one in every:
        if first < one.known_on <= second:
            between.setdefault(one.subject, []).append(one)
    found = (_difference(one, before, after, between) for one in after.figures)
    return tuple(one for one in found if one is not None)


def _difference(
    now: Counted, before: Extraction, after: Extraction, between: dict[str, list[Statement]]
) -> Difference | None:
    then = before.by_id[now.id]
    all_then, all_now = {*then.units, *then.maybe}, {*now.units, *now.maybe}
    if all_then == all_now and then.value == now.value and then.maybe.keys() == now.maybe.keys():
        return None

    def change(unit: str) -> Change:
        rests = {
            subject
            for figure in (then, now)
            for units in (figure.units, figure.maybe)
            for subject in units.get(unit, ())
        }
        for extraction in (before, after):
            rests.update(s for one in (unit, *rests) for s in extraction.rests_on(one))
        causes = {c.id: c for subject in rests for c in between.get(subject, [])}
        return Change(unit, tuple(sorted(causes.values(), key=lambda c: c.sequence)))

    return Difference(
        then,
        now,
        tuple(change(unit) for unit in sorted(all_now - all_then)),
        tuple(change(unit) for unit in sorted(all_then - all_now)),
        tuple(between.get(f"collection:{now.kind}", ())),
    )
