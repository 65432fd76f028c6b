"""Unmasking and exports over the encrypted record, each spent in the transaction that records it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from tutela.access import approvals as four_eyes
from tutela.access.approvals import Approval, NotApproved
from tutela.access.archive import seal
from tutela.access.roles import Permission, Person
from tutela.casework import disclosure
from tutela.casework.disclosure import AUDIT, BadRequest, Exported, UnmaskedAccount, What
from tutela.casework.evidence import EvidenceGone, ItemRecord
from tutela.casework.pseudonyms import Pseudonyms
from tutela.events.envelope import Clock, Event, NewEvent
from tutela.events.obstacles import AnyOf, NotThere
from tutela.storage import schema
from tutela.storage.access import approvals
from tutela.storage.database import Database
from tutela.storage.evidence.accounts import cases_of
from tutela.storage.evidence.keys import KeyRing
from tutela.storage.evidence.vault import Vault
from tutela.storage.record.audit_reader import AuditFilter, AuditReader
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.retention import holds

FORMATS = ("jsonl", "csv")
_COLUMNS = ("sequence", "id", "type", "version", "subject", "actor", "occurred_at", "recorded_at", "data")


@dataclass(frozen=True, slots=True)
class Archive:
    """An encrypted export, with what it holds."""

    data: bytes
    exported: Exported


Also = Callable[[Connection, Approval, Exported], list[NewEvent]]
"""What else is recorded with an export, in its transaction."""


def _nothing_else(_connection: Connection, _approval: Approval, _exported: Exported) -> list[NewEvent]:
    return []


class Disclosure:
    """What leaves the encrypted record after two wanted it."""

    def __init__(self, database: Database, vault: Vault, keys: KeyRing, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._keys = keys
        self._clock = clock

    def ask_unmask(self, person: Person, case: str, purpose: str, reason: str, reference: str) -> str:
        """Ask to see the real accounts of a case; return the id of the approval.

        Raises NotAllowed, BadRequest, LookupError.
        """
        facts = disclosure.unmask_facts(purpose, reason, reference)
        self._require_case(case)
        return self._ask(four_eyes.ask(person, "unmask", case, facts, self._clock()))

    def ask_case_export(self, person: Person, case: str, reference: str, *, pictures: bool = False) -> str:
        """Ask to export a case file. Raises NotAllowed, BadRequest, LookupError.

        With pictures only somebody who may look at items may ask.
        """
        if pictures:
            person.require(Permission.SEE_EVIDENCE)
        self._require_case(case)
        facts = {
            "what": "case",
            "pictures": "yes" if pictures else "no",
            "reference": disclosure.checked_reference(reference),
        }
        return self._ask(four_eyes.ask(person, "export", case, facts, self._clock()))

    def ask_hand_over(self, person: Person, case: str, reference: str) -> str:
        """Ask to hand the content of a preserved case over to an authority, by the reference of its document.

        Raises NotAllowed, BadRequest (also where no hold for an authority or a court stands), LookupError.
        """
        person.require(Permission.HAND_OVER)
        self._require_case(case)
        ground = self.require_preserved(case)
        facts = {"what": "content", "ground": ground, "reference": disclosure.checked_reference(reference)}
        return self._ask(four_eyes.ask(person, "hand_over", case, facts, self._clock()))

    def ask_person_export(self, person: Person, service: str, account: str, reference: str) -> str:
        """Ask to export what is kept of a person, who stands in the record as a pseudonym. Raises as above."""
        if not account.strip() or not service.strip():
            raise BadRequest("name the service and the account")
        facts = {"what": "person", "service": service, "reference": disclosure.checked_reference(reference)}
        now = self._clock()
        return self._ask(four_eyes.ask(person, "export", self._subject(service, account, now.year), facts, now))

    def ask_audit_export(self, person: Person, reference: str) -> str:
        """Ask to export the audit. Raises NotAllowed, BadRequest."""
        facts = {"what": "audit", "reference": disclosure.checked_reference(reference)}
        return self._ask(four_eyes.ask(person, "export", AUDIT, facts, self._clock()))

    def unmask(self, person: Person, approval_id: str) -> list[UnmaskedAccount]:
        """Return the real accounts of a case, once. Raises NotAllowed, NotApproved, LookupError, EvidenceGone."""
        person.require(Permission.UNMASK)
        accounts = disclosure.accounts_of(record for _, record in self._records(self._found(approval_id).subject))
        self._record(approval_id, lambda approval: disclosure.unmask(approval, person, len(accounts), self._clock()))
        return accounts

    def export_case(self, person: Person, approval_id: str, passphrase: str) -> Archive:
        """Return a case file. Raises as `unmask` does, and WeakPassphrase."""
        person.require(Permission.EXPORT)
        approval = self._require_kind(approval_id, "case")
        pictures = approval.facts["pictures"] == "yes"
        if pictures:
            person.require(Permission.SEE_EVIDENCE)
        return self._case_file(approval, person, passphrase, "case", pictures=pictures)

    def hand_over(self, person: Person, approval_id: str, passphrase: str) -> Archive:
        """Return the file of a preserved case with its content, for an authority; nothing of it is shown.

        Raises as `export_case` does, and BadRequest where the hold stands no more.
        """
        person.require(Permission.HAND_OVER)
        approval = self._require_kind(approval_id, "content")
        self.require_preserved(approval.subject)
        return self._case_file(approval, person, passphrase, "content", pictures=True)

    def hand_over_answer(
        self,
        person: Person,
        approval_id: str,
        files: dict[str, bytes],
        about: dict[str, Any],
        passphrase: str,
        exported: Exported,
        also: Also,
    ) -> Archive:
        """Return the answer to a legal request, sealed; what `also` returns is recorded in the same transaction.

        Raises NotAllowed, NotApproved, WeakPassphrase, LookupError, and what `also` raises; then nothing is recorded.
        """
        person.require(Permission.HAND_OVER)
        self._require_kind(approval_id, "answer")
        return self._sealed(approval_id, person, files, about, passphrase, exported, also)

    def _case_file(self, approval: Approval, person: Person, passphrase: str, what: What, *, pictures: bool) -> Archive:
        case = approval.subject
        with self._database.read() as connection:
            events = list(EventLog(connection, self._clock).read(subject=case))
        files = {"events.json": as_json([disclosure.event_as_json(e) for e in events])}
        shown = 0
        for name in self._vault.names(case):
            if name.endswith(".bytes"):
                if pictures:
                    files[f"items/{name}"] = self._vault.get(case, name)
                    shown += 1
            else:
                files[f"records/{name}.json"] = _readable(self._vault.get(case, name))
        about = {"case": case, "reference": approval.facts["reference"], "pictures": shown}
        return self._sealed(approval.id, person, files, about, passphrase, Exported(what, 1, len(events), shown))

    def export_person(self, person: Person, approval_id: str, service: str, account: str, passphrase: str) -> Archive:
        """Return what is kept of a person. Raises as `export_case` does; NotApproved for another account."""
        person.require(Permission.EXPORT)
        approval = self._require_kind(approval_id, "person")
        if approval.subject != self._subject(service, account, approval.asked_at.year):
            raise NotApproved("it allows the data of another account")
        with self._database.read() as connection:
            cases, closed = cases_of(connection, self._keys, service, [account], self._clock().year)
        unreadable: list[str] = []
        files: dict[str, bytes] = {}
        count = 0
        for case in cases:
            with self._database.read() as connection:
                events = list(EventLog(connection, self._clock).read(subject=case))
            mine = [_about_person(e) for e in events if e.type in _OF_A_PERSON]
            count += len(mine)
            records = []
            try:
                records = [disclosure.without_others(r, service, account) for _, r in self._records(case)
                           if _concerns(r, service, account)]  # fmt: skip
            except EvidenceGone:
                unreadable.append(case)
            files[f"cases/{case}.json"] = as_json({"case": case, "items": records, "events": mine})
        about = {
            "service": service,
            "account": account,
            "reference": approval.facts["reference"],
            "cases": cases,
            "erased_or_not_readable": unreadable,
            "years_whose_key_was_destroyed": closed,
        }
        exported = Exported("person", len(cases), count)
        return self._sealed(approval_id, person, files, about, passphrase, exported)

    def export_audit(
        self, person: Person, approval_id: str, form: str, wanted: AuditFilter | None = None
    ) -> Iterator[str]:
        """Spend the approval and return the lines of the audit, newest first.

        Raises NotAllowed, NotApproved, BadRequest, LookupError.
        """
        if form not in FORMATS:
            raise BadRequest("the audit is written as %(formats)s", formats=AnyOf(tuple(FORMATS)))
        self._require_kind(approval_id, "audit")
        with self._database.read() as connection:
            last = EventLog(connection, self._clock).last_sequence()
        exported = Exported("audit", 0, last)
        self._record(approval_id, lambda a: disclosure.export(a, person, exported, self._clock()))
        return _lines(AuditReader(self._database).all(wanted or AuditFilter()), form)

    def _sealed(
        self,
        approval_id: str,
        person: Person,
        files: dict[str, bytes],
        about: dict[str, Any],
        passphrase: str,
        exported: Exported,
        also: Also = _nothing_else,
    ) -> Archive:
        now = self._clock()
        files["about.json"] = as_json({**about, "made_at": now.isoformat(), "made_by": person.id})
        data = seal(files, passphrase, secrets.token_bytes)
        digest = hashlib.sha256(data).hexdigest()
        exported = Exported(exported.what, exported.cases, exported.events, exported.pictures, digest)
        with self._database.write() as connection:
            found = approvals.find(connection, approval_id, lock=True)
            events = disclosure.export(found, person, exported, now)
            EventLog(connection, self._clock).append([*events, *also(connection, found, exported)])
        return Archive(data, exported)

    def _ask(self, event: NewEvent) -> str:
        with self._database.write() as connection:
            EventLog(connection, self._clock).append([event])
        return str(event.payload.model_dump()["approval"])

    def _record(self, approval_id: str, spend: Any) -> None:
        with self._database.write() as connection:
            found = approvals.find(connection, approval_id, lock=True)
            EventLog(connection, self._clock).append(spend(found))

    def _found(self, approval_id: str) -> Approval:
        with self._database.read() as connection:
            return approvals.find(connection, approval_id)

    def _require_kind(self, approval_id: str, what: str) -> Approval:
        found = self._found(approval_id)
        kind = "hand_over" if what in disclosure.HANDED_OVER else "export"
        if (found.kind, found.facts.get("what")) != (kind, what):
            raise NotApproved("%(approval)s does not allow an export of that kind", approval=approval_id)
        return found

    def require_preserved(self, case: str) -> str:
        """Return the ground of the hold on which a case is preserved; raises BadRequest."""
        query = select(holds.c.ground).where(
            holds.c.case_id == case,
            holds.c.state == "standing",
            holds.c.until > self._clock(),
            holds.c.ground.in_(disclosure.PRESERVED_FOR),
        )
        with self._database.read() as connection:
            ground = connection.execute(query.order_by(holds.c.until.desc())).scalars().first()
        if ground is None:
            raise BadRequest(
                "content is handed over of a case that is preserved: place a hold on the order or the request first"
            )
        return str(ground)

    def _require_case(self, case: str) -> None:
        with self._database.read() as connection:
            if connection.execute(select(schema.cases.c.id).where(schema.cases.c.id == case)).first() is None:
                raise NotThere("there is no case %(case)s", case=case)

    def _records(self, case: str) -> list[tuple[str, ItemRecord]]:
        names = [n for n in self._vault.names(case) if n.endswith((".record", ".again"))]
        if not names:
            raise EvidenceGone("case %(case)s holds no record of accounts: it was erased", case=case)
        return [(name, ItemRecord.model_validate_json(self._vault.get(case, name))) for name in names]

    def _subject(self, service: str, account: str, year: int) -> str:
        return f"person:{Pseudonyms(self._keys, year).account(service, account)}"


_OF_A_PERSON = frozenset({
    "case.opened", "item.flagged", "item.seen_again", "item.decided", "case.closed", "action.ordered",
    "action.carried_out", "action.reversal_ordered", "action.reversed", "complaint.lodged", "complaint.decided",
    "referral.filed",
})  # fmt: skip
_NOT_THEIRS = frozenset({"recipients_eu", "recipients_unknown", "content", "opinion"})


def _about_person(event: Event) -> dict[str, Any]:
    """Return an event without who worked on it and without other people."""
    data = {k: v for k, v in event.payload.model_dump(mode="json").items() if k not in _NOT_THEIRS}
    return {"type": event.type, "occurred_at": event.occurred_at.isoformat(), "data": data}


def _concerns(record: ItemRecord, service: str, account: str) -> bool:
    parties = [*record.recipients, *([record.sender] if record.sender else [])]
    return record.service == service and any(party.account == account for party in parties)


def as_json(value: Any) -> bytes:
    """Return a value as it stands in an archive."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode("utf-8", "backslashreplace")


def _readable(stored: bytes) -> bytes:
    try:
        return as_json(json.loads(stored))
    except ValueError:
        return stored


def _lines(events: Iterator[Event], form: str) -> Iterator[str]:
    if form == "jsonl":
        for event in events:
            yield json.dumps(disclosure.event_as_json(event)) + "\n"
        return
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for event in events:
        row = disclosure.event_as_json(event)
        row["data"] = json.dumps(row["data"], ensure_ascii=False)
        writer.writerow([row[name] for name in _COLUMNS])
        yield buffer.getvalue().encode("utf-8", "backslashreplace").decode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()
