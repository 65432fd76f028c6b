"""Totals whose period does not cover that of their parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import names
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.observation import Observation, Reporter
from tutela.statistics.union.period import Period


def _find(data: Dataset) -> Iterator[Finding]:
    # One row of a table has a total in several columns, and is one finding.
    rows: dict[tuple[Reporter, Period, Reporter, Period], list[Observation]] = defaultdict(list)
    for relation in data.sums:
        total = data.by_id[relation.total]
        for name in relation.parts:
            part = data.by_id[name]
            if total.period is None or part.period is None or part.amount is None or total.period.covers(part.period):
                continue
            rows[total.reporter, total.period, part.reporter, part.period] += [total, part]
    for (_, whole, who, period), found in rows.items():
        yield Finding(
            "period_cover",
            Severity.CONTRADICTION,
            names([*found[::2], *found[1::2]]),
            Formula("%(part)s ⊄ %(whole)s").of(part=period, whole=whole),
            Sentence(
                "A total of the period %(whole)s has a part of %(who)s of the period %(part)s, which it does not cover."
            ).of(whole=whole, who=who, part=period),
            Sentence("Is the period of the total wrong, or does the part belong into another?"),
            f"{found[0].id}~{found[1].id}",
        )


check = Check("period_cover", "Does the period of a total cover its parts?", _find)
