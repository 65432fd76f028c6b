"""Totals of parts that are of different periods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.findings.values import Value
from tutela.statistics.union.observation import Caveat, Observation
from tutela.statistics.union.period import Period

Parts = list[Observation]


def _find(data: Dataset) -> Iterator[Finding]:
    # One row of a table has a total in several columns, and is one finding.
    rows: dict[object, list[tuple[Observation, Parts]]] = defaultdict(list)
    for relation in data.sums:
        total = data.by_id[relation.total]
        parts = [o for name in relation.parts if (o := data.by_id[name]).amount is not None and o.period is not None]
        # Parts of one reporter may follow each other; those of several are only added where they are of the same days.
        if total.amount is not None and len({o.reporter for o in parts}) > 1 and len(_periods(parts)) > 1:
            rows[total.reporter, total.measure, total.unit, total.period].append((total, parts))
    for row in rows.values():
        yield _finding(sorted(row, key=lambda one: -len(one[1])))


def _finding(row: Sequence[tuple[Observation, Parts]]) -> Finding:
    parts = row[0][1]
    carried = {c for o in parts for c in o.caveats}
    caveats = tuple(c for c in Caveat if c in carried)
    count, periods = str(len(parts)), _periods(parts)
    terms, values = [], dict[str, Value]()
    for at, (total, added) in enumerate(row):
        terms.append(f"%(t{at})s = Σ %(n{at})s")
        values |= {f"t{at}": total, f"n{at}": str(len(added))}
    message = _WITH_CAVEATS if caveats else _PLAIN
    return Finding(
        "mixed_periods",
        Severity.DOUBT,
        names([row[0][0], *(o for total, added in row for o in (total, *added))]),
        Formula("; ".join([*terms, "%(periods)s"])).of(periods=periods, **values),
        message.of(parts=count, n=str(len(periods)), **({"caveats": caveats} if caveats else {})),
        Sentence("What are the parts for one common period?"),
    )


def _periods(parts: Parts) -> tuple[Period, ...]:
    days = sorted({(o.period.first, o.period.last) for o in parts if o.period is not None})
    return tuple(Period.of_days(first, last) for first, last in days)


_PLAIN = Sentence("A total adds %(parts)s values of %(n)s different periods: it is the number of no period at all.")
_WITH_CAVEATS = Sentence(
    "A total adds %(parts)s values of %(n)s different periods: it is the number of no period at all. Parts carry "
    "caveats: %(caveats)s."
)


check = Check("mixed_periods", "Are the parts of a total of the same period?", _find)
