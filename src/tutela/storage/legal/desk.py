"""The desk of legal process: requests come in, become holds and tasks, and are answered from the record.

What a person does is one transaction. Evidence that is written before it commits and is not recorded after a crash is
swept, as everywhere. Holds, hand-overs and deferrals go their own ways; this desk asks for them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from tutela.access import approvals as four_eyes
from tutela.access.approvals import Approval, ApprovalState, NotApproved
from tutela.access.roles import Permission, Person
from tutela.casework.case import NoSuchCase, NotPossible
from tutela.casework.disclosure import Exported
from tutela.casework.evidence import EvidenceGone
from tutela.casework.holds import cases_in
from tutela.casework.legal import requests as rules
from tutela.casework.legal.policy import LegalPolicy
from tutela.casework.legal.requests import (
    Covered,
    Entry,
    LegalRequest,
    OrderRecord,
    RenewalRecord,
    answer_name,
    order_name,
    renewal_name,
)
from tutela.casework.notice_desk import NoticeDesk
from tutela.casework.redress_records import AuthorityRequest
from tutela.events.catalogue.legal import LegalHoldAsked, LegalOutcome, LegalWithdrawal
from tutela.events.envelope import Clock, NewEvent
from tutela.regimes.legal_process import LegalKind, LegalTable
from tutela.storage import schema
from tutela.storage.access import approvals
from tutela.storage.database import Database
from tutela.storage.evidence.accounts import cases_of
from tutela.storage.evidence.disclosure import Archive, Disclosure, as_json
from tutela.storage.evidence.erasure import Erasure
from tutela.storage.evidence.evidence_door import EvidenceDoor
from tutela.storage.evidence.holds import Holds
from tutela.storage.evidence.holds import find as find_hold
from tutela.storage.evidence.keys import KeyRing
from tutela.storage.evidence.vault import Vault
from tutela.storage.legal.compiling import Compiled, about, compile_answer
from tutela.storage.legal.reader import CoveredCase, LegalReader, covered, find
from tutela.storage.record.event_log import EventLog
from tutela.storage.redress.redress_store import RedressStore
from tutela.storage.schema.legal import legal_requests


@dataclass(frozen=True, slots=True)
class Answer:
    """What the authority is told without an archive: the document, and its SHA-256 as the record has it."""

    document: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Details:
    """What identifies in a request; nothing once it was erased. `later`: cases of its accounts opened since."""

    order: OrderRecord | None
    renewals: tuple[RenewalRecord, ...] = ()
    later: tuple[str, ...] = ()


class LegalDesk:
    """Where requests of authorities are worked."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        keys: KeyRing,
        clock: Clock,
        holds: Holds,
        disclosure: Disclosure,
        notices: NoticeDesk,
        erasure: Erasure,
        table: LegalTable,
        policy: LegalPolicy,
    ) -> None:
        self._database = database
        self._vault = vault
        self._keys = keys
        self._clock = clock
        self._holds = holds
        self._disclosure = disclosure
        self._notices = notices
        self._erasure = erasure
        self._door = EvidenceDoor(database, vault, clock)
        self.table = table
        self.policy = policy
        self.reader = LegalReader(database)

    def receive(self, person: Person, entry: Entry) -> str:
        """Enter a request; return its id. A hold is asked for at once where it asks to keep, and notices are deferred.

        Raises NotAllowed, NotPossible, NoSuchKind, NoSuchCase.
        """
        person.require(Permission.ANSWER_LEGAL)
        now = self._clock()
        entry = rules.checked(entry, now)
        kind = self.table.of(entry.kind, entry.received_at.astimezone(self.policy.zone).date())
        with self._database.write() as connection:
            found = self._covered(connection, entry, now)
            log = EventLog(connection, self._clock)
            told: tuple[list[str], list[str]] = ([], [])
            if entry.silent_until is not None and found.cases:
                paper = AuthorityRequest(authority=entry.name, reference=entry.reference)
                store = RedressStore(connection, log)
                told = self._notices.defer_all(store, person, found.cases, entry.authority, paper, entry.silent_until)
            event = rules.receive(
                entry, kind, found, self.policy.zone, deferred=told[0], told=told[1], person=person.id, now=now
            )
            record = OrderRecord(
                person=person.id, at=now, name=entry.name, reference=entry.reference, service=entry.service,
                accounts=entry.accounts, cases=entry.cases, reports=entry.reports,
            )  # fmt: skip
            self._vault.put(event.subject, order_name(event.id), record.model_dump_json().encode())
            log.append([event])
            request = find(connection, event.subject)
            if request.until is not None:
                log.append(self._asking(connection, person, request, kind, entry.reference, now))
        return event.subject

    def ask_hold(self, person: Person, request_id: str) -> None:
        """Ask anew for the hold of a request, where the first asking lapsed or was refused. Raises as `receive`."""
        person.require(Permission.ANSWER_LEGAL)
        order = self._order(self.reader.one(request_id), person.id)
        now = self._clock()
        with self._database.write() as connection:
            request = _locked(connection, request_id)
            rules.placeable(request)
            self._require_no_other(connection, request, now)
            new = self._asking(connection, person, request, self._kind(request), order.reference, now)
            if not new:
                raise NotPossible("nothing that it covers is held: there is nothing to keep")
            EventLog(connection, self._clock).append(new)

    def carry_out(self, person: Person, request_id: str) -> str:
        """Place, extend or lift the hold of a request as another person allowed; return which of these.

        Raises NotAllowed, NotApproved, NotPossible, NoSuchRequest.
        """
        person.require(Permission.ANSWER_LEGAL)
        request = self.reader.one(request_id)
        if request.asked is None or request.asked_deed in (None, "hand_over"):
            raise NotPossible("nothing was asked of another person that is to be done to a hold")
        if request.asked_deed == "place":
            self._holds.place(person, request.asked)
        elif request.hold is not None:
            change = self._holds.extend if request.asked_deed == "extend" else self._holds.lift
            change(person, request.asked, request.hold)
        return str(request.asked_deed)

    def extend(self, person: Person, request_id: str, reference: str, until: datetime | None = None) -> None:
        """Ask another person to allow that its hold stands longer, on a document by which the authority asks again.

        Raises NotAllowed, NotPossible, NoSuchRequest.
        """
        person.require(Permission.ANSWER_LEGAL)
        now, zone = self._clock(), self.policy.zone
        record = RenewalRecord(person=person.id, at=now, reference=rules.reference_in(reference))
        with self._database.write() as connection:
            request = _locked(connection, request_id)
            kind = self._kind(request)
            end = rules.extension(request, kind, until, zone)
            self._require_no_other(connection, request, now)
            assert request.hold is not None  # noqa: S101 - an extension needs a standing one
            asked = self._holds.asking_change(
                connection, person, request.hold, "extend", reason="renewed", until=end, request=request.id
            )
            event = rules.ask_to_extend(request, kind, until, _approval_in(asked), zone, person=person.id, now=now)
            self._vault.put(request.id, renewal_name(event.id), record.model_dump_json().encode())
            EventLog(connection, self._clock).append([asked, event])

    def withdraw(self, person: Person, request_id: str, reason: LegalWithdrawal) -> None:
        """Record that the authority took it back; where a hold stands, another person is asked to let it go.

        Raises NotAllowed, NotPossible, NoSuchRequest.
        """
        person.require(Permission.ANSWER_LEGAL)
        now = self._clock()
        with self._database.write() as connection:
            request = _locked(connection, request_id)
            new = rules.withdraw(request, reason, person=person.id, now=now)
            if not new:
                self._require_no_other(connection, request, now)
            if request.hold_stands and request.hold is not None:
                why = "placed_wrongly" if reason == "entered_wrongly" else reason
                asked = self._holds.asking_change(
                    connection, person, request.hold, "lift", reason=why, request=request.id
                )
                new += [asked, _hold_asked(request, "lift", asked, None, person, now)]
            EventLog(connection, self._clock).append(new)

    def refuse(self, person: Person, request_id: str, reason: str) -> Answer:
        """Record that it is not carried out, and return what the authority is told.

        Raises NotAllowed, NotPossible, NoSuchKind, NoSuchRequest.
        """
        person.require(Permission.ANSWER_LEGAL)
        now, why = self._clock(), self.table.why(reason)
        order = self._order(self.reader.one(request_id), person.id)
        with self._database.write() as connection:
            request = _locked(connection, request_id)
            said = {"refused": {"reason": why.id, "title": why.title, "article": why.article or None}}
            answer = _document(request, order, now, said)
            event = rules.refuse(request, why, answer.digest, person=person.id, now=now)
            new = [event]
            if request.hold_stands and request.hold is not None:
                asked = self._holds.asking_change(
                    connection, person, request.hold, "lift", reason="placed_wrongly", request=request.id
                )
                new += [asked, _hold_asked(request, "lift", asked, None, person, now)]
            self._keep(event, answer)
            EventLog(connection, self._clock).append(new)
        return answer

    def answer_preserved(self, person: Person, request_id: str) -> Answer:
        """Tell the authority what is kept for it, and until when. Raises NotPossible unless its hold stands."""
        return self._answer(person, request_id, self._preserved)

    def answer_nothing_held(self, person: Person, request_id: str) -> Answer:
        """Tell the authority that nothing is held. Raises NotPossible where something is, looked up anew."""
        return self._answer(person, request_id, self._nothing_held)

    def ask_hand_over(self, person: Person, request_id: str) -> None:
        """Ask another person to allow that what is held is handed over.

        Raises NotAllowed, NotPossible, BadRequest where content is not under a hold, NoSuchRequest.
        """
        person.require(Permission.ANSWER_LEGAL)
        now = self._clock()
        request = self.reader.one(request_id)
        rules.require_may_send(request)
        held = [one.case for one in self.reader.covered(request) if one.held]
        if not held:
            raise NotPossible("nothing that it covers is held: answer that nothing is held")
        if request.scope == "content":
            for case in held:
                self._disclosure.require_preserved(case)
        with self._database.write() as connection:
            request = find(connection, request_id, lock=True)
            self._require_no_other(connection, request, now)
            asked = four_eyes.ask(person, "hand_over", request.id, rules.facts_to_hand_over(request, held), now)
            event = rules.ask_hand_over(request, _approval_in(asked), person=person.id, now=now)
            EventLog(connection, self._clock).append([asked, event])

    def hand_over(self, person: Person, request_id: str, passphrase: str) -> Archive:
        """Return what is held as an encrypted archive, as another person allowed; that answers the request.

        One that was lost on its way is asked for, allowed and made again; the first answer keeps its time.

        Raises NotAllowed, NotApproved, NotPossible, BadRequest, WeakPassphrase, EvidenceGone, NoSuchRequest.
        """
        person.require(Permission.ANSWER_LEGAL)
        now = self._clock()
        request = self.reader.one(request_id)
        rules.require_may_send(request)
        if request.asked is None or request.asked_deed != "hand_over":
            raise NotApproved("ask another person to allow it first")
        with self._database.read() as connection:
            allowed = approvals.find(connection, request.asked)
        four_eyes.use(allowed, "hand_over", request.id, person, now)  # raises before anything is read
        order = self._order(request, person.id)
        cases = cases_in(allowed.facts)
        if request.scope == "content":
            held = {one.case for one in self.reader.covered(request) if one.held}
            for case in cases:
                if case in held:
                    self._disclosure.require_preserved(case)
        made = compile_answer(self._database, self._vault, self._door, request, order, cases, actor=person.id, now=now)
        files = dict(made.files)
        exported = Exported("answer", len(cases), made.events, made.pictures)
        about_it = {"request": request.id, "reference": order.reference, "kind": request.kind}

        def also(connection: Connection, approval: Approval, sealed: Exported) -> list[NewEvent]:
            return self._handed_over(connection, person, request_id, approval, made, sealed, now)

        return self._disclosure.hand_over_answer(person, request.asked, files, about_it, passphrase, exported, also)

    def details(self, person: Person, request_id: str) -> Details:
        """Return what identifies in a request; that it was read goes on record. Raises NotAllowed, NoSuchRequest."""
        person.require(Permission.READ_LEGAL)
        request = self.reader.one(request_id)
        try:
            order = self._order(request, person.id)
        except NotPossible:
            return Details(None)
        names = [name for name in self._vault.names(request.id) if name.endswith(".renewal")]
        renewals = []
        if names:
            read = self._door.open(request.id, names, "legal_request", person.id)
            renewals = [RenewalRecord.model_validate_json(read(name)) for name in names]
        with self._database.read() as connection:
            later = self._of_accounts(connection, order, self._clock())[0]
        return Details(order, tuple(renewals), tuple(case for case in later if case not in request.cases))

    def answer_document(self, person: Person, request_id: str) -> bytes:
        """Return what was answered, or the list of what was handed over.

        Raises NotAllowed, NoSuchRequest, NotPossible.
        """
        person.require(Permission.READ_LEGAL)
        request = self.reader.one(request_id)
        if request.answer_event is None:
            raise NotPossible("it was not answered yet")
        name = answer_name(request.answer_event)
        try:
            return self._door.open(request.id, [name], "legal_request", person.id)(name)
        except EvidenceGone as error:
            raise NotPossible("the answer was erased when its time was over; its digest stays") from error

    def erase_due(self) -> int:
        """Erase who asked, and the answers, of requests whose time is over; return of how many."""
        keep, now = timedelta(days=self.policy.keep_days), self._clock()
        table = legal_requests
        query = select(table.c.id).where(
            table.c.closed_at <= now - keep,
            table.c.erased_at.is_(None),
            table.c.hold_state.is_distinct_from("standing"),
        )
        with self._database.read() as connection:
            ids = list(connection.execute(query.order_by(table.c.closed_at, table.c.id)).scalars())
        erased = 0
        for request_id in ids:
            request = self.reader.one(request_id)
            goes = rules.details_go_at(request, keep)
            if goes is None or goes > now:
                continue
            # First the bytes, then the record of it: after a crash between the two it is done again.
            self._erasure.forget(request.id, request.event)
            with self._database.write() as connection:
                request = find(connection, request_id, lock=True)
                if request.erased_at is None:
                    EventLog(connection, self._clock).append([rules.erase_details(request, now=now)])
                    erased += 1
        return erased

    def _answer(self, person: Person, request_id: str, said: Any) -> Answer:
        person.require(Permission.ANSWER_LEGAL)
        now = self._clock()
        order = self._order(self.reader.one(request_id), person.id)
        with self._database.write() as connection:
            request = find(connection, request_id, lock=True)
            rules.require_open(request)
            state = covered(connection, request)
            outcome, words = said(connection, request, order, state, now)
            answer = _document(request, order, now, {"outcome": outcome, **words})
            event = rules.answer(request, outcome, answer.digest, cases=request.cases, person=person.id, now=now)
            self._keep(event, answer)
            EventLog(connection, self._clock).append([event])
        return answer

    @staticmethod
    def _preserved(
        _connection: Connection, request: LegalRequest, _order: OrderRecord, state: list[CoveredCase], _now: datetime
    ) -> tuple[LegalOutcome, dict[str, Any]]:
        if request.does != "preserve":
            raise NotPossible("it asks for more than to keep: hand over what is held")
        if not request.hold_stands or request.until is None:
            raise NotPossible("no hold stands for it yet: another person allows it first, then it is placed")
        held = [one.case for one in state if one.held]
        return "preserved", {"preserved": held, "until": request.until.isoformat(), "erased": _erased(state)}

    def _nothing_held(
        self, connection: Connection, request: LegalRequest, order: OrderRecord, state: list[CoveredCase], now: datetime
    ) -> tuple[LegalOutcome, dict[str, Any]]:
        if held := [one.case for one in state if one.held]:
            raise NotPossible("something is held: %(held)s", held=tuple(held[:3]))
        later, closed = self._of_accounts(connection, order, now)
        table = schema.cases
        before = select(table.c.id).where(table.c.id.in_(later), table.c.opened_at <= request.entered_at)
        if missed := sorted(set(connection.execute(before).scalars()) - set(request.cases)):
            raise NotPossible(
                "something is held that was not found before: %(missed)s; enter it anew", missed=tuple(missed[:3])
            )
        return "nothing_held", {"erased": _erased(state), "years_in_which_accounts_cannot_be_looked_up": closed}

    def _handed_over(
        self,
        connection: Connection,
        person: Person,
        request_id: str,
        approval: Approval,
        made: Compiled,
        sealed: Exported,
        now: datetime,
    ) -> list[NewEvent]:
        request = find(connection, request_id, lock=True)
        event = rules.answer(
            request,
            "handed_over" if made.whole else "partly",
            str(sealed.digest),
            cases=cases_in(approval.facts),
            items=made.items,
            files=len(made.files),
            approval=approval.id,
            person=person.id,
            now=now,
        )
        # What was sent is told by the digests of its files; the archive itself is not kept.
        sent = {"archive": sealed.digest, "files": made.manifest(), "answered_at": now.isoformat(), "by": person.id}
        self._vault.put(request.id, answer_name(event.id), as_json(sent))
        return [event]

    def _asking(
        self, connection: Connection, person: Person, request: LegalRequest, kind: LegalKind, reference: str,
        now: datetime,
    ) -> list[NewEvent]:  # fmt: skip
        held = [one.case for one in covered(connection, request) if one.held]
        if not held:
            return []
        until = rules.placeable(request)
        asked = self._holds.asking(
            connection, person, held, ground=kind.ground, until=until, reference=reference, request=request.id
        )
        return [asked, rules.ask_to_place(request, _approval_in(asked), person=person.id, now=now)]

    def _covered(self, connection: Connection, entry: Entry, now: datetime) -> Covered:
        table, referrals = schema.cases, schema.referrals
        named = set(connection.execute(select(table.c.id).where(table.c.id.in_(list(entry.cases)))).scalars())
        if missing := [case for case in entry.cases if case not in named]:
            raise NoSuchCase("there is no case %(case)s", case=tuple(missing))
        for report in entry.reports:
            number, recipient = report.rpartition(":")[2].strip(), report.rpartition(":")[0].strip()
            query = select(referrals.c.case_id, referrals.c.recipient).where(referrals.c.report_id == number)
            rows = connection.execute(query.where(referrals.c.recipient == recipient) if recipient else query).all()
            # Two recipients may give the same number, and one of the two cases concerns nobody here.
            if len(recipients := sorted({row.recipient for row in rows})) > 1:
                raise NotPossible(
                    "%(number)s is the number of several reports: write it as %(recipient)s:%(number)s",
                    number=number,
                    recipient=recipients[0],
                )
            named |= {row.case_id for row in rows}
        found, closed = cases_of(connection, self._keys, entry.service, entry.accounts, now.year)
        return Covered(tuple(sorted(named | set(found))), tuple(closed) if entry.accounts else ())

    def _of_accounts(self, connection: Connection, order: OrderRecord, now: datetime) -> tuple[list[str], list[int]]:
        if not order.accounts:
            return [], []
        return cases_of(connection, self._keys, order.service, order.accounts, now.year)

    def _order(self, request: LegalRequest, actor: str) -> OrderRecord:
        name = order_name(request.event)
        try:
            read = self._door.open(request.id, [name], "legal_request", actor)
            return OrderRecord.model_validate_json(read(name))
        except EvidenceGone as error:
            raise NotPossible("who asked, and about whom, was erased when its time was over") from error

    def _keep(self, event: NewEvent, answer: Answer) -> None:
        self._vault.put(event.subject, answer_name(event.id), answer.document)

    def _kind(self, request: LegalRequest) -> LegalKind:
        kind = self.table.named(request.kind)
        if kind is None:
            raise NotPossible(
                "the table of legal process has no %(kind)s any more: put it back to work on it", kind=request.kind
            )
        return kind

    @staticmethod
    def _require_no_other(connection: Connection, request: LegalRequest, now: datetime) -> None:
        """Raise NotPossible while something else that was asked for this request waits or can be done."""
        if request.asked is None:
            return
        asked = approvals.find(connection, request.asked)
        if asked.state in (ApprovalState.WAITING, ApprovalState.ALLOWED) and not asked.is_over(now):
            raise NotPossible(
                "something was asked for it already, and is %(state)s: %(approval)s",
                state=asked.state,
                approval=asked.id,
            )


