"""Who gets which case: the next one, claims and their ends, assignment, and what somebody leaves to others."""

from __future__ import annotations

from datetime import timedelta

from tutela.access.roles import NotAllowed, Permission, Person
from tutela.casework import claims, remarks
from tutela.casework.case import Case, CaseState, NotPossible
from tutela.casework.claims import Claim, DeskRules
from tutela.casework.evidence import EvidenceVault
from tutela.casework.looks import DeskTransactions, DeskUnit
from tutela.casework.quality.admission import admit, admits
from tutela.casework.quality.eligibility import may_review
from tutela.casework.quality.rules import NO_RULES, QualityRules
from tutela.casework.queues import URGENT_QUEUE, Lane, Queues
from tutela.events.catalogue.review import CaseAssigned, CaseSkipped, CaseTakenAway, SkipReason
from tutela.events.envelope import Clock, NewEvent
from tutela.events.obstacles import Phrase

_TRIED = 50
"""How many cases are read at once when the next one is sought; others may claim some of them meanwhile."""
_DAY = timedelta(hours=24)


class Claiming:
    """Hands cases out, each to one person at a time."""

    def __init__(
        self,
        transactions: DeskTransactions,
        vault: EvidenceVault,
        queues: Queues,
        rules: DeskRules,
        clock: Clock,
        quality: QualityRules = NO_RULES,
    ) -> None:
        self._quality = quality
        self._transactions = transactions
        self._vault = vault
        self._queues = queues
        self._rules = rules
        self._clock = clock

    def next(self, person: Person, queue: str | None = None, but: str | None = None) -> str | None:
        """Claim the next case for a person and return its id; nothing where none waits for them.

        Urgent ones come first, then those that were assigned to the person, then the queues in their order; of one
        queue alone if it is named, after the urgent ones. `but` is a case that they come from. Raises NotAllowed.
        """
        person.require(Permission.DECIDE)
        with self._transactions.casework() as unit:
            now = self._clock()
            trained = unit.trainings(person.id) if self._quality.training else []
            lanes = [
                lane
                for lane in unit.lanes()
                if self._queues.offers(lane, person)
                and may_review(person.id, lane.layer, now, trained, self._quality.training)
            ]
            wanted = self._queues.ids if queue is None else (URGENT_QUEUE, queue)
            for id_ in wanted:
                here = [lane for lane in lanes if self._queues.of(lane) == id_]
                if here and (case := self._first(unit, person, here, id_, but)):
                    return case
                if id_ == URGENT_QUEUE:
                    given = (case for case in unit.assigned_to(person.id, now) if case != but)
                    for case in given:
                        found = unit.case(case)
                        if _may_decide(person, found) and admits(unit, person, found, self._quality, now):
                            return case
        return None

    def _first(self, unit: DeskUnit, person: Person, lanes: list[Lane], queue: str, but: str | None) -> str | None:
        now = self._clock()
        order = self._queues.order(queue)
        # Cases that others claim between the reading and the claiming are passed over.
        for case in unit.offered(lanes, order, person.id, now, _TRIED):
            if case != but and unit.take_claim(Claim(case, person.id, now, now + self._rules.lasts, ""), now):
                return case
        return None

    def claim(self, person: Person, case_id: str, ticket: str) -> Claim:
        """Let a person work on a case whose page `ticket` is open, or go on with it; return the claim.

        Raises NotAllowed, NoSuchCase, HeldByAnother, and NotPossible for a case that nobody can decide now.
        """
        person.require(Permission.DECIDE)
        with self._transactions.casework() as unit:
            case = unit.case(case_id, lock=True)
            if not _may_decide(person, case):
                raise NotPossible("the case is %(state)s: you have nothing to decide in it", state=case.state)
            now = self._clock()
            admit(unit, person, case, self._quality, now)
            claim = claims.renewed(unit.claim(case_id, now), case_id, person.id, ticket, self._rules, now)
            unit.keep_claim(claim)
            return claim

    def leave(self, person: Person, case_id: str, ticket: str | None = None) -> None:
        """End a person's claim on a case, if they have one. Not one that a senior gave them.

        With a ticket, only if no other page of theirs was opened on the case since.
        """
        with self._transactions.casework() as unit:
            found = unit.claim(case_id, self._clock())
            if found is None or found.person != person.id or found.assigned_by is not None:
                return
            if ticket is None or found.ticket == ticket:
                unit.drop_claim(case_id)

    def assign(self, senior: Person, case_id: str, to: Person, reason: str) -> None:
        """Give a case to a person, whoever works on it now.

        Raises NotAllowed, NoSuchCase, and NotPossible without a reason, or where that person may not decide it.
        """
        senior.require(Permission.ASSIGN)
        text = remarks.required(reason, Phrase("say why the case goes to somebody else"))
        with self._transactions.casework() as unit:
            case = unit.case(case_id, lock=True)
            now = self._clock()
            if not _may_decide(to, case):
                raise NotPossible(
                    "%(person)s may not decide this case as it stands: it is %(state)s", person=to.id, state=case.state
                )
            if not admits(unit, to, case, self._quality, now):
                raise NotPossible("%(person)s may not take this case: give it to somebody else", person=to.id)
            found = unit.claim(case_id, now)
            taken_from = found.person if found and found.person != to.id else None
            payload = CaseAssigned(person=to.id, taken_from=taken_from, remarks=True)
            event = NewEvent(payload, case_id, now, senior.id)
            remarks.keep(self._vault, event, senior, text)
            unit.append([event])
            unit.keep_claim(claims.given(case_id, to.id, senior.id, self._rules, now))

    def take_away(self, senior: Person, case_id: str, reason: str) -> None:
        """End the claim of whoever works on a case. Raises NotAllowed, NoSuchCase, NotPossible."""
        senior.require(Permission.ASSIGN)
        text = remarks.required(reason, Phrase("say why the case is taken away"))
        with self._transactions.casework() as unit:
            unit.case(case_id, lock=True)
            now = self._clock()
            found = unit.claim(case_id, now)
            if found is None:
                raise NotPossible("nobody works on this case now")
            event = NewEvent(CaseTakenAway(person=found.person, remarks=True), case_id, now, senior.id)
            remarks.keep(self._vault, event, senior, text)
            unit.append([event])
            unit.drop_claim(case_id)

    def skip(self, person: Person, case_id: str, reason: SkipReason) -> None:
        """Leave a case to others. Raises NotAllowed, NoSuchCase, NotPossible, HeldByAnother."""
        person.require(Permission.DECIDE)
        with self._transactions.casework() as unit:
            case = unit.case(case_id, lock=True)
            now = self._clock()
            claims.require_free(unit.claim(case_id, now), person.id)
            if not _may_decide(person, case):
                raise NotPossible("the case is %(state)s: it does not wait for you", state=case.state)
            if unit.skips_since(person.id, now - _DAY) >= self._rules.skips_per_day:
                raise NotPossible(
                    "you left %(n)s cases to others in 24 hours: escalate this one, or talk to a senior",
                    n=self._rules.skips_per_day,
                )
            unit.append([NewEvent(CaseSkipped(reason=reason), case_id, now, person.id)])
            unit.drop_claim(case_id)


def _may_decide(person: Person, case: Case) -> bool:
    try:
        person.require(Permission.DECIDE)
        if case.state is CaseState.ESCALATED:
            person.require(Permission.DECIDE_ESCALATED)
    except NotAllowed:
        return False
    return case.state.awaits_decision
