"""For what a person may look at the pictures of a case now, or why they stay veiled."""

from __future__ import annotations

from enum import Enum, auto
from typing import Literal, cast

from tutela.access.roles import Permission, Person
from tutela.casework.case import CaseState
from tutela.casework.quality.eligibility import may_review
from tutela.events.catalogue.base import Layer
from tutela.storage.casework.case_page import CasePage
from tutela.storage.casework.case_reader import CaseDetail
from tutela.web.current import Running
from tutela.web.translation import gettext


class Veiled(Enum):
    """Why the pictures of a case stay veiled for a person."""

    ROLE = auto()
    CLOSED = auto()
    DECIDERS = auto()
    SENIORS = auto()
    UNTRAINED = auto()
    CLAIMED = auto()


def may_decide(person: Person, case: CaseDetail) -> bool:
    """Return whether the person's roles allow to decide on this case as it stands."""
    return case.state.awaits_decision and needed_to_decide(case) <= person.permissions


def needed_to_decide(case: CaseDetail) -> frozenset[Permission]:
    """Return what a decision on the case as it stands needs."""
    escalated = case.state is CaseState.ESCALATED
    return frozenset({Permission.DECIDE, Permission.DECIDE_ESCALATED} if escalated else {Permission.DECIDE})


def is_trained(server: Running, person: Person, case: CaseDetail) -> bool:
    """Return whether the person has the training for a case, if it needs one."""
    layer = cast(Layer, case.layer)
    required = server.place.settings.quality.training
    trainings = server.place.quality.reader.trainings_of(person.id) if layer in required else []
    return may_review(person.id, layer, server.place.clock(), trainings, required)


def purpose_of_look(server: Running, person: Person, found: CasePage) -> Literal["review", "complaint"] | Veiled:
    """Return for what the person may look at the items now, or why not. Without a decision to take there is no reason.

    A review is the work of the one who decides the case, and holds it or finds it free.
    """
    if Permission.SEE_EVIDENCE not in person.permissions:
        return Veiled.ROLE
    veiled = _not_for_review(server, person, found)
    if veiled is None:
        return "review"
    contested = any(complaint.upheld is None for complaint in found.case.complaints)
    return "complaint" if contested and Permission.DECIDE_COMPLAINT in person.permissions else veiled


def _not_for_review(server: Running, person: Person, found: CasePage) -> Veiled | None:
    if not found.case.state.awaits_decision:
        return Veiled.CLOSED
    if Permission.DECIDE not in person.permissions:
        return Veiled.DECIDERS
    if not may_decide(person, found.case):
        return Veiled.SENIORS
    if not is_trained(server, person, found.case):
        return Veiled.UNTRAINED
    return Veiled.CLAIMED if found.claim is not None and found.claim.person != person.id else None


def words_of(veiled: Veiled) -> str:
    """Return what the person is told. None of it tells a planted case from another."""
    return {
        Veiled.ROLE: gettext("Your role does not look at items."),
        Veiled.CLOSED: gettext("Nothing is left to decide here, so the picture stays veiled."),
        Veiled.DECIDERS: gettext("While the case waits, only who decides it looks at its pictures."),
        Veiled.SENIORS: gettext("The case is escalated: only a senior, who decides it, looks at its pictures now."),
        Veiled.UNTRAINED: gettext("You have no valid training for cases of this kind: a senior records it."),
        Veiled.CLAIMED: gettext("Somebody else works on the case: only they look at its pictures meanwhile."),
    }[veiled]
