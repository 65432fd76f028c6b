"""The register of a national authority: what it states of reports, investigations, children and convictions.

A statement is one event; its `on` is the day from which it was true, its recorded time the day on which the register
knew it. Nothing of it changes: `corrects` names the statement, by the id of its event, that a new one takes the place
of. The subject is the thing it is about, such as `report:...`. Nobody is named: accounts, pages, files and convicted
persons are keyed digests, references are numbers.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from tutela.events.catalogue.base import Payload, event

ReportSource = Literal["ncmec", "hotline", "provider", "helpline", "other"]
ReportedObject = Literal["account", "web_page", "file", "not_stated"]
ProviderType = Literal[
    "interpersonal_communications", "social_media", "gaming", "hosting", "online_platform", "search", "other",
    "not_stated",
]  # fmt: skip
Grade = Literal["actionable", "informational", "not_stated"]
Setting = Literal["online", "offline", "mixed", "not_stated"]
ClosingReason = Literal[
    "charged", "no_crime", "insufficient_information", "suspect_not_identified", "handed_to_another_state",
    "time_barred", "other",
]  # fmt: skip
Gender = Literal["female", "male", "not_stated"]
AgeBand = Literal["0-2", "3-6", "7-12", "13-15", "16-17", "not_stated"]
SelfGenerated = Literal["yes", "no", "not_stated"]
Path = Literal["report", "victim", "other_person", "chat_log", "seized_material", "other", "not_stated"]
Referral = Literal["report", "victim", "other_person", "other_investigation", "other", "not_recorded"]
Finality = Literal["final", "under_appeal", "not_stated"]
Kept = Literal["reports", "investigations", "victims", "convictions"]


@event("authority.report_received")
class ReportReceived(Payload):
    """A report of online child sexual abuse came to the authority; the subject is `report:` and an id.

    `number` is its sender's number, `earlier` are numbers of reports that it names as earlier ones of the same case.
    `files` has one tuple for each file: its digests of every kind. `accounts` and `page` are whom and where it is
    about. `provider_type` is the type of provider on whose service the abuse was detected. `origin` is the SHA-256 of
    the file by which it came, `row` its place there.
    """

    on: date
    source: ReportSource
    number: str | None
    object: ReportedObject
    provider_type: ProviderType
    grade: Grade
    files: tuple[tuple[str, ...], ...] = ()
    accounts: tuple[str, ...] = ()
    page: str | None = None
    earlier: tuple[str, ...] = ()
    origin: str | None = None
    row: int | None = Field(default=None, ge=1)
    corrects: str | None = None


@event("authority.investigation_opened")
class InvestigationOpened(Payload):
    """An investigation began, on these reports or on none; the subject is `investigation:` and its number."""

    on: date
    reports: tuple[str, ...] = ()
    corrects: str | None = None


@event("authority.reports_joined")
class ReportsJoined(Payload):
    """More reports became part of an investigation."""

    on: date
    reports: tuple[str, ...]
    corrects: str | None = None


@event("authority.investigation_merged")
class InvestigationMerged(Payload):
    """An investigation goes on within another, whose subject is `into`."""

    on: date
    into: str
    corrects: str | None = None


@event("authority.investigation_closed")
class InvestigationClosed(Payload):
    """An investigation ended; `charged`: with a prosecution."""

    on: date
    reason: ClosingReason
    corrects: str | None = None


@event("authority.victim_identified")
class VictimIdentified(Payload):
    """A child was identified as a victim; the subject is `victim:` and an id.

    `path`: what led to the child. `setting`: whether the abuse was online. `age` in years when it was identified.
    """

    on: date
    investigation: str | None
    gender: Gender
    age: AgeBand
    self_generated: SelfGenerated
    path: Path
    setting: Setting
    corrects: str | None = None


@event("authority.person_convicted")
class PersonConvicted(Payload):
    """A court convicted a person; the subject is `conviction:` and an id.

    `person` tells one convicted person from another and says nothing else; without it, it is not known who was meant.
    `referral`: what the investigation began with.
    """

    on: date
    person: str | None
    investigation: str | None
    setting: Setting
    referral: Referral
    finality: Finality
    corrects: str | None = None


@event("authority.conviction_changed")
class ConvictionChanged(Payload):
    """A conviction became final, was appealed, or was quashed on that day."""

    on: date
    became: Literal["final", "under_appeal", "quashed"]
    corrects: str | None = None


@event("authority.statement_withdrawn")
class StatementWithdrawn(Payload):
    """A statement of the same subject was wrong, and nothing takes its place."""

    statement: str
    reason: Literal["entered_by_mistake", "entered_twice", "not_of_this_register"]


@event("authority.collection_declared")
class CollectionDeclared(Payload):
    """What the register keeps; the subject is `collection:` and the kind.

    `since`: the first day of which everything of the kind is in the register; none where it is not kept. `age_limit`:
    only children below that age are counted, in years.
    """

    kind: Kept
    since: date | None
    age_limit: int | None = Field(default=None, ge=1)
