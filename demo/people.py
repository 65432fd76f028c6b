"""Simulated people: reviewers who sometimes err, a senior, users who complain, and a platform that acts."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from demo.world import Truth
from tutela.access.roles import Person, Role
from tutela.casework.case import Case, CaseState, Classification
from tutela.casework.redress import Done, Reason
from tutela.events.catalogue import Verdict
from tutela.storage.case_reader import CaseReader
from tutela.storage.workplace import Workplace

ANNA = Person("anna", "Anna (reviewer)", frozenset({Role.REVIEWER}))
BO = Person("bo", "Bo (reviewer)", frozenset({Role.REVIEWER}))
CLARA = Person("clara", "Clara (senior)", frozenset({Role.SENIOR}))
DAN = Person("dan", "Dan (compliance)", frozenset({Role.COMPLIANCE, Role.AUDITOR}))
EVERYBODY = (ANNA, BO, CLARA, DAN)
PASSWORD = "lantern-demo-2025"  # noqa: S105 - printed for whoever tries the demo, on this machine alone

_ERR = {"anna": 0.03, "bo": 0.06, "clara": 0.0}
_ESCALATE = 0.1
_COMPLAIN = {True: 0.08, False: 0.7}


@dataclass
class Office:
    """Works through what is there, as the people of a provider would. `truth_of` tells what an item really is."""

    place: Workplace
    generator: random.Random
    truth_of: Mapping[str, Truth]
    disagreements: int = 0
    complaints: int = 0

    def work(self, wait: Callable[[float], None]) -> None:
        """Decide the queue, confirm actions, complain and answer; `wait` lets a number of hours pass."""
        reader = CaseReader(self.place.database)
        for row in reader.awaiting(limit=10_000):
            wait(self.generator.uniform(0.1, 0.6))
            person = CLARA if row.state is CaseState.ESCALATED else self.generator.choice([ANNA, BO])
            self._decide(row.id, person)
        for row in reader.awaiting(limit=10_000):
            wait(0.5)
            self._decide(row.id, CLARA)
        wait(2)
        self._confirm(reader)
        wait(5)
        self._complain(reader)
        wait(30)
        for case_id, complaint in reader.open_complaints():
            self._answer(case_id, complaint.id, complaint.action_id)
        wait(1)
        self._confirm(reader)

    def _confirm(self, reader: CaseReader) -> None:
        for action in reader.actions(["ordered", "reversal_ordered"]):
            done: Done = "carried_out" if action.state == "ordered" else "reversed"
            self.place.desk.confirm_action("key:platform", action.id, done)

    def _decide(self, case_id: str, person: Person) -> None:
        case = self._case(case_id)
        for item in case.undecided:
            self.place.desk.shown(person, self.place.desk.view(person, case_id, item.id).id)
            material = self.truth_of[item.id].material
            right: Verdict = "known" if material else "not"
            wrong: Verdict = "not" if material else "known"
            verdict = wrong if self.generator.random() < _ERR[person.id] else right
            if person is not CLARA and self.generator.random() < _ESCALATE:
                self.place.desk.escalate(person, case_id, item.id, verdict, "not sure: please have a look")
                return
            chosen = Classification.B2 if verdict == "known" else None
            self.place.desk.decide(person, case_id, item.id, verdict, chosen)
            opinion = next(i.opinion for i in CaseReader(self.place.database).one(case_id).items if i.id == item.id)
            self.disagreements += opinion is not None and opinion != verdict

    def _case(self, case_id: str) -> Case:
        with self.place.transactions.casework() as unit:
            return unit.case(case_id)

    def _complain(self, reader: CaseReader) -> None:
        for action in reader.actions(["carried_out"]):
            if action.id in self._asked:
                continue
            self._asked.add(action.id)
            material = action.item_id is None or self.truth_of[action.item_id].material
            if self.generator.random() < _COMPLAIN[material]:
                channel = "judicial" if self.generator.random() < 0.1 else "internal"
                self.place.desk.lodge_complaint("key:platform", action.id, channel)  # type: ignore[arg-type]
                self.complaints += 1

    def _answer(self, case_id: str, complaint_id: str, action_id: str) -> None:
        case = self._case(case_id)
        action = next(a for a in CaseReader(self.place.database).one(case_id).actions if a.id == action_id)
        concerned = [i for i in case.items if action.item_id in (None, i.id) and i.verdict != "not"]
        harmless = not any(self.truth_of[item.id].material for item in concerned)
        deciders = {item.decided_by for item in concerned}
        person = DAN if CLARA.id in deciders else CLARA
        reason = Reason.NOT_SUCH_MATERIAL if harmless else Reason.CONFIRMED_ON_REVIEW
        self.place.desk.decide_complaint(person, complaint_id, harmless, reason)

    def __post_init__(self) -> None:
        self._asked: set[str] = set()
