"""The simulated complaints officer: decides with fresh eyes, enters what courts send, answers requests for data."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from demo.clock import MovingClock
from demo.eyes import Eyes
from demo.people import CLARA, DAN, EMIL
from demo.world import Truth
from tutela.access.roles import Person
from tutela.casework.case import NotPossible
from tutela.casework.evidence import EvidenceGone
from tutela.casework.reasons import Reason
from tutela.casework.redress_records import CourtPaper
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.redress.redress_reader import ComplaintLine
from tutela.storage.workplace import Workplace

_TO_COURT = 0.3
"""How many users whose complaint was rejected go to court."""


@dataclass
class ComplaintsOffice:
    """Decides what has waited for some days."""

    place: Workplace
    clock: MovingClock
    eyes: Eyes
    generator: random.Random
    truth_of: Mapping[str, Truth]
    judicial: int = 0
    _courts: list[tuple[datetime, str]] = field(default_factory=list)
    _patience: dict[str, float] = field(default_factory=dict)

    def work(self) -> None:
        """Decide what is due, enter what courts sent, and answer requests for data."""
        self._enter_court_papers()
        for line in self.place.redress_reader.waiting(200):
            days = 45.0 if line.channel == "judicial" else self.generator.uniform(1, 9)
            if self.clock() - line.lodged_at >= timedelta(days=self._patience.setdefault(line.id, days)):
                self.clock.wait(self.generator.uniform(12, 40))
                self._decide(line)
        for request in self.place.redress_reader.access_waiting(50):
            if self.clock() - request.requested_at > timedelta(days=6):
                self.place.notices.answer_access(DAN, request.id, "provided", "Your data is in the archive we sent.")

    def _decide(self, line: ComplaintLine) -> None:
        for person in (DAN, EMIL, CLARA):
            # Dan decides, unless he did so before, or knows the case otherwise.
            try:
                upheld, reason = self._judge(person, line)
                self.place.redress.decide(person, line.id, upheld, reason, "We looked at it again." if upheld else "")
            except NotPossible:
                continue
            if not upheld and line.channel == "internal" and self.generator.random() < _TO_COURT:
                self._courts.append((self.clock() + timedelta(days=self.generator.uniform(10, 40)), line.action_id))
            return

    def _judge(self, person: Person, line: ComplaintLine) -> tuple[bool, Reason]:
        items = [line.item_id] if line.item_id else self._items(line.case_id)
        try:
            seen = [self.eyes.look(person, line.case_id, item, "complaint") for item in items]
        except EvidenceGone:
            return True, Reason.EVIDENCE_GONE
        if not any(truth.material for truth in seen):
            self.eyes.found_out.update(truth.picture for truth in seen if truth.tempting)
            lawful = all(truth.nature == "lawful" for truth in seen)
            return True, Reason.LAWFUL_HERE if lawful else Reason.NOT_SUCH_MATERIAL
        if line.channel == "judicial":
            return (True, Reason.COURT_ORDER) if self.generator.random() < 0.2 else (False, Reason.COURT_DISMISSED)
        if line.action == "suspend_account" and line.claim == "taken_over":
            return True, Reason.TAKEN_OVER
        if line.claim == "too_much" and line.action != "remove_content":
            return True, Reason.TOO_MUCH
        late = self.clock() - line.lodged_at > timedelta(days=60)
        return False, Reason.OUT_OF_TIME if late else Reason.CONFIRMED_ON_REVIEW

    def _enter_court_papers(self) -> None:
        due = [one for one in self._courts if one[0] <= self.clock()]
        self._courts = [one for one in self._courts if one[0] > self.clock()]
        for at, action in due:
            paper = CourtPaper(court="Made-up District Court", docket=f"T {at:%j}-25", filed_on=at.date())
            try:
                self.place.redress.enter(DAN, action, paper)
            except NotPossible:
                continue  # it was undone meanwhile
            self.judicial += 1

    def _items(self, case_id: str) -> list[str]:
        return [i.id for i in CaseReader(self.place.database).one(case_id).items if i.verdict not in (None, "not")]
