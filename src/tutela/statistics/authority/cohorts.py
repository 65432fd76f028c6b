"""What came of the reports of a year so far: investigations, and the convictions that go back to them.

An investigation, with all that were merged into it, belongs to the year of its earliest report, so that each belongs to
one year and the convictions of all years, with those of no report, are all there are. A conviction is direct where the
report was part of the very investigation that it ended, and that began with a report; where it goes through a merger,
or the investigation began otherwise, it is indirect.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from tutela.statistics.authority.register import Conviction, Register, Report
from tutela.statistics.authority.spells import Spell, incidence
from tutela.statistics.figure import Rate
from tutela.statistics.interval import exact_rate

YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class Lag:
    """Days from the first report to the conviction."""

    least: int
    median: float
    most: int


@dataclass(frozen=True, slots=True)
class Within:
    """The share of investigations with a conviction within so many years, None where it cannot be known yet."""

    years: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Thread:
    """Investigations that became one, with their reports, the earliest first, and convictions."""

    id: str
    investigations: tuple[str, ...]
    reports: tuple[Report, ...]
    convictions: tuple[Conviction, ...]


@dataclass(frozen=True, slots=True)
class Cohort:
    """The reports of a year, and what the register knows of them on a day.

    `not_investigated`: reports in no investigation. `elsewhere`: reports in investigations that belong to an earlier
    year. Of the investigations of this year: `open` may still end in a conviction (they are censored), `closed` ended
    without one. `share` is with 95 % bounds, of all of them, as of the day. `before_report`: convictions dated before
    the first report, which have no lag.
    """

    year: int
    reports: int
    not_investigated: int
    elsewhere: int
    investigations: int
    convicted: int
    open: int
    closed: Mapping[str, int]
    convictions: int
    direct: int
    indirect: int
    not_final: int
    persons_least: int
    persons_most: int
    before_report: int
    lag: Lag | None
    share: Rate | None
    within: tuple[Within, ...]


class Cohorts:
    """The threads of the register as it stands on a day, by the year of their first report."""

    def __init__(self, register: Register) -> None:
        self._register = register

    @cached_property
    def threads(self) -> Sequence[Thread]:
        """Every investigation with those that were merged into it."""
        register = self._register
        together: dict[str, list[str]] = {}
        for one in register.investigations:
            together.setdefault(register.goes_on_in(one), []).append(one)
        of: dict[str, list[Conviction]] = {}
        for conviction in register.convictions.values():
            began = conviction.said.investigation
            if conviction.quashed is None and began is not None and began in register.investigations:
                of.setdefault(register.goes_on_in(began), []).append(conviction)
        return tuple(
            Thread(
                root,
                tuple(sorted(ids)),
                tuple(
                    sorted(
                        (register.reports[r] for r in {r for i in ids for r in register.investigations[i].reports}),
                        key=lambda r: r.place,
                    )
                ),
                tuple(sorted(of.get(root, ()), key=lambda c: (c.said.on, c.id))),
            )
            for root, ids in sorted(together.items())
        )

    @cached_property
    def of_no_report(self) -> tuple[Conviction, ...]:
        """The convictions that lead back to no report in the register."""
        linked = {c.id for thread in self.threads if thread.reports for c in thread.convictions}
        every = self._register.convictions.values()
        return tuple(c for c in every if c.quashed is None and c.id not in linked)

    @property
    def years(self) -> list[int]:
        """The years in which reports came."""
        return sorted({r.on.year for r in self._register.reports.values()})

    def of_year(self, year: int) -> Cohort:
        """Return what came of the reports of a calendar year."""
        reports = [r for r in self._register.reports.values() if r.on.year == year]
        containing = self._register.containing
        own = [thread for thread in self.threads if thread.reports and thread.reports[0].on.year == year]
        inside = {r.id for thread in own for r in thread.reports}
        spells = [self._spell(thread) for thread in own]
        ends = Counter(spell.end for spell in spells)
        convictions = [(thread, c) for thread in own for c in thread.convictions]
        direct = sum(self._is_direct(thread, c) for thread, c in convictions)
        lags = [(c.said.on - thread.reports[0].on).days for thread, c in convictions]
        after = [lag for lag in lags if lag >= 0]
        persons = {c.said.person for _, c in convictions if c.said.person is not None}
        nameless = sum(c.said.person is None for _, c in convictions)
        longest = max(((self._register.as_of - thread.reports[0].on).days for thread in own), default=0)
        return Cohort(
            year=year,
            reports=len(reports),
            not_investigated=sum(r.id not in containing for r in reports),
            elsewhere=sum(r.id in containing and r.id not in inside for r in reports),
            investigations=len(own),
            convicted=ends["convicted"],
            open=ends["open"],
            closed=self._closed(own, spells),
            convictions=len(convictions),
            direct=direct,
            indirect=len(convictions) - direct,
            not_final=sum(c.finality != "final" for _, c in convictions),
            persons_least=len(persons) or min(1, nameless),
            persons_most=len(persons) + nameless,
            before_report=len(lags) - len(after),
            lag=Lag(min(after), float(median(after)), max(after)) if after else None,
            share=exact_rate(ends["convicted"], len(own)),
            within=tuple(
                Within(years, incidence(spells, years * YEAR_DAYS)) for years in range(1, longest // YEAR_DAYS + 1)
            ),
        )

    def _closed(self, own: Sequence[Thread], spells: Sequence[Spell]) -> Mapping[str, int]:
        found: Counter[str] = Counter()
        for thread, spell in zip(own, spells, strict=True):
            closed = self._register.investigations[thread.id].closed
            if spell.end == "closed" and closed is not None:
                found[closed.reason] += 1
        return dict(sorted(found.items()))

    def _spell(self, thread: Thread) -> Spell:
        start = thread.reports[0].on
        later = [c.said.on for c in thread.convictions if c.said.on >= start]
        if later:
            return Spell((min(later) - start).days, "convicted")
        closed = self._register.investigations[thread.id].closed
        # One that ended with a prosecution is in court, and may still end in a conviction.
        if closed is not None and closed.reason != "charged":
            return Spell(max(0, (closed.on - start).days), "closed")
        return Spell((self._register.as_of - start).days, "open")

    def _is_direct(self, thread: Thread, conviction: Conviction) -> bool:
        own = self._register.investigations.get(conviction.said.investigation or "")
        return own is not None and bool(own.reports) and own.id == thread.id and conviction.said.referral == "report"
