"""Each report is filed exactly once, whatever the service does: against the real sandbox over HTTP, with its faults."""

from __future__ import annotations

import os
import random
import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from lxml import etree

from tests.databases import Opening, SteppableClock
from tests.rig import OFFICER, REVIEWER, SENIOR, Rig, party, picture
from tutela.casework.evidence import ItemRecord, record_name
from tutela.casework.reasons import Reason
from tutela.casework.reopening import reopen
from tutela.content.item import Provenance
from tutela.events.catalogue.referral import ReferralFiled, ReferralOpened
from tutela.referral.cybertipline.target import CyberTiplineSettings
from tutela.referral.dispatcher import LEASE, Dispatched
from tutela.referral.recipient import Receipt
from tutela.sandboxes.cybertipline import Body, Fault, Faults, Kind, RunningSandbox, running
from tutela.storage.casework.case_reader import CaseReader, ReferralRow
from tutela.storage.settings import BadSettings
from tutela.storage.workplace import Workplace

ENDPOINTS = ("submit", "upload", "fileinfo", "finish", "retract")
LIE = 500_000_000
"""What the sandbox adds to a number where it was ordered to lie."""
SOAK = bool(os.environ.get("TUTELA_SOAK"))


@dataclass
class Office:
    """An installation and the sandbox that it reports to."""

    place: Workplace
    rig: Rig
    clock: SteppableClock
    sandbox: RunningSandbox
    faults: Faults

    def ledger(self) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.sandbox.sandbox_url}/ledger.json", auth=("sandbox", "sandbox")).json()
        return found

    def referrals(self) -> list[ReferralRow]:
        return CaseReader(self.place.database).referrals()

    def until_settled(self, tries: int = 60) -> list[Dispatched]:
        """Dispatch, let time pass, let a person retry what stopped, until everything is filed."""
        done: list[Dispatched] = []
        for _ in range(tries):
            done += self.place.dispatcher().run_due()
            rows = self.referrals()
            if all(row.state == "filed" for row in rows):
                return done
            for row in rows:
                if row.state == "stopped":
                    self.place.retry_referral(row.id, "carla")
            self.clock.advance(hours=1, minutes=1)
        raise AssertionError([(r.state, r.last_error) for r in self.referrals()])

    def assert_exactly_once(self) -> None:
        """Hold our record against the ledger of the sandbox."""
        ledger = self.ledger()
        reports = {str(r["id"]): r for r in ledger["reports"]}
        rows = self.referrals()
        assert {row.state for row in rows} == {"filed"}
        assert sorted(str(row.report_id) for row in rows) == sorted(
            i for i, r in reports.items() if r["state"] == "finished"
        )
        with self.place.transactions.reading() as log:
            events = list(log.read())
        filed = Counter(e.payload.referral for e in events if isinstance(e.payload, ReferralFiled))
        assert filed == Counter(row.id for row in rows)
        confirmed_by = {
            e.payload.referral: e.payload.confirmed_by for e in events if isinstance(e.payload, ReferralFiled)
        }
        opened = {e.payload.report_id for e in events if isinstance(e.payload, ReferralOpened)}
        # Of every report whose number we hold nothing is left open: only one whose number was lost expires by itself.
        assert all(reports[i]["state"] != "open" for i in opened if i in reports)
        # A number that the ledger does not know is one of its lies about a report that it does.
        assert {str(int(i) - LIE) for i in opened if i not in reports} <= set(reports)
        for row in rows:
            assert row.report_id is not None
            report, case = reports[row.report_id], CaseReader(self.place.database).one(row.case_id)
            assert case.state.value == "reported"
            assert f"Case {case.id}." in report["xml"]
            wanted = [
                ItemRecord.model_validate_json(self.place.vault.get(case.id, record_name(i.id))).fingerprints["md5"]
                for i in case.items
                if i.verdict != "not"
            ]
            assert sorted(f["md5"] for f in report["files"]) == sorted(wanted)
            assert all(f["fileinfo"] for f in report["files"])
            assert row.files == (len(wanted) if confirmed_by[row.id] == "finish" else None)


