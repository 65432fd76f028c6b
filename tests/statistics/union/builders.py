"""Observations and data sets for tests, in one line each."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tutela.statistics.figure import Status
from tutela.statistics.union.amount import Amount, exact, rounded
from tutela.statistics.union.dataset import Dataset, Partition, Ratio, Sum
from tutela.statistics.union.findings.finding import Finding
from tutela.statistics.union.findings.registry import checks
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Dimension, Missing, Observation, Reporter, Source
from tutela.statistics.union.period import Period

SOURCE = (Source("Document", "en", words="somewhere in it"),)


def told(
    name: str,
    value: int | Decimal | Amount | Status | Missing,
    measure: Measure = Measure.REPORTS_RECEIVED,
    *,
    who: str = "state:SE",
    unit: Unit = Unit.REPORTS,
    when: str | None = "2022",
    prose: bool = False,
    **by: str,
) -> Observation:
    """Return an observation."""
    if isinstance(value, Status):
        known: Amount | Missing = Missing(value)
    else:
        known = value if isinstance(value, Amount | Missing) else exact(value)
    return Observation(
        id=name,
        reporter=Reporter.parse(who),
        measure=measure,
        unit=unit,
        period=Period.parse(when) if when else None,
        value=known,
        sources=SOURCE,
        breakdown=tuple(sorted((Dimension(k), v) for k, v in by.items())),
        prose=prose,
    )


def percent(text: str) -> Amount:
    """Return a percentage as it is written, such as `12.8`."""
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    return rounded(number, Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0))


def dataset(
    *observations: Observation,
    sums: Sequence[Sum] = (),
    ratios: Sequence[Ratio] = (),
    partitions: Sequence[Partition] = (),
) -> Dataset:
    """Return a data set."""
    return Dataset("test", "Document", (2021, 2022), observations, tuple(ratios), tuple(sums), tuple(partitions))


def found(check: str, data: Dataset) -> list[Finding]:
    """Return what one check finds."""
    (one,) = [c for c in checks() if c.id == check]
    return list(one.find(data))


def numbers(*some: Decimal | None) -> list[float | None]:
    """Return numbers that compare with those that a test writes down."""
    return [None if one is None else float(one) for one in some]
