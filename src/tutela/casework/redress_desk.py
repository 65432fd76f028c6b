"""The desk of redress: complaints, and what an upheld one undoes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time

from tutela.access.roles import Permission, Person
from tutela.casework import closing, redress, reopening
from tutela.casework.case import Case, CaseItem, NotPossible
from tutela.casework.evidence import EvidenceVault
from tutela.casework.reasons import Reason
from tutela.casework.redress import Complaint
from tutela.casework.redress_ports import Deciding, EntryCheck, RedressTransactions, RedressUnit
from tutela.casework.redress_records import MAX_WORDS, CourtPaper, Words, paper_name, words_name
from tutela.events.catalogue.redress import Claim, ComplaintEntryDoubted, Via
from tutela.events.envelope import Clock, NewEvent


class RedressDesk:
    """Where complaints arrive and are decided."""

    def __init__(
        self,
        transactions: RedressTransactions,
        vault: EvidenceVault,
        deciding: Deciding,
        entries: EntryCheck,
        clock: Clock,
    ) -> None:
        self._transactions = transactions
        self._vault = vault
        self._deciding = deciding
        self._entries = entries
        self._clock = clock

    def lodge(
        self, actor: str, action_id: str, *, via: Via = "platform", claim: Claim | None = None, words: str = ""
    ) -> str:
        """Record a user's complaint and return its id. Raises LookupError, NotPossible."""
        text = checked(words)
        now = self._clock()
        with self._transactions.redress() as unit:
            action = unit.action(action_id, lock=True)
            earlier = unit.complaints_against(action_id)
            event = redress.lodge(
                action, "internal", earlier=earlier, via=via, claim=claim, words=bool(text), actor=actor, at=now
            )
            self._keep(event, text)
            return _complaint_in(unit.append([event])[0].payload.model_dump())

    def enter(self, person: Person, action_id: str, paper: CourtPaper | None = None) -> str:
        """Record a complaint that was lodged with a court, on the day of the paper; return its id.

        Without a paper the day is today. Raises NotAllowed, LookupError, NotPossible.
        """
        person.require(Permission.ENTER_COMPLAINT)
        now = self._clock()
        if paper is not None:
            if paper.filed_on > now.date():
                raise NotPossible("a complaint was lodged with a court today, or before")
            checked(paper.text)
        with self._transactions.redress() as unit:
            action = unit.action(action_id, lock=True)
            notice = unit.notice(action_id)
            event = redress.lodge(
                action,
                "judicial",
                earlier=unit.complaints_against(action_id),
                via="staff",
                claim=None,
                words=paper is not None,
                actor=person.id,
                at=_moment(paper, now),
            )
            if paper is not None and notice is not None and paper.filed_on < notice.due_at.date():
                raise NotPossible(
                    "the action was carried out on %(due_at)s: nobody complained before",
                    due_at=f"{notice.due_at:%Y-%m-%d}",
                )
            if paper is not None:
                self._vault.put(event.subject, paper_name(event.id), paper.model_dump_json().encode())
            return _complaint_in(unit.append([event])[0].payload.model_dump())

    def decide(self, person: Person, complaint_id: str, upheld: bool, reason: Reason, answer: str = "") -> None:
        """Decide a complaint, or record what a court decided, with all that follows; `answer` goes to the user.

        Where the item is not what it was taken for, its case is opened again, the item decided anew and the case
        closed: the closing undoes and corrects whatever no longer follows. Where the decision on the item stands, the
        action alone is set aside. Raises NotAllowed, LookupError, NotPossible.
        """
        person.require(Permission.DECIDE_COMPLAINT)
        text = checked(answer)
        now = self._clock()
        with self._transactions.redress() as unit:
            # The case first, as every decision on it locks it.
            case = unit.case(unit.complaint(complaint_id).case, lock=True)
            complaint = unit.complaint(complaint_id, lock=True)
            action = unit.action(complaint.action, lock=True)
            concerned = redress.concerned(case, action)
            event = redress.decide_complaint(
                complaint,
                upheld,
                reason,
                person=person.id,
                barred=redress.barred(
                    complaint,
                    parties=unit.parties(action, [item.id for item in concerned]),
                    earlier=unit.complaints_against(action.id),
                ),
                answer=bool(text),
                now=now,
            )
            if reason.needs_look:
                self._require_look(unit, case, concerned, person)
            self._keep(event, text)
            unit.append([event])
            wrong: list[ComplaintEntryDoubted] = []
            if upheld and reason.ground is not None:
                wrong = self._overturn(unit, case, concerned, complaint, reason, person, text, now)
            if upheld:
                # What the new decisions did not undo by themselves.
                unit.append(redress.set_aside(unit.action(action.id), person=person.id, now=now))
            if upheld and reason.ground is None and not reason.report_stands:
                self._correct_reports(unit, case.id, now)
        for doubt in wrong:
            if doubt.same:
                self._entries.found_wrong(doubt.entry_id, "complaint_upheld", complaint_id, person.id)

    def _overturn(
        self,
        unit: RedressUnit,
        case: Case,
        concerned: Sequence[CaseItem],
        complaint: Complaint,
        reason: Reason,
        person: Person,
        text: str,
        now: datetime,
    ) -> list[ComplaintEntryDoubted]:
        items = [item.id for item in concerned if item.verdict != "not"]
        if not items:
            return []
        unit.append(reopening.reopen(case, items, "complaint_upheld", complaint.id, actor=person.id, now=now))
        for item in items:
            self._deciding.decide_within(unit, person, case.id, item, "not", ground=reason.ground, remarks=text)
        if reason.ground != "error":
            return []
        doubts = {
            (m.item, m.entry): ComplaintEntryDoubted(
                complaint=complaint.id, item=m.item, entry_id=m.entry, same=m.distance == 0
            )
            for m in sorted(unit.matched(items), key=lambda m: m.distance, reverse=True)
        }
        unit.append([NewEvent(doubt, case.id, now, person.id) for doubt in doubts.values()])
        return list({doubt.entry_id: doubt for doubt in sorted(doubts.values(), key=lambda d: d.same)}.values())

    @staticmethod
    def _correct_reports(unit: RedressUnit, case_id: str, now: datetime) -> None:
        """Let the recipients of reports know what they state no more, where closing the case did not see to it."""
        for recipient in {report.recipient for report in unit.standing(case_id).reports}:
            unit.append(closing.correct(unit.case(case_id), unit.standing(case_id), recipient, now))

    @staticmethod
    def _require_look(unit: RedressUnit, case: Case, concerned: Sequence[CaseItem], person: Person) -> None:
        if any(item.verdict is None for item in concerned):
            raise NotPossible("the case was opened again: its items are decided first, then the complaint")
        unseen = [i for i in concerned if not i.same_bytes and not unit.has_viewed(case.id, i.id, person.id)]
        if unseen and len(unseen) == len(concerned):
            raise NotPossible("look at what is complained of first, in the console")

    def _keep(self, event: NewEvent, text: str) -> None:
        if text:
            record = Words(at=event.occurred_at, text=text)
            self._vault.put(event.subject, words_name(event.id), record.model_dump_json().encode())


def checked(words: str) -> str:
    """Return what somebody wrote without the space around it; raises NotPossible if it is too long."""
    text = words.strip()
    if len(text) > MAX_WORDS:
        raise NotPossible("at most %(n)s characters are kept: this has %(has)s", n=MAX_WORDS, has=len(text))
    return text


def _moment(paper: CourtPaper | None, now: datetime) -> datetime:
    if paper is None or paper.filed_on == now.date():
        return now
    # The day is what the paper says; its last moment is never before what was done on that day.
    return datetime.combine(paper.filed_on, time(23, 59, 59), UTC)


def _complaint_in(data: dict[str, object]) -> str:
    return str(data["complaint"])
