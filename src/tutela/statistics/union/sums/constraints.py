"""What the figures of one reporter prove: a count in some days lies between two ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tutela.statistics.union.measure import Unit
from tutela.statistics.union.observation import Dimension, Observation
from tutela.statistics.union.sums.question import UNDECIDED, Effect, Question

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Constraint:
    """From `start` to the day before `end`, at least `low` and at most `high`, None where nothing bounds it.

    `by` are the observations that say so.
    """

    start: date
    end: date
    low: Decimal
    high: Decimal | None
    by: tuple[str, ...]


def constraints(question: Question, told: Iterable[Observation]) -> list[Constraint]:
    """Return what observations of one reporter prove of the count that is asked for.

    A period from a month, half or year begins on its first day, one to it ends on its last. A figure of a part, such
    as one gender, bounds the whole from below; a figure of the whole bounds a part from above; genders together bound
    the whole, as a person has one of them. What is in a part for sure is not all of it where others of the same
    breakdown are not stated: each of those may belong to it. A number per month holds for every whole month of its
    period.
    """
    told = [o for o in told if o.measure is question.measure and o.period is not None and o.bounds is not None]
    found: list[Constraint] = []
    genders: dict[tuple[date, date], dict[str, Observation]] = defaultdict(dict)
    wanted = dict(question.by)
    for one in told:
        assert one.period is not None  # noqa: S101 - chosen so above
        about = _about(one)
        effect = question.effect(one)
        part = wanted.items() < about.items()
        whole = about.items() < wanted.items()
        if effect is Effect.OTHER or not (part or whole or about == wanted):
            continue
        below = effect is not Effect.MORE and not whole
        above = effect is not Effect.LESS and not part
        found += _of(question, one, _undecided(wanted, one, told) if above else (), below=below, above=above)
        rest = {k: v for k, v in about.items() if k not in wanted}
        if below and list(rest) == [Dimension.GENDER] and one.unit is question.unit:
            genders[one.period.first, one.period.last].setdefault(rest[Dimension.GENDER], one)
    for (first, last), by_gender in genders.items():
        if len(by_gender) > 1:
            ones = list(by_gender.values())
            low = sum((o.bounds.low for o in ones if o.bounds), Decimal(0))
            found.append(Constraint(first, last + _DAY, low, None, tuple(o.id for o in ones)))
    return found


def _undecided(wanted: dict[Dimension, str], one: Observation, told: Sequence[Observation]) -> tuple[Observation, ...]:
    """Return what may also be of the part that a figure tells: its neighbours whose value is not decided."""
    own = _about(one)
    if own != wanted or one.period is None:
        return ()
    return tuple(
        other
        for other in told
        if other.period is not None
        and (other.period.first, other.period.last, other.unit) == (one.period.first, one.period.last, one.unit)
        and (by := _about(other)).keys() == own.keys()
        and by != own
        and all(by[d] == own[d] or by[d] in UNDECIDED for d in own)
    )


def _about(one: Observation) -> dict[Dimension, str]:
    return {k: v for k, v in one.breakdown if k not in {Dimension.STATE, Dimension.REGION}}


def _of(
    question: Question, one: Observation, more: Sequence[Observation], *, below: bool, above: bool
) -> Iterator[Constraint]:
    assert one.bounds is not None  # noqa: S101 - the caller looked
    assert one.period is not None  # noqa: S101 - the caller looked
    low = one.bounds.low if below else Decimal(0)
    ends = [o.bounds.high if o.bounds else None for o in (one, *more)] if above else [None]
    high = None if None in ends else sum((e for e in ends if e is not None), Decimal(0))
    first, end = one.period.first, one.period.last + _DAY
    if one.unit is question.unit:
        yield from _ends(first, end, low, high, one, more)
    elif one.unit is Unit.REPORTS_PER_MONTH and question.unit is Unit.REPORTS:
        month = first.replace(day=1)
        while month < end:
            following = (month + 31 * _DAY).replace(day=1)
            whole = first <= month and following <= end
            yield Constraint(max(month, first), min(following, end), low if whole else Decimal(0), high, (one.id,))
            month = following


def _ends(
    first: date, end: date, low: Decimal, high: Decimal | None, one: Observation, more: Sequence[Observation]
) -> Iterator[Constraint]:
    """Both ends by one figure, or the upper one by it and its neighbours, so that each names what it rests on."""
    if not any(o.bounds is None or o.bounds.high != 0 for o in more):
        yield Constraint(first, end, low, high, (one.id,))
        return
    yield Constraint(first, end, low, None, (one.id,))
    yield Constraint(first, end, Decimal(0), high, (one.id, *(o.id for o in more)))
