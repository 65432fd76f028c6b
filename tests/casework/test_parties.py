"""Nobody decides a complaint who had a part in what it is against, whichever part it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.casework.quality.queue import queue
from tests.databases import Opening, SteppableClock
from tests.rig import OFFICER, REVIEWER, REVIEWER_2, SENIOR, Rig, party, picture
from tutela.access.roles import Person, Role
from tutela.casework.actions import OrderReason, ReversalReason
from tutela.casework.case import NotPossible
from tutela.casework.quality.rules import QualityRules
from tutela.casework.reasons import Reason
from tutela.content.item import Provenance
from tutela.events.catalogue.base import Layer, Verdict
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.workplace import Workplace

SENIOR_2 = Person("sara", "Sara", frozenset({Role.SENIOR}))
ALL: dict[Layer, dict[Verdict, float]] = {"known": {"known": 1.0, "new": 1.0, "not": 1.0}}


@pytest.fixture
def place(opening: Opening) -> Workplace:
    return opening(quality=QualityRules(second_review=ALL))


@pytest.fixture
def rig(place: Workplace, clock: SteppableClock) -> Rig:
    return Rig(place, clock)


def carried_out(rig: Rig, case: str, kind: str) -> str:
    found = next(a for a in CaseReader(rig.place.database).one(case).actions if (a.kind, a.state) == (kind, "ordered"))
    rig.confirm(found.id)
    return found.id


def refused(rig: Rig, person: Person, complaint: str, reason: Reason = Reason.OUT_OF_TIME) -> None:
    """Assert that the person is told so beforehand, and refused with any role."""
    assert person.id in rig.place.redress_reader.barred(complaint)
    with pytest.raises(NotPossible, match="who had no part"):
        rig.place.redress.decide(
            replace(person, roles=frozenset({Role.SENIOR})), complaint, upheld=False, reason=reason
        )


def reviewed(rig: Rig, person: Person, verdict: Verdict) -> None:
    """Decide on the one case that waits for the person."""
    rig.clock.advance(minutes=5)
    rig.place.quality.follow()
    (case,) = queue(rig.place, person.id)
    rig.decide(case, CaseReader(rig.place.database).one(case).items[0].id, verdict, person)


def test_who_ordered_the_suspension_by_hand(rig: Rig, place: Workplace) -> None:
    sent = rig.take("a", picture(0), Provenance(party("a")))
    assert sent.case
    assert sent.item
    rig.decide(sent.case, sent.item, "known")
    place.actions.reverse(
        SENIOR_2,
        next(a.id for a in CaseReader(place.database).one(sent.case).actions if a.kind == "suspend_account"),
        ReversalReason.MISTAKE,
    )
    place.actions.order(SENIOR, sent.case, "suspend_account", None, OrderReason.SEVERITY)
    complaint = rig.complain(carried_out(rig, sent.case, "suspend_account"))
    assert place.redress_reader.barred(complaint) == {REVIEWER.id, SENIOR.id, SENIOR_2.id}
    refused(rig, SENIOR, complaint)
    refused(rig, SENIOR_2, complaint)
    place.redress.decide(OFFICER, complaint, upheld=False, reason=Reason.OUT_OF_TIME)
    other = rig.complain(carried_out(rig, sent.case, "remove_content"))
    assert place.redress_reader.barred(other) == {REVIEWER.id}


def test_who_met_the_item_as_a_second_review(rig: Rig, place: Workplace) -> None:
    case = rig.confirmed("a")
    complaint = rig.complain(carried_out(rig, case, "remove_content"))
    assert place.redress_reader.barred(complaint) == {REVIEWER.id}
    reviewed(rig, REVIEWER_2, "known")
    refused(rig, REVIEWER_2, complaint)  # before it is settled as well
    place.quality.follow()
    refused(rig, REVIEWER_2, complaint, Reason.CONFIRMED_ON_REVIEW)
    assert place.redress_reader.barred(complaint) == {REVIEWER.id, REVIEWER_2.id}


def test_who_settled_a_disagreement(rig: Rig, place: Workplace) -> None:
    case = rig.confirmed("a")
    complaint = rig.complain(carried_out(rig, case, "suspend_account"))
    reviewed(rig, REVIEWER_2, "not")
    reviewed(rig, SENIOR, "known")
    refused(rig, SENIOR, complaint, Reason.CONFIRMED_ON_REVIEW)
    place.quality.follow()
    refused(rig, SENIOR, complaint, Reason.CONFIRMED_ON_REVIEW)
    assert place.redress_reader.barred(complaint) == {REVIEWER.id, REVIEWER_2.id, SENIOR.id}
    place.redress.decide(SENIOR_2, complaint, upheld=False, reason=Reason.OUT_OF_TIME)


def test_who_worked_on_another_item_of_the_case_alone_may_decide(rig: Rig, place: Workplace) -> None:
    first, second = (rig.take(f"a-{n}", picture(n), Provenance(party("a"))) for n in range(2))
    assert first.case
    assert first.item
    assert second.item
    rig.decide(first.case, first.item, "known")
    rig.decide(first.case, second.item, "known", SENIOR)
    removal = next(a for a in CaseReader(place.database).one(first.case).actions if a.item_id == first.item)
    rig.confirm(removal.id)
    assert place.redress_reader.barred(rig.complain(removal.id)) == {REVIEWER.id}
