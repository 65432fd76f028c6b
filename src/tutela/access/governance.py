"""Policies, privacy reviews and security incidents as versioned records with review dates. Pure.

What is written is the operator's own text and no case data. It is kept beside the events, which name it by its digest.
Sources: Regulation (EU) 2021/1232 Art. 3(1)(c) and (d); GDPR Art. 33 to 36.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tutela.access.roles import Permission, Person
from tutela.events.catalogue.governance import (
    GovernanceRetired,
    GovernanceReviewed,
    GovernanceWritten,
    IncidentFacts,
    RecordKind,
)
from tutela.events.envelope import NewEvent, new_id
from tutela.events.obstacles import Obstacle, Phrase, Word

NOTIFY_WITHIN = timedelta(hours=72)
"""GDPR Art. 33(1)."""
LONGEST_TITLE = 200
LONGEST_TEXT = 10_000
TOLERANCE = timedelta(minutes=5)
_TECHNOLOGY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,99}")


class BadRecord(Obstacle, ValueError):
    """The record cannot be written so; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What a person writes as a version of a record. `answers` are ids of rows of the standard form.

    `technologies` are those that it is about: `pdq-1`, or `pdq` for every version.
    """

    kind: RecordKind
    title: str
    text: str
    effective_from: date
    review_by: date | None = None
    answers: tuple[str, ...] = ()
    incident: IncidentFacts | None = None
    technologies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GovernanceRecord:
    """The present version of a record."""

    id: str
    kind: RecordKind
    version: int
    title: str
    text: str
    effective_from: date
    review_by: date | None
    answers: tuple[str, ...]
    incident: IncidentFacts | None
    written_by: str
    written_at: datetime
    reviewed_at: datetime | None
    retired_at: datetime | None
    technologies: tuple[str, ...] = ()

    def is_overdue(self, today: date) -> bool:
        """Return whether its review is due and was not done."""
        return self.retired_at is None and self.review_by is not None and self.review_by <= today


def digest_of(title: str, text: str) -> str:
    """Return the SHA-256 of what was written, hexadecimal: of the JSON array of title and text, in ASCII."""
    return hashlib.sha256(json.dumps([title, text], separators=(",", ":")).encode("ascii")).hexdigest()


def told_in_time(incident: IncidentFacts) -> bool | None:
    """Return whether the authority was notified within 72 hours; None if it was not, or no data was concerned."""
    if incident.told_authority_at is None or incident.personal_data == "no":
        return None
    return incident.told_authority_at <= incident.detected_at + NOTIFY_WITHIN


def write(
    person: Person, writing: Writing, now: datetime, *, before: GovernanceRecord | None = None
) -> tuple[NewEvent, str]:
    """Return the event of a new record, or of a new version, and the id of the record. Raises NotAllowed, BadRecord."""
    person.require(Permission.MANAGE_GOVERNANCE)
    _check(writing, now)
    if before is not None:
        _require_live(before)
        if before.kind != writing.kind:
            raise BadRecord(
                "it is a record of the kind %(kind)s, and stays one: write another record",
                kind=Word("record_kind", before.kind),
            )
    record = before.id if before else new_id(now)
    payload = GovernanceWritten(
        kind=writing.kind,
        version=before.version + 1 if before else 1,
        digest=digest_of(writing.title, writing.text),
        effective_from=writing.effective_from,
        review_by=writing.review_by,
        answers=tuple(dict.fromkeys(writing.answers)),
        incident=writing.incident,
        technologies=tuple(dict.fromkeys(writing.technologies)),
    )
    return NewEvent(payload, record, now, person.id), record


def review(person: Person, record: GovernanceRecord, review_by: date | None, now: datetime) -> NewEvent:
    """Return the event that a record was reviewed and stays as it is. Raises NotAllowed, BadRecord."""
    person.require(Permission.MANAGE_GOVERNANCE)
    _require_live(record)
    if review_by is not None and review_by <= now.date():
        raise BadRecord("the next review lies after today")
    return NewEvent(GovernanceReviewed(version=record.version, review_by=review_by), record.id, now, person.id)


def retire(person: Person, record: GovernanceRecord, payload: GovernanceRetired, now: datetime) -> NewEvent:
    """Return the event that a record applies no more. Raises NotAllowed, BadRecord."""
    person.require(Permission.MANAGE_GOVERNANCE)
    _require_live(record)
    return NewEvent(payload, record.id, now, person.id)


def _require_live(record: GovernanceRecord) -> None:
    if record.retired_at is not None:
        raise BadRecord("it was retired on %(day)s: write a new record", day=f"{record.retired_at:%Y-%m-%d}")


def _check(writing: Writing, now: datetime) -> None:
    if not writing.title.strip() or len(writing.title) > LONGEST_TITLE:
        raise BadRecord("a title has 1 to %(n)s characters", n=LONGEST_TITLE)
    if not writing.text.strip() or len(writing.text) > LONGEST_TEXT:
        raise BadRecord("a text has 1 to %(n)s characters", n=LONGEST_TEXT)
    if any(0xD800 <= ord(character) <= 0xDFFF or character == "\0" for character in writing.title + writing.text):
        raise BadRecord("title and text are made of characters that a database takes")
    if writing.review_by is not None and writing.review_by <= writing.effective_from:
        raise BadRecord("the review comes after the day from which it applies")
    if wrong := [name for name in writing.technologies if not _TECHNOLOGY.fullmatch(name)]:
        raise BadRecord(
            "%(name)s is no technology: write its name and version as the return does, such as pdq-1, or its name",
            name=wrong[0],
        )
    if (writing.kind == "incident") != (writing.incident is not None):
        raise BadRecord("an incident has its facts (detected, contained, notified), and no other kind has")
    if writing.incident is not None:
        _check_incident(writing.incident, now)


def _check_incident(incident: IncidentFacts, now: datetime) -> None:
    for name, moment in (
        (Phrase("detected"), incident.detected_at),
        (Phrase("contained"), incident.contained_at),
        (Phrase("notified"), incident.told_authority_at),
    ):
        if moment is not None and moment > now + TOLERANCE:
            raise BadRecord("the time at which it was %(name)s lies in the future", name=name)
    if incident.told_authority_at is not None and incident.told_authority_at < incident.detected_at:
        raise BadRecord("it was notified before it was detected")
    if incident.contained_at is not None and incident.contained_at < incident.detected_at:
        raise BadRecord("it was contained before it was detected")
    if incident.personal_data == "no":
        return
    late = told_in_time(incident) is False
    if incident.told_authority_at is None and incident.not_told not in ("no_risk", "not_decided"):
        raise BadRecord("the authority was not notified: say why (GDPR Art. 33(1)): no_risk or not_decided")
    if late != (incident.not_told == "late"):
        raise BadRecord("`late` says that the authority was notified after more than 72 hours, and nothing else")