def _locked(connection: Connection, request_id: str) -> LegalRequest:
    """Return a request, locked after its cases and its hold, in the order in which holds lock them."""
    request = find(connection, request_id)
    table = schema.cases
    query = select(table.c.id).where(table.c.id.in_(list(request.cases))).order_by(table.c.id)
    connection.execute(query.with_for_update())
    if request.hold is not None:
        find_hold(connection, request.hold)
    return find(connection, request_id, lock=True)


def _approval_in(event: NewEvent) -> str:
    return str(event.payload.model_dump()["approval"])


def _hold_asked(
    request: LegalRequest, deed: Any, asked: NewEvent, until: datetime | None, person: Person, now: datetime
) -> NewEvent:
    payload = LegalHoldAsked(approval=_approval_in(asked), deed=deed, until=until)
    return NewEvent(payload, request.id, now, person.id)


def _document(request: LegalRequest, order: OrderRecord, now: datetime, said: dict[str, Any]) -> Answer:
    document = as_json({**about(request, order), "answered_at": now.isoformat(), **said})
    return Answer(document, hashlib.sha256(document).hexdigest())


def _erased(state: Iterable[CoveredCase]) -> list[dict[str, Any]]:
    return [
        {
            "case": one.case,
            "certificate": one.certificate,
            "erased_at": one.erased_at.isoformat() if one.erased_at else None,
        }
        for one in state
        if not one.held
    ]
