"""What happened to a case, as the record has it, with what people wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tutela.access.roles import Permission, Person
from tutela.casework.evidence import EvidenceGone, RemarkRecord, remark_name
from tutela.events.envelope import Event
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.evidence.vault import BrokenEvidence
from tutela.storage.workplace import Workplace

LONGEST = 120
"""How many events of a case its page shows; the audit page shows more."""


@dataclass(frozen=True, slots=True)
class Line:
    """One event in a list. `data` are its facts, `remark` what the person wrote, empty where nothing is.

    `broken`: why what the person wrote cannot be read.
    """

    at: datetime
    actor: str
    subject: str
    type: str
    data: dict[str, Any]
    remark: str
    broken: str = ""


def history(place: Workplace, person: Person, case_id: str) -> tuple[list[Line], bool]:
    """Return the newest events of a case, newest first, and whether there are older ones."""
    numbers = CaseReader(place.database).latest_events(None, case_id, LONGEST + 1)
    with place.transactions.reading() as log:
        events = sorted(log.by_sequence(numbers[:LONGEST]), key=lambda event: -event.sequence)
    may_read = Permission.SEE_EVIDENCE in person.permissions
    return [_with_remark(place, e) if may_read else line(e) for e in events], len(numbers) > LONGEST


def line(event: Event, remark: str = "", broken: str = "") -> Line:
    """Return an event as a line."""
    data = event.payload.model_dump(mode="json")
    return Line(event.occurred_at, event.actor, event.subject, event.type, data, remark, broken)


def _with_remark(place: Workplace, event: Event) -> Line:
    try:
        return line(event, _remark(place, event))
    except BrokenEvidence as error:
        return line(event, broken=str(error))


def _remark(place: Workplace, event: Event) -> str:
    if not event.payload.model_dump().get("remarks"):
        return ""
    try:
        stored = place.vault.get(event.subject, remark_name(event.id))
    except EvidenceGone:
        return ""
    return RemarkRecord.model_validate_json(stored).text
