"""The submission of a Member State under Article 8(1): figures, what to know of them, and observations of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Literal

from tutela.statistics.authority.caveats import Shown, shown
from tutela.statistics.authority.cohorts import Cohort, Cohorts
from tutela.statistics.authority.counted import Counted
from tutela.statistics.authority.figures import Extraction, extract
from tutela.statistics.authority.statement import Statement
from tutela.statistics.figure import Status
from tutela.statistics.small_counts import SmallCounts
from tutela.statistics.union.dataset import Dataset, Sum
from tutela.statistics.union.members import MEMBERS
from tutela.statistics.union.observation import Caveat, Dimension, Observation, Reporter, Source
from tutela.statistics.union.period import Period


@dataclass(frozen=True, slots=True)
class Submission:
    """What is submitted. `up_to` is the number of the last event that the register knew.

    With a `rule` it is a publication: what may be told to everybody. Without one it is for the Commission.
    """

    state: str
    extraction: Extraction
    figures: tuple[Counted, ...]
    caveats: tuple[Shown, ...]
    cohorts: tuple[Cohort, ...]
    of_no_report: int
    made_at: datetime
    up_to: int
    rule: SmallCounts | None = None

    @property
    def period(self) -> Period:
        """The period that it is about."""
        return self.extraction.period

    @property
    def document(self) -> str:
        """How it is named as a source."""
        return f"Article 8 {self.form} of {self.state}, {self.period}, as of {self.extraction.as_of}"

    @property
    def form(self) -> Literal["submission", "publication"]:
        """For whom it is: the Commission, or everybody."""
        return "publication" if self.rule else "submission"


def submission(
    statements: Iterable[Statement], state: str, period: Period, as_of: date, made_at: datetime
) -> Submission:
    """Return the submission of a Member State (ISO 3166). Raises ValueError for one that is none."""
    if state not in MEMBERS:
        raise ValueError(f"{state} is no Member State: there are {', '.join(sorted(MEMBERS))} (Greece is GR)")
    return drawn(statements, state, period, as_of, made_at)


def drawn(statements: Iterable[Statement], state: str, period: Period, as_of: date, made_at: datetime) -> Submission:
    """Return the same to be looked at, of a register that need not say of which Member State it is."""
    every = tuple(statements)
    extraction = extract(every, period, as_of)
    # As it stood when the period was over, or on the day itself where that is earlier.
    earlier = extract(every, period, min(as_of, period.last), rules=False)
    cohorts = Cohorts(extraction.register)
    known = extraction.register.known
    return Submission(
        state,
        extraction,
        extraction.figures,
        shown(extraction, earlier),
        tuple(cohorts.of_year(year) for year in cohorts.years if year <= period.last.year),
        len(cohorts.of_no_report),
        made_at,
        known[-1].sequence if known else 0,
    )


def dataset(one: Submission) -> Dataset:
    """Return the submission as a data set of the Union: each figure an observation, each breakdown a sum."""
    prefix = f"{one.state}.{str(one.period).replace('/', '_')}"
    reporter = Reporter("state", one.state)
    observations = tuple(
        Observation(
            id=f"{prefix}.{figure.id}",
            reporter=reporter,
            measure=figure.measure,
            unit=figure.unit,
            period=one.period,
            value=figure.value,
            sources=(Source(one.document, "en", words=figure.id),),
            breakdown=figure.breakdown,
            caveats=tuple(sorted({c.caveat for c in one.caveats if _is_about(c, figure)})),
        )
        for figure in one.figures
    )
    return Dataset(
        id=f"article8-{one.state.lower()}-{one.period.first}-{one.period.last}" + ("-publication" if one.rule else ""),
        title=one.document,
        years=tuple(one.period.years()),
        observations=observations,
        sums=tuple(_sums(one.figures, prefix)),
    )


_SETTLED = {
    (Dimension.SETTING, "online"): frozenset({Caveat.ONLINE_AND_OFFLINE}),
    (Dimension.CHANNEL, "report"): frozenset({Caveat.SOURCE_NOT_SEPARATED, Caveat.OTHER_PATHS}),
    (Dimension.FINALITY, "final"): frozenset({Caveat.NOT_FINAL}),
    (Dimension.SERVICE, "interpersonal_communications"): frozenset({Caveat.OTHER_SERVICES_POSSIBLE}),
    (Dimension.KIND, "no"): frozenset({Caveat.SELF_GENERATED}),
    (Dimension.GENDER, "female"): frozenset({Caveat.GENDER_NOT_SEPARATED}),
    (Dimension.GENDER, "male"): frozenset({Caveat.GENDER_NOT_SEPARATED}),
}
"""What a part settles by being that part: of what is online, online and offline are told apart."""


def _is_about(caveat: Shown, figure: Counted) -> bool:
    """A caveat of a total is one of its parts too, but for the part that settles it: girls may be of abuse offline."""
    of = "convictions" if figure.id == "persons" else figure.id.partition(".")[0]
    settled = (_SETTLED.get(one, frozenset()) for one in figure.breakdown)
    return of == caveat.figure and not any(caveat.caveat in some for some in settled)


def _sums(figures: Iterable[Counted], prefix: str) -> Iterable[Sum]:
    told = {Status.VALUE, Status.SUPPRESSED}
    parts = [f for f in figures if f.breakdown and f.status in told and f.whole]
    for (total, by), found in groupby(parts, key=lambda f: tuple(f.id.split(".")[:2])):
        yield Sum(f"{prefix}.{total}", tuple(f"{prefix}.{total}.{by}.{f.id.split('.', 2)[2]}" for f in found))
