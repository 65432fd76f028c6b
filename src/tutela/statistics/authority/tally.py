"""Makes figures of one kind: a total, and the parts of it by what is stated of each unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from tutela.events.catalogue.authority import Kept
from tutela.statistics.authority.counted import Counted, Units
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Dimension


@dataclass(frozen=True, slots=True)
class By:
    """A breakdown: its name, its dimension, the values that there are, and which one a unit has."""

    name: str
    dimension: Dimension
    values: Sequence[str]
    of: Callable[[str], str]


def literal_values(annotation: object) -> tuple[str, ...]:
    """Return the values of a type of fixed words."""
    return tuple(str(value) for value in get_args(annotation))


def tallied(id_: str, kind: Kept, measure: Measure, unit: Unit, units: Units, *bys: By) -> Iterator[Counted]:
    """Yield the total, then every part of every breakdown, zeros among them; parts of a breakdown add up to it."""
    total = Counted(id_, kind, measure, unit, units)
    yield total
    for by in bys:
        parts: dict[str, dict[str, tuple[str, ...]]] = {value: {} for value in by.values}
        for one, rests in units.items():
            parts[by.of(one)][one] = rests
        for value, part in parts.items():
            yield replace(total, id=f"{id_}.{by.name}.{value}", units=part, breakdown=((by.dimension, value),))
