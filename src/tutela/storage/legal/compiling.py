"""What is held of a request, compiled from the record: cases, items, accounts, reports; each with its events."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from tutela.casework.evidence import ItemRecord, PartyRecord, record_name
from tutela.casework.legal.requests import LegalRequest, OrderRecord
from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.evidence.disclosure import as_json
from tutela.storage.evidence.evidence_door import EvidenceDoor
from tutela.storage.evidence.vault import Vault
from tutela.storage.legal.reader import covered
from tutela.storage.schema.record import events

TOLD = frozenset({
    "case.opened", "item.flagged", "item.seen_again", "item.decided", "case.closed", "case.reopened",
    "referral.filed", "action.carried_out", "action.reversed", "erasure.certified",
})  # fmt: skip
"""The events that an answer names, so that each fact in it opens to where it comes from."""
NOT_TOLD = {"status": "not_told", "reason": "the platform gave none with the items that are held"}
"""Of an account: nothing is known of its holder, network addresses among it."""


@dataclass(slots=True)
class Compiled:
    """An answer to be: what it says, its files by name, and how many items it tells of."""

    says: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)
    items: int = 0
    events: int = 0
    pictures: int = 0
    whole: bool = True

    def manifest(self) -> list[dict[str, Any]]:
        """Return each file with its size in bytes and its SHA-256."""
        return [
            {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in sorted(self.files.items())
        ]


def about(request: LegalRequest, order: OrderRecord) -> dict[str, Any]:
    """Return what every answer says of its request."""
    return {
        "request": request.id,
        "kind": request.kind,
        "authority": order.name,
        "country": request.country,
        "reference": order.reference,
        "received_at": _at(request.received_at),
        "about": {
            "service": order.service or None,
            "accounts": list(order.accounts),
            "reports": list(order.reports),
            "cases": list(request.cases),
        },
        "years_in_which_accounts_cannot_be_looked_up": list(request.unsearched),
    }


def compile_answer(
    database: Database,
    vault: Vault,
    door: EvidenceDoor,
    request: LegalRequest,
    order: OrderRecord,
    cases: Sequence[str],
    *,
    actor: str,
    now: datetime,
) -> Compiled:
    """Return what is held of these cases, that it was read on record; with the items themselves where the scope says.

    Of other people than those whom the request is about it holds numbers alone. Raises EvidenceGone, BrokenEvidence.
    """
    made = Compiled({**about(request, order), "compiled_at": _at(now), "scope": request.scope})
    accounts: dict[tuple[str, str, str], dict[str, Any]] = {}
    told: list[dict[str, Any]] = []
    with database.read() as connection:
        state = {one.case: one for one in covered(connection, request)}
        facts = {case: _facts(connection, case) for case in cases}
    made.whole = set(cases) == set(request.cases)
    for case in cases:
        named = order.only_about(case, [report["number"] for report in facts[case]["reports"]])
        if not state[case].held:
            made.whole = False
            told.append({**facts[case], "evidence": "erased", "certificate": state[case].certificate})
            continue
        kept = vault.names(case)
        wanted = [n for n in kept if n.endswith((".record", ".again"))]
        if request.scope == "content":
            wanted += [n for n in kept if n.endswith(".bytes")]
        read = door.open(case, wanted, "legal_request", actor)
        records: dict[str, list[ItemRecord]] = {}
        for name in wanted:
            if name.endswith(".bytes"):
                made.files[f"items/{case}/{name}"] = read(name)
                made.pictures += 1
                continue
            record = ItemRecord.model_validate_json(read(name))
            # The first sending stands before its repeats.
            item = name.split(".", 1)[0]
            records.setdefault(item, []).insert(0 if name == record_name(item) else len(records[item]), record)
            _note(accounts, record, named, order.accounts)
        one = {**facts[case], "evidence": "held"}
        one["items"] = [
            {**item, "sendings": [_sending(r, named) for r in records.get(item["item"], [])]} for item in one["items"]
        ]
        told.append(one)
    made.items = sum(len(one["items"]) for one in told)
    made.events = sum(len(one["events"]) for one in told)
    made.says |= {"cases": told, "accounts": [accounts[key] for key in sorted(accounts)]}
    made.files["answer.json"] = as_json(made.says)
    return made


def _facts(connection: Connection, case: str) -> dict[str, Any]:
    cases, items, referrals, actions = schema.cases, schema.case_items, schema.referrals, schema.actions
    row = connection.execute(select(cases).where(cases.c.id == case)).one()
    about_case = select(events.c.id, events.c.type, events.c.occurred_at).where(events.c.subject == case)
    return {
        "case": case,
        "service": row.service,
        "layer": row.layer,
        "state": row.state,
        "opened_at": _at(row.opened_at),
        "closed_at": _at(row.closed_at),
        "items": [
            {
                "item": item.id,
                "kind": item.kind,
                "flagged_at": _at(item.flagged_at),
                "seen_again": item.seen_again,
                "verdict": item.verdict,
                "decided_at": _at(item.decided_at),
            }
            for item in connection.execute(select(items).where(items.c.case_id == case).order_by(items.c.position))
        ],
        "reports": [
            {
                "recipient": report.recipient,
                "number": report.report_id,
                "filed_at": _at(report.filed_at),
                "files": report.files,
                "state": report.state,
            }
            for report in connection.execute(
                select(referrals).where(referrals.c.case_id == case).order_by(referrals.c.ordered_at, referrals.c.id)
            )
        ],
        "actions": [
            {"kind": action.kind, "state": action.state, "ordered_at": _at(action.ordered_at)}
            for action in connection.execute(
                select(actions).where(actions.c.case_id == case).order_by(actions.c.ordered_at, actions.c.id)
            )
        ],
        "events": [
            {"id": event.id, "type": event.type, "at": _at(event.occurred_at)}
            for event in connection.execute(about_case.order_by(events.c.sequence))
            if event.type in TOLD
        ],
    }


def _sending(record: ItemRecord, named: frozenset[str] | None) -> Mapping[str, Any]:
    sender = record.sender
    concerns = sender is not None and (named is None or sender.account in named)
    return {
        "name": record.name if concerns else None,
        "type": record.kind,
        "size": record.size,
        "hashes": record.fingerprints,
        "identity": record.identity,
        "sent_at": _at(record.sent_at),
        "found_at": _at(record.found_at),
        "sender": sender.account if concerns and sender is not None else None,
        "recipients": len(record.recipients),
    }


def _note(
    accounts: dict[tuple[str, str, str], dict[str, Any]],
    record: ItemRecord,
    named: frozenset[str] | None,
    asked: Collection[str],
) -> None:
    parts: list[tuple[str, PartyRecord]] = [("sender", record.sender)] if record.sender is not None else []
    # Of a case as a whole it is about who sent; whoever received is another person, unless the request names them.
    parts += [("recipient", one) for one in record.recipients if one.account in asked]
    for part, party in parts:
        if named is not None and party.account not in named:
            continue
        at = _at(record.sent_at or record.found_at)
        found = accounts.setdefault(
            (record.service, party.account, part),
            {
                "service": record.service,
                "account": party.account,
                "part": part,
                "country": party.country,
                "country_known_by": party.basis.value,
                "records": 0,
                "first_at": at,
                "last_at": at,
                "details": NOT_TOLD,
            },
        )
        if party.details is not None:
            told = [] if found["details"] is NOT_TOLD else found["details"]
            says = party.details.model_dump(mode="json")
            if says not in [one["says"] for one in told]:
                found["details"] = [*told, {"told_at": _at(record.found_at), "says": says}]
        found["records"] += 1
        found["first_at"], found["last_at"] = min(found["first_at"], at), max(found["last_at"], at)


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
