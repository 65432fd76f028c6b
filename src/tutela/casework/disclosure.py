"""What leaves the encrypted record after two wanted it: real identifiers for one look, and exports. Pure.

An unmasking says for what (its purpose) and why it may be (its reason), both coded. An export of a person's data holds
what concerns that person (GDPR Art. 15): other people's accounts stay out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast, get_args

from tutela.access import approvals
from tutela.access.approvals import Approval
from tutela.access.roles import Permission, Person
from tutela.casework.evidence import ItemRecord, PartyRecord
from tutela.events.catalogue.approvals import AccountsUnmasked, ApprovalKind, DataExported, UnmaskPurpose, UnmaskReason
from tutela.events.catalogue.retention import HoldGround
from tutela.events.envelope import Event, NewEvent
from tutela.events.obstacles import Obstacle, Word

PURPOSES: tuple[UnmaskPurpose, ...] = get_args(UnmaskPurpose)
REASONS: tuple[UnmaskReason, ...] = get_args(UnmaskReason)
PRESERVED_FOR: tuple[HoldGround, ...] = ("court_order", "preservation_request", "authority_request")
"""The grounds of holds on which content is handed over: it is kept because an authority or a court wants it."""
AUDIT = "audit"
"""The subject of an approval of an export of the audit."""
What = Literal["case", "person", "audit", "content", "answer"]
HANDED_OVER: frozenset[What] = frozenset({"content", "answer"})
"""What goes to an authority."""


class BadRequest(Obstacle, ValueError):
    """It cannot be asked for so; the message says what to change."""


@dataclass(frozen=True, slots=True)
class UnmaskedAccount:
    """A real account of a case: what it did there, the country if it is known, and in how many records it stands."""

    account: str
    part: Literal["sender", "recipient"]
    service: str
    country: str | None
    records: int


def unmask_facts(purpose: str, reason: str, reference: str) -> dict[str, str]:
    """Return what an approval of an unmasking says. Raises BadRequest."""
    if purpose not in PURPOSES or reason not in REASONS:
        raise BadRequest(
            "a purpose is one of %(purposes)s; a reason is one of %(reasons)s",
            purposes=tuple(Word("unmask_purpose", one) for one in PURPOSES),
            reasons=tuple(Word("unmask_reason", one) for one in REASONS),
        )
    return {"purpose": purpose, "reason": reason, "reference": checked_reference(reference)}


def checked_reference(reference: str) -> str:
    """Return a document's reference; raises BadRequest."""
    if not 1 <= len(reference.strip()) <= 100 or not reference.isprintable():
        raise BadRequest("name the document that this rests on: a reference of 1 to 100 characters")
    return reference.strip()


def accounts_of(records: Iterable[ItemRecord]) -> list[UnmaskedAccount]:
    """Return the accounts in the records of a case, senders first, each once for what it did."""
    found: dict[tuple[str, str, str], tuple[PartyRecord, int]] = {}
    for record in records:
        parties = [("recipient", party) for party in record.recipients]
        if record.sender is not None:
            parties.append(("sender", record.sender))
        for part, party in parties:
            key = (part, record.service, party.account)
            found[key] = (party, found.get(key, (party, 0))[1] + 1)
    ordered = sorted(found.items(), key=lambda entry: (entry[0][0] != "sender", entry[0]))
    return [
        UnmaskedAccount(account, cast(Literal["sender", "recipient"], part), service, party.country, count)
        for (part, service, account), (party, count) in ordered
    ]


def unmask(approval: Approval, person: Person, accounts: int, now: datetime) -> list[NewEvent]:
    """Return the events of the one look that was allowed. Raises NotAllowed, NotApproved."""
    person.require(Permission.UNMASK)
    used = approvals.use(approval, "unmask", approval.subject, person, now)
    payload = AccountsUnmasked(
        approval=approval.id,
        purpose=cast(UnmaskPurpose, approval.facts["purpose"]),
        reason=cast(UnmaskReason, approval.facts["reason"]),
        accounts=accounts,
    )
    return [used, NewEvent(payload, approval.subject, now, person.id)]


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds, in numbers, and the SHA-256 of the archive if it is one."""

    what: What
    cases: int
    events: int
    pictures: int = 0
    digest: str | None = None


def export(approval: Approval, person: Person, exported: Exported, now: datetime) -> list[NewEvent]:
    """Return the events of an export that was allowed. Raises NotAllowed, NotApproved."""
    kind: ApprovalKind = "hand_over" if exported.what in HANDED_OVER else "export"
    person.require(approvals.ASKS[kind])
    used = approvals.use(approval, kind, approval.subject, person, now)
    payload = DataExported(
        approval=approval.id,
        what=exported.what,
        cases=exported.cases,
        events=exported.events,
        pictures=exported.pictures,
        digest=exported.digest,
    )
    return [used, NewEvent(payload, approval.subject, now, person.id)]


def event_as_json(event: Event) -> dict[str, Any]:
    """Return an event as it stands in an export."""
    return {
        "sequence": event.sequence,
        "id": event.id,
        "type": event.type,
        "version": event.payload.VERSION,
        "subject": event.subject,
        "actor": event.actor,
        "occurred_at": event.occurred_at.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
        "data": event.payload.model_dump(mode="json"),
    }


def without_others(record: ItemRecord, service: str, account: str) -> Mapping[str, Any]:
    """Return what a record holds of one account, and nothing of other people's; no fingerprint."""
    sent = record.sender is not None and (record.service, record.sender.account) == (service, account)
    me = record.sender if sent else next((p for p in record.recipients if p.account == account), None)
    return {
        "service": record.service_name,
        "part": "sender" if sent else "recipient",
        "account": me.account if me else None,
        "country": me.country if me else None,
        "details": me.details.model_dump(mode="json") if me and me.details else None,
        "name": record.name if sent else None,
        "kind": record.kind,
        "size": record.size,
        "sent_at": record.sent_at.isoformat() if record.sent_at else None,
        "found_at": record.found_at.isoformat(),
        "other_people": len(record.recipients) if sent else len(record.recipients) - 1 + (record.sender is not None),
    }