@pytest.fixture
def office(clock: SteppableClock, opening: Opening) -> Iterator[Office]:
    faults = Faults()
    with running(user="sandbox", password="sandbox", faults=faults) as sandbox:
        place = opening(cybertipline=CyberTiplineSettings(url=sandbox.base_url))
        yield Office(place, Rig(place, clock), clock, sandbox, faults)


sqlite_only = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_all_goes_well(office: Office) -> None:
    for n in range(3):
        office.rig.confirmed(f"a{n}", items=n + 1)
    done = office.place.dispatcher().run_due()
    assert [d.result for d in done] == ["filed"] * 3
    office.assert_exactly_once()
    states = Counter(r["state"] for r in office.ledger()["reports"])
    assert states == {"finished": 3}
    assert office.place.dispatcher().run_due() == []


def test_only_what_is_confirmed_is_reported(office: Office) -> None:
    one = office.rig.take("1", picture(0), Provenance(party("a")))
    two = office.rig.take("2", picture(40), Provenance(party("a")))
    three = office.rig.take("3", picture(41), Provenance(party("b")))
    assert one.case == two.case
    for taken, verdict in ((one, "known"), (two, "not"), (three, "not")):
        assert taken.case is not None
        assert taken.item is not None
        office.rig.decide(taken.case, taken.item, verdict)  # type: ignore[arg-type]
    office.place.dispatcher().run_due()
    office.assert_exactly_once()
    (report,) = office.ledger()["reports"]
    assert len(report["files"]) == 1


def test_viewed_is_what_the_record_says(office: Office) -> None:
    seen = office.rig.take("1", picture(0), Provenance(party("a")))
    unseen = office.rig.take("2", picture(1), Provenance(party("a")))
    for taken, view in ((seen, True), (unseen, False)):
        assert taken.case is not None
        assert taken.item is not None
        office.rig.decide(taken.case, taken.item, "known", view=view)
    office.place.dispatcher().run_due()
    (report,) = office.ledger()["reports"]
    stated = [("<fileViewedByEsp>true<" in f["fileinfo"][0]["xml"]) for f in report["files"]]
    assert sorted(stated) == [False, True]


def test_what_the_decision_said_is_in_the_report(office: Office) -> None:
    """Signs and urgency; a senior lifts what was said before, and the marks after it stand."""
    said: dict[str, str | None] = {}
    for number, (lifted, urgent) in enumerate([(False, True), (True, False), (True, True), (False, False)]):
        one = office.rig.take(str(number), picture(number), Provenance(party(f"a{number}")))
        case, item = str(one.case), str(one.item)
        if lifted:
            office.place.desk.mark_urgent(REVIEWER, case, "look at the third message")
            office.place.desk.lift_urgency(SENIOR, case, "it is not")
        office.clock.advance(minutes=1)
        office.rig.look(case, item)
        signs = frozenset({"generated", "self_produced"} if urgent else ())
        office.place.desk.decide(REVIEWER, case, item, "known", signs=signs, urgent=urgent)  # type: ignore[arg-type]
        at = office.clock().isoformat(timespec="milliseconds").removesuffix("+00:00")
        said[case] = at if urgent else None
    office.place.dispatcher().run_due()
    reports = office.ledger()["reports"]
    assert len(reports) == 4
    for report in reports:
        moment = said.pop(next(case for case in said if f"Case {case}." in report["xml"]))
        document = etree.fromstring(report["xml"].encode())
        escalated = document.findtext("incidentSummary/escalateToHighPriority")
        assert (escalated is None) == (moment is None)
        assert moment is None or (moment in str(escalated) and str(escalated).count("Z") == 1)
        assert "third message" not in report["xml"]
        details = etree.fromstring(report["files"][0]["fileinfo"][0]["xml"].encode())
        flags = sorted(str(flag.tag) for flag in details.iterfind("fileAnnotations/*"))
        assert flags == ([] if moment is None else ["generativeAi", "possibleSelfProduction"])


KINDS = [
    *(Fault(kind) for kind in (Kind.DROP_BEFORE, Kind.DROP_AFTER, Kind.WRONG_CODE, Kind.WRONG_HASH, Kind.EXPIRE)),
    *(Fault(kind, body=body) for kind in (Kind.ERROR_BEFORE, Kind.ERROR_AFTER) for body in Body),
    Fault(Kind.WRONG_CODE, code=4100, status=400),
    Fault(Kind.ERROR_BEFORE, code=1110, status=503),
    Fault(Kind.ERROR_AFTER, code=3000, status=403),
    Fault(Kind.LATENCY, seconds=0.02),
    Fault(Kind.LATENCY_BEFORE, seconds=0.02),
]


