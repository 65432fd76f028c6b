"""A number of the whole Union that a body tells, against what the figures of the Member States prove."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.amount import at_least, between
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence
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
            yield _finding(one, as_told, strictly, Severity.CONTRADICTION, _LESS)
        elif as_told.high is not None and one.amount.low > as_told.high:
            yield _finding(one, as_told, strictly, Severity.CONTRADICTION, _MORE)
        elif strictly.low < one.amount.low and (as_told.low > 2 * one.amount.low):
            yield _finding(one, as_told, strictly, Severity.DOUBT, _NEITHER)


_LESS = Sentence("A number of the whole Union (%(one)s) is less than its Member States tell together.")
_MORE = Sentence("A number of the whole Union (%(one)s) is more than its Member States can have.")
_NEITHER = Sentence(
    "A number of the whole Union (%(one)s) is neither what was told nor what is proved: its Member States tell "
    "%(told)s in the period %(period)s, and %(strict)s without the figures whose caveats change what is counted."
)


def _proved(data: Dataset, one: Observation, *, strict: bool) -> Total | None:
    period = one.period or longest(data, one.measure, "state")
    by = tuple((k, v) for k, v in one.breakdown if k is not Dimension.REGION)
    if period is None:
        return None
    try:
        return total(data, Question(one.measure, one.unit, period, by=by, without=STRICT if strict else frozenset()))
    except NotSummable:
        return None


def _finding(one: Observation, as_told: Total, strictly: Total, severity: Severity, message: Sentence) -> Finding:
    period = as_told.question.period
    used = dict.fromkeys(name for s in as_told.shares for step in s.span.low_steps for name in step.by)
    return Finding(
        "claims",
        severity,
        (one.id, *used),
        Formula("%(one)s; %(period)s: %(told)s, %(strict)s").of(
            one=one,
            period=period,
            told=between(as_told.low, as_told.high),
            strict=between(strictly.low, strictly.high),
        ),
        message.of(
            one=one,
            told=at_least(as_told.low),
            period=period,
            strict=at_least(strictly.low),
        ),
        Sentence("Of which days is it, of which Member States, and which figures are left out?"),
    )


check = Check("claims", "Does a number of the Union fit what its Member States told?", _find)
