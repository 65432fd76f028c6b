"""What the published methods say and what Tutela proves, held against what is true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tutela.statistics.simulation import published, truths
from tutela.statistics.simulation.questions import YEAR, asked
from tutela.statistics.simulation.truths import Regime
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.sums.coverage import coverage
from tutela.statistics.union.sums.total import Total, total
from tutela.statistics.union.sums.wrongly_flagged import wrongly_flagged

_PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True)
class Part:
    """The bounds of one Member State or provider, and what is true of it. None is no end."""

    code: str
    truth: Decimal
    low: Decimal | None
    high: Decimal | None

    @property
    def holds(self) -> bool:
        """Whether the truth lies between the bounds."""
        return (self.low is None or self.low <= self.truth) and (self.high is None or self.truth <= self.high)


@dataclass(frozen=True, slots=True)
class Held:
    """One question: the truth, what is published, the bounds, and those of each Member State or provider.

    Numbers, or percentages where `percent`. `contradictory` are those whose own figures cannot all be true.
    """

    id: str
    truth: Decimal
    published: Decimal | None
    low: Decimal
    high: Decimal | None
    parts: tuple[Part, ...]
    contradictory: tuple[str, ...] = ()
    percent: bool = False

    @property
    def holds(self) -> bool:
        """Whether the truth lies between the bounds of the total."""
        return self.low <= self.truth and (self.high is None or self.truth <= self.high)

    @property
    def missed(self) -> tuple[str, ...]:
        """Of whom the truth lies outside its bounds."""
        return tuple(p.code for p in self.parts if not p.holds)

    @property
    def off_by(self) -> Decimal | None:
        """How far what is published lies from the truth."""
        return None if self.published is None else self.published - self.truth

    @property
    def width(self) -> Decimal | None:
        """How far the bounds lie apart, None where there is no upper one."""
        return None if self.high is None else self.high - self.low


def held(regime: Regime, data: Dataset) -> tuple[Held, ...]:
    """Return every question with its answers."""
    return (*_totals(regime, data), _coverage(regime, data), _errors(regime, data))


def _totals(regime: Regime, data: Dataset) -> Iterator[Held]:
    for one in asked():
        question = one.question
        proved = total(data, question)
        codes = _codes(regime, proved)
        truth = {code: Decimal(one.true(regime, code, question.period)) for code in codes}
        yield Held(
            one.id,
            sum(truth.values(), Decimal(0)),
            published.added(data, question),
            proved.low,
            proved.high if len(proved.shares) == len(codes) else None,
            tuple(Part(s.code, truth[s.code], s.span.low, s.span.high) for s in proved.shares),
            tuple(s.code for s in proved.shares if s.contradictory),
        )


def _codes(regime: Regime, proved: Total) -> list[str]:
    """Of whom the truth is: every Member State, or every provider, also one that told nothing of it."""
    if proved.question.whose == "provider":
        return [p.code for p in regime.world.providers]
    return list(regime.world.states)


def _coverage(regime: Regime, data: Dataset) -> Held:
    parts = []
    *rows, union = coverage(data, YEAR)
    for row in rows:
        sent = truths.sent(regime, row.code, YEAR)
        if sent:
            ratio = _PERCENT * truths.received(regime, row.code, YEAR) / sent
            parts.append(Part(row.code, ratio, row.low, row.high))
    sent, received = (
        sum(of(regime, code, YEAR) for code in regime.world.states) for of in (truths.sent, truths.received)
    )
    truth = _PERCENT * received / sent if sent else Decimal(0)
    return Held(
        "coverage", truth, published.received_of_sent(data, YEAR), union.low or Decimal(0),
        union.high if sent else None, tuple(parts), percent=True,
    )  # fmt: skip


def _errors(regime: Regime, data: Dataset) -> Held:
    every = [p.code for p in regime.world.providers]
    wrong, flagged = (sum(of(regime, code, YEAR) for code in every) for of in (truths.wrongly_flagged, truths.flagged))
    proved = wrongly_flagged(data, "known", YEAR)
    parts = []
    for row in proved.providers:
        own = truths.flagged(regime, row.code, YEAR)
        if own:
            ratio = _PERCENT * truths.wrongly_flagged(regime, row.code, YEAR) / own
            parts.append(Part(row.code, ratio, row.low, row.high))
    return Held(
        "error_rate", _PERCENT * wrong / flagged if flagged else Decimal(0), published.error_rate(data, YEAR),
        proved.low or Decimal(0), proved.high if flagged else None, tuple(parts), percent=True,
    )  # fmt: skip
