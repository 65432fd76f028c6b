"""Persons by gender against persons in all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from tutela.statistics.union.amount import Amount, exact
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.arithmetic import joined, names, together
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Sentence
from tutela.statistics.union.findings.values import Number
from tutela.statistics.union.observation import Dimension, Observation

ALL, FEMALE, MALE, NOT_STATED = None, "female", "male", "not_stated"


def _find(data: Dataset) -> Iterator[Finding]:
    facts: dict[object, dict[str | None, Observation]] = defaultdict(dict)
    for one in data.observations:
        others = tuple((k, v) for k, v in one.breakdown if k is not Dimension.GENDER)
        # The first that tells a fact is its cell; what sentences say again is held against it elsewhere.
        key = (one.reporter, one.measure, one.unit, one.period, others)
        facts[key].setdefault(one.by(Dimension.GENDER), one)
    for by in facts.values():
        if {ALL, FEMALE, MALE} <= by.keys() and by[ALL].amount is not None:
            yield from _judge(by, by[ALL].amount)


def _judge(by: Mapping[str | None, Observation], whole: Amount | None) -> Iterator[Finding]:
    known = [by[g] for g in (FEMALE, MALE, NOT_STATED) if g in by and by[g].bounds is not None]
    if whole is None or whole.high is None or not any(o in known for o in (by[FEMALE], by[MALE])):
        return
    parts = together(o.bounds for o in known)
    who = by[ALL].reporter
    sum_ = joined(known, "+").then(" = %(parts)s", parts=parts, whole=by[ALL])
    places = names([by[ALL], *known])
    complete = by[FEMALE] in known and by[MALE] in known
    if parts.low > whole.high or (complete and NOT_STATED in by and not parts.meets(whole)):
        yield Finding(
            "genders",
            Severity.CONTRADICTION,
            places,
            sum_.then(" ≠ %(whole)s"),
            Sentence("Persons by gender do not add up to all persons (%(who)s).").of(who=who),
            Sentence("Which of the numbers is wrong?"),
        )
    elif complete and not parts.meets(whole):
        left = Number(whole.low - (parts.high or parts.low))
        yield Finding(
            "genders",
            Severity.DOUBT,
            places,
            sum_.then(" < %(whole)s; Δ = %(left)s", left=left),
            Sentence("%(n)s persons are in the total and in no column by gender (%(who)s).").of(n=left, who=who),
            Sentence("How many are they by country, and why is their gender not told?"),
        )
    elif not complete and whole == parts == exact(whole.low):
        silent = by[FEMALE] if by[MALE] in known else by[MALE]
        yield Finding(
            "genders",
            Severity.NOTE,
            (silent.id, *places),
            joined(known, "+").then(" = %(whole)s; Δ = 0", whole=by[ALL]),
            Sentence("%(who)s tells nothing where only 0 is possible.").of(who=who),
            Sentence("Is it 0?"),
        )


check = Check("genders", "Do persons by gender, and those of whom it is not stated, add up to all?", _find)
