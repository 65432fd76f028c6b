"""A number of the whole Union that a body tells, against what the figures of the Member States prove."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import number, told
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.observation import Dimension, Observation
from tutela.statistics.union.sums.question import STRICT, NotSummable, Question, longest
from tutela.statistics.union.sums.total import Total, total


def _find(data: Dataset) -> Iterator[Finding]:
    for one in data.observations:
        about = dict(one.breakdown)
        whole = one.reporter.kind == "union" or (one.reporter.kind == "body" and about.get(Dimension.REGION) == "EU")
        if not whole or Dimension.STATE in about or one.amount is None or one.id in data.sum_of:
            continue
        as_told, strictly = _proved(data, one, strict=False), _proved(data, one, strict=True)
        if as_told is None or strictly is None or not as_told.low:
            continue
        high = one.amount.high
        if high is not None and high < as_told.low:
            yield _finding(one, as_told, strictly, Severity.CONTRADICTION, "less than its Member States tell together")
        elif as_told.high is not None and one.amount.low > as_told.high:
            yield _finding(one, as_told, strictly, Severity.CONTRADICTION, "more than its Member States can have")
        elif strictly.low < one.amount.low and (as_told.low > 2 * one.amount.low):
            yield _finding(one, as_told, strictly, Severity.DOUBT, "neither what was told nor what is proved")


def _proved(data: Dataset, one: Observation, *, strict: bool) -> Total | None:
    period = one.period or longest(data, one.measure, "state")
    by = tuple((k, v) for k, v in one.breakdown if k is not Dimension.REGION)
    if period is None:
        return None
    try:
        return total(data, Question(one.measure, one.unit, period, by=by, without=STRICT if strict else frozenset()))
    except NotSummable:
        return None


def _finding(one: Observation, as_told: Total, strictly: Total, severity: Severity, what: str) -> Finding:
    period = as_told.question.period
    used = dict.fromkeys(name for s in as_told.shares for step in s.span.low_steps for name in step.by)
    at_most = "" if as_told.high is None else f", at most {number(as_told.high)}"
    return Finding(
        "claims",
        severity,
        (one.id, *used),
        f"{told(one)}; the figures of {period.first} to {period.last} prove at least {number(as_told.low)}{at_most} "
        f"as they were told, and at least {number(strictly.low)} without those whose caveats change what is counted",
        f"A number of the whole Union is {what}.",
        "Of which days is it, of which Member States, and which figures are left out?",
    )


check = Check("claims", "Does a number of the Union fit what its Member States told?", _find)
