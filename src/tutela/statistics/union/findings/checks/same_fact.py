"""One fact that is told twice, with different figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.measure import BASES
from tutela.statistics.union.observation import Observation


def _find(data: Dataset) -> Iterator[Finding]:
    facts: dict[object, list[Observation]] = defaultdict(list)
    for one in data.observations:
        if one.amount is not None and one.period is not None:
            measure = BASES.get(one.measure, one.measure)
            facts[one.reporter, measure, one.unit, one.period, one.breakdown].append(one)
    for first, *others in facts.values():
        differ = [o for o in others if first.amount and o.amount and not first.amount.meets(o.amount)]
        if differ and first.period:
            yield Finding(
                "same_fact",
                Severity.CONTRADICTION,
                names([first, *differ]),
                Formula("%(first)s ≠ %(others)s").of(first=first, others=tuple(differ)),
                Sentence("%(who)s tells one fact of %(period)s twice, with different figures: %(what)s (%(unit)s).").of(
                    who=first.reporter, period=first.period, what=first.measure, unit=first.unit
                ),
                Sentence("Which of both is it, or do they count different things?"),
            )


check = Check("same_fact", "Is a fact that is told twice the same both times?", _find)
