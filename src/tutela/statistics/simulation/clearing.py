"""What NCMEC tells: how many reports it sent to each Member State, by year or by shorter periods."""

from __future__ import annotations

import random
from collections.abc import Sequence

from tutela.statistics.simulation.telling import Sent, table
from tutela.statistics.simulation.world import WHOLE, Sending
from tutela.statistics.union.amount import exact
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.members import MEMBERS
from tutela.statistics.union.observation import Dimension, Observation, Reporter, Source
from tutela.statistics.union.period import Period

NCMEC = Reporter("body", "ncmec")
_PERIODS = (
    ("2022", "2023"),
    ("2022", "2023"),
    ("2022-H1", "2022-H2", "2023-H1", "2023-H2"),
    ("2022", "2022-08/2023-07", "2023"),
)


def observed(rng: random.Random, sendings: Sequence[Sending]) -> tuple[Observation, ...]:
    """Return what NCMEC tells of each Member State."""
    found = []
    for period in map(Period.parse, rng.choice(_PERIODS)):
        for code in MEMBERS:
            number = sum(s.state == code and period.first <= s.on <= period.last for s in sendings)
            found.append(
                Observation(
                    id=f"sent.{code}.{str(period).replace('/', '_')}",
                    reporter=NCMEC,
                    measure=Measure.REPORTS_SENT,
                    unit=Unit.REPORTS,
                    period=period,
                    value=exact(number),
                    sources=(Source("ncmec.csv", "en", words=code),),
                    breakdown=((Dimension.STATE, code),),
                )
            )
    return tuple(found)


def sent(observations: Sequence[Observation]) -> Sent:
    """Return the figures as a file."""
    return Sent("ncmec.csv", table(observations).encode(), WHOLE)