@sqlite_only
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_fault_everywhere(office: Office, endpoint: str) -> None:
    """Each kind of fault once, at one endpoint; for the retraction something must fail before it."""
    for number, fault in enumerate(KINDS):
        office.rig.confirmed(f"a{number}", items=2)
        office.faults.order(replace(fault, endpoints=frozenset({endpoint})))
        if endpoint == "retract":
            office.faults.order(Fault(Kind.ERROR_BEFORE, frozenset({"fileinfo"})))
        office.until_settled()
        office.faults.clear()
        office.assert_exactly_once()


def random_faults(rng: random.Random) -> Iterator[Fault]:
    for _ in range(rng.randint(2, 5)):
        kind = rng.choice([k for k in Kind if k not in (Kind.LATENCY, Kind.LATENCY_BEFORE)])
        yield Fault(
            kind,
            frozenset(rng.sample(ENDPOINTS, rng.randint(1, 3))),
            count=rng.randint(1, 4),
            probability=rng.choice([None, 0.3, 0.7]),
            seed=rng.randrange(10**6),
            status=rng.choice([None, 500, 502, 400]) if kind in (Kind.ERROR_BEFORE, Kind.ERROR_AFTER) else None,
            code=rng.choice([1000, 1100, 4100, 3300, 9999]),
            body=rng.choice(list(Body)),
        )


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(60 if SOAK else 4))
def test_random_mixes(office: Office, seed: int) -> None:
    rng = random.Random(seed)
    for number in range(rng.randint(1, 4)):
        office.rig.confirmed(f"a{number}", items=rng.randint(1, 3))
    for fault in random_faults(rng):
        office.faults.order(fault)
    office.until_settled()
    office.assert_exactly_once()


@sqlite_only
def test_what_a_complaint_overturned_before_it_was_sent_is_not_reported(office: Office) -> None:
    desk = office.place.desk
    case_id = office.rig.confirmed("a", 2)
    removals = [a for a in CaseReader(office.place.database).one(case_id).actions if a.kind == "remove_content"]
    for removal in removals:
        desk.confirm_action("key:platform", removal.id, "carried_out")
    complaint = office.rig.complain(removals[0].id)
    office.place.redress.decide(OFFICER, complaint, upheld=True, reason=Reason.NOT_SUCH_MATERIAL, answer="Sorry.")
    (sent,) = office.place.dispatcher().run_due()
    assert sent.result == "filed"
    (report,) = office.ledger()["reports"]
    assert len(report["files"]) == 1
    assert "1 as known" in report["xml"]


def test_a_report_of_which_nothing_is_left_is_dropped(office: Office) -> None:
    desk = office.place.desk
    case_id = office.rig.confirmed("a", 1)
    (removal,) = [a for a in CaseReader(office.place.database).one(case_id).actions if a.kind == "remove_content"]
    desk.confirm_action("key:platform", removal.id, "carried_out")
    complaint = office.rig.complain(removal.id)
    office.place.redress.decide(OFFICER, complaint, upheld=True, reason=Reason.NOT_SUCH_MATERIAL, answer="Sorry.")
    (sent,) = office.place.dispatcher().run_due()
    assert (sent.result, "no such material" in sent.detail) == ("dropped", True)
    assert [(row.state, row.last_error) for row in office.referrals()] == [("dropped", None)]
    assert office.ledger()["reports"] == []
    assert office.place.dispatcher().run_due() == []
    with pytest.raises(LookupError):
        office.place.retry_referral(sent.referral, "carla")


