"""The desk's question before anybody takes a case."""

from __future__ import annotations

from datetime import datetime

from tutela.access.roles import NotAllowed, Person
from tutela.casework.case import Case, NotPossible
from tutela.casework.looks import DeskUnit
from tutela.casework.quality.eligibility import require_may_review
from tutela.casework.quality.rules import QualityRules


def admit(unit: DeskUnit, person: Person, case: Case, rules: QualityRules, now: datetime) -> None:
    """Raise Untrained or NotPossible for somebody who may not take a case: untrained, or knowing its answer."""
    trainings = unit.trainings(person.id) if case.layer in rules.training else []
    excluded = unit.excluded(case.id) if case.planted else frozenset()
    require_may_review(person.id, case.layer, now, trainings, rules.training, excluded)


def admits(unit: DeskUnit, person: Person, case: Case, rules: QualityRules, now: datetime) -> bool:
    """Return whether `admit` lets the person take the case."""
    try:
        admit(unit, person, case, rules, now)
    except (NotAllowed, NotPossible):
        return False
    return True
