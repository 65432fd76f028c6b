"""Requests of authorities: entered, held by two, answered from the record, counted, and forgotten in time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.databases import SteppableClock
from tests.rig import AUDITOR, DPO, REVIEWER, Rig, dump, party, picture
from tutela.access.approvals import NotApproved
from tutela.access.archive import unseal
from tutela.access.roles import NotAllowed, Person, Role
from tutela.casework.case import NoSuchCase, NotPossible
from tutela.casework.disclosure import BadRequest
from tutela.casework.legal.policy import LegalPolicy
from tutela.casework.legal.requests import Entry
from tutela.content.item import Provenance
from tutela.events.catalogue.referral import ReferralFiled, ReferralFinishing, ReferralOpened
from tutela.events.envelope import Event, NewEvent
from tutela.regimes.legal_process import NoSuchKind
from tutela.regimes.party_details import IpEvent, PartyDetails
from tutela.statistics.redress.selection import Period
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.workplace import Workplace

OFFICER = Person("rolf", "Rolf", frozenset({Role.REFERRAL_OFFICER}))
NAME = "Police of Luleå"
REFERENCE = "K 4711-26, the matter of the harbour"
sqlite_only = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
"""The others run on both databases: they lock, search, migrate or make projections anew."""
SECRET = "a lamp beside a harbour"
ORDERS_FROM = "2026-09-01T09:00:00+00:00"
"""A day on which European orders can be received."""


@pytest.fixture
def rig(place: Workplace, clock: SteppableClock) -> Rig:
    return Rig(place, clock)


def case_of(rig: Rig, n: int, account: str | None = None) -> str:
    one = rig.take(f"i{n}", picture(n), Provenance(party(account or f"account-{n}"), (party("friend"),)))
    assert one.case
    assert one.item
    rig.decide(one.case, one.item, "not", remarks="a quarry")
    return one.case


def entry(rig: Rig, kind: str, **given: Any) -> Entry:
    usual = Entry(kind, "police", NAME, "SE", REFERENCE, rig.clock.now, service="chat", accounts=("account-0",))
    return replace(usual, **given)


def allow(place: Workplace, request: str, allowed: bool = True) -> None:
    asked = place.legal.reader.one(request).asked
    assert asked
    place.approvals.decide(DPO, asked, allowed)


def held(place: Workplace, request: str) -> None:
    allow(place, request)
    assert place.legal.carry_out(OFFICER, request) == "place"


def recorded(place: Workplace, *types: str) -> list[Event]:
    with place.transactions.reading() as log:
        return list(log.read(types=types or None))


def test_a_request_to_preserve_becomes_a_hold_by_two_and_is_answered(
    rig: Rig, place: Workplace, clock: SteppableClock
) -> None:
    case, other, legal = case_of(rig, 0), case_of(rig, 1), place.legal
    came = clock.now - timedelta(hours=2)
    request = legal.receive(OFFICER, entry(rig, "us-2703f", received_at=came, country="us"))
    found = legal.reader.one(request)
    assert (found.cases, found.state, found.hold_state, found.country) == ((case,), "open", None, "US")
    assert found.due_at == came + timedelta(hours=24)
    assert found.until == datetime(2025, 8, 31, 23, 59, 59, tzinfo=UTC)
    with pytest.raises(NotPossible, match="no hold stands"):
        legal.answer_preserved(OFFICER, request)
    with pytest.raises(NotApproved, match="waiting"):
        legal.carry_out(OFFICER, request)
    with pytest.raises(NotPossible, match="already, and is waiting"):
        legal.ask_hold(OFFICER, request)
    held(place, request)
    (standing,) = place.retention.standing()
    assert (standing.cases, standing.until, standing.ground) == ((case,), found.until, "preservation_request")
    answer = legal.answer_preserved(OFFICER, request)
    said = json.loads(answer.document)
    assert (said["outcome"], said["preserved"], said["reference"]) == ("preserved", [case], REFERENCE)
    after = legal.reader.one(request)
    assert (after.state, after.outcome, after.digest) == ("answered", "preserved", answer.digest)
    assert hashlib.sha256(answer.document).hexdigest() == answer.digest
    assert legal.answer_document(DPO, request) == answer.document
    with pytest.raises(NotPossible, match="answered already"):
        legal.answer_preserved(OFFICER, request)
    # The erasure takes the other case when its time comes, and this one when the hold has ended.
    clock.advance(days=30)
    place.retention.run()
    assert (place.vault.is_gone(other), place.vault.is_gone(case)) == (True, False)
    clock.advance(days=62)
    place.retention.run()
    assert place.vault.is_gone(case)
    assert legal.reader.one(request).hold_state == "ended"


@sqlite_only
def test_nothing_of_who_asked_stands_in_the_record(rig: Rig, place: Workplace) -> None:
    case_of(rig, 0)
    request = place.legal.receive(OFFICER, entry(rig, "us-2703f"))
    held(place, request)
    place.legal.answer_preserved(OFFICER, request)
    text = "".join(event.payload.model_dump_json() for event in recorded(place)) + json.dumps(
        dump(place.database, only_projections=False), default=str
    )
    for word in ("Luleå", "Lule\\u00e5", "4711", "account-0"):
        assert word not in text
    place.tidy(0)
    details = place.legal.details(DPO, request)
    assert details.order is not None
    assert (details.order.name, details.order.reference, details.order.accounts) == (NAME, REFERENCE, ("account-0",))
    read = recorded(place, "evidence.read")[-1]
    assert (read.actor, read.subject, read.payload.model_dump()["purpose"]) == ("dora", request, "legal_request")


@sqlite_only
def test_who_may_do_what(rig: Rig, place: Workplace) -> None:
    case_of(rig, 0)
    legal = place.legal
    for person in (REVIEWER, AUDITOR, DPO):
        with pytest.raises(NotAllowed):
            legal.receive(person, entry(rig, "us-2703f"))
    request = legal.receive(OFFICER, entry(rig, "us-2703f"))
    for person in (REVIEWER, AUDITOR):
        with pytest.raises(NotAllowed):
            legal.details(person, request)
        with pytest.raises(NotAllowed):
            legal.answer_document(person, request)
    for do in (legal.carry_out, legal.answer_preserved, legal.answer_nothing_held, legal.ask_hand_over, legal.ask_hold):
        with pytest.raises(NotAllowed):
            do(DPO, request)
    with pytest.raises(NotAllowed):
        legal.refuse(DPO, request, "incomplete")
    with pytest.raises(NotAllowed):
        legal.withdraw(DPO, request, "withdrawn")


def test_a_production_order_is_kept_and_handed_over_as_allowed(
    rig: Rig, place: Workplace, clock: SteppableClock
) -> None:
    clock.set(ORDERS_FROM)
    case, other, legal = case_of(rig, 0), case_of(rig, 1), place.legal
    request = legal.receive(OFFICER, entry(rig, "eu-production-order"))
    assert legal.reader.one(request).due_at == clock.now + timedelta(days=10)
    held(place, request)
    with pytest.raises(NotPossible, match="hand over what is held"):
        legal.answer_preserved(OFFICER, request)
    with pytest.raises(NotPossible, match="something is held"):
        legal.answer_nothing_held(OFFICER, request)
    with pytest.raises(NotApproved, match="ask another person"):
        legal.hand_over(OFFICER, request, SECRET)
    legal.ask_hand_over(OFFICER, request)
    with pytest.raises(NotApproved, match="waiting"):
        legal.hand_over(OFFICER, request, SECRET)
    allow(place, request)
    clock.advance(days=3)
    with pytest.raises(NotApproved, match="of that kind"):
        place.disclosure.hand_over(OFFICER, str(legal.reader.one(request).asked), SECRET)
    made = legal.hand_over(OFFICER, request, SECRET)
    files = unseal(made.data, SECRET)
    said = json.loads(files["answer.json"])
    (told,) = said["cases"]
    (item,) = told["items"]
    (sending,) = item["sendings"]
    assert (told["case"], item["kind"], item["verdict"]) == (case, "image", "not")
    assert (sending["sender"], sending["recipients"]) == ("account-0", 1)
    assert sending["hashes"]["sha256"] == hashlib.sha256(picture(0)).hexdigest()
    assert files[f"items/{case}/{item['item']}.bytes"] == picture(0)
    assert [(a["account"], a["part"], a["records"]) for a in said["accounts"]] == [("account-0", "sender", 1)]
    assert [a["details"]["status"] for a in said["accounts"]] == ["not_told"]
    assert "friend" not in files["answer.json"].decode()
    assert other not in "".join([*files, files["answer.json"].decode()])
    events = {event.id: event.type for event in recorded(place)}
    assert {one["id"]: one["type"] for one in told["events"]}.items() <= events.items()
    assert {"case.opened", "item.flagged", "item.decided"} <= {one["type"] for one in told["events"]}
    after = legal.reader.one(request)
    assert (after.state, after.outcome, after.digest) == (
        "answered",
        "handed_over",
        hashlib.sha256(made.data).hexdigest(),
    )
    (exported,) = recorded(place, "data.exported")
    assert (exported.subject, exported.payload.model_dump()["digest"]) == (request, after.digest)
    sent = json.loads(legal.answer_document(OFFICER, request))
    assert {one["name"]: one["sha256"] for one in sent["files"]} == {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "about.json"
    }
    # Lost on its way: two make it again, and the answer keeps its time.
    clock.advance(days=1)
    legal.ask_hand_over(OFFICER, request)
    allow(place, request)
    again = legal.hand_over(OFFICER, request, SECRET)
    assert unseal(again.data, SECRET)["answer.json"]
    assert legal.reader.one(request).closed_at == after.closed_at
    days = Period(clock.now.date() - timedelta(days=4), clock.now.date())
    assert place.legal_figures(days).rows[0].cells["handed_over"].value == 1


@sqlite_only
def test_subscriber_data_goes_without_an_item_and_without_a_hold(rig: Rig, place: Workplace) -> None:
    case = case_of(rig, 0)
    due = rig.clock.now + timedelta(days=5)
    with pytest.raises(NotPossible, match="sets no time"):
        place.legal.receive(OFFICER, entry(rig, "subscriber-data"))
    request = place.legal.receive(OFFICER, entry(rig, "subscriber-data", due_at=due))
    assert place.legal.reader.one(request).until is None
    with pytest.raises(NotPossible, match="asks for no hold"):
        place.legal.ask_hold(OFFICER, request)
    place.legal.ask_hand_over(OFFICER, request)
    allow(place, request)
    files = unseal(place.legal.hand_over(OFFICER, request, SECRET).data, SECRET)
    assert set(files) == {"answer.json", "about.json"}
    assert json.loads(files["answer.json"])["cases"][0]["case"] == case


@sqlite_only
def test_a_case_as_a_whole_and_an_account_are_answered_each_in_its_own_measure(rig: Rig, place: Workplace) -> None:
    """Of the case that only the account leads to, who sent is another person; the account asked about is told."""
    one = rig.take("i0", picture(0), Provenance(party("someone"), (party("asked"),)))
    mine = rig.take("i1", picture(1), Provenance(party("asked"), (party("friend"),)))
    whole = rig.take("i2", picture(2), Provenance(party("reported"), (party("asked"),)))
    assert one.case
    assert mine.case
    assert whole.case
    due = rig.clock.now + timedelta(days=5)
    asked = entry(rig, "subscriber-data", accounts=("asked",), cases=(whole.case,), due_at=due)
    request = place.legal.receive(OFFICER, asked)
    place.legal.ask_hand_over(OFFICER, request)
    allow(place, request)
    said = unseal(place.legal.hand_over(OFFICER, request, SECRET).data, SECRET)["answer.json"]
    told = [(a["account"], a["part"]) for a in json.loads(said)["accounts"]]
    assert told == [("asked", "recipient"), ("asked", "sender"), ("reported", "sender")]
    assert b"someone" not in said
    assert b"friend" not in said


@sqlite_only
def test_what_the_platform_told_of_the_account_is_answered_once(rig: Rig, place: Workplace) -> None:
    """Of other people nothing of the like goes out, and the same told twice stands once."""
    event = IpEvent("192.0.2.7", rig.clock.now, None, None)
    mine = replace(party("account-0"), details=PartyDetails(emails=("a@example.org",), ip_events=(event,)))
    other = replace(party("friend"), details=PartyDetails(emails=("b@example.org",)))
    for n in range(2):
        rig.take(f"i{n}", picture(n), Provenance(mine, (other,)))
    request = place.legal.receive(OFFICER, entry(rig, "subscriber-data", due_at=rig.clock.now + timedelta(days=5)))
    place.legal.ask_hand_over(OFFICER, request)
    allow(place, request)
    files = unseal(place.legal.hand_over(OFFICER, request, SECRET).data, SECRET)
    (account,) = json.loads(files["answer.json"])["accounts"]
    (told,) = account["details"]
    assert told["says"]["emails"] == ["a@example.org"]
    assert [one["address"] for one in told["says"]["ip_events"]] == ["192.0.2.7"]
    assert b"b@example.org" not in files["answer.json"]


@sqlite_only
def test_content_is_not_handed_over_without_its_hold(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    clock.set(ORDERS_FROM)
    case_of(rig, 0)
    request = place.legal.receive(OFFICER, entry(rig, "eu-production-order-emergency"))
    assert place.legal.reader.one(request).due_at == clock.now + timedelta(hours=8)
    allow(place, request, allowed=False)
    with pytest.raises(BadRequest, match="preserved"):
        place.legal.ask_hand_over(OFFICER, request)
    place.legal.ask_hold(OFFICER, request)
    held(place, request)
    place.legal.ask_hand_over(OFFICER, request)


def test_nothing_held_is_an_answer_from_the_record(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    legal = place.legal
    request = legal.receive(OFFICER, entry(rig, "us-2703f", accounts=("nobody",), reports=("99",)))
    found = legal.reader.one(request)
    assert (found.cases, found.asked, found.accounts, found.reports) == ((), None, 1, 1)
    said = json.loads(legal.answer_nothing_held(OFFICER, request).document)
    assert (said["outcome"], said["erased"], said["about"]["reports"]) == ("nothing_held", [], ["99"])
    # What was erased before is told with its certificate.
    case = case_of(rig, 0)
    clock.advance(days=20)
    (certificate,) = place.retention.run()
    request = legal.receive(OFFICER, entry(rig, "us-2703f"))
    assert (legal.reader.one(request).cases, legal.reader.one(request).asked) == ((case,), None)
    said = json.loads(legal.answer_nothing_held(OFFICER, request).document)
    assert [one["certificate"] for one in said["erased"]] == [certificate]


@sqlite_only
def test_a_part_that_was_erased_is_told(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    gone = case_of(rig, 0)
    clock.advance(days=20)
    place.retention.run()
    kept = case_of(rig, 1)
    due = clock.now + timedelta(days=5)
    request = place.legal.receive(
        OFFICER, entry(rig, "national-production", accounts=(), cases=(gone, kept), due_at=due)
    )
    held(place, request)
    place.legal.ask_hand_over(OFFICER, request)
    allow(place, request)
    files = unseal(place.legal.hand_over(OFFICER, request, SECRET).data, SECRET)
    assert {name.split("/")[1] for name in files if name.startswith("items/")} == {kept}
    assert place.legal.reader.one(request).outcome == "partly"


@sqlite_only
def test_what_is_opened_later_is_shown_and_not_covered(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    case = case_of(rig, 0)
    request = place.legal.receive(OFFICER, entry(rig, "us-2703f"))
    clock.set("2026-01-10T09:00:00+00:00")  # its pseudonym is another one in another year
    place.legal.withdraw(OFFICER, request, "withdrawn")
    later = case_of(rig, 2, "account-0")
    assert place.legal.details(OFFICER, request).later == (later,)
    assert place.legal.reader.one(request).cases == (case,)


@sqlite_only
def test_a_case_is_found_by_the_number_of_its_report(rig: Rig, place: Workplace) -> None:
    case = rig.confirmed("account-7", first=3)
    (report,) = CaseReader(place.database).one(case).referrals
    filed = ReferralFiled(referral=report.id, attempt=1, report_id="4001", files=1, confirmed_by="finish")
    opened = ReferralOpened(referral=report.id, attempt=1, report_id="4001", target="sandbox")
    finishing = ReferralFinishing(referral=report.id, attempt=1)
    with place.transactions.record() as log:
        log.append([NewEvent(payload, case, rig.clock.now) for payload in (opened, finishing, filed)])
    request = place.legal.receive(OFFICER, entry(rig, "us-2258a-h", accounts=(), reports=("4001",)))
    assert place.legal.reader.one(request).cases == (case,)
    for given, found in (("cybertipline:4001", (case,)), ("eu_centre:4001", ())):
        request = place.legal.receive(OFFICER, entry(rig, "us-2258a-h", accounts=(), reports=(given,)))
        assert place.legal.reader.one(request).cases == found


def test_a_renewal_is_bounded_by_the_law(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    case = case_of(rig, 0)
    legal = place.legal
    request = legal.receive(OFFICER, entry(rig, "us-2703f"))
    with pytest.raises(NotPossible, match="nothing to prolong"):
        legal.extend(OFFICER, request, "K 4711-26, again")
    held(place, request)
    first = legal.reader.one(request).until
    hold = legal.reader.one(request).hold
    assert first
    assert hold
    with pytest.raises(NotPossible, match="rests on the legal request"):
        place.retention.holds.ask_change(OFFICER, hold, "lift", reason="withdrawn")
    with pytest.raises(NotPossible, match="at most 90 days"):
        legal.extend(OFFICER, request, "K 4711-26, again", first + timedelta(days=91))
    legal.extend(OFFICER, request, "K 4711-26, again")
    allow(place, request)
    assert legal.carry_out(OFFICER, request) == "extend"
    after = legal.reader.one(request)
    assert (after.until, after.renewals) == (first + timedelta(days=90), 1)
    assert place.retention.of_case(case).holds[0].until == after.until
    assert [one.reference for one in legal.details(DPO, request).renewals] == ["K 4711-26, again"]
    with pytest.raises(NotPossible, match="prolonged once"):
        legal.extend(OFFICER, request, "K 4711-26, a third time")


def test_what_is_withdrawn_is_let_go(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    case, legal = case_of(rig, 0), place.legal
    request = legal.receive(OFFICER, entry(rig, "us-2703f"))
    held(place, request)
    legal.answer_preserved(OFFICER, request)
    legal.withdraw(OFFICER, request, "proceedings_ended")
    with pytest.raises(NotPossible, match="already, and is waiting"):
        legal.withdraw(OFFICER, request, "proceedings_ended")
    allow(place, request)
    assert legal.carry_out(OFFICER, request) == "lift"
    found = legal.reader.one(request)
    assert (found.state, found.hold_state, found.withdrawn_at) == ("answered", "lifted", clock.now)
    with pytest.raises(NotPossible, match="taken back already"):
        legal.withdraw(OFFICER, request, "withdrawn")
    clock.advance(days=20)
    place.retention.run()
    assert place.vault.is_gone(case)


@sqlite_only
def test_a_hold_that_was_allowed_is_not_placed_on_what_was_withdrawn(rig: Rig, place: Workplace) -> None:
    case_of(rig, 0)
    request = place.legal.receive(OFFICER, entry(rig, "us-2703f"))
    allow(place, request)
    asked = str(place.legal.reader.one(request).asked)
    place.legal.withdraw(OFFICER, request, "withdrawn")
    with pytest.raises(NotPossible, match="taken back or refused"):
        place.retention.holds.place(OFFICER, asked)
    with pytest.raises(NotApproved):
        place.legal.carry_out(OFFICER, place.legal.receive(OFFICER, entry(rig, "us-2703f")))
    assert place.retention.standing() == []
    assert place.legal.reader.one(request).state == "withdrawn"


@sqlite_only
def test_a_hold_placed_by_the_other_door_is_the_same(rig: Rig, place: Workplace) -> None:
    case_of(rig, 0)
    request = place.legal.receive(OFFICER, entry(rig, "us-2703f"))
    allow(place, request)
    hold = place.retention.holds.place(OFFICER, str(place.legal.reader.one(request).asked))
    found = place.legal.reader.one(request)
    assert (found.hold, found.hold_state) == (hold, "standing")


@sqlite_only
def test_a_refusal_has_a_coded_reason(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    clock.set(ORDERS_FROM)
    case_of(rig, 0)
    request = place.legal.receive(OFFICER, entry(rig, "eu-production-order"))
    with pytest.raises(NoSuchKind, match="conflict_of_law"):
        place.legal.refuse(OFFICER, request, "because")
    answer = place.legal.refuse(OFFICER, request, "conflict_of_law")
    said = json.loads(answer.document)["refused"]
    assert (said["reason"], said["article"]) == ("conflict_of_law", "Article 17")
    found = place.legal.reader.one(request)
    assert (found.state, found.reason, found.digest) == ("refused", "conflict_of_law", answer.digest)
    with pytest.raises(NotPossible, match="refused already"):
        place.legal.ask_hand_over(OFFICER, request)


def test_the_user_is_told_nothing_until_then(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    case = rig.confirmed("account-0")
    silent = clock.now + timedelta(days=30)
    request = place.legal.receive(OFFICER, entry(rig, "us-2703f", silent_until=silent))
    for action in rig.actions(case):
        rig.confirm(action)
    place.notices.issue_due()
    assert recorded(place, "notice.issued") == []
    (received,) = recorded(place, "legal.received")
    assert received.payload.model_dump()["deferred"] == (case,)
    # Another authority asks for longer: the longer one stands.
    place.legal.receive(OFFICER, entry(rig, "us-2703f", silent_until=silent + timedelta(days=20)))
    clock.advance(days=40)
    place.notices.issue_due()
    assert recorded(place, "notice.issued") == []
    clock.advance(days=11)
    place.notices.issue_due()
    assert recorded(place, "notice.issued")
    told = place.legal.receive(OFFICER, entry(rig, "us-2703f", silent_until=clock.now + timedelta(days=9)))
    payload = recorded(place, "legal.received")[-1].payload.model_dump()
    assert (payload["deferred"], payload["told"]) == ((), (case,))
    assert request != told


@sqlite_only
def test_what_cannot_be_entered_leaves_nothing(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    case_of(rig, 0)
    before = dump(place.database, only_projections=False)
    wrong: list[tuple[type[Exception], str, dict[str, Any]]] = [
        (NoSuchKind, "us-2703f", {"kind": "eu-production-order"}),
        (NotPossible, "in the past", {"received_at": clock.now + timedelta(minutes=1)}),
        (NotPossible, "two letters", {"country": "Sweden"}),
        (NotPossible, "name the authority", {"name": "  "}),
        (NotPossible, "name what it is about", {"accounts": ()}),
        (NotPossible, "name the service", {"service": " "}),
        (NotPossible, "document", {"reference": "x"}),
        (NoSuchCase, "no case", {"cases": ("nothing",)}),
        (NotPossible, "at most 90 days", {"until": clock.now + timedelta(days=120)}),
        (NotPossible, "before it was received", {"due_at": clock.now - timedelta(days=1)}),
        (NotPossible, "is over", {"received_at": clock.now - timedelta(days=200)}),
        (NotPossible, "may be told already", {"silent_until": clock.now}),
        (NotPossible, "one request defers", {"silent_until": clock.now + timedelta(days=300)}),
    ]
    for error, match, given in wrong:
        with pytest.raises(error, match=match):
            place.legal.receive(OFFICER, entry(rig, **{"kind": "us-2703f", **given}))
    assert dump(place.database, only_projections=False) == before


def test_a_crash_in_the_middle_records_nothing(rig: Rig, place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    case_of(rig, 0)
    before = dump(place.database, only_projections=False)

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(place.retention.holds, "asking", stop)
        with pytest.raises(KeyboardInterrupt):
            place.legal.receive(OFFICER, entry(rig, "us-2703f"))
    assert dump(place.database, only_projections=False) == before
    (swept,) = place.tidy(-1)
    assert len(swept) == 36  # the key and the record of the request that never was
    request = place.legal.receive(OFFICER, entry(rig, "us-2703f"))
    assert place.tidy(-1) == []
    assert place.legal.details(OFFICER, request).order is not None


@sqlite_only
def test_details_go_when_their_time_is_over(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    case_of(rig, 0)
    request = place.legal.receive(OFFICER, entry(rig, "us-2703f"))
    held(place, request)
    answer = place.legal.answer_preserved(OFFICER, request)
    clock.advance(days=400)
    assert place.legal.erase_due() == 0  # the hold stands until somebody says that it ended
    place.retention.run()
    assert place.legal.erase_due() == 0  # a year from the end of the hold, not from the answer
    clock.advance(days=60)
    assert place.legal.erase_due() == 1
    assert place.vault.is_gone(request)
    assert place.legal.erase_due() == 0
    assert place.legal.details(OFFICER, request).order is None
    with pytest.raises(NotPossible, match="erased"):
        place.legal.answer_document(OFFICER, request)
    found = place.legal.reader.one(request)
    assert (found.digest, found.erased_at) == (answer.digest, clock.now)
    assert [e.type for e in recorded(place, "legal.details_erased")] == ["legal.details_erased"]


@sqlite_only
def test_an_older_copy_of_the_keys_brings_no_details_back(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    request = place.legal.receive(OFFICER, entry(rig, "us-2703f", accounts=("nobody",)))
    place.legal.answer_nothing_held(OFFICER, request)
    (key,) = (place.settings.data / "keys" / "cases").rglob(f"{request}.key")
    kept = key.read_bytes()
    clock.advance(days=366)
    assert place.legal.erase_due() == 1
    key.write_bytes(kept)
    key.chmod(0o600)
    place.retention.run(thorough=True)
    assert not key.exists()


def test_projections_are_made_again(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    case_of(rig, 0)
    legal = place.legal
    first = legal.receive(OFFICER, entry(rig, "us-2703f"))
    held(place, first)
    legal.answer_preserved(OFFICER, first)
    legal.extend(OFFICER, first, "K 4711-26, again")
    allow(place, first)
    legal.carry_out(OFFICER, first)
    legal.withdraw(OFFICER, first, "withdrawn")
    allow(place, first)
    legal.carry_out(OFFICER, first)
    second = legal.receive(OFFICER, entry(rig, "us-2703f"))
    legal.refuse(OFFICER, second, "incomplete")
    legal.receive(OFFICER, entry(rig, "us-2703f"))
    before = dump(place.database)
    assert len(before["legal_requests"]) == 3
    with place.transactions.record() as log:
        log.rebuild()
    assert dump(place.database) == before


@sqlite_only
def test_figures_tell_zero_from_unknown(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    case_of(rig, 0)
    legal, day = place.legal, clock.now.date()
    year = Period(date(2025, 1, 1), date(2025, 12, 31))
    nothing = place.legal_figures(year).rows[0].cells
    assert (nothing["received"].status, nothing["received"].value) == ("unknown", None)
    request = legal.receive(OFFICER, entry(rig, "us-2703f"))
    wrong = legal.receive(OFFICER, entry(rig, "us-2703f"))
    legal.withdraw(OFFICER, wrong, "entered_wrongly")
    held(place, request)
    clock.advance(hours=30)
    legal.answer_preserved(OFFICER, request)
    legal.receive(OFFICER, entry(rig, "us-2703f", country="FI"))
    part = place.legal_figures(year).rows[0].cells
    assert (part["received"].status, part["received"].at_least) == ("unknown", 2)
    known = place.legal_figures(Period(day, date(2025, 12, 31)))
    cells = known.rows[0].cells
    assert [(name, cells[name].value) for name in ("received", "preserved", "answered_late", "waiting", "refused")] == [
        ("received", 2), ("preserved", 1), ("answered_late", 1), ("waiting", 1), ("refused", 0),
    ]  # fmt: skip
    assert (cells["entered_wrongly"].value, len(cells["entered_wrongly"].events)) == (1, 1)
    assert (cells["median_hours_to_answer"].value, len(cells["received"].events)) == (30.0, 2)
    assert cells["median_hours_to_confirm_receipt"].status == "not_collected"
    assert [(row.by, row.part, row.cells["received"].value) for row in known.rows[1:]] == [
        ("kind", "us-2703f", 2), ("country", "FI", 1), ("country", "SE", 1),
    ]  # fmt: skip
    later = place.legal_figures(Period(date(2025, 7, 1), date(2025, 7, 31))).rows[0].cells
    assert (later["received"].value, later["median_hours_to_answer"].status) == (0, "not_applicable")


def test_what_waits_is_counted(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    legal = place.legal
    assert (legal.reader.waiting(clock.now).open, legal.reader.waiting(clock.now).next_due) == (0, None)
    late = legal.receive(OFFICER, entry(rig, "us-2703f"))
    clock.advance(hours=25)
    soon = legal.receive(OFFICER, entry(rig, "us-2703f"))
    waits = legal.reader.waiting(clock.now)
    assert (waits.open, waits.overdue) == (2, 1)
    assert [(one.id, one.is_overdue(clock.now)) for one in legal.reader.open()] == [(late, True), (soon, False)]


def test_a_policy_names_a_zone_that_there_is() -> None:
    assert str(LegalPolicy("Europe/Stockholm").zone) == "Europe/Stockholm"
    with pytest.raises(ValueError, match="knows no"):
        LegalPolicy("Nowhere/Atall")
    with pytest.raises(ValueError, match="keep_days"):
        LegalPolicy(keep_days=0)


@sqlite_only
@pytest.mark.parametrize("bad", ["a\0b", "a\ud800b", ""])
@pytest.mark.parametrize("field", ["name", "reference", "service"])
def test_what_no_text_has_is_refused(rig: Rig, place: Workplace, field: str, bad: str) -> None:
    with pytest.raises(NotPossible):
        place.legal.receive(OFFICER, entry(rig, "us-2703f", **{field: bad}))
    if bad:
        for named in ("accounts", "reports", "cases"):
            with pytest.raises(NotPossible, match="characters"):
                place.legal.receive(OFFICER, entry(rig, "us-2703f", **{named: (bad,)}))
