"""Approvals, disclosure, inspections and records of governance over both databases."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.databases import SteppableClock
from tests.rig import AUDITOR, DPO, OFFICER, REVIEWER, SENIOR, Rig, dump, party, picture
from tutela.access.approvals import NotApproved
from tutela.access.archive import WeakPassphrase, unseal
from tutela.access.governance import BadRecord, Writing
from tutela.access.inspection import AREAS, BadInspection, Plan
from tutela.access.roles import NotAllowed, Person, Role
from tutela.casework.disclosure import BadRequest
from tutela.casework.evidence import EvidenceGone
from tutela.content.item import Provenance
from tutela.events.catalogue.governance import GovernanceRetired
from tutela.events.catalogue.retention import HoldGround
from tutela.statistics.figure import Status
from tutela.storage.record.audit_reader import LOOKED, AuditFilter, AuditReader
from tutela.storage.workplace import Workplace

DPO_2 = Person("dan", "Dan", frozenset({Role.DATA_PROTECTION_OFFICER}))
PASSPHRASE = "a bridge over a river"


@pytest.fixture
def rig(place: Workplace, clock: SteppableClock) -> Rig:
    return Rig(place, clock)


def types_of(place: Workplace, subject: str) -> list[str]:
    with place.transactions.reading() as log:
        return [e.type for e in log.read(subject=subject)]


class TestUnmasking:
    def ask(self, rig: Rig, case: str) -> str:
        return rig.place.disclosure.ask_unmask(OFFICER, case, "authority_request", "legal_obligation", "K 12-25")

    def test_shows_the_real_accounts_once_after_two_wanted_it(self, rig: Rig) -> None:
        provenance = Provenance(sender=party("anna@example"), recipients=(party("bo@example", None),))
        case = rig.take("one", picture(0), provenance).case
        assert case
        rig.take("one-again", picture(0), provenance)
        approval = self.ask(rig, case)
        with pytest.raises(NotApproved, match="waiting"):
            rig.place.disclosure.unmask(OFFICER, approval)
        rig.place.approvals.decide(DPO, approval, allowed=True)
        with pytest.raises(NotAllowed):
            rig.place.disclosure.unmask(DPO, approval)
        accounts = rig.place.disclosure.unmask(OFFICER, approval)
        assert [(a.account, a.part, a.country, a.records) for a in accounts] == [
            ("anna@example", "sender", "SE", 2), ("bo@example", "recipient", None, 2)
        ]  # fmt: skip
        with pytest.raises(NotApproved, match="used"):
            rig.place.disclosure.unmask(OFFICER, approval)
        assert types_of(rig.place, case)[-2:] == ["approval.used", "account.unmasked"]
        with rig.place.transactions.reading() as log:
            assert "anna@example" not in "".join(e.payload.model_dump_json() + e.subject for e in log.read())

    def test_what_was_erased_spends_nothing(self, rig: Rig) -> None:
        case = rig.confirmed()
        approval = self.ask(rig, case)
        rig.place.approvals.decide(SENIOR, approval, allowed=True)
        rig.place.vault.erase(case)
        with pytest.raises(EvidenceGone):
            rig.place.disclosure.unmask(OFFICER, approval)
        assert rig.place.approvals.one(approval).state.value == "allowed"

    def test_who_may_ask(self, rig: Rig) -> None:
        case = rig.confirmed()
        for person in (REVIEWER, SENIOR, DPO, AUDITOR):
            with pytest.raises(NotAllowed):
                rig.place.disclosure.ask_unmask(person, case, "complaint", "legal_claim", "x")
        with pytest.raises(LookupError):
            self.ask(rig, "no-case")
        for purpose, reason, reference in (("curiosity", "legal_claim", "x"), ("complaint", "legal_claim", "  ")):
            with pytest.raises(BadRequest):
                rig.place.disclosure.ask_unmask(OFFICER, case, purpose, reason, reference)


class TestExports:
    def test_a_case_file_is_an_archive_without_pictures(self, rig: Rig) -> None:
        case = rig.confirmed("anna@example")
        approval = rig.place.disclosure.ask_case_export(DPO, case, "D 7")
        rig.place.approvals.decide(DPO_2, approval, allowed=True)
        with pytest.raises(WeakPassphrase):
            rig.place.disclosure.export_case(DPO, approval, "short")
        made = rig.place.disclosure.export_case(DPO, approval, PASSPHRASE)
        files = unseal(made.data, PASSPHRASE)
        assert b"anna@example" not in made.data
        assert [e["type"] for e in json.loads(files["events.json"])][:2] == ["case.opened", "item.flagged"]
        record = json.loads(next(v for n, v in files.items() if n.startswith("records/")))
        assert record["sender"]["account"] == "anna@example"
        assert not [n for n in files if n.startswith("items/")]
        assert json.loads(files["about.json"])["made_by"] == "dora"
        with pytest.raises(NotApproved):
            rig.place.disclosure.export_case(DPO, approval, PASSPHRASE)
        with rig.place.transactions.reading() as log:
            (event,) = log.read(types=["data.exported"])
        assert event.payload.model_dump()["digest"] == made.exported.digest

    def test_pictures_are_for_those_who_may_look(self, rig: Rig) -> None:
        case = rig.confirmed()
        with pytest.raises(NotAllowed, match="see_evidence"):
            rig.place.disclosure.ask_case_export(DPO, case, "D 7", pictures=True)
        both = Person("dora", "Dora", frozenset({Role.DATA_PROTECTION_OFFICER, Role.REVIEWER}))
        approval = rig.place.disclosure.ask_case_export(both, case, "D 7", pictures=True)
        rig.place.approvals.decide(DPO_2, approval, allowed=True)
        with pytest.raises(NotAllowed):
            rig.place.disclosure.export_case(DPO, approval, PASSPHRASE)
        made = rig.place.disclosure.export_case(both, approval, PASSPHRASE)
        assert picture(0) in unseal(made.data, PASSPHRASE).values()
        assert made.exported.pictures == 1

    def test_the_content_of_a_preserved_case_goes_to_an_authority(self, rig: Rig, clock: SteppableClock) -> None:
        """A referral officer alone asks, a data protection officer alone allows, and the hold must stand."""
        case, place = rig.confirmed("anna@example"), rig.place
        referrals = Person("rolf", "Rolf", frozenset({Role.REFERRAL_OFFICER}))
        with pytest.raises(NotAllowed, match="hand_over"):
            place.disclosure.ask_hand_over(DPO, case, "B 1-25")

        def held(ground: HoldGround) -> None:
            until = clock.now + timedelta(days=3)
            asked = place.retention.holds.ask(referrals, [case], ground=ground, until=until, reference="B 1-25")
            place.approvals.decide(DPO, asked, allowed=True)
            place.retention.holds.place(referrals, asked)

        held("legal_claim")
        with pytest.raises(BadRequest, match="preserved"):
            place.disclosure.ask_hand_over(referrals, case, "B 1-25")
        held("court_order")
        approval = place.disclosure.ask_hand_over(referrals, case, "B 1-25")
        with pytest.raises(NotAllowed):
            place.approvals.decide(SENIOR, approval, allowed=True)
        place.approvals.decide(DPO, approval, allowed=True)
        for wrong in (DPO, SENIOR):
            with pytest.raises(NotAllowed):
                place.disclosure.hand_over(wrong, approval, PASSPHRASE)
        with pytest.raises(NotApproved):
            place.disclosure.export_case(DPO, approval, PASSPHRASE)
        late = place.disclosure.ask_hand_over(referrals, case, "B 1-25")
        made = place.disclosure.hand_over(referrals, approval, PASSPHRASE)
        files = unseal(made.data, PASSPHRASE)
        assert picture(0) in files.values()
        assert json.loads(files["about.json"])["reference"] == "B 1-25"
        with place.transactions.reading() as log:
            (event,) = log.read(types=["data.exported"])
        told = event.payload.model_dump()
        assert (told["what"], told["pictures"], told["digest"]) == ("content", 1, made.exported.digest)
        with pytest.raises(NotApproved, match="used"):
            place.disclosure.hand_over(referrals, approval, PASSPHRASE)
        clock.advance(days=2, hours=23)
        place.approvals.decide(DPO, late, allowed=True)
        clock.advance(hours=1)
        with pytest.raises(BadRequest, match="preserved"):
            place.disclosure.hand_over(referrals, late, PASSPHRASE)

    def test_a_persons_data_holds_nobody_else(self, rig: Rig, clock: SteppableClock) -> None:
        clock.set("2025-12-31T23:00:00+00:00")
        mine = Provenance(sender=party("anna@example"), recipients=(party("bo@example"),), name="holiday.png")
        case = rig.take("one", picture(0), mine).case
        rig.take("two", picture(1), Provenance(sender=party("carl@example")))
        approval = rig.place.disclosure.ask_person_export(DPO, "chat", "anna@example", "DSR 3")
        assert "anna" not in rig.place.approvals.one(approval).subject
        rig.place.approvals.decide(DPO_2, approval, allowed=True)
        clock.advance(hours=10)  # another year, with another key
        with pytest.raises(NotApproved, match="another account"):
            rig.place.disclosure.export_person(DPO, approval, "chat", "bo@example", PASSPHRASE)
        made = rig.place.disclosure.export_person(DPO, approval, "chat", "anna@example", PASSPHRASE)
        files = unseal(made.data, PASSPHRASE)
        whole = b"".join(files.values())
        assert list(files) == ["about.json", f"cases/{case}.json"]
        assert b"bo@example" not in whole
        assert b"carl" not in whole
        held = json.loads(files[f"cases/{case}.json"])
        assert (held["items"][0]["account"], held["items"][0]["name"]) == ("anna@example", "holiday.png")
        assert "recipients_eu" not in json.dumps(held["events"])

    @pytest.mark.parametrize("form", ["jsonl", "csv"])
    def test_the_audit(self, rig: Rig, form: str) -> None:
        rig.confirmed()
        approval = rig.place.disclosure.ask_audit_export(DPO, "A 1")
        rig.place.approvals.decide(SENIOR, approval, allowed=True)
        with pytest.raises(BadRequest):
            rig.place.disclosure.export_audit(DPO, approval, "xml")
        lines = "".join(rig.place.disclosure.export_audit(DPO, approval, form))
        with rig.place.transactions.reading() as log:
            every = [e.sequence for e in log.read()][::-1]
        rows = [json.loads(line) for line in lines.splitlines()] if form == "jsonl" else list(
            csv.DictReader(io.StringIO(lines, newline=""))
        )  # fmt: skip
        assert [int(row["sequence"]) for row in rows] == every
        assert {row["type"] for row in rows} >= {"case.opened", "data.exported", "approval.asked"}


class TestInspections:
    def opened(self, rig: Rig, **changes: object) -> tuple[str, str]:
        now = rig.clock()
        plan = Plan("Authority", "2025-17", "inspector", now, now + timedelta(days=2), tuple(AREAS))
        approval = rig.place.inspections.ask(DPO, plan)
        rig.place.approvals.decide(DPO_2, approval, allowed=True)
        inspection, password = rig.place.inspections.open(DPO, approval)
        return inspection.id, password

    def test_it_ends_by_itself(self, rig: Rig, clock: SteppableClock) -> None:
        _, password = self.opened(rig)
        secret = rig.place.people.sign_in("inspector", password)
        session = rig.place.people.session(secret)
        assert session
        assert session.person.permissions == frozenset(AREAS.values())
        clock.advance(days=1, hours=23)
        fresh = rig.place.people.sign_in("inspector", password)
        assert rig.place.people.session(fresh)
        clock.advance(hours=1)
        assert rig.place.people.session(fresh) is None

    def test_it_can_be_ended_and_its_password_made_new(self, rig: Rig) -> None:
        name, password = self.opened(rig)
        renewed = rig.place.inspections.renew_password(DPO, name)
        assert renewed != password
        secret = rig.place.people.sign_in("inspector", renewed)
        assert rig.place.people.session(secret)
        with pytest.raises(NotAllowed):
            rig.place.inspections.end(SENIOR, name)
        rig.place.inspections.end(DPO, name)
        assert rig.place.people.session(secret) is None
        for attempt in (rig.place.inspections.end, rig.place.inspections.renew_password):
            with pytest.raises(BadInspection, match="over"):
                attempt(DPO, name)

    def test_nobody_of_the_house_becomes_an_inspector(self, rig: Rig) -> None:
        rig.place.people.register(REVIEWER, PASSPHRASE)
        now = rig.clock()
        with pytest.raises(BadInspection, match="of this house"):
            rig.place.inspections.ask(DPO, Plan("Authority", "1", "rosa", now, now + timedelta(days=1), ("audit",)))
        with pytest.raises(BadInspection, match="lower-case"):
            rig.place.inspections.ask(DPO, Plan("Authority", "1", "A B", now, now + timedelta(days=1), ("audit",)))

    def test_what_was_opened_is_on_record(self, rig: Rig, clock: SteppableClock) -> None:
        name, _ = self.opened(rig)
        inspector = Person("inspector", "I", frozenset({Role.SUPERVISOR}))
        for path in ("/audit", "/return/2025"):
            clock.advance(minutes=1)
            rig.place.inspections.opened(inspector, f"GET {path}")
        rig.place.inspections.opened(DPO, "GET /audit")
        assert [page for _, _, page in rig.place.inspections.pages(name, 10)] == ["GET /return/2025", "GET /audit"]
        assert rig.place.inspections.one(name).pages == 2

    def test_an_approval_opens_one(self, rig: Rig) -> None:
        now = rig.clock()
        approval = rig.place.inspections.ask(
            DPO, Plan("Authority", "1", "ins", now, now + timedelta(days=1), ("audit",))
        )
        with pytest.raises(NotApproved):
            rig.place.inspections.open(DPO, approval)
        rig.place.approvals.decide(DPO_2, approval, allowed=True)
        with pytest.raises(NotApproved, match="asked for it"):
            rig.place.inspections.open(DPO_2, approval)
        rig.place.inspections.open(DPO, approval)
        with pytest.raises(NotApproved, match="used"):
            rig.place.inspections.open(DPO, approval)


POLICY = Writing(
    "policy", "Retention", "Ninety days, then erased.", date(2025, 1, 1), date(2025, 5, 1), ("8.retention_content",)
)


class TestRecords:
    def test_versions_with_their_texts(self, rig: Rig, clock: SteppableClock) -> None:
        governance = rig.place.governance
        record = governance.write(DPO, POLICY)
        assert [r.id for r in governance.overdue()] == [record]
        clock.advance(days=1)
        governance.write(
            DPO_2,
            Writing("policy", "Retention", "Sixty days.", date(2025, 7, 1), None, ("8.retention_content",)),
            record,
        )
        found = governance.one(record)
        assert (found.version, found.text, found.written_by) == (2, "Sixty days.", "dan")
        assert [s.text.text for s in governance.steps(record) if s.text] == ["Ninety days, then erased.", "Sixty days."]
        governance.review(DPO, record, date(2026, 1, 1))
        assert governance.one(record).review_by == date(2026, 1, 1)
        governance.retire(DPO, record, GovernanceRetired(reason="replaced"))
        assert governance.all() == []
        assert [r.id for r in governance.all(retired=True)] == [record]
        with pytest.raises(BadRecord, match="no text answers"):
            governance.write(DPO, Writing("policy", "T", "x", date(2025, 1, 1), None, ("4.known.images",)))
        with pytest.raises(LookupError):
            governance.one("nothing")

    def test_projections_come_back(self, rig: Rig, clock: SteppableClock) -> None:
        record = rig.place.governance.write(DPO, POLICY)
        rig.place.governance.review(DPO, record, date(2026, 1, 1))
        TestInspections().opened(rig)
        rig.place.inspections.opened(Person("inspector", "I", frozenset({Role.SUPERVISOR})), "GET /audit")
        before = dump(rig.place.database)
        with rig.place.transactions.record() as log:
            log.rebuild()
        assert dump(rig.place.database) == before
        assert rig.place.audit.verify().intact

    def test_the_return_quotes_what_applied_at_the_end_of_the_year(self, rig: Rig, clock: SteppableClock) -> None:
        governance = rig.place.governance
        record = governance.write(DPO, POLICY)
        governance.write(DPO, Writing("policy", "Retention", "Later.", date(2026, 2, 1), None, POLICY.answers), record)
        old = governance.write(DPO, Writing("policy", "Ground", "6(1)(f)", date(2024, 1, 1), None, ("2.gdpr_ground",)))
        governance.retire(DPO, old, GovernanceRetired(reason="no_longer_applies"))
        compiled = rig.place.yearly_return(2025)
        quoted = compiled.figure("8.retention_content")
        assert quoted.value == "Ninety days, then erased."
        assert "version 1" in quoted.note
        with rig.place.transactions.reading() as log:
            assert [(e.type, e.subject) for e in log.by_sequence(quoted.events)] == [("governance.written", record)]
        assert compiled.figure("2.gdpr_ground").value == "6(1)(f)"
        assert rig.place.yearly_return(2026).figure("8.retention_content").value == "Later."
        assert rig.place.yearly_return(2026).figure("2.gdpr_ground").status is Status.NOT_COLLECTED
        assert compiled.figure("3.transfer_ground").status is Status.NOT_COLLECTED
        assert compiled.figure("7.new.reviewer_training").status is Status.NOT_APPLICABLE
        assert compiled.figure("9.ncmec").value == "no"

    def test_the_error_rate_achieved_is_that_of_section_6(self, rig: Rig) -> None:
        rig.confirmed()
        compiled = rig.place.yearly_return(2025)
        achieved, counted = compiled.figure("7.known.error_rate_achieved"), compiled.figure("6.known.error_rate")
        assert (achieved.value, achieved.events) == (counted.value, counted.events)

    def test_a_text_that_was_changed_is_found(self, rig: Rig, backend: str) -> None:
        rig.place.governance.write(DPO, POLICY)
        with rig.place.database.engine.begin() as connection:
            if backend == "postgresql":
                connection.execute(text("ALTER TABLE governance_texts DISABLE TRIGGER ALL"))
            else:
                connection.execute(text("DROP TRIGGER governance_texts_no_update"))
            connection.execute(text("UPDATE governance_texts SET text = 'Ten days.'"))
        assert [f.what for f in rig.place.audit.verify().findings] == ["text_changed"]


class TestReading:
    @pytest.fixture
    def filled(self, rig: Rig, clock: SteppableClock) -> Rig:
        for n in range(12):
            clock.set(f"2025-06-{n + 3:02}T10:00:00+00:00")
            rig.confirmed(f"sender-{n}", first=0)
        return rig

    def test_every_filter_gives_what_reading_all_gives(self, filled: Rig) -> None:
        reader = AuditReader(filled.place.database)
        with filled.place.transactions.reading() as log:
            every = list(log.read())[::-1]
        some_case = next(e.subject for e in every if e.type == "case.opened")
        day = datetime(2025, 6, 7, tzinfo=UTC)
        for wanted in (
            AuditFilter(),
            AuditFilter(actor="rosa"),
            AuditFilter(type="item.decided"),
            AuditFilter(subject=some_case),
            AuditFilter(actor="rosa", type="item.decided"),
            AuditFilter(actor="rosa", type="case.opened"),
            AuditFilter(since=day, until=day + timedelta(days=2)),
            AuditFilter(actor="rosa", since=day),
            AuditFilter(type="item.decided", until=day),
            AuditFilter(actor="nobody"),
        ):
            expected = [
                e for e in every
                if wanted.actor in ("", e.actor) and wanted.type in ("", e.type) and wanted.subject in ("", e.subject)
                and (wanted.since is None or e.recorded_at >= wanted.since)
                and (wanted.until is None or e.recorded_at < wanted.until)
            ]  # fmt: skip
            assert list(reader.all(wanted, at_once=7)) == expected, wanted

    def test_an_empty_record(self, place: Workplace) -> None:
        assert AuditReader(place.database).page(AuditFilter(actor="x"), 10).events == ()

    def test_no_page_looks_at_more_than_its_bound(self, filled: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tutela.storage.record.audit_reader.LOOKED", 5)
        reader = AuditReader(filled.place.database)
        wanted = AuditFilter(actor="system", type="item.flagged")
        first = reader.page(wanted, 50)
        assert first.before is not None
        assert first.looked_until is not None
        assert len(list(reader.all(wanted))) == 12
        assert LOOKED == 2000
