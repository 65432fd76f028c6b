"""Records of governance and inspections, as pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rig import DPO
from tutela.access import approvals, archive, governance, inspection
from tutela.access.approvals import Approval, ApprovalState, NotApproved
from tutela.access.governance import BadRecord, GovernanceRecord, Writing, digest_of, told_in_time
from tutela.access.inspection import AREAS, BadInspection, Inspection, Plan
from tutela.access.roles import NotAllowed, Permission, Person, Role
from tutela.events.catalogue.governance import GovernanceRetired, GovernanceWritten, IncidentFacts

NOW = datetime(2025, 6, 2, 9, tzinfo=UTC)
SENIOR = Person("sven", "Sven", frozenset({Role.SENIOR}))
ADMIN = Person("ada", "Ada", frozenset({Role.ADMINISTRATOR}))
REVIEWER = Person("rosa", "Rosa", frozenset({Role.REVIEWER}))
POLICY = Writing("policy", "Retention", "Ninety days.", date(2025, 1, 1), date(2026, 1, 1), ("8.retention_content",))
FACTS = IncidentFacts(
    detected_at=NOW - timedelta(days=5), contained_at=None, personal_data="yes", told_authority_at=None,
    not_told="no_risk", told_people="not_needed",
)  # fmt: skip


def record(version: int = 1, **changes: object) -> GovernanceRecord:
    kept = GovernanceRecord("r", "policy", version, "T", "x", date(2025, 1, 1), date(2025, 7, 1), (), None, "dora", NOW,
                            None, None)  # fmt: skip
    return replace(kept, **changes)  # type: ignore[arg-type]


class TestRecords:
    def test_a_new_version_counts_on(self) -> None:
        event, name = governance.write(DPO, POLICY, NOW, before=record(4))
        assert (name, event.subject) == ("r", "r")
        assert isinstance(event.payload, GovernanceWritten)
        assert (event.payload.version, event.payload.digest) == (5, digest_of("Retention", "Ninety days."))

    def test_only_who_manages_them_writes(self) -> None:
        for person in (REVIEWER, SENIOR, ADMIN):
            with pytest.raises(NotAllowed):
                governance.write(person, POLICY, NOW)
            with pytest.raises(NotAllowed):
                governance.review(person, record(), None, NOW)
            with pytest.raises(NotAllowed):
                governance.retire(person, record(), GovernanceRetired(reason="replaced"), NOW)

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"title": " "}, "title"),
            ({"title": "x" * 201}, "title"),
            ({"text": ""}, "text"),
            ({"text": "x" * 10_001}, "text"),
            ({"text": "\ud800"}, "characters"),
            ({"review_by": date(2025, 1, 1)}, "review"),
            ({"kind": "incident"}, "incident"),
            ({"incident": FACTS}, "incident"),
        ],
    )
    def test_what_cannot_be_written(self, changes: dict[str, object], says: str) -> None:
        with pytest.raises(BadRecord, match=says):
            governance.write(DPO, replace(POLICY, **changes), NOW)  # type: ignore[arg-type]

    def test_what_was_retired_stays_so(self) -> None:
        old = record(retired_at=NOW)
        for attempt in (
            lambda: governance.write(DPO, POLICY, NOW, before=old),
            lambda: governance.review(DPO, old, None, NOW),
            lambda: governance.retire(DPO, old, GovernanceRetired(reason="replaced"), NOW),
        ):
            with pytest.raises(BadRecord, match="retired"):
                attempt()
        with pytest.raises(BadRecord, match="kind"):
            governance.write(DPO, replace(POLICY, kind="prior_consultation"), NOW, before=record())

    def test_overdue(self) -> None:
        assert record().is_overdue(date(2025, 7, 1))
        assert not record().is_overdue(date(2025, 6, 30))
        assert not record(retired_at=NOW).is_overdue(date(2026, 1, 1))
        assert not record(review_by=None).is_overdue(date(2030, 1, 1))

    @given(hours=st.floats(0, 119))
    def test_late_is_after_72_hours_and_has_to_be_said(self, hours: float) -> None:
        told = FACTS.detected_at + timedelta(hours=hours)
        late = hours > 72
        facts = FACTS.model_copy(update={"told_authority_at": told, "not_told": "late" if late else None})
        assert told_in_time(facts) is not late
        writing = replace(POLICY, kind="incident", incident=facts, answers=())
        governance.write(DPO, writing, NOW)
        other = facts.model_copy(update={"not_told": None if late else "late"})
        with pytest.raises(BadRecord, match="late"):
            governance.write(DPO, replace(writing, incident=other), NOW)

    def test_silence_needs_its_reason(self) -> None:
        silent = FACTS.model_copy(update={"not_told": None})
        with pytest.raises(BadRecord, match="33"):
            governance.write(DPO, replace(POLICY, kind="incident", incident=silent), NOW)
        nothing = silent.model_copy(update={"personal_data": "no"})
        governance.write(DPO, replace(POLICY, kind="incident", incident=nothing), NOW)

    @given(a=st.text(max_size=5), b=st.text(max_size=5), c=st.text(max_size=5), d=st.text(max_size=5))
    def test_digests_tell_title_from_text(self, a: str, b: str, c: str, d: str) -> None:
        assert (digest_of(a, b) == digest_of(c, d)) is ((a, b) == (c, d))


PLAN = Plan("Authority", "2025-17", "inspector", NOW, NOW + timedelta(days=7), ("return", "audit"))


class TestInspections:
    def test_the_plan_comes_back_from_the_facts(self) -> None:
        assert inspection.plan_of(inspection.facts_of(PLAN)) == PLAN

    @pytest.mark.parametrize(
        "changes",
        [
            {"authority": ""}, {"reference": " "}, {"until": NOW}, {"until": NOW + timedelta(days=93)}, {"scope": ()},
            {"since": NOW - timedelta(days=3), "until": NOW - timedelta(days=1)},
        ],
    )  # fmt: skip
    def test_what_cannot_be_opened(self, changes: dict[str, object]) -> None:
        with pytest.raises(BadInspection):
            inspection.check(replace(PLAN, **changes), NOW)  # type: ignore[arg-type]

    @given(minutes=st.integers(-600, 20_000), ended=st.booleans())
    def test_an_inspector_is_let_in_while_it_is_open(self, minutes: int, ended: bool) -> None:
        at = NOW + timedelta(minutes=minutes)
        opened = Inspection("i", PLAN, "dora", NOW, NOW + timedelta(days=3) if ended else None, 0)
        admitted = inspection.admitted(inspection.inspector_of(PLAN), opened, at)
        assert (admitted is not None) is (not ended and PLAN.since <= at < PLAN.until)
        if admitted is not None:
            assert admitted.permissions == {Permission.SEE_AUDIT, Permission.SEE_RETURN}

    def test_the_role_gives_nothing_without_an_inspection(self) -> None:
        both = Person("x", "X", frozenset({Role.SUPERVISOR, Role.REVIEWER}))
        opened = Inspection("i", PLAN, "dora", NOW, None, 0)
        for found in (opened, None):
            admitted = inspection.admitted(both, found, NOW)
            assert admitted is not None
            assert admitted.permissions == REVIEWER.permissions
        alone = Person("x", "X", frozenset({Role.SUPERVISOR}))
        assert inspection.admitted(alone, None, NOW) is None
        assert inspection.admitted(REVIEWER, None, NOW) is REVIEWER

    def test_no_area_shows_content(self) -> None:
        for forbidden in (Permission.SEE_EVIDENCE, Permission.SEE_QUEUE, Permission.UNMASK, Permission.EXPORT):
            assert forbidden not in AREAS.values()


class TestFourEyes:
    @pytest.mark.parametrize("kind", approvals.ASKS)
    def test_each_kind_says_who_asks_and_who_allows(self, kind: str) -> None:
        asks, allows = approvals.ASKS[kind], approvals.ALLOWS[kind]  # type: ignore[index]
        waiting = Approval("a", kind, "s", {}, "somebody", NOW, ApprovalState.WAITING, None)  # type: ignore[arg-type]
        for role in Role:
            person = Person("p", "P", frozenset({role}))
            if asks in person.permissions:
                approvals.ask(person, kind, "s", {}, NOW)  # type: ignore[arg-type]
            else:
                with pytest.raises(NotAllowed):
                    approvals.ask(person, kind, "s", {}, NOW)  # type: ignore[arg-type]
            if role in allows:
                approvals.decide(waiting, person, allowed=True, now=NOW)
            else:
                with pytest.raises(NotAllowed):
                    approvals.decide(waiting, person, allowed=True, now=NOW)

    def test_nobody_allows_what_they_asked_for(self) -> None:
        own = Approval("a", "export", "s", {}, "dora", NOW, ApprovalState.WAITING, None)
        with pytest.raises(NotApproved):
            approvals.decide(own, DPO, allowed=True, now=NOW)


class TestArchives:
    FILES = {"about.json": b"{}", "events.json": b"[1]"}

    def test_opens_with_the_passphrase_alone(self) -> None:
        sealed = archive.seal(self.FILES, "a long passphrase", lambda n: b"r" * n)
        assert archive.unseal(sealed, "a long passphrase") == self.FILES
        assert b"events.json" not in sealed
        with pytest.raises(archive.CannotBeOpened):
            archive.unseal(sealed, "another passphrase")

    @pytest.mark.parametrize("at", [0, 20, 60, -1])
    def test_any_change_is_noticed(self, at: int) -> None:
        sealed = bytearray(archive.seal(self.FILES, "a long passphrase", lambda n: b"r" * n))
        sealed[at] ^= 1
        with pytest.raises(archive.CannotBeOpened):
            archive.unseal(bytes(sealed), "a long passphrase")

    def test_a_short_passphrase_is_refused(self) -> None:
        with pytest.raises(archive.WeakPassphrase):
            archive.seal(self.FILES, "short", lambda n: b"r" * n)
        with pytest.raises(archive.CannotBeOpened):
            archive.unseal(b"junk", "a long passphrase")
