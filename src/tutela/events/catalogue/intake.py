"""Services, and the items that come in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tutela.events.catalogue.base import Layer, Operation, OutcomeName, Payload, Region, event


@event("service.registered")
class ServiceRegistered(Payload):
    """A service of the provider was registered or its registration changed."""

    name: str
    service_type: str
    encryption: str
    region: str


@event("intake.refused")
class IntakeRefused(Payload):
    """A service's items were refused before anything was read, because no regime or ground covered them."""

    service: str
    region: Region
    day: date
    reason: str


class TallyRow(BaseModel):
    """How many items of one kind ended alike on one day."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    day: date
    service: str
    regime: str
    kind: str
    region: Region
    outcome: OutcomeName
    technologies: tuple[str, ...]
    items: int = Field(gt=0)
    bytes: int = Field(ge=0)
    low_quality: int = Field(ge=0)


@event("items.tallied")
class ItemsTallied(Payload):
    """A batch closed: the only trace of the items that were not flagged. One event a batch."""

    batch: str
    rows: tuple[TallyRow, ...]


@event("case.opened")
class CaseOpened(Payload):
    """Items of one account in one service await a person. `account` is a pseudonym, or none if unknown.

    A `planted` case proves the work and is no case of anybody: it enters no figure, no action and no report.
    """

    VERSION = 2
    service: str
    account: str | None
    layer: Layer
    planted: Literal["golden", "canary", "second"] | None = None


KnownOfSender = Literal["name", "email", "phone", "profile", "ip_address", "device"]


@event("item.flagged")
class ItemFlagged(Payload):
    """An item was flagged and joined the case that is the event's subject.

    `content` is a keyed hash under the year's key: it finds the same content again while the key exists.
    `recipients_eu` are pseudonyms of recipients who are EU users. `sender_known` is what kinds of things the platform
    told of the sender; a record of version 1 does not tell. `sender_operation` is who acts by the sender's account;
    `recipients_automated` and `recipients_persons` are those of `recipients_eu` of whom the platform says that a
    program or a person acts; of the others, and in a record before version 3, nothing was said.
    """

    VERSION = 3
    item: str
    service: str
    regime: str
    kind: str
    region: Region
    layer: Layer
    content: str
    sender: str | None
    sender_region: Region
    recipients_eu: tuple[str, ...]
    recipients_unknown: int = Field(ge=0)
    sent_at: datetime | None
    sender_known: tuple[KnownOfSender, ...] = ()
    sender_operation: Operation = "not_stated"
    recipients_automated: tuple[str, ...] = ()
    recipients_persons: tuple[str, ...] = ()


@event("item.seen_again")
class ItemSeenAgain(Payload):
    """A flagged item came again from the same account, undecided yet or found harmless: a repeat, no case.

    Whom it concerns this time counts with whom it concerned before. Who acts by the accounts is said as in
    `item.flagged`; a record of version 1 does not tell.
    """

    VERSION = 2
    item: str
    region: Region
    recipients_eu: tuple[str, ...]
    recipients_unknown: int = Field(ge=0)
    sender_operation: Operation = "not_stated"
    recipients_automated: tuple[str, ...] = ()
    recipients_persons: tuple[str, ...] = ()


@event("detection.recorded")
class DetectionRecorded(Payload):
    """One technology flagged an item. `distance` and `threshold` are in the technology's own unit.

    `classification` is that of the entry, or else of its list, when it matched; nothing if neither had one.
    """

    VERSION = 2
    detection: str
    item: str
    technology: str
    version: str
    threshold: int = Field(ge=0)
    hashlist: str
    entry_id: int
    distance: int = Field(ge=0)
    orientation: str
    computed: str
    quality: int | None
    classification: str | None = None
