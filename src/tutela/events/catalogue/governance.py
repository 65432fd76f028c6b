"""Policies, privacy reviews, security incidents and inspections; the checks of the audit's chain."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tutela.events.catalogue.base import Payload, event

RecordKind = Literal["policy", "impact_assessment", "prior_consultation", "authority_advice", "incident"]
NotToldReason = Literal["no_risk", "not_decided", "late"]
InspectionArea = Literal["dashboard", "return", "audit", "retention", "quality", "governance"]


class IncidentFacts(BaseModel):
    """The coded facts of a security incident (GDPR Art. 33 and 34).

    `told_authority_at`: when the supervisory authority was notified; `not_told` says why not, or why only after 72
    hours. `people_affected` is a number where it is known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    detected_at: datetime
    contained_at: datetime | None
    personal_data: Literal["yes", "no", "unknown"]
    told_authority_at: datetime | None
    not_told: NotToldReason | None
    told_people: Literal["yes", "no", "not_needed", "not_decided"]
    people_affected: int | None = Field(default=None, ge=0)


@event("governance.written")
class GovernanceWritten(Payload):
    """A version of a policy, a privacy review or an incident was written; the subject is its record.

    `digest` is the SHA-256 of what the operator wrote, which is kept beside the events. `answers` are the rows of the
    standard form that it answers. `technologies` are those that it is about, by name and version (`pdq-1`) or by name
    for every version (`pdq`); version 1 names none.
    """

    VERSION = 2
    kind: RecordKind
    version: int = Field(ge=1)
    digest: str
    effective_from: date
    review_by: date | None
    answers: tuple[str, ...]
    incident: IncidentFacts | None
    technologies: tuple[str, ...] = ()


@event("governance.reviewed")
class GovernanceReviewed(Payload):
    """A record was reviewed and stays as it is."""

    version: int = Field(ge=1)
    review_by: date | None


@event("governance.retired")
class GovernanceRetired(Payload):
    """A record applies no more from that day."""

    reason: Literal["replaced", "no_longer_applies", "written_by_mistake"]


@event("inspection.opened")
class InspectionOpened(Payload):
    """A supervisory authority may look, without content, from one time to another; the subject is the inspection."""

    approval: str
    authority: str
    reference: str
    person: str
    starts_at: datetime
    ends_at: datetime
    scope: tuple[InspectionArea, ...]


@event("inspection.page_opened")
class InspectionPageOpened(Payload):
    """The inspector opened a page."""

    page: str


@event("inspection.ended")
class InspectionEnded(Payload):
    """An inspection was ended before its time."""


@event("audit.verified")
class AuditVerified(Payload):
    """The chain of the audit was checked up to a block; `findings` is how many things were wrong.

    Of the copies of checkpoints outside the database, `copies_unusable` proved nothing, and `copies_missing` are named
    by the record and were not there; version 1 said nothing of them.
    """

    VERSION = 2
    block: int = Field(ge=0)
    hash: str
    events: int = Field(ge=0)
    findings: int = Field(ge=0)
    copies_unusable: int | None = Field(None, ge=0)
    copies_missing: int | None = Field(None, ge=0)


@event("audit.checkpointed")
class AuditCheckpointed(Payload):
    """The head of the chain was signed and handed out. `key` is the public key (Ed25519, hexadecimal)."""

    block: int = Field(ge=0)
    hash: str
    key: str