def test_urgency_is_said_as_long_as_the_decision_stands_that_said_it(office: Office) -> None:
    one = office.rig.take("a", picture(0), Provenance(party("a")))
    two = office.rig.take("b", picture(1), Provenance(party("a")))
    case = str(one.case)
    for item in (one.item, two.item):
        office.rig.look(case, str(item))
    office.place.desk.decide(REVIEWER, case, str(one.item), "known", urgent=True)
    office.place.desk.decide(REVIEWER, case, str(two.item), "known")
    with office.place.transactions.casework() as unit:
        found = unit.case(case, lock=True)
        unit.append(reopen(found, [str(one.item)], "second_review", None, actor="sven", now=office.clock()))
    office.rig.decide(case, str(one.item), "known")
    office.place.dispatcher().run_due()
    (report,) = office.ledger()["reports"]
    assert "escalateToHighPriority" not in report["xml"]
    assert {row.urgent for row in office.referrals()} == {True}  # it is sent first until a senior lifts it


@pytest.mark.parametrize("keep", [True, False])
def test_a_supplement_names_the_earlier_report_and_withdraws_what_was_wrong(office: Office, keep: bool) -> None:
    """Through the sandbox, which knows the earlier report; also where the evidence is erased by then."""
    case_id = office.rig.confirmed("a", 2)
    office.place.dispatcher().run_due()
    first, second = (item.id for item in CaseReader(office.place.database).one(case_id).items)
    office.clock.advance(minutes=5)
    with office.place.transactions.casework() as unit:
        found = unit.case(case_id, lock=True)
        unit.append(reopen(found, [first], "entry_wrong", None, actor="sven", now=office.clock()))
    office.rig.decide(case_id, first, "not")
    if not keep:
        office.place.vault.erase(case_id)
    office.faults.order(Fault(Kind.DROP_AFTER, frozenset({"finish"})))
    office.until_settled()
    earlier, supplement = office.ledger()["reports"]
    file = next(f["id"] for f in earlier["files"])
    document = etree.fromstring(supplement["xml"].encode())
    assert (supplement["state"], supplement["files"]) == ("finished", [])
    assert document.xpath("//priorCTReports/text()") == ([str(earlier["id"])] if keep else [])
    text = document.findtext("additionalInfo") or ""
    assert f"This supplements report {earlier['id']}." in text
    assert re.search(rf"Withdrawn: what was said of file [0-9a-f]{{32}} of report {earlier['id']} does not stand", text)
    assert len(file) == 32
    assert CaseReader(office.place.database).one(case_id).state.value == "reported"
    # And once more: it is confirmed again after all.
    if keep:
        office.clock.advance(minutes=5)
        with office.place.transactions.casework() as unit:
            found = unit.case(case_id, lock=True)
            unit.append(reopen(found, [first, second], "second_review", None, actor="sven", now=office.clock()))
        office.rig.decide(case_id, first, "known")
        office.rig.decide(case_id, second, "known")
        office.until_settled()
        third = office.ledger()["reports"][-1]
        assert len(third["files"]) == 1
        numbers = etree.fromstring(third["xml"].encode()).xpath("//priorCTReports/text()")
        assert numbers == [str(earlier["id"]), str(supplement["id"])]


def test_whom_a_repeat_reached_is_in_the_report(office: Office) -> None:
    first = office.rig.take("1", picture(0), Provenance(party("a"), (party("r1", "US"),)))
    office.rig.take("2", picture(0), Provenance(party("a"), (party("r2", "SE"),)))
    office.rig.decide(str(first.case), str(first.item), "known")
    office.place.dispatcher().run_due()
    (report,) = office.ledger()["reports"]
    document = etree.fromstring(report["xml"].encode())
    assert document.xpath("//intendedRecipient/espIdentifier/text()") == ["r1", "r2"]


def test_a_receipt_that_names_too_few_files_is_never_counted_as_whole(office: Office) -> None:
    office.rig.confirmed("a", 2)
    recipient = office.place.recipients()["cybertipline"]
    honest = recipient.finish

    def short(report_id: str) -> Receipt:
        receipt = honest(report_id)
        return Receipt(receipt.report_id, receipt.file_ids[:1])

    recipient.finish = short  # type: ignore[method-assign]
    (stopped,) = office.place.dispatcher().run_due()
    assert (stopped.result, "wrong-receipt" in stopped.detail) == ("stopped", True)
    office.place.retry_referral(stopped.referral, "carla")
    (settled,) = office.place.dispatcher().run_due()
    assert settled.result == "filed"
    (row,) = office.referrals()
    assert (row.state, row.files) == ("filed", None)


