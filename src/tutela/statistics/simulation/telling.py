"""What a Member State and NCMEC send in: figures in their own form, as files that the real reader reads."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from tutela.events.catalogue.authority import Kept
from tutela.statistics.authority.statement import Statement
from tutela.statistics.authority.submission import dataset, submission
from tutela.statistics.publishing.delimited import as_csv
from tutela.statistics.simulation.practice import How, Practice
from tutela.statistics.union.amount import Amount, Precision, about, at_least, between, last_place, rounded
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.dataset_file import written
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Dimension, Observation
from tutela.statistics.union.period import Period
from tutela.statistics.union.publishing.as_csv import observations_as_csv
from tutela.statistics.union.publishing.as_sdmx import observations_as_sdmx

TOTALS: Mapping[Measure, Kept] = {
    Measure.REPORTS_RECEIVED: "reports",
    Measure.CHILDREN_IDENTIFIED: "victims",
    Measure.CONVICTIONS: "convictions",
}
_STEP = Decimal(10)
_COLUMNS = ("measure", "unit", "period", *(d.value for d in Dimension), "caveats", "status", "value")


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it is sent, and of which period it is."""

    name: str
    content: bytes
    period: Period


def figures(statements: Sequence[Statement], state: str, practice: Practice, as_of: date) -> list[Dataset]:
    """Return a state's figures of each of its periods, as its register gives them on a day.

    They are those of reports, children and convictions; their parts too where the state tells parts.
    """
    made = datetime.combine(as_of, time(15), UTC)
    found = []
    for period in practice.periods:
        data = dataset(submission(statements, state, period, as_of, made))
        kept = tuple(o for o in data.observations if o.measure in TOTALS and (practice.parts or not o.breakdown))
        ids = {o.id for o in kept}
        sums = tuple(s for s in data.sums if s.total in ids and ids.issuperset(s.parts))
        found.append(replace(data, observations=kept, sums=sums))
    return found


def told(rng: random.Random, data: Dataset, practice: Practice, months: Sequence[date]) -> Dataset:
    """Return the figures as the state tells them; `months` are the days on which its register has a report."""
    hows = dict(practice.how)
    changed = []
    for one in data.observations:
        how = hows.get(TOTALS[one.measure]) if one.measure in TOTALS and not one.breakdown else None
        changed.append(one if how is None else _told(rng, one, how, months))
    return replace(data, observations=tuple(changed))


def sent(data: Dataset, practice: Practice) -> Sent:
    """Return the figures of one period as a file."""
    period = next(o.period for o in data.observations if o.period is not None)
    content: bytes | str
    match practice.form:
        case "dataset":
            name, content = "figures.json", written(data)
        case "csv":
            name, content = "figures.csv", observations_as_csv(data)
        case "sdmx":
            name, content = "figures.sdmx.csv", observations_as_sdmx(data.observations)
        case _:
            name, content = "table.csv", table(data.observations)
    stem, _, tail = name.partition(".")
    name = f"{stem}-{str(period).replace('/', '_')}.{tail}"
    return Sent(name, content.encode() if isinstance(content, str) else content, period)


def table(observations: Iterable[Observation]) -> str:
    """Return a table as people fill one in, with words where an amount is not exact."""
    return as_csv([_COLUMNS, *(_line(o) for o in observations)])


def _line(one: Observation) -> list[str]:
    by = dict(one.breakdown)
    return [
        one.measure.value,
        one.unit.value,
        str(one.period),
        *(by.get(d, "") for d in Dimension),
        ";".join(c.value for c in one.caveats),
        "" if one.amount else one.status.value,
        _words(one.amount) if one.amount else "",
    ]


def _words(amount: Amount) -> str:
    match amount.precision:
        case Precision.EXACT:
            return str(amount.low)
        case Precision.ABOUT:
            return f"ca {amount.stated}"
        case Precision.AT_LEAST:
            return f"over {amount.low}"
        case _:
            return f"{amount.low} to {amount.high}"


def _told(rng: random.Random, one: Observation, how: How, days: Sequence[date]) -> Observation:
    amount = one.amount
    if amount is None or amount.precision is not Precision.EXACT:
        return one
    number = amount.low
    near = (number / _STEP).to_integral_value() * _STEP
    match how:
        case "about" if near > 0:
            # Who writes `ca 100` may mean 95 or 140: the interval is that of the last place that is not zero.
            return replace(one, value=about(near, last_place(near), whole=True))
        case "rounded" if near > 0:
            return replace(one, value=rounded(near, _STEP, whole=True))
        case "at_least":
            return replace(one, value=at_least(number // _STEP * _STEP))
        case "range":
            most = max(2, int(number) // 4)
            return replace(
                one, value=between(max(Decimal(0), number - rng.randint(0, most)), number + rng.randint(1, most))
            )
        case "monthly" if one.period is not None:
            counts = _by_month(one.period, days)
            return replace(one, unit=Unit.REPORTS_PER_MONTH, value=between(min(counts), max(counts)))
    return one


def _by_month(period: Period, days: Sequence[date]) -> list[int]:
    counts, month = [], period.first.replace(day=1)
    while month < period.end_day:
        after = (month + timedelta(days=31)).replace(day=1)
        counts.append(sum(month <= day < after for day in days))
        month = after
    return counts
