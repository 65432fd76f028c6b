"""Totals of parts that are of different periods."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity


def _find(data: Dataset) -> Iterator[Finding]:
    for relation in data.sums:
        total = data.by_id[relation.total]
        parts = [o for name in relation.parts if (o := data.by_id[name]).amount is not None and o.period is not None]
        # Parts of one reporter may follow each other; those of several are only added where they are of the same days.
        periods = sorted({(o.period.first, o.period.last) for o in parts if o.period is not None})
        if total.amount is None or len({o.reporter for o in parts}) < 2 or len(periods) < 2:
            continue
        spans = ", ".join(f"{first} to {last}" for first, last in periods)
        caveats = sorted({c.value.replace("_", " ") for o in parts for c in o.caveats})
        yield Finding(
            "mixed_periods",
            Severity.DOUBT,
            (total.id, *(o.id for o in parts)),
            f"{len(parts)} parts are of {len(periods)} different periods: {spans}"
            + (f"; caveats on parts: {', '.join(caveats)}" if caveats else ""),
            "A total adds values of different periods: it is the number of no period at all.",
            "What are the parts for one common period?",
        )


check = Check("mixed_periods", "Are the parts of a total of the same period?", _find)
