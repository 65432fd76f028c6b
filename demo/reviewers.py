"""Simulated reviewers and seniors at the queue: they claim, look, decide, escalate, and sometimes err."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from demo.clock import MovingClock
from demo.eyes import Eyes
from demo.people import REVIEWERS
from demo.world import Truth
from tutela.access.roles import Person
from tutela.casework.case import Case, CaseState, Classification, NotPossible
from tutela.casework.evidence import EvidenceGone
from tutela.casework.review import Ground, LegalStatus, Sign
from tutela.events.catalogue.base import Verdict
from tutela.storage.workplace import Workplace

_ERR = {"anna": 0.025, "bo": 0.06, "clara": 0.004, "emil": 0.004}
_SENIOR = 0.3
"""How much less than a reviewer a senior is tempted."""
_ESCALATE, _SKIP, _COMMENT = 0.07, 0.02, 0.05
_REMARKS = ("same picture as last week, other caption", "the sender is new", "please see the earlier case as well")


@dataclass
class Reviewing:
    """Works through what waits. `catch_up` lets arrive what arrived while somebody worked."""

    place: Workplace
    clock: MovingClock
    eyes: Eyes
    generator: random.Random
    catch_up: Callable[[], None]

    def session(self, person: Person, minutes: float, queue: str | None = None) -> bool:
        """Let somebody work for a while, on one queue alone if it is named; return whether something waited."""
        end, worked = self.clock() + timedelta(minutes=minutes), False
        while self.clock() < end:
            case = self.place.claiming.next(person, queue)
            if case is None:
                break
            self._work(person, case)
            self.catch_up()
            worked = True
        return worked

    def _work(self, person: Person, case_id: str) -> None:
        if self.generator.random() < _SKIP:
            self.clock.wait(2)
            self.place.claiming.skip(person, case_id, self.generator.choice(["unsure", "needs_a_break"]))
            return
        if self.generator.random() < _COMMENT:
            self.place.desk.comment(person, case_id, self.generator.choice(_REMARKS))
        case = self._case(case_id)
        for item in case.undecided:
            self.clock.wait(self.generator.uniform(1.5, 9))
            try:
                truth = self.eyes.look(person, case_id, item.id)
            except EvidenceGone:
                # Its evidence ended while it waited for a second look: the system withdraws it.
                self.place.claiming.skip(person, case_id, "other")
                return
            if not self._judge(person, case, item.id, truth):
                return

    def _judge(self, person: Person, case: Case, item: str, truth: Truth) -> bool:
        """Decide on an item, or hand the case over; return whether it was decided."""
        right: Verdict = "known" if truth.material else "not"
        tempted = truth.tempting and truth.picture not in self.eyes.found_out
        chance = truth.tempting * (1 if person in REVIEWERS else _SENIOR) if tempted else _ERR[person.id]
        errs = self.generator.random() < chance
        verdict: Verdict = right if not errs else ("not" if right == "known" else "known")
        may_escalate = person in REVIEWERS and case.state is CaseState.OPEN
        if may_escalate and self.generator.random() < _ESCALATE:
            self.place.desk.escalate(person, case.id, item, verdict, "not sure: please have a look")
            return False
        if verdict == "known":
            self._confirm(person, case.id, item, truth)
        else:
            self._refuse(person, case.id, item, truth)
        return True

    def _confirm(self, person: Person, case: str, item: str, truth: Truth) -> None:
        signs: list[Sign] = [s for s, share in (("generated", 0.03), ("self_produced", 0.06)) if self._happens(share)]  # type: ignore[misc]
        self.place.desk.decide(
            person,
            case,
            item,
            "known",
            truth.classification or Classification.B2,
            signs=signs,
            urgent=self._happens(0.006),
            legality=(("SE", "unlawful"), ("US", "unlawful")),
        )

    def _refuse(self, person: Person, case: str, item: str, truth: Truth) -> None:
        ground: Ground = "lawful_here" if truth.nature == "lawful" else "error"
        here: tuple[tuple[str, LegalStatus], ...] = (("SE", "lawful"), ("US", "unsure"))
        legality = here if ground == "lawful_here" else ()
        self.place.desk.decide(person, case, item, "not", remarks="", ground=ground, legality=legality)

    def _case(self, case_id: str) -> Case:
        with self.place.transactions.casework() as unit:
            return unit.case(case_id)

    def _happens(self, share: float) -> bool:
        return self.generator.random() < share

    def leave_some(self, reviewer: Person, senior: Person) -> None:
        """Before the year ends: hand one case over, and mark one as urgent, so that each queue has something."""
        for deed in ("escalate", "urgent"):
            case = self.place.claiming.next(reviewer, "other") or self.place.claiming.next(reviewer)
            if case is None:
                return
            try:
                if deed == "escalate":
                    item = self._case(case).undecided[0]
                    self.eyes.look(reviewer, case, item.id)
                    self.place.desk.escalate(reviewer, case, item.id, "known", "it may be another edit: please look")
                else:
                    self.place.desk.mark_urgent(senior, case, "the platform says that the child may be at home now")
            except NotPossible:
                continue
            finally:
                self.place.claiming.leave(reviewer, case)
