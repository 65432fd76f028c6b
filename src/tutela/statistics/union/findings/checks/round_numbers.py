"""Counts that were told in full and look rounded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from math import prod

from tutela.statistics.union.amount import Precision, last_place
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.findings.values import Number, Value
from tutela.statistics.union.measure import BASES
from tutela.statistics.union.observation import Observation

_LEAST, _PLACE = Decimal(1_000), Decimal(100)
_CHANCE = Decimal(1_000)
"""One in so many: as often do the counts of a series end with so many zeros by chance."""

Series = dict[Decimal, list[Observation]]


def _find(data: Dataset) -> Iterator[Finding]:
    told: dict[object, Series] = defaultdict(lambda: defaultdict(list))
    for one in data.observations:
        amount = one.amount
        if amount is not None and amount.precision is Precision.EXACT and one.unit.counts and amount.low >= _LEAST:
            told[one.reporter, BASES.get(one.measure, one.measure), one.breakdown][amount.low].append(one)
    for series in told.values():
        round_ones = {count: rows for count, rows in series.items() if last_place(count) >= _PLACE}
        if len(round_ones) < len(series):
            round_ones = {count: rows for count, rows in round_ones.items() if last_place(count) >= _CHANCE}
        if prod(map(last_place, round_ones)) >= _CHANCE:
            yield _finding(round_ones)


def _finding(series: Series) -> Finding:
    firsts = [rows[0] for rows in series.values()]
    terms, values = [], dict[str, Value]()
    for at, (count, rows) in enumerate(series.items()):
        place = last_place(count)
        terms.append(f"%(n{at})s = %(t{at})s * %(p{at})s")
        values |= {f"n{at}": rows[0], f"t{at}": Number(count / place), f"p{at}": Number(place)}
    return Finding(
        "round_numbers",
        Severity.NOTE,
        names([*firsts, *(one for rows in series.values() for one in rows)]),
        Formula("; ".join(terms)).of(**values),
        Sentence("%(who)s tells as exact what looks rounded: %(counts)s.").of(
            who=firsts[0].reporter, counts=tuple(firsts)
        ),
        Sentence("What is each number in full?"),
    )


check = Check("round_numbers", "Is what looks rounded told as rounded?", _find)
