"""Holds: two people, an end, a document that is kept with the evidence; and what they do to clocks."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.databases import SteppableClock
from tests.rig import AUDITOR, DPO, REVIEWER, Rig, party, picture
from tutela.access.approvals import NotApproved
from tutela.access.roles import NotAllowed, Person, Role
from tutela.casework.case import NotPossible
from tutela.casework.clocks import Reason
from tutela.casework.evidence import HoldRecord
from tutela.content.item import Provenance
from tutela.storage.access.approvals import Approvals
from tutela.storage.workplace import Workplace

REFERENCE = "Court of Luleå, T 17-25"
OFFICER = Person("rolf", "Rolf", frozenset({Role.REFERRAL_OFFICER}))


@pytest.fixture
def rig(place: Workplace, clock: SteppableClock) -> Rig:
    return Rig(place, clock)


def _case(rig: Rig, n: int) -> str:
    one = rig.take(f"i{n}", picture(n), Provenance(party(f"account-{n}")))
    assert one.case
    assert one.item
    rig.decide(one.case, one.item, "not", remarks="a quarry")
    return one.case


def _allowed(place: Workplace, asked: str) -> str:
    Approvals(place.database, place.clock).decide(DPO, asked, allowed=True)
    return asked


def _placed(place: Workplace, cases: list[str], until: datetime) -> str:
    holds = place.retention.holds
    asked = _allowed(place, holds.ask(OFFICER, cases, ground="court_order", until=until, reference=REFERENCE))
    return holds.place(OFFICER, asked)


def test_a_hold_keeps_evidence_to_its_end_and_ends_by_itself(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    held, free = _case(rig, 0), _case(rig, 1)
    until = clock.now + timedelta(days=60)
    hold = _placed(place, [held], until)
    clock.advance(days=20)
    assert len(place.retention.run()) == 1
    assert place.retention.of_case(free).clock is None
    found = place.retention.of_case(held)
    assert found.clock is not None
    assert (found.clock.due, found.clock.rule, found.clock.reasons[-1]) == (until, "hold", Reason.HOLD)
    (standing,) = place.retention.standing()
    assert (standing.id, standing.cases, standing.ground, standing.placed_by) == (hold, (held,), "court_order", "rolf")
    assert place.retention.reference(place.evidence, standing, "dora") == "Court of Luleå, T 17-25"
    with place.transactions.reading() as log:
        assert not any("Luleå" in event.payload.model_dump_json() for event in log.read())
    clock.advance(days=41)
    assert len(place.retention.run()) == 1
    assert place.retention.standing() == []
    assert place.retention.of_case(held).holds[0].state == "ended"
    assert place.retention.reference(place.evidence, standing, "dora") == ""


def test_a_hold_goes_beyond_the_cap(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    case = _case(rig, 0)
    clock.advance(days=5)
    _placed(place, [case], clock.now + timedelta(days=366))
    clock.advance(days=364)
    assert place.retention.run() == []
    clock.advance(days=3)
    assert len(place.retention.run()) == 1


def test_a_hold_of_several_cases_is_extended_and_lifted_by_two(
    rig: Rig, place: Workplace, clock: SteppableClock
) -> None:
    cases = [_case(rig, 0), _case(rig, 1)]
    hold = _placed(place, cases, clock.now + timedelta(days=30))
    holds = place.retention.holds
    later = clock.now + timedelta(days=90)
    asked = holds.ask_change(OFFICER, hold, "extend", until=later, reason="renewed")
    with pytest.raises(NotApproved, match="waiting"):
        holds.extend(OFFICER, asked, hold)
    holds.extend(OFFICER, _allowed(place, asked), hold)
    assert [place.retention.of_case(case).holds[0].until for case in cases] == [later, later]
    asked = _allowed(place, holds.ask_change(OFFICER, hold, "lift", reason="proceedings_ended"))
    with pytest.raises(NotPossible, match="something else"):
        holds.extend(OFFICER, asked, hold)
    holds.lift(OFFICER, asked, hold)
    clock.advance(days=20)
    assert len(place.retention.run()) == 2
    with pytest.raises(NotPossible, match="lifted"):
        holds.ask_change(OFFICER, hold, "lift", reason="withdrawn")


def test_one_person_alone_holds_nothing(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    case = _case(rig, 0)
    holds, until = place.retention.holds, clock.now + timedelta(days=30)
    for person in (REVIEWER, AUDITOR):
        with pytest.raises(NotAllowed):
            holds.ask(person, [case], ground="court_order", until=until, reference=REFERENCE)
    own = holds.ask(DPO, [case], ground="court_order", until=until, reference=REFERENCE)
    with pytest.raises(NotApproved, match="other than the one who asked"):
        Approvals(place.database, place.clock).decide(DPO, own, allowed=True)
    asked = _allowed(place, holds.ask(OFFICER, [case], ground="court_order", until=until, reference=REFERENCE))
    with pytest.raises(NotApproved, match="asked for it"):
        holds.place(DPO, asked)
    for nothing in ("  ", "x", " a  b ", "x" * 401):
        with pytest.raises(NotPossible, match=r"document|at most 400"):
            holds.ask(OFFICER, [case], ground="court_order", until=until, reference=nothing)
    holds.place(OFFICER, asked)
    with pytest.raises(NotApproved, match="used"):
        holds.place(OFFICER, asked)


def test_who_allows_sees_what_is_placed_and_nothing_else_is(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    cases, until = [_case(rig, 1), _case(rig, 0)], clock.now + timedelta(days=30)
    retention, holds = place.retention, place.retention.holds
    asked = holds.ask(OFFICER, cases, ground="legal_claim", until=until, reference=f"  {REFERENCE} ")
    approvals = Approvals(place.database, place.clock)
    waiting = approvals.one(asked)
    assert (waiting.subject, waiting.facts["case_ids"].split(), waiting.facts["until"]) == (
        cases[0], cases, until.isoformat(),
    )  # fmt: skip
    assert retention.asked_reference(place.evidence, waiting, "dora") == REFERENCE
    with place.transactions.reading() as log:
        assert not any("Luleå" in event.payload.model_dump_json() for event in log.read())
        (read,) = log.read(types=["evidence.read"])
    assert (read.actor, read.subject) == ("dora", cases[0])
    place.tidy(0)  # what waits is no orphan
    hold = holds.place(OFFICER, _allowed(place, asked))
    (standing,) = retention.standing()
    assert (standing.id, set(standing.cases), standing.until) == (hold, set(cases), until)
    assert [retention.of_case(case).holds[0].id for case in cases] == [hold, hold]
    other = _placed(place, [cases[0]], until)
    lift = holds.ask_change(OFFICER, hold, "lift", reason="withdrawn")
    assert retention.asked_reference(place.evidence, approvals.one(lift), "dora") == REFERENCE
    with pytest.raises(NotPossible, match="something else"):
        holds.lift(OFFICER, _allowed(place, lift), other)
    holds.lift(OFFICER, lift, hold)


def test_words_that_were_exchanged_are_not_placed(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    case = _case(rig, 0)
    holds, until = place.retention.holds, clock.now + timedelta(days=30)
    asked = holds.ask(OFFICER, [case], ground="court_order", until=until, reference=REFERENCE)
    _, name = holds.kept_under(Approvals(place.database, place.clock).one(asked))
    record = HoldRecord.model_validate_json(place.vault.get(case, name))
    other = record.model_copy(update={"reference": "another order"})
    place.vault.put(case, name, other.model_dump_json().encode())
    with pytest.raises(NotPossible, match="not the one that was allowed"):
        holds.place(OFFICER, _allowed(place, asked))
    assert place.retention.standing() == []


def test_a_hold_has_an_end_and_comes_in_time(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    case = _case(rig, 0)
    for days in (-1, 400):
        with pytest.raises(NotPossible, match="ends"):
            _placed(place, [case], clock.now + timedelta(days=days))
    clock.advance(days=15)
    place.retention.run()
    with pytest.raises(NotPossible, match="nothing is left to hold"):
        _placed(place, [case], clock.now + timedelta(days=30))
    assert place.vault.is_gone(case)