@pytest.mark.parametrize("status", [408, 429])
def test_a_recipient_that_is_busy_is_tried_again(office: Office, status: int) -> None:
    office.rig.confirmed("a", 1)
    office.faults.order(Fault(Kind.ERROR_BEFORE, frozenset({"submit"}), count=1, status=status, body=Body.EMPTY))
    (failed,) = office.place.dispatcher().run_due()
    assert failed.result == "failed"
    office.clock.advance(hours=1)
    assert [one.result for one in office.place.dispatcher().run_due()] == ["filed"]


def test_a_lost_answer_to_finish_is_settled_by_asking(office: Office) -> None:
    office.rig.confirmed()
    office.faults.order(Fault(Kind.DROP_AFTER, frozenset({"finish"})))
    (failed,) = office.place.dispatcher().run_due()
    assert (failed.result, office.referrals()[0].state) == ("failed", "finishing")
    assert office.place.dispatcher().run_due() == []  # not before its time
    office.clock.advance(seconds=31)
    (filed,) = office.place.dispatcher().run_due()
    assert filed.result == "filed"
    with office.place.transactions.reading() as log:
        (event,) = log.read(types=["referral.filed"])
    assert event.payload.model_dump()["confirmed_by"] == "retract"
    office.assert_exactly_once()


@sqlite_only
def test_waiting_grows_to_an_hour(office: Office) -> None:
    office.rig.confirmed()
    office.faults.order(Fault(Kind.ERROR_BEFORE, frozenset({"submit"}), count=None))
    waits = []
    for _ in range(9):
        assert [d.result for d in office.place.dispatcher().run_due()] == ["failed"]
        waited = 0
        while not office.place.dispatcher().run_due():
            office.clock.advance(seconds=30)
            waited += 30
            assert waited <= 3600
        waits.append(waited)
        office.clock.advance(hours=1)
    assert waits == sorted(waits)
    assert waits[0] <= 60
    assert waits[-1] == 3600


def test_a_wrong_password_is_stopped_and_not_tried_again(
    clock: SteppableClock, opening: Opening, office: Office
) -> None:
    office.rig.confirmed()
    wrong = opening(cybertipline=CyberTiplineSettings(url=office.sandbox.base_url, password="wrong"))
    (stopped,) = wrong.dispatcher().run_due()
    assert stopped.result == "stopped"
    assert "2000" in stopped.detail
    clock.advance(days=3)
    assert wrong.dispatcher().run_due() == []
    assert office.ledger()["reports"] == []
    (row,) = office.referrals()
    assert (row.state, row.failures) == ("stopped", 1)
    office.place.retry_referral(row.id, "carla")
    assert [d.result for d in office.place.dispatcher().run_due()] == ["filed"]
    office.assert_exactly_once()
    with office.place.transactions.reading() as log:
        (ordered,) = log.read(types=["referral.retry_ordered"])
    assert ordered.actor == "carla"


def test_what_cannot_be_retried(office: Office) -> None:
    office.rig.confirmed()
    (row,) = office.referrals()
    with pytest.raises(LookupError):
        office.place.retry_referral(row.id, "carla")  # nothing failed
    office.place.dispatcher().run_due()
    for referral in (row.id, "nowhere"):
        with pytest.raises(LookupError):
            office.place.retry_referral(referral, "carla")


@sqlite_only
def test_evidence_that_is_gone_stops_one_report_alone(office: Office) -> None:
    erased = office.rig.confirmed("a0")
    broken = office.rig.confirmed("a1")
    sound = office.rig.confirmed("a2")
    office.place.vault.erase(erased)
    for path in (office.place.settings.data / "evidence").glob(f"*/{broken}/*.record"):
        path.write_bytes(b"x" * 40)
    office.place.dispatcher().run_due()
    assert {r.case_id: (r.state, r.last_error) for r in office.referrals()} == {
        erased: ("stopped", "open: evidence-gone"),
        broken: ("stopped", "open: evidence-broken"),
        sound: ("filed", None),
    }


@sqlite_only
def test_evidence_that_cannot_be_loaded_stops_the_report(office: Office) -> None:
    case = office.rig.confirmed("a0")
    for path in (office.place.settings.data / "evidence").glob(f"*/{case}/*.bytes"):
        path.unlink()
    (stopped,) = office.place.dispatcher().run_due()
    assert (stopped.result, office.referrals()[0].last_error) == ("stopped", "upload: evidence-gone")


