"""Shares of reports that are far from the shares of the population."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.findings.values import Country, Number
from tutela.statistics.union.measure import Measure
from tutela.statistics.union.observation import Dimension, Observation

_TIMES = 2
_TOO_MANY = Sentence("%(state)s: its share of the reports of %(years)s is more than twice its share of the population.")
_TOO_FEW = Sentence(
    "%(state)s: its share of the reports of %(years)s is less than half of its share of the population."
)
_WHY = Sentence("Is there more or less to report there, or is more or less of it found?")


def _find(data: Dataset) -> Iterator[Finding]:
    for people in data.of(Measure.SHARE_OF_POPULATION):
        state = people.by(Dimension.STATE)
        shares = [o for o in data.of(Measure.SHARE_OF_REPORTS, breakdown=people.breakdown) if o.amount is not None]
        if state is None or people.amount is None or people.amount.high is None or not people.amount.low:
            continue
        more = [o for o in shares if o.amount and o.amount.low > _TIMES * people.amount.high]
        less = [
            o for o in shares if o.amount and o.amount.high is not None and _TIMES * o.amount.high < people.amount.low
        ]
        for found, message in ((more, _TOO_MANY), (less, _TOO_FEW)):
            if found:
                yield _finding(state, found, people, message)


def _finding(state: str, found: list[Observation], people: Observation, message: Sentence) -> Finding:
    values = {f"n{at}": _quotient(one, people) for at, one in enumerate(found)}
    shares = {f"s{at}": one for at, one in enumerate(found)}
    terms = "; ".join(f"%(s{at})s / %(people)s = %(n{at})s" for at in range(len(found)))
    return Finding(
        "population",
        Severity.NOTE,
        names([*found, people]),
        Formula(terms).of(people=people, **values, **shares),
        message.of(state=Country(state), years=tuple(one.period or "-" for one in found)),
        _WHY,
        f"{people.id}~{found[0].id}",
    )


def _quotient(one: Observation, people: Observation) -> Number:
    stated = [o.amount.stated for o in (one, people) if o.amount is not None and o.amount.stated is not None]
    return Number(stated[0] / stated[1], 2)


check = Check("population", "Do shares of the reports fit shares of the population?", _find)
