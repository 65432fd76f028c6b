"""A row on its way in, from readings to observations, and on its way out, from observations to a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tutela.statistics.figure import Status
from tutela.statistics.union.amount import Amount
from tutela.statistics.union.dataset import Dataset, Note, Ratio, Sum
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Caveat, Dimension, Missing, Observation, Reporter, Source
from tutela.statistics.union.period import Period
from tutela.statistics.union.tables.labels import TOTAL

UNION = Reporter("union", "EU")
Breakdown = tuple[tuple[Dimension, str], ...]


@dataclass
class RowIn:
    """What the columns of one row add to. `sources` are its places by column key; `missing` why a dash stands there."""

    table: int
    code: str
    reporter: Reporter
    periods: tuple[Period, ...]
    sources: dict[str, tuple[Source, ...]]
    missing: Status = Status.NOT_REPORTED
    caveats: tuple[Caveat, ...] = ()
    observations: list[Observation] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def place(self, column: str) -> str:
        """Return the id of a cell, `8.SE.female`."""
        return f"{self.table}.{self.code}.{column}"

    def add(
        self,
        column: str,
        measure: Measure,
        unit: Unit,
        value: Amount | Missing,
        period: Period | None,
        breakdown: Breakdown = (),
        suffix: str = "",
        reporter: Reporter | None = None,
    ) -> str:
        """Add an observation and return its id."""
        one = Observation(
            id=self.place(column) + suffix,
            reporter=reporter or self.reporter,
            measure=measure,
            unit=unit,
            period=period,
            value=value,
            sources=self.sources[column],
            breakdown=tuple(sorted(breakdown)),
            caveats=self.caveats,
        )
        self.observations.append(one)
        return one.id


@dataclass(frozen=True)
class RowOut:
    """A row to write: of a reporter, or of all `reporters` together where there is none."""

    data: Dataset
    table: int
    year: int | None
    reporter: Reporter | None
    reporters: Sequence[Reporter]

    @property
    def code(self) -> str:
        """Its key: the reporter's code, or `total`."""
        return self.reporter.code if self.reporter else TOTAL

    def cells(
        self,
        measure: Measure,
        *,
        reporter: Reporter | None = None,
        unit: Unit | None = None,
        breakdown: Breakdown | None = None,
        year: int | None = None,
    ) -> list[Observation]:
        """Return the observations of the row that were told as cells."""
        return self.data.of(
            measure, reporter or self.reporter, unit=unit, breakdown=breakdown, year=year or self.year, prose=False
        )
