"""Adding figures as they were told, where they may be added; else every reason why not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tutela.statistics.union.amount import Amount, exact
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Caveat, Dimension, Observation
from tutela.statistics.union.parts import codes
from tutela.statistics.union.period import Period
from tutela.statistics.union.sums.question import STRICT, Whose, about, subjects


class Reason(StrEnum):
    """Why figures are not added."""

    UNIT = "unit"
    """They count different things."""
    PERIOD = "period"
    """They are of different days, and not one reporter's that follow each other."""
    OVERLAP = "overlap"
    """Two of one reporter share days: they would count twice."""
    BREAKDOWN = "breakdown"
    """One is of a part, another of the whole."""
    CAVEAT = "caveat"
    """A caveat that changes what is counted is on some and not on others."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason, with the figures in groups that may not meet: what a group is, and the ids of its observations."""

    reason: Reason
    groups: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of one period, unit and breakdown and with the same counting caveats, which may be added."""

    period: Period | None
    unit: Unit
    caveats: tuple[Caveat, ...]
    parts: tuple[str, ...]
    amount: Amount


@dataclass(frozen=True, slots=True)
class Addition:
    """A sum, or why there is none. `absent` told nothing; a sum with absent ones is of those that told.

    `groups` are the sums of two figures or more that are allowed where that of all is not, the largest first.
    """

    parts: tuple[str, ...]
    absent: tuple[str, ...]
    amount: Amount | None
    refusals: tuple[Refusal, ...]
    caveats: tuple[Caveat, ...]
    groups: tuple[Group, ...] = ()


def added(observations: Sequence[Observation]) -> tuple[Amount | None, tuple[Refusal, ...]]:
    """Return the sum of observations of one measure, or None and why; those without a value are left out."""
    told = [o for o in observations if o.amount is not None]
    refusals = tuple(r for r in (_units(told), _breakdowns(told), _caveats(told), _overlaps(told), _periods(told)) if r)
    if refusals or not told:
        return None, refusals
    whole = exact(0)
    for one in told:
        assert one.amount is not None  # noqa: S101 - chosen so above
        whole = whole.plus(one.amount)
    return whole, ()


def addition(
    data: Dataset, measure: Measure, *, whose: Whose = "state", period: Period | None = None,
    by: tuple[tuple[Dimension, str], ...] = (),
) -> Addition:  # fmt: skip
    """Return the sum of all cells of a measure, of those within `period` if one is given; prose is not added."""
    cells: dict[str, list[Observation]] = defaultdict(list)
    for one in data.of(measure, prose=False):
        code = about(one, whose)
        rest = {k: v for k, v in one.breakdown if k not in {Dimension.STATE, Dimension.REGION}}
        # A provider may tell of one service alone: that it is a part is a reason to refuse, not to leave it out.
        alike = dict(by).items() <= rest.items() and rest.keys() - dict(by).keys() <= {Dimension.SERVICE}
        fits = period is None or one.period is None or period.covers(one.period)
        if code is not None and alike and fits and one.amount is not None:
            cells[code].append(one)
    told = [o for code in sorted(cells) for o in cells[code]]
    amount, refusals = added(told)
    absent = tuple(code for code in subjects(data, measure, whose) if code not in cells)
    carried = {c for o in told for c in o.caveats}
    groups = _groups(told) if refusals else ()
    return Addition(tuple(o.id for o in told), absent, amount, refusals, _ordered(carried), groups)


def _groups(told: Sequence[Observation]) -> tuple[Group, ...]:
    alike: dict[tuple[object, ...], list[Observation]] = defaultdict(list)
    for one in told:
        days = (one.period.first, one.period.last) if one.period else None
        broken_down = tuple((k, v) for k, v in one.breakdown if k is not Dimension.STATE)
        alike[days, one.unit, broken_down, _counting(one)].append(one)
    found = []
    for ones in alike.values():
        amount, refusals = added(ones)
        if len(ones) > 1 and amount is not None and not refusals:
            found.append(Group(ones[0].period, ones[0].unit, _counting(ones[0]), tuple(o.id for o in ones), amount))
    return tuple(sorted(found, key=lambda g: (-len(g.parts), str(g.period), g.unit.value)))


def _units(told: Sequence[Observation]) -> Refusal | None:
    return _apart(Reason.UNIT, ((o.unit.value, o.id) for o in told))


def _breakdowns(told: Sequence[Observation]) -> Refusal | None:
    own = [(codes(pair for pair in o.breakdown if pair[0] is not Dimension.STATE), o.id) for o in told]
    return _apart(Reason.BREAKDOWN, own)


def _caveats(told: Sequence[Observation]) -> Refusal | None:
    return _apart(Reason.CAVEAT, ((", ".join(c.value for c in _counting(o)) or "-", o.id) for o in told))


def _counting(one: Observation) -> tuple[Caveat, ...]:
    """Return its caveats that change what is counted; that a number may change later, changes no sum of today."""
    return _ordered(set(one.caveats) & STRICT - {Caveat.NOT_FINAL, Caveat.DYNAMIC_DATA})


def _ordered(caveats: Collection[Caveat]) -> tuple[Caveat, ...]:
    return tuple(c for c in Caveat if c in caveats)


def _overlaps(told: Sequence[Observation]) -> Refusal | None:
    groups: dict[str, dict[str, None]] = defaultdict(dict)
    for number, one in enumerate(told):
        for other in told[number + 1 :]:
            same = (one.reporter, one.by(Dimension.STATE)) == (other.reporter, other.by(Dimension.STATE))
            if same and one.period and other.period and one.period.meets(other.period):
                groups[str(one.reporter)] |= {one.id: None, other.id: None}
    return Refusal(Reason.OVERLAP, tuple((k, tuple(v)) for k, v in groups.items())) if groups else None


def _periods(told: Sequence[Observation]) -> Refusal | None:
    """Compare what each reporter's figures cover together; those that follow each other are of one period."""
    whole: dict[tuple[str, str | None], list[Observation]] = defaultdict(list)
    for one in told:
        whole[str(one.reporter), one.by(Dimension.STATE)].append(one)
    named = [(_covered(ones), o.id) for ones in whole.values() for o in ones]
    return _apart(Reason.PERIOD, named)


def _covered(ones: Iterable[Observation]) -> str:
    spans: list[list[int]] = []
    for first, last in sorted((o.period.first.toordinal(), o.period.last.toordinal()) for o in ones if o.period):
        if spans and first <= spans[-1][1] + 1:
            spans[-1][1] = max(spans[-1][1], last)
        else:
            spans.append([first, last])
    return ", ".join(f"{_day(a)} to {_day(b)}" for a, b in spans) or "-"


def _day(ordinal: int) -> str:
    return str(date.fromordinal(ordinal))


def _apart(reason: Reason, named: Iterable[tuple[str, str]]) -> Refusal | None:
    groups: dict[str, list[str]] = defaultdict(list)
    for name, identifier in named:
        groups[name].append(identifier)
    if len(groups) < 2:
        return None
    return Refusal(reason, tuple((name, tuple(ids)) for name, ids in sorted(groups.items())))
