"""The desk at which people work on cases: permissions, the record of looks, and decisions in one transaction."""

from __future__ import annotations

from typing import Literal

from tutela.access.roles import NotAllowed, Permission, Person
from tutela.casework import redress, review
from tutela.casework.case import Case, CaseState, Classification, NotPossible
from tutela.casework.evidence import EvidenceVault, RemarkRecord, remark_name
from tutela.casework.looks import DeskTransactions
from tutela.casework.policy import Policy
from tutela.events.catalogue import CaseEscalated, EvidenceShown, EvidenceViewed, ItemDecided, Verdict
from tutela.events.envelope import Clock, Event, NewEvent

Purpose = Literal["review", "complaint", "audit"]


class Desk:
    """What a person may do with cases, complaints and the platform's confirmations."""

    def __init__(self, transactions: DeskTransactions, vault: EvidenceVault, policy: Policy, clock: Clock) -> None:
        self._transactions = transactions
        self._vault = vault
        self._policy = policy
        self._clock = clock

    def view(self, person: Person, case_id: str, item_id: str, purpose: Purpose = "review") -> Event:
        """Record that the person is about to look at an item, and return that record. Raises NotAllowed, NoSuchItem.

        It counts as a look once `shown` says that the picture went out.
        """
        person.require(Permission.SEE_EVIDENCE)
        with self._transactions.casework() as unit:
            unit.case(case_id).item(item_id)
            payload = EvidenceViewed(item=item_id, purpose=purpose)
            return unit.append([NewEvent(payload, case_id, self._clock(), person.id)])[0]

    def shown(self, person: Person, view_id: str) -> None:
        """Record that the picture of a look is sent to the person now; again changes nothing.

        Raises NotAllowed for a look of somebody else, and NoSuchView.
        """
        person.require(Permission.SEE_EVIDENCE)
        with self._transactions.casework() as unit:
            look = unit.look(view_id, lock=True)
            if look.person != person.id:
                raise NotAllowed(f"{person.id} did not ask for the look {view_id}")
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
    ) -> Case:
        """Record a decision with all that follows from it; return the case as it is then.

        Raises NotAllowed, NoSuchCase, NoSuchItem, NotPossible.
        """
        person.require(Permission.DECIDE)
        text = _checked(remarks)
        with self._transactions.casework() as unit:
            case = unit.case(case_id, lock=True)
            if case.state is CaseState.ESCALATED:
                person.require(Permission.DECIDE_ESCALATED)
            events = review.decide(
                case,
                item_id,
                verdict,
                classification,
                person=person.id,
                viewed=unit.has_viewed(case_id, item_id, person.id),
                remarks=bool(text),
                policy=self._policy,
                now=self._clock(),
            )
            self._keep_remarks(case_id, events, person, text)
            unit.append(events)
            return unit.case(case_id)

    def escalate(
        self,
        person: Person,
        case_id: str,
        item_id: str | None = None,
        opinion: Verdict | None = None,
        remarks: str = "",
    ) -> Case:
        """Hand a case to a senior; return it as it is then. Raises NotAllowed, NoSuchCase, NotPossible."""
        person.require(Permission.DECIDE)
        text = _checked(remarks)
        with self._transactions.casework() as unit:
            case = unit.case(case_id, lock=True)
            events = review.escalate(case, item_id, opinion, person=person.id, remarks=bool(text), now=self._clock())
            self._keep_remarks(case_id, events, person, text)
            unit.append(events)
            return unit.case(case_id)

    def confirm_action(self, actor: str, action_id: str, done: redress.Done) -> None:
        """Record that the platform carried an action out, or undid it. Raises LookupError, NotPossible."""
        with self._transactions.casework() as unit:
            unit.append(redress.confirm(unit.action(action_id, lock=True), done, actor=actor, now=self._clock()))

    def lodge_complaint(self, actor: str, action_id: str, channel: Literal["internal", "judicial"]) -> str:
        """Record a complaint and return its id. Raises LookupError, NotPossible."""
        with self._transactions.casework() as unit:
            action = unit.action(action_id, lock=True)
            (event,) = unit.append(redress.lodge(action, channel, actor=actor, now=self._clock()))
            return str(event.payload.model_dump()["complaint"])

    def decide_complaint(self, person: Person, complaint_id: str, upheld: bool, reason: redress.Reason) -> None:
        """Decide a complaint. Raises NotAllowed, LookupError, NotPossible."""
        person.require(Permission.DECIDE_COMPLAINT)
        with self._transactions.casework() as unit:
            complaint = unit.complaint(complaint_id, lock=True)
            action = unit.action(complaint.action, lock=True)
            unit.append(
                redress.decide_complaint(complaint, action, upheld, reason, person=person.id, now=self._clock())
            )

    def _keep_remarks(self, case_id: str, events: list[NewEvent], person: Person, text: str) -> None:
        if not text:
            return
        event = next(e for e in events if isinstance(e.payload, ItemDecided | CaseEscalated))
        record = RemarkRecord(person=person.id, at=event.occurred_at, text=text)
        self._vault.put(case_id, remark_name(event.id), record.model_dump_json().encode())


def _checked(remarks: str) -> str:
    text = remarks.strip()
    if len(text) > review.MAX_REMARKS:
        raise NotPossible(f"remarks have at most {review.MAX_REMARKS} characters")
    return text
