"""Notices: issued once, deferred, handed over, with a link that ends."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.casework.test_redress import done, recorded
from tests.databases import SteppableClock
from tests.rig import OFFICER, REVIEWER, SENIOR, Rig, dump
from tutela.access.roles import NotAllowed
from tutela.casework.case import NotPossible
from tutela.casework.links import BadLink, EndedLink
from tutela.casework.notice_desk import NoNotice
from tutela.casework.reasons import Reason
from tutela.casework.redress_records import AuthorityRequest
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.workplace import Workplace

PAPER = AuthorityRequest(authority="National police", reference="K 77-25", text="they are looking for somebody")


@pytest.fixture
def rig(place: Workplace, clock: SteppableClock) -> Rig:
    return Rig(place, clock)


def token_of(rig: Rig, action: str) -> str:
    token = rig.place.notices.token(rig.place.notices.of_action(action))
    assert token is not None
    return token


def test_a_notice_is_due_with_the_action_and_issued_once(rig: Rig) -> None:
    case = rig.confirmed()
    notices = rig.place.notices
    assert notices.issue_due() is False
    assert recorded(rig.place, "notice.issued") == []
    action = done(rig, case)
    for _ in range(2):
        notices.issue_due()
    (issued,) = recorded(rig.place, "notice.issued")
    told = issued.payload.model_dump()
    assert (told["about"], told["kind"], told["action"], told["language"]) == (action, "action_taken", action, "en")
    assert told["link_expires_at"] == rig.clock() + timedelta(days=183)
    assert token_of(rig, action) not in str(told)
    for language in ("sv", "sv", "en"):
        notices.hand_over("key:p", action, language)
    assert [e.payload.model_dump()["language"] for e in recorded(rig.place, "notice.handed_over")] == ["sv", "en"]
    line = rig.place.redress_reader.notice(action)
    assert line is not None
    assert line.handed_over_in == ("sv", "en")
    before = dump(rig.place.database)
    with rig.place.transactions.record() as log:
        log.rebuild()
    assert dump(rig.place.database) == before


def test_taking_a_notice_issues_it_if_nobody_did(rig: Rig) -> None:
    case = rig.confirmed()
    with pytest.raises(NoNotice, match="nothing to tell"):
        rig.place.notices.hand_over("key:p", rig.actions(case)[0], "en")
    action = done(rig, case)
    assert rig.place.notices.hand_over("key:p", action, "en").link is not None
    assert len(recorded(rig.place, "notice.issued")) == 1


def test_a_decided_complaint_has_its_notice_without_a_link(rig: Rig) -> None:
    complaint = rig.complain(done(rig, rig.confirmed()))
    rig.place.redress.decide(OFFICER, complaint, upheld=False, reason=Reason.OUT_OF_TIME)
    notice = rig.place.notices.hand_over("key:p", complaint, "en")
    assert (notice.kind, notice.link) == ("complaint_decided", None)
    assert rig.place.notices.token(notice) is None
    with pytest.raises(NotPossible, match="holds a link"):
        rig.place.notices.renew_link(OFFICER, complaint)


def test_a_link_is_ours_alone_ends_and_is_revoked(rig: Rig, clock: SteppableClock) -> None:
    notices = rig.place.notices
    action = done(rig, rig.confirmed())
    notices.issue_due()
    token = token_of(rig, action)
    link = notices.opened(token)
    assert (link.action, link.id in token) == (action, False)
    other = done(rig, rig.confirmed("b", first=1))
    notices.issue_due()
    mixed = token_of(rig, other)[:22] + token[22:]
    for wrong in ("", "x", token[:-1], token + "A", "é" * 43, "A" * 43, mixed, token.swapcase()):
        with pytest.raises(BadLink):
            notices.opened(wrong)
    with pytest.raises(NotAllowed):
        notices.revoke_link(SENIOR, action)
    notices.renew_link(OFFICER, action)
    with pytest.raises(BadLink):
        notices.opened(token)
    renewed = token_of(rig, action)
    notices.revoke_link(OFFICER, action)
    notices.revoke_link(OFFICER, action)
    assert len(recorded(rig.place, "notice.link_revoked")) == 1
    with pytest.raises(BadLink):
        notices.opened(renewed)
    notices.renew_link(OFFICER, action)
    last = token_of(rig, action)
    clock.advance(days=183)
    with pytest.raises(EndedLink):
        notices.opened(last)


def test_the_key_of_links_lies_outside_the_database(rig: Rig) -> None:
    action = done(rig, rig.confirmed())
    rig.place.notices.issue_due()
    token = token_of(rig, action)
    (key,) = rig.place.settings.data.glob("keys/links.key")
    key.chmod(0o600)
    key.write_bytes(bytes(32))
    with pytest.raises(BadLink):
        rig.place.notices.opened(token)


def in_days(clock: SteppableClock, days: float) -> datetime:
    return clock() + timedelta(days=days)


def test_a_deferred_notice_waits_and_is_issued_when_the_time_is_over(rig: Rig, clock: SteppableClock) -> None:
    notices, reader = rig.place.notices, rig.place.redress_reader
    case = rig.confirmed()
    ends = in_days(clock, 30)
    deferral = notices.defer(OFFICER, case, "police", PAPER, ends)
    action = done(rig, case)
    notices.issue_due()
    with pytest.raises(NoNotice, match=f"until {ends:%Y-%m-%d}"):
        notices.hand_over("key:p", action, "en")
    assert recorded(rig.place, "notice.issued") == []
    (line,) = reader.standing_deferrals(10)
    assert (line.id, line.paper, line.author) == (deferral, PAPER, OFFICER.id)
    assert "police" in str(recorded(rig.place, "notice.deferred")[0].payload)
    assert not any(b"K 77-25" in p.read_bytes() for p in rig.place.settings.data.rglob("*") if p.is_file())
    clock.advance(days=30)
    notices.issue_due()
    (ended,) = recorded(rig.place, "notice.deferral_ended")
    assert (ended.payload.model_dump()["how"], ended.actor) == ("expired", "system")
    assert len(recorded(rig.place, "notice.issued")) == 1
    assert reader.standing_deferrals(10) == []


def test_a_deferral_that_is_over_holds_nothing_back_even_if_nobody_ended_it(rig: Rig, clock: SteppableClock) -> None:
    case = rig.confirmed()
    rig.place.notices.defer(OFFICER, case, "court", PAPER, in_days(clock, 1))
    action = done(rig, case)
    clock.advance(days=2)
    assert rig.place.notices.hand_over("key:p", action, "en").link is not None
    assert len(recorded(rig.place, "notice.deferral_ended")) == 1


def test_a_deferral_is_lifted_by_a_person(rig: Rig, clock: SteppableClock) -> None:
    case = rig.confirmed()
    deferral = rig.place.notices.defer(OFFICER, case, "prosecutor", PAPER, in_days(clock, 9))
    done(rig, case)
    with pytest.raises(NotAllowed):
        rig.place.notices.lift(SENIOR, deferral)
    rig.place.notices.lift(OFFICER, deferral)
    assert len(recorded(rig.place, "notice.issued")) == 1
    with pytest.raises(NotPossible, match="ended already"):
        rig.place.notices.lift(OFFICER, deferral)


def test_what_cannot_be_deferred(rig: Rig, clock: SteppableClock) -> None:
    notices = rig.place.notices
    case = rig.confirmed()
    with pytest.raises(NotAllowed):
        notices.defer(REVIEWER, case, "police", PAPER, in_days(clock, 5))
    with pytest.raises(NotPossible, match="reference"):
        notices.defer(OFFICER, case, "police", PAPER.model_copy(update={"reference": " "}), in_days(clock, 5))
    with pytest.raises(NotPossible, match="in the future"):
        notices.defer(OFFICER, case, "police", PAPER, in_days(clock, 0))
    with pytest.raises(NotPossible, match="at most 92 days"):
        notices.defer(OFFICER, case, "police", PAPER, in_days(clock, 93))
    notices.defer(OFFICER, case, "police", PAPER, in_days(clock, 92))
    with pytest.raises(NotPossible, match="already: end that first"):
        notices.defer(OFFICER, case, "police", PAPER, in_days(clock, 5))
    told = rig.confirmed("b", first=1)
    done(rig, told)
    notices.issue_due()
    with pytest.raises(NotPossible, match="was told already"):
        notices.defer(OFFICER, told, "police", PAPER, in_days(clock, 5))


def test_access_after_a_suspension_has_its_own_way(rig: Rig, clock: SteppableClock) -> None:
    notices, reader = rig.place.notices, rig.place.redress_reader
    case = rig.confirmed()
    with pytest.raises(NotPossible, match="not suspended"):
        notices.request_access("key:p", done(rig, case))
    suspension = done(rig, case, "suspend_account")
    request = notices.request_access("key:p", suspension, words="my pictures of bridges")
    with pytest.raises(NotPossible, match="waits for its answer"):
        notices.request_access("key:p", suspension)
    (waiting,) = reader.access_waiting(10)
    assert (waiting.id, waiting.words) == (request, "my pictures of bridges")
    with pytest.raises(NotPossible, match="why not everything"):
        notices.answer_access(OFFICER, request, "partly")
    with pytest.raises(NotAllowed):
        notices.answer_access(REVIEWER, request, "provided")
    clock.advance(days=3)
    notices.answer_access(OFFICER, request, "partly", "Not the unlawful files.")
    with pytest.raises(NotPossible, match="answered already"):
        notices.answer_access(OFFICER, request, "provided")
    answered = reader.access(request)
    assert (answered.outcome, answered.answer) == ("partly", "Not the unlawful files.")
    text = rig.place.notice_text(notices.hand_over("key:p", request, "sv"), "sv").plain()
    assert "Not the unlawful files." in text
    assert "Den 2 juni 2025 begärde du ut" in text


def test_what_is_overdue_is_counted(rig: Rig, clock: SteppableClock) -> None:
    policy, reader = rig.place.settings.redress, rig.place.redress_reader

    def overdue() -> tuple[int, ...]:
        found = reader.overdue(
            clock(), policy.time_to_decide, policy.time_for_access, policy.time_to_hand_over, timedelta(minutes=10)
        )
        assert found.anything == any((found.complaints, found.access, found.notices, found.deferrals))
        return found.waiting, found.complaints, found.access, found.notices, found.deferrals

    case = rig.confirmed()
    suspension = done(rig, case, "suspend_account")
    rig.complain(suspension)
    rig.complain(suspension, "judicial")  # waits for the court, and is never overdue
    rig.place.notices.request_access("key:p", suspension)
    other = rig.confirmed("b", first=1)
    rig.place.notices.defer(OFFICER, other, "police", PAPER, in_days(clock, 20))
    done(rig, other)
    assert overdue() == (2, 0, 0, 0, 0)
    clock.advance(minutes=11)
    assert overdue() == (2, 0, 0, 1, 0)  # due, and no server issues it
    rig.place.notices.issue_due()
    assert overdue() == (2, 0, 0, 0, 0)
    clock.advance(days=14)
    assert overdue() == (2, 1, 0, 1, 0)  # the platform does not take it
    rig.place.notices.hand_over("key:p", suspension, "en")
    assert overdue() == (2, 1, 0, 0, 0)
    clock.advance(days=17)
    assert overdue() == (2, 1, 1, 0, 1)
    rig.place.notices.issue_due()
    assert overdue() == (2, 1, 1, 0, 0)


def test_the_text_says_what_the_record_says(rig: Rig) -> None:
    case = rig.confirmed()
    action = done(rig, case)
    english = rig.place.notice_text(rig.place.notices.hand_over("key:p", action, "en"), "en")
    assert "Chat" in english.title
    plain = english.plain()
    assert "On 2 June 2025 we removed an image" in plain
    assert "known to show" in plain
    assert "A person looked at it" in plain
    assert "Regulation (EU) 2021/1232 as amended by (EU) 2024/1307" in plain
    assert english.url
    assert plain.count(english.url) == 1
    assert english.url.startswith("http://127.0.0.1:8600/redress/")
    assert case not in plain
    assert action not in plain
    complaint = rig.complain(action)
    rig.look(case, CaseReader(rig.place.database).one(case).items[0].id, OFFICER)
    rig.place.redress.decide(OFFICER, complaint, upheld=True, reason=Reason.NOT_SUCH_MATERIAL, answer="Sorry.")
    again = rig.place.notice_text(rig.place.notices.of_action(action), "en").plain()
    assert "We have undone this since" in again
    assert "known to show" not in again
    decided = rig.place.notice_text(rig.place.notices.hand_over("key:p", complaint, "en"), "en").plain()
    assert "It does not show what we took it for." in decided
    assert "What we removed is put back." in decided
    assert "Sorry." in decided
