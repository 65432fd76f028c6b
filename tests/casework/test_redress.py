"""Complaints through the desk of redress: who may decide, for what reason, and what follows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.databases import SteppableClock
from tests.rig import AUDITOR, OFFICER, REVIEWER, REVIEWER_2, SENIOR, Rig, dump, party, picture
from tutela.access.roles import NotAllowed, Person, Role
from tutela.casework.case import NotPossible
from tutela.casework.reasons import Reason
from tutela.casework.redress import Complaint, DecidedAlready, barred
from tutela.casework.redress_desk import RedressDesk
from tutela.casework.redress_records import CourtPaper
from tutela.content.item import Provenance
from tutela.events.catalogue.entries import WrongReason
from tutela.events.catalogue.referral import ReferralFiled, ReferralFinishing, ReferralOpened
from tutela.events.envelope import Event, NewEvent
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.workplace import Workplace

AT = datetime(2025, 6, 2, tzinfo=UTC)
OTHER_OFFICER = Person("olga", "Olga", frozenset({Role.COMPLAINTS_OFFICER}))


@dataclass
class Told:
    """Remembers which entries were said to be wrong."""

    wrong: list[tuple[int, str | None, str]] = field(default_factory=list)

    def found_wrong(self, entry_id: int, reason: WrongReason, cause: str | None, actor: str) -> bool:
        assert reason == "complaint_upheld"
        self.wrong.append((entry_id, cause, actor))
        return True


@pytest.fixture
def rig(place: Workplace, clock: SteppableClock) -> Rig:
    return Rig(place, clock)


def done(rig: Rig, case: str, kind: str = "remove_content") -> str:
    """Return an action of a case that the platform carried out."""
    action = next(a for a in CaseReader(rig.place.database).one(case).actions if a.kind == kind)
    rig.confirm(action.id)
    return action.id


def recorded(place: Workplace, *types: str) -> list[Event]:
    with place.transactions.reading() as log:
        return list(log.read(types=types))


def state(rig: Rig, action: str) -> str:
    return CaseReader(rig.place.database).action(action).state


@given(reason=st.sampled_from(Reason))
def test_every_reason_fits_one_result_and_says_what_follows(reason: Reason) -> None:
    assert reason.fits(upheld=True, channel="judicial") != reason.fits(upheld=False, channel="judicial")
    assert reason.fits(upheld=reason.upholds, channel="judicial")
    if reason.ground is not None:
        assert reason.upholds
        assert reason.needs_look
    if reason.value.startswith("court_"):
        assert not reason.fits(upheld=reason.upholds, channel="internal")
    assert any(r.fits(upheld=reason.upholds, channel="internal") for r in Reason)


def test_a_reason_that_does_not_fit_is_refused_and_those_that_do_are_named(rig: Rig) -> None:
    complaint = rig.complain(done(rig, rig.confirmed()))
    for upheld, reason in ((False, Reason.NOT_SUCH_MATERIAL), (True, Reason.OUT_OF_TIME), (True, Reason.COURT_ORDER)):
        with pytest.raises(NotPossible, match="choose of") as refused:
            rig.place.redress.decide(OFFICER, complaint, upheld=upheld, reason=reason)
        assert (Reason.WRONG_ACCOUNT.value in str(refused.value)) is upheld
    assert recorded(rig.place, "complaint.decided") == []


def test_what_is_no_such_material_is_decided_anew_and_undone_in_one_transaction(rig: Rig) -> None:
    told = Told()
    desk = RedressDesk(rig.place.transactions, rig.place.vault, rig.place.desk, told, rig.clock)
    case = rig.confirmed()
    action = done(rig, case)
    (item,) = CaseReader(rig.place.database).one(case).items
    complaint = rig.place.redress.lodge("key:p", action, claim="not_such_material", words="  A view of our lake. ")
    rig.look(case, item.id, OFFICER)
    rig.clock.advance(hours=5)
    desk.decide(OFFICER, complaint, upheld=True, reason=Reason.NOT_SUCH_MATERIAL, answer="We are sorry.")
    after = CaseReader(rig.place.database).one(case)
    assert after.state.value == "dismissed"
    assert [(i.verdict, i.decided_by, i.viewed) for i in after.items] == [("not", OFFICER.id, True)]
    assert state(rig, action) == "reversal_ordered"
    (reopened,) = recorded(rig.place, "case.reopened")
    assert reopened.payload.model_dump() == {"reason": "complaint_upheld", "cause": complaint, "items": (item.id,)}
    decided = recorded(rig.place, "item.decided")[-1]
    assert decided.payload.model_dump()["ground"] == "error"
    entry = item.detections[0].entry_id
    doubts = rig.place.redress_reader.doubts(complaint)
    assert {(d.entry_id, d.same) for d in doubts} >= {(entry, True)}
    assert {(e, c, who) for e, c, who in told.wrong} == {(d.entry_id, complaint, OFFICER.id) for d in doubts if d.same}
    line = rig.place.redress_reader.complaint(complaint)
    written = rig.place.redress_reader.written(line)
    assert (written.words, written.answer) == ("A view of our lake.", "We are sorry.")
    assert (line.claim, line.upheld, line.reason) == ("not_such_material", True, "not_such_material")
    assert line.decided_at == line.lodged_at + timedelta(hours=5)
    before = dump(rig.place.database)
    with rig.place.transactions.record() as log:
        log.rebuild()
    assert dump(rig.place.database) == before


def test_an_entry_that_lies_near_is_doubted_and_not_said_to_be_wrong(rig: Rig) -> None:
    told = Told()
    desk = RedressDesk(rig.place.transactions, rig.place.vault, rig.place.desk, told, rig.clock)
    case = rig.confirmed(first=40)
    (item,) = CaseReader(rig.place.database).one(case).items
    complaint = rig.complain(done(rig, case))
    rig.look(case, item.id, OFFICER)
    desk.decide(OFFICER, complaint, upheld=True, reason=Reason.NOT_SUCH_MATERIAL)
    (doubt,) = rig.place.redress_reader.doubts(complaint)
    assert (doubt.same, told.wrong) == (False, [])


def test_lawful_here_is_no_error_of_an_entry(rig: Rig) -> None:
    case = rig.confirmed()
    (item,) = CaseReader(rig.place.database).one(case).items
    complaint = rig.complain(done(rig, case))
    rig.look(case, item.id, OFFICER)
    rig.place.redress.decide(OFFICER, complaint, upheld=True, reason=Reason.LAWFUL_HERE)
    assert recorded(rig.place, "item.decided")[-1].payload.model_dump()["ground"] == "lawful_here"
    assert recorded(rig.place, "complaint.entry_doubted") == []


@pytest.mark.parametrize("reason", [r for r in Reason if r.fits(upheld=True, channel="internal") and r.ground is None])
def test_an_action_is_set_aside_while_the_decision_on_the_item_stands(rig: Rig, reason: Reason) -> None:
    case = rig.confirmed()
    action = done(rig, case, "suspend_account")
    rig.place.redress.decide(OFFICER, rig.complain(action), upheld=True, reason=reason)
    assert state(rig, action) == "reversal_ordered"
    assert [i.verdict for i in CaseReader(rig.place.database).one(case).items] == ["known"]
    assert recorded(rig.place, "case.reopened", "complaint.entry_doubted") == []


def test_the_account_has_a_new_case_meanwhile(rig: Rig) -> None:
    """The case that is opened again for a moment stands beside the one that awaits its decision."""
    case = rig.confirmed("a")
    complaint = rig.complain(done(rig, case))
    new = rig.take("later", picture(1), Provenance(party("a")))
    assert new.case != case
    rig.look(case, CaseReader(rig.place.database).one(case).items[0].id, OFFICER)
    rig.place.redress.decide(OFFICER, complaint, upheld=True, reason=Reason.NOT_SUCH_MATERIAL)
    assert CaseReader(rig.place.database).one(case).state.value == "dismissed"
    again = rig.take("later still", picture(2), Provenance(party("a")))
    assert again.case == new.case


def test_nobody_who_had_part_in_the_decision_decides(rig: Rig) -> None:
    one = rig.take("1", picture(0))
    assert one.case is not None
    assert one.item is not None
    rig.place.desk.escalate(REVIEWER_2, one.case, one.item, "known")
    rig.decide(one.case, one.item, "known", SENIOR)
    both = replace(REVIEWER_2, roles=frozenset({Role.SENIOR}))
    complaint = rig.complain(done(rig, one.case))
    for person in (both, SENIOR):
        rig.look(one.case, one.item, person)
        with pytest.raises(NotPossible, match="who had no part"):
            rig.place.redress.decide(person, complaint, upheld=False, reason=Reason.CONFIRMED_ON_REVIEW)
    for person in (REVIEWER, AUDITOR):
        with pytest.raises(NotAllowed):
            rig.place.redress.decide(person, complaint, upheld=False, reason=Reason.OUT_OF_TIME)
    rig.place.redress.decide(OFFICER, complaint, upheld=False, reason=Reason.OUT_OF_TIME)
    with pytest.raises(NotPossible, match="decided already"):
        rig.place.redress.decide(OTHER_OFFICER, complaint, upheld=False, reason=Reason.OUT_OF_TIME)


def test_the_same_eyes_do_not_look_twice() -> None:
    """Where two complaints against one action are on record, as they could be before there was one alone."""
    first = Complaint("1", "case", "action", "internal", AT, upheld=False, decided_by=OFFICER.id)
    second = Complaint("2", "case", "action", "internal", AT, None)
    court = Complaint("3", "case", "action", "judicial", AT, None)
    every = [first, second, court]
    assert barred(second, parties=["x"], earlier=every) == {"x", OFFICER.id}
    assert barred(court, parties=["x"], earlier=every) == {"x"}


def test_what_was_decided_before_the_case_was_opened_again_still_counts(rig: Rig) -> None:
    from tutela.casework import reopening

    case = rig.confirmed()
    (item,) = CaseReader(rig.place.database).one(case).items
    with rig.place.transactions.casework() as unit:
        found = unit.case(case, lock=True)
        unit.append(reopening.reopen(found, [item.id], "new_facts", None, actor="x", now=rig.clock()))
    rig.decide(case, item.id, "known", SENIOR)
    with rig.place.transactions.redress() as unit:
        action = unit.action(next(a.id for a in unit.standing(case).actions if a.kind == "remove_content"))
        assert unit.parties(action, [item.id]) == {REVIEWER.id, SENIOR.id, "x"}
        assert unit.parties(action, []) == frozenset()


def test_only_who_looked_confirms_or_overturns(rig: Rig) -> None:
    case = rig.confirmed(first=40)
    complaint = rig.complain(done(rig, case))
    for upheld, reason in ((True, Reason.NOT_SUCH_MATERIAL), (False, Reason.CONFIRMED_ON_REVIEW)):
        with pytest.raises(NotPossible, match="look at what is complained of"):
            rig.place.redress.decide(OFFICER, complaint, upheld=upheld, reason=reason)
    (item,) = CaseReader(rig.place.database).one(case).items
    rig.look(case, item.id, OFFICER)
    rig.place.redress.decide(OFFICER, complaint, upheld=False, reason=Reason.CONFIRMED_ON_REVIEW)
    assert state(rig, rig.place.redress_reader.complaint(complaint).action_id) == "carried_out"


def test_while_the_item_is_decided_anew_the_complaint_waits(rig: Rig) -> None:
    from tutela.casework import reopening

    case = rig.confirmed()
    complaint = rig.complain(done(rig, case))
    (item,) = CaseReader(rig.place.database).one(case).items
    with rig.place.transactions.casework() as unit:
        found = unit.case(case, lock=True)
        unit.append(reopening.reopen(found, [item.id], "entry_wrong", None, actor="x", now=rig.clock()))
    with pytest.raises(NotPossible, match="decided first"):
        rig.place.redress.decide(OFFICER, complaint, upheld=False, reason=Reason.CONFIRMED_ON_REVIEW)


def test_a_user_complains_once_and_a_court_beside(rig: Rig) -> None:
    action = done(rig, rig.confirmed())
    first = rig.complain(action)
    with pytest.raises(NotPossible, match=first):
        rig.complain(action)
    rig.complain(action, "judicial")
    rig.place.redress.decide(OFFICER, first, upheld=False, reason=Reason.OUT_OF_TIME)
    with pytest.raises(DecidedAlready, match="supervisory authority for data protection, or to a court"):
        rig.complain(action)
    rig.complain(action, "judicial")
    assert len(recorded(rig.place, "complaint.lodged")) == 3
    with pytest.raises(NotPossible, match="at most 4,000"):
        rig.place.redress.lodge("key:p", action, words="x" * 4001)


def test_a_complaint_with_a_court_stands_on_the_day_of_its_paper(rig: Rig) -> None:
    action = done(rig, rig.confirmed())
    rig.clock.advance(days=10)
    paper = CourtPaper(court="Förvaltningsrätten", docket="T 12-25", filed_on=date(2025, 6, 5), text="two pages")
    with pytest.raises(NotAllowed):
        rig.place.redress.enter(SENIOR, action, paper)
    for wrong in (date(2025, 6, 1), date(2025, 6, 13)):
        with pytest.raises(NotPossible):
            rig.place.redress.enter(OFFICER, action, paper.model_copy(update={"filed_on": wrong}))
    complaint = rig.place.redress.enter(OFFICER, action, paper)
    line = rig.place.redress_reader.complaint(complaint)
    assert (line.channel, line.via, line.lodged_at.date()) == ("judicial", "staff", date(2025, 6, 5))
    assert rig.place.redress_reader.written(line).paper == paper
    (event,) = recorded(rig.place, "complaint.lodged")
    assert "rvaltnings" not in str(event.payload)
    rig.place.redress.decide(OFFICER, complaint, upheld=True, reason=Reason.COURT_ORDER)
    assert state(rig, action) == "reversal_ordered"


def test_what_people_write_lies_in_no_file_in_the_clear(rig: Rig) -> None:
    action = done(rig, rig.confirmed())
    complaint = rig.place.redress.lodge("key:p", action, words="It was our quarry in the fog.")
    rig.place.redress.decide(
        OFFICER, complaint, upheld=False, reason=Reason.OUT_OF_TIME, answer="You wrote of a quarry too late."
    )
    assert not any(b"quarry" in p.read_bytes() for p in rig.place.settings.data.rglob("*") if p.is_file())
    rig.place.tidy(0)
    written = rig.place.redress_reader.written(rig.place.redress_reader.complaint(complaint))
    assert (written.words, written.answer) == ("It was our quarry in the fog.", "You wrote of a quarry too late.")


def filed(rig: Rig, case: str) -> list[str]:
    """File every report of a case, as the dispatcher would."""
    ids = []
    for referral in CaseReader(rig.place.database).one(case).referrals:
        if referral.state == "ordered":
            opened = ReferralOpened(referral=referral.id, attempt=1, report_id="4001", target="sandbox")
            finishing = ReferralFinishing(referral=referral.id, attempt=1)
            receipt = ReferralFiled(referral=referral.id, attempt=1, report_id="4001", files=0, confirmed_by="finish")
            with rig.place.transactions.record() as log:
                log.append([NewEvent(one, case, rig.clock()) for one in (opened, finishing, receipt)])
            ids.append(referral.id)
    return ids


def test_of_several_items_only_the_wrong_one_is_undone_and_the_report_is_corrected(rig: Rig) -> None:
    case = rig.confirmed(items=2)
    first, second = CaseReader(rig.place.database).one(case).items
    removals = {a.item_id: a.id for a in CaseReader(rig.place.database).one(case).actions}
    for action in removals.values():
        rig.confirm(action)
    reports = filed(rig, case)
    rig.look(case, first.id, OFFICER)
    rig.place.redress.decide(OFFICER, rig.complain(removals[first.id]), upheld=True, reason=Reason.NOT_SUCH_MATERIAL)
    assert {item: state(rig, action) for item, action in removals.items()} == {
        first.id: "reversal_ordered", second.id: "carried_out", None: "carried_out"
    }  # fmt: skip
    ordered = [e.payload.model_dump() for e in recorded(rig.place, "referral.ordered")][len(reports) :]
    assert [(o["supplements"], o["withdrawn"], o["items"]) for o in ordered] == [(reports[0], (first.id,), ())]
    assert len(recorded(rig.place, "action.ordered")) == 3
    rig.look(case, second.id, OFFICER)
    rig.place.redress.decide(OFFICER, rig.complain(removals[None]), upheld=True, reason=Reason.NOT_SUCH_MATERIAL)
    assert {state(rig, action) for action in removals.values()} == {"reversal_ordered"}
    assert CaseReader(rig.place.database).one(case).state.value == "dismissed"
    assert len(recorded(rig.place, "action.reversal_ordered")) == 3


def test_a_report_of_a_wrong_account_is_withdrawn_and_the_item_stays_removed(rig: Rig) -> None:
    case = rig.confirmed()
    (item,) = CaseReader(rig.place.database).one(case).items
    suspension, removal = done(rig, case, "suspend_account"), done(rig, case)
    (report,) = filed(rig, case)
    rig.place.redress.decide(OFFICER, rig.complain(suspension), upheld=True, reason=Reason.WRONG_ACCOUNT)
    assert (state(rig, suspension), state(rig, removal)) == ("reversal_ordered", "carried_out")
    told = recorded(rig.place, "referral.ordered")[-1].payload.model_dump()
    assert (told["supplements"], told["withdrawn"]) == (report, (item.id,))
    before = dump(rig.place.database)
    with rig.place.transactions.record() as log:
        log.rebuild()
    assert dump(rig.place.database) == before


@pytest.mark.parametrize("reason", [Reason.TOO_MUCH, Reason.TAKEN_OVER, Reason.PROCEDURE, Reason.EVIDENCE_GONE])
def test_where_the_report_is_true_all_the_same_nobody_is_told_else(rig: Rig, reason: Reason) -> None:
    case = rig.confirmed()
    action = done(rig, case)
    filed(rig, case)
    rig.place.redress.decide(OFFICER, rig.complain(action), upheld=True, reason=reason)
    assert len(recorded(rig.place, "referral.ordered")) == 1
    assert state(rig, action) == "reversal_ordered"
