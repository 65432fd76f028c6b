"""Periods of whole years and one day more."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.observation import Observation, Reporter
from tutela.statistics.union.period import Period


def _find(data: Dataset) -> Iterator[Finding]:
    periods: dict[tuple[Reporter, Period], list[Observation]] = {}
    for one in data.observations:
        if one.period is not None and one.amount is not None and _is_a_day_longer(one.period):
            periods.setdefault((one.reporter, one.period), []).append(one)
    for (who, period), rows in periods.items():
        years = period.last.year - period.first.year
        yield Finding(
            "day_twice",
            Severity.NOTE,
            names(rows),
            Formula("%(period)s = %(years)s * 365 %(leap)s+ 1 = %(days)s").of(
                period=period, years=str(years), leap=_leap(period, years), days=str(period.days)
            ),
            Sentence(
                "%(who)s tells figures of the period %(period)s: it ends on the day of the year on which it began, "
                "which a period of the same length before or after it would hold again."
            ).of(who=who, period=period),
            Sentence("Is the last day in it, and in the next period too?"),
        )


def _is_a_day_longer(period: Period) -> bool:
    exact = period.start.day is not None and period.end.day is not None
    ends = (period.first.month, period.first.day) == (period.last.month, period.last.day)
    return exact and ends and period.first.year < period.last.year


def _leap(period: Period, years: int) -> str:
    more = period.days - 1 - 365 * years
    return f"+ {more} " if more else ""


check = Check("day_twice", "Is every day in one period only?", _find)