@sqlite_only
def test_without_a_reporter_nothing_is_kept_waiting(opening: Opening, office: Office) -> None:
    office.rig.confirmed()
    nobody = opening(reporter=None, cybertipline=CyberTiplineSettings(url=office.sandbox.base_url))
    with pytest.raises(BadSettings, match="reporter"):
        nobody.dispatcher().run_due()
    # Once it is mended the report goes out at once.
    assert [d.result for d in office.place.dispatcher().run_due()] == ["filed"]
    assert len(office.ledger()["reports"]) == 1


@sqlite_only
def test_a_recipient_that_is_not_installed_waits(opening: Opening, office: Office) -> None:
    changed = opening(policy=replace(office.place.settings.policy, recipients=("elsewhere",)))
    one = office.rig.take("1", picture(0))
    assert one.case is not None
    assert one.item is not None
    office.rig.look(one.case, one.item)
    changed.desk.decide(REVIEWER, one.case, one.item, "known")
    assert [d.result for d in changed.dispatcher().run_due()] == ["failed"]
    assert office.referrals()[0].last_error == "recipient: not-configured"


def test_many_dispatchers_at_once(office: Office) -> None:
    for n in range(6):
        office.rig.confirmed(f"a{n}")
    done: list[Dispatched] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            done.extend(office.place.dispatcher().run_due())
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert Counter(d.result for d in done) == {"filed": 6}
    office.assert_exactly_once()
    assert len(office.ledger()["reports"]) == 6


STEPS = ("open", "upload", "describe", "finish")


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("step", STEPS)
def test_a_stale_worker_never_files_a_second_report(
    office: Office, monkeypatch: pytest.MonkeyPatch, step: str, before: bool
) -> None:
    """A worker stalls at a step for longer than its lease; another takes the report over and files it; it wakes."""
    office.rig.confirmed(items=2)
    recipients = office.place.recipients()
    recipient: Any = recipients["cybertipline"]
    called = getattr(type(recipient), step)
    stalled: list[bool] = []

    def stalling(self: Any, *arguments: Any) -> Any:
        if stalled:
            return called(self, *arguments)
        stalled.append(True)
        result = None if before else called(self, *arguments)
        office.clock.advance(seconds=LEASE.total_seconds() + 1)
        assert [d.result for d in office.place.dispatcher().run_due()] == ["filed"]
        return called(self, *arguments) if before else result

    monkeypatch.setattr(type(recipient), step, stalling)
    results = [d.result for d in office.place.dispatcher().run_due()]
    assert results == ["failed"]
    assert stalled
    office.assert_exactly_once()
    office.clock.advance(days=1)
    assert office.place.dispatcher().run_due() == []


def test_a_lease_that_ran_out_but_was_not_taken_is_still_its_holders(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.rig.confirmed()
    recipient: Any = office.place.recipients()["cybertipline"]
    called = type(recipient).upload

    def slow(self: Any, *arguments: Any) -> Any:
        office.clock.advance(seconds=(LEASE + timedelta(minutes=5)).total_seconds())
        return called(self, *arguments)

    monkeypatch.setattr(type(recipient), "upload", slow)
    assert [d.result for d in office.place.dispatcher().run_due()] == ["filed"]
    office.assert_exactly_once()


class Crash(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("step", [*STEPS, "settle"])
@pytest.mark.parametrize("after", [False, True])
def test_a_crash_around_every_step(office: Office, monkeypatch: pytest.MonkeyPatch, step: str, after: bool) -> None:
    office.rig.confirmed(items=2)
    if step == "settle":
        office.faults.order(Fault(Kind.DROP_AFTER, frozenset({"finish"})))
        office.place.dispatcher().run_due()
        office.clock.advance(hours=2)
    recipient: Any = office.place.recipients()["cybertipline"]
    called = getattr(type(recipient), step)

    def crashing(self: Any, *arguments: Any) -> Any:
        if after:
            called(self, *arguments)
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(type(recipient), step, crashing)
        with pytest.raises(Crash):
            office.place.dispatcher().run_due()
    office.until_settled()
    office.assert_exactly_once()
