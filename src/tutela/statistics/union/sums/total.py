"""The bounds of a total: those of each reporter, added."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from tutela.statistics.union.amount import Amount, between
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.observation import Caveat, Observation
from tutela.statistics.union.sums.constraints import constraints
from tutela.statistics.union.sums.question import DISTINCT, Question, about, subjects
from tutela.statistics.union.sums.span import UNBOUNDED, Contradictory, Span, span


@dataclass(frozen=True, slots=True)
class Share:
    """What one reporter's figures prove; `contradictory` are those that cannot all be true, and then nothing is."""

    code: str
    span: Span
    told: tuple[str, ...]
    contradictory: tuple[str, ...] = ()

    @property
    def amount(self) -> Amount:
        """The bounds as an amount."""
        return between(self.span.low, self.span.high)


@dataclass(frozen=True, slots=True)
class Total:
    """What is proved of a total. `caveats` are those on figures that were taken as they were told.

    It holds if every figure that it rests on is what it says it is. Persons are counted once for each reporter that
    identified them.
    """

    question: Question
    shares: tuple[Share, ...]
    caveats: tuple[Caveat, ...]

    @property
    def low(self) -> Decimal:
        """At least so many."""
        return sum((s.span.low for s in self.shares), Decimal(0))

    @property
    def high(self) -> Decimal | None:
        """At most so many; None where a reporter has no upper end."""
        ends = [s.span.high for s in self.shares]
        return None if None in ends else sum((e for e in ends if e is not None), Decimal(0))

    @property
    def amount(self) -> Amount:
        """Both ends."""
        return between(self.low, self.high)

    @property
    def unbounded(self) -> tuple[str, ...]:
        """Of whom nothing bounds the number from above."""
        return tuple(s.code for s in self.shares if s.span.high is None)

    @property
    def bounded(self) -> Amount | None:
        """What all others together have, None where there are none."""
        known = [s.span for s in self.shares if s.span.high is not None]
        return between(*_ends(known)) if known else None


def total(data: Dataset, question: Question) -> Total:
    """Return the sharpest bounds that the figures of a data set prove, each reporter by itself."""
    told: dict[str, list[Observation]] = defaultdict(list)
    for one in data.of(question.measure):
        if (code := about(one, question.whose)) is not None:
            told[code].append(one)
    shares = tuple(_share(question, code, told[code]) for code in subjects(data, question.measure, question.whose))
    used = {name for s in shares for step in (*s.span.low_steps, *s.span.high_steps) for name in step.by}
    carried = {c for name in used for c in data.by_id[name].caveats if c not in question.without}
    return Total(question, shares, tuple(c for c in Caveat if c in carried))


def _share(question: Question, code: str, told: list[Observation]) -> Share:
    names = tuple(o.id for o in told if o.bounds is not None)
    start, end = question.period.first, question.period.last + timedelta(days=1)
    try:
        found = span(constraints(question, told), start, end, distinct=question.unit in DISTINCT)
    except Contradictory as error:
        return Share(code, UNBOUNDED, names, error.by)
    return Share(code, found, names)


def _ends(spans: list[Span]) -> tuple[Decimal, Decimal]:
    return sum((s.low for s in spans), Decimal(0)), sum((s.high for s in spans if s.high is not None), Decimal(0))
