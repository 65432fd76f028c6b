"""The desk at which people work on cases: permissions, the record of looks, and decisions in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tutela.access.roles import NotAllowed, Permission, Person
from tutela.casework import actions, care, claims, remarks, reopening, review
from tutela.casework.care import CareLimits
from tutela.casework.case import Case, CaseState, Classification, NotPossible
from tutela.casework.claims import DeskRules
from tutela.casework.evidence import EvidenceVault
from tutela.casework.looks import DeskTransactions, DeskUnit
from tutela.casework.policy import Policy
from tutela.casework.ports import CaseUnit
from tutela.casework.quality.admission import admit
from tutela.casework.quality.rules import NO_RULES, QualityRules
from tutela.casework.reopening import ReopenReason
from tutela.casework.review import Decision, Ground, LegalStatus, Sign
from tutela.events.catalogue.base import Payload, Verdict
from tutela.events.catalogue.casework import CaseEscalated, EvidenceShown, EvidenceViewed, ItemDecided
from tutela.events.catalogue.review import CaseCommented, CaseMarkedUrgent, CaseUrgencyLifted
from tutela.events.envelope import Clock, Event, NewEvent
from tutela.events.obstacles import Phrase

Purpose = Literal["review", "complaint", "audit", "verification"]
NO_LIMITS = CareLimits()
DESK_RULES = DeskRules()


class Desk:
    """What a person may do with cases, and the platform with its confirmations."""

    def __init__(
        self,
        transactions: DeskTransactions,
        vault: EvidenceVault,
        policy: Policy,
        clock: Clock,
        limits: CareLimits = NO_LIMITS,
        rules: QualityRules = NO_RULES,
        claiming: DeskRules = DESK_RULES,
    ) -> None:
        self._claiming = claiming
        self._transactions = transactions
        self._rules = rules
        self._vault = vault
        self._policy = policy
        self._clock = clock
        self._limits = limits

    def view(self, person: Person, case_id: str, item_id: str, purpose: Purpose = "review") -> Event:
        """Record that the person is about to look at an item, and return that record.

        It counts as a look once `shown` says that the picture went out. For a review the person works on the case: what
        nobody works on is theirs from here. Raises NotAllowed, NoSuchItem, NotPossible where there is nothing to
        decide, HeldByAnother, and RestNeeded where the person looked at as much as they should for now.
        """
        person.require(Permission.SEE_EVIDENCE)
        with self._transactions.casework() as unit:
            case = unit.case(case_id, lock=purpose == "review")
            case.item(item_id)
            if purpose == "review":
                self._work_on(unit, person, case)
            unit.lock(f"looks {person.id}")
            now = self._clock()
            looks = unit.looks_since(person.id, now - self._limits.horizon)
            exposure = care.exposure(self._limits, looks, unit.last_break(person.id), now)
            if exposure.limit is not None:
                raise care.RestNeeded(exposure)
            payload = EvidenceViewed(item=item_id, purpose=purpose)
            return unit.append([NewEvent(payload, case_id, now, person.id)])[0]

    def _work_on(self, unit: DeskUnit, person: Person, case: Case) -> None:
        """Let the person work on a case, whatever page of theirs is open on it, or go on with it."""
        person.require(Permission.DECIDE)
        if case.state is CaseState.ESCALATED:
            person.require(Permission.DECIDE_ESCALATED)
        if not case.state.awaits_decision:
            raise NotPossible("the case is %(state)s: there is nothing to review", state=case.state)
        now = self._clock()
        admit(unit, person, case, self._rules, now)
        found = unit.claim(case.id, now)
        ticket = found.ticket if found else ""
        unit.keep_claim(claims.renewed(found, case.id, person.id, ticket, self._claiming, now))

    def shown(self, person: Person, view_id: str) -> None:
        """Record that the picture of a look is sent to the person now; again changes nothing.

        Raises NotAllowed for a look of somebody else, and NoSuchView.
        """
        person.require(Permission.SEE_EVIDENCE)
        with self._transactions.casework() as unit:
            look = unit.look(view_id, lock=True)
            if look.person != person.id:
                raise NotAllowed("%(person)s did not ask for the look %(look)s", person=person.id, look=view_id)
            if not look.shown:
                payload = EvidenceShown(view=view_id, item=look.item)
                unit.append([NewEvent(payload, look.case, self._clock(), person.id)])

    def decide(
        self,
        person: Person,
        case_id: str,
        item_id: str,
        verdict: Verdict,
        classification: Classification | None = None,
        remarks: str = "",
        *,
        ground: Ground | None = None,
        signs: Sequence[Sign] = (),
        urgent: bool = False,
        legality: Sequence[tuple[str, LegalStatus]] = (),
    ) -> Case:
        """Record a decision with all that follows from it; return the case as it is then.

        "not" needs a `ground`. Raises NotAllowed, NoSuchCase, NoSuchItem, NotPossible, and HeldByAnother where
        somebody else works on the case.
        """
        person.require(Permission.DECIDE)
        text = _checked(remarks)
        decision = Decision(verdict, classification, ground, frozenset(signs), urgent, tuple(legality))
        with self._transactions.casework() as unit:
            case = unit.case(case_id, lock=True)
            now = self._clock()
            admit(unit, person, case, self._rules, now)
            if case.state is CaseState.ESCALATED:
                person.require(Permission.DECIDE_ESCALATED)
            claims.require_free(unit.claim(case_id, now), person.id)
            self._decide(unit, person, case, item_id, decision, text)
            after = unit.case(case_id)
            if not after.state.awaits_decision:
                unit.drop_claim(case_id)
            return after

    def decide_within(
        self,
        unit: CaseUnit,
        person: Person,
        case_id: str,
        item_id: str,
        verdict: Verdict,
        *,
        ground: Ground | None,
        remarks: str,
    ) -> None:
        """Record a decision within a transaction that is open. Implements casework.redress_ports.Deciding.

        "Lawful here" is said of every jurisdiction by whose law the operator is bound.
        """
        places = self._policy.jurisdictions if ground == "lawful_here" else ()
        decision = Decision(verdict, ground=ground, legality=tuple((place, "lawful") for place in places))
        self._decide(unit, person, unit.case(case_id, lock=True), item_id, decision, _checked(remarks))

    def _decide(self, unit: CaseUnit, person: Person, case: Case, item_id: str, decision: Decision, text: str) -> None:
        events = review.decide(
            case,
            item_id,
            decision,
            person=person.id,
            viewed=unit.has_viewed(case.id, item_id, person.id),
            remarks=bool(text),
            policy=self._policy,
            standing=unit.standing(case.id),
            now=self._clock(),
        )
        self._keep_remarks(events, person, text)
        unit.append(events)

    def escalate(
        self,
        person: Person,
        case_id: str,
        item_id: str | None = None,
        opinion: Verdict | None = None,
        remarks: str = "",
    ) -> Case:
        """Hand a case to a senior; return it as it is then.

        Raises NotAllowed, NoSuchCase, NotPossible, HeldByAnother.
        """
        person.require(Permission.DECIDE)
        text = _checked(remarks)
        with self._transactions.casework() as unit:
            case = unit.case(case_id, lock=True)
            now = self._clock()
            admit(unit, person, case, self._rules, now)
            claims.require_free(unit.claim(case_id, now), person.id)
            events = review.escalate(case, item_id, opinion, person=person.id, remarks=bool(text), now=now)
            self._keep_remarks(events, person, text)
            unit.append(events)
            unit.drop_claim(case_id)
            return unit.case(case_id)

    def comment(self, person: Person, case_id: str, text: str) -> None:
        """Keep what a person writes about a case. Raises NotAllowed, NoSuchCase, NotPossible for an empty text."""
        person.require(Permission.SEE_EVIDENCE)
        self._note(
            person, case_id, CaseCommented(remarks=True), remarks.required(text, Phrase("write something first"))
        )

    def mark_urgent(self, person: Person, case_id: str, remarks: str = "") -> None:
        """Let a case come before all others, since a child is in danger now; again changes nothing.

        It need not be decided for that. Raises NotAllowed, NoSuchCase, and NotPossible once it is closed.
        """
        person.require(Permission.DECIDE)
        text = _checked(remarks)
        with self._transactions.casework() as unit:
            case = unit.case(case_id, lock=True)
            if not (case.state.awaits_decision or case.state is CaseState.HELD):
                raise NotPossible("the case is %(state)s: it waits for nobody", state=case.state)
            if not unit.is_urgent(case_id):
                event = NewEvent(CaseMarkedUrgent(remarks=bool(text)), case_id, self._clock(), person.id)
                self._keep(event, person, text)
                unit.append([event])

    def lift_urgency(self, person: Person, case_id: str, reason: str) -> None:
        """Let a case wait like others again. Raises NotAllowed, NoSuchCase, NotPossible without a reason in words."""
        person.require(Permission.ASSIGN)
        text = remarks.required(reason, Phrase("say why no child is in danger now"))
        with self._transactions.casework() as unit:
            unit.case(case_id, lock=True)
            if not unit.is_urgent(case_id):
                raise NotPossible("the case is not marked as urgent")
            event = NewEvent(CaseUrgencyLifted(remarks=True), case_id, self._clock(), person.id)
            self._keep(event, person, text)
            unit.append([event])

    def reopen(
        self, actor: Person | str, case_id: str, items: Sequence[str], reason: ReopenReason, cause: str | None
    ) -> Case:
        """Let decided items be decided anew; return the case as it is then. See `reopening.reopen`.

        What allows the actor to do it is the caller's to require. Raises NoSuchCase, NoSuchItem, NotPossible.
        """
        with self._transactions.casework() as unit:
            case = unit.case(case_id, lock=True)
            events = reopening.reopen(case, items, reason, cause, actor=_id(actor), now=self._clock())
            unit.append(events)
            return unit.case(case_id)

    def hold(self, actor: Person | str, case_id: str, entry: int | None) -> Case:
        """Let nothing be done in a case until it is released; nobody works on it then. Raises as `reopen`."""
        with self._transactions.casework() as unit:
            case = unit.case(case_id, lock=True)
            unit.append(reopening.hold(case, entry, actor=_id(actor), now=self._clock()))
            unit.drop_claim(case_id)
            return unit.case(case_id)

    def release(self, actor: Person | str, case_id: str) -> Case:
        """Let a held case go on. Raises as `reopen`."""
        with self._transactions.casework() as unit:
            case = unit.case(case_id, lock=True)
            unit.append(reopening.release(case, actor=_id(actor), now=self._clock()))
            return unit.case(case_id)

    def confirm_action(self, actor: str, action_id: str, done: actions.Done) -> None:
        """Record that the platform carried an action out, or undid it. Raises LookupError, NotPossible."""
        with self._transactions.casework() as unit:
            unit.append(actions.confirm(unit.action(action_id, lock=True), done, actor=actor, now=self._clock()))

    def _note(self, person: Person, case_id: str, payload: Payload, text: str) -> None:
        with self._transactions.casework() as unit:
            unit.case(case_id)
            event = NewEvent(payload, case_id, self._clock(), person.id)
            self._keep(event, person, text)
            unit.append([event])

    def _keep_remarks(self, events: list[NewEvent], person: Person, text: str) -> None:
        event = next(e for e in events if isinstance(e.payload, ItemDecided | CaseEscalated))
        self._keep(event, person, text)

    def _keep(self, event: NewEvent, person: Person, text: str) -> None:
        remarks.keep(self._vault, event, person, text)


_checked = remarks.checked


def _id(actor: Person | str) -> str:
    return actor if isinstance(actor, str) else actor.id
