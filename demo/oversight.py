"""The data protection officer, the auditor and the administrator: records, an inspection, keys, the audit's chain."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from demo.clock import MovingClock
from demo.people import CLARA, GRETA, HUGO, INES
from tutela.access.governance import Writing
from tutela.access.inspection import Plan, inspector_of
from tutela.events.catalogue.governance import IncidentFacts, RecordKind
from tutela.storage.workplace import Workplace

_REVIEW = ("7.known.review_systematic", "7.known.reviewer_training", "7.known.reviewer_quality_control")
_LISTS = ("7.known.indicators_quality", "7.known.indicators_vetting", "7.known.feedback_organisations")
_KEPT = ("8.retention_content", "8.retention_non_content", "8.retention_complaints", "8.pseudonymisation")
_OWN = ("8.governance", "8.governance_review", "8.redress_mechanism", "8.right_of_access")
_RECORDS: tuple[tuple[str, RecordKind, str, str, tuple[str, ...], int], ...] = (
    (
        "review",
        "policy",
        "Human review of every match",
        "Each match is decided by a trained reviewer who looked at it. A share of decisions is decided a second time "
        "by somebody who does not see the first. Golden items and canaries are planted.",
        _REVIEW,
        365,
    ),
    (
        "lists",
        "policy",
        "Where our lists come from, and how entries are checked",
        "The list of Lantern Trust & Safety, and our own entries once two people verified them. An entry that errs is "
        "suspended. Its owner hears of every confirmation and rejection.",
        _LISTS,
        365,
    ),
    (
        "kept",
        "policy",
        "What we keep, and for how long",
        "Dismissed cases for 14 days, confirmed ones for 90 days or as long as a duty asks, at most 12 months from "
        "identification. Accounts stand in the record as pseudonyms.",
        _KEPT,
        180,
    ),
    (
        "people",
        "policy",
        "Who decides about data, and how users are heard",
        "The data protection officer answers to the board. Users complain by a link in each notice; somebody who did "
        "not decide the case answers within 14 days.",
        _OWN,
        330,
    ),
    (
        "assessment",
        "impact_assessment",
        "Impact assessment of detection in Lantern Chat",
        "Necessity, proportionality, risks to users and to reviewers, and what is done about each.",
        ("2.gdpr_ground",),
        365,
    ),
    (
        "consultation",
        "prior_consultation",
        "Prior consultation of the supervisory authority",
        "The authority was consulted and had no objection; it asked for a yearly review of error rates.",
        (),
        365,
    ),
)


@dataclass
class Oversight:
    """What those do who see no picture."""

    place: Workplace
    clock: MovingClock
    _written: dict[str, str] = field(default_factory=dict)
    _inspection: str = ""

    def write_records(self) -> None:
        """Write the policies and privacy reviews."""
        today = self.clock().date()
        for name, kind, title, text, answers, days in _RECORDS:
            self.clock.wait(12)
            writing = Writing(kind, title, text, today, today + timedelta(days=days), answers)
            self._written[name] = self.place.governance.write(GRETA, writing)

    def review(self, name: str, until: date) -> None:
        """Review a record, and let it stand."""
        self.place.governance.review(GRETA, self._written[name], until)

    def revise(self, name: str, more: str) -> None:
        """Write another version of a record."""
        before = self.place.governance.one(self._written[name])
        today = self.clock().date()
        writing = Writing(
            before.kind, before.title, f"{before.text} {more}", today, today + timedelta(days=365), before.answers
        )
        self.place.governance.write(GRETA, writing, before.id)

    def report_incident(self) -> None:
        """Record an incident: a report was mailed to the wrong desk of the same authority."""
        now = self.clock()
        facts = IncidentFacts(
            detected_at=now - timedelta(hours=30),
            contained_at=now - timedelta(hours=27),
            personal_data="yes",
            told_authority_at=now - timedelta(hours=4),
            not_told=None,
            told_people="not_needed",
            people_affected=2,
        )
        title, text = "A laptop was left on a train", "Its disk is encrypted, and it was locked from afar in 3 hours."
        writing = Writing("incident", title, text, now.date(), now.date() + timedelta(days=180),
                          ("8.incident_response",), facts)  # fmt: skip
        self._written["incident"] = self.place.governance.write(GRETA, writing)

    def inspect(self) -> None:
        """Let a supervisory authority look for two weeks, without content."""
        start = self.clock()
        plan = Plan(
            "Integrity Authority (made up)",
            "IA-2025-1187",
            "inspector",
            start,
            start + timedelta(days=14),
            ("dashboard", "return", "audit", "retention", "quality", "governance"),
        )
        inspections = self.place.inspections
        approval = inspections.ask(GRETA, plan)
        self.clock.wait(90)
        self.place.approvals.decide(INES, approval, allowed=True)
        inspection, _ = inspections.open(GRETA, approval)
        inspector = inspector_of(inspection.plan)
        for page in ("/overview", "/quality", "/returns/2025", "/audit", "/retention", "/governance", "/audit"):
            self.clock.wait(25)
            inspections.opened(inspector, page)
        self._inspection = inspection.id

    def end_inspection(self) -> None:
        """End it before its time."""
        self.place.inspections.end(GRETA, self._inspection)

    def rotate_master_key(self) -> int:
        """Rotate the master key; return how many keys of cases were wrapped anew."""
        approval = self.place.key_ends.ask_rotation(INES)
        self.clock.wait(40)
        self.place.approvals.decide(GRETA, approval, allowed=True)
        self.clock.wait(10)
        return self.place.key_ends.rotate(INES, approval)

    def verify_audit(self) -> None:
        """Check the chain, and sign where it ends."""
        self.place.audit.verify(actor=HUGO.id)
        self.place.audit.checkpoint(HUGO.id)

    def refuse_an_export(self, case: str) -> None:
        """Ask for an export that the senior refuses."""
        asked = self.place.disclosure.ask_case_export(GRETA, case, "request by telephone, no document")
        self.clock.wait(30)
        self.place.approvals.decide(CLARA, asked, allowed=False)
