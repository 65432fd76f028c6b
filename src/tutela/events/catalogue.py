"""Every event that Tutela records, with what it means.

Events are de-identified: no content, no fingerprint, no account identifier, no free text. Accounts appear as
pseudonyms under the key of one reporting year. What identifies a person stands in the encrypted record of the
case and goes with it; these events stay, so that a figure still opens to them.

A fact that changes its form gets a new `VERSION` and an upcaster; a recorded event is never rewritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Region = Literal["eu", "non_eu", "unknown"]
Layer = Literal["known", "new", "solicitation"]
Verdict = Literal["known", "new", "not"]
OutcomeName = Literal["match", "clean", "undecodable", "unsupported", "over_limit", "error"]
ActionKind = Literal["remove_content", "suspend_account"]


class Payload(BaseModel):
    """The facts of one event."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    TYPE: ClassVar[str]
    VERSION: ClassVar[int] = 1


_BY_TYPE: dict[str, type[Payload]] = {}
P = TypeVar("P", bound=Payload)


def _event(name: str) -> Any:
    def register(cls: type[P]) -> type[P]:
        cls.TYPE = name
        _BY_TYPE[name] = cls
        return cls

    return register


class UnknownEvent(ValueError):
    """The store holds an event that this version of Tutela does not know: upgrade before you read it."""


def parse(type_: str, version: int, data: Mapping[str, Any]) -> Payload:
    """Return the typed payload of a stored event; raises `UnknownEvent`."""
    cls = _BY_TYPE.get(type_)
    if cls is None or not 1 <= version <= cls.VERSION:
        raise UnknownEvent(f"event {type_!r} version {version} is not in this version's catalogue")
    return cls.model_validate(data)


def all_types() -> Mapping[str, type[Payload]]:
    """Return every event by its name, in the order of the way of an item."""
    return dict(_BY_TYPE)


# Services, lists and people


@_event("service.registered")
class ServiceRegistered(Payload):
    """A service of the provider was registered or its registration changed."""

    name: str
    service_type: str
    encryption: str
    region: str


@_event("person.registered")
class PersonRegistered(Payload):
    """A person got access, or other roles."""

    roles: tuple[str, ...]
    active: bool = True


@_event("person.signed_in")
class PersonSignedIn(Payload):
    """A person signed in to the console."""


@_event("person.refused")
class PersonRefused(Payload):
    """A sign-in failed, or a person asked for what their roles do not allow."""

    reason: str


@_event("key.created")
class KeyCreated(Payload):
    """An API key was made; the subject is `key:` and its name, which is also the actor of what it does."""

    scopes: tuple[str, ...]


@_event("key.revoked")
class KeyRevoked(Payload):
    """An API key was ended for good."""


@_event("hashlist.created")
class HashListCreated(Payload):
    """A hash list was created. Entries of a `harmless` one flag nothing, and overrule matches that are no nearer."""

    owner: str
    source: str
    jurisdiction: str
    role: Literal["match", "harmless"] = "match"


@_event("hashlist.imported")
class HashListImported(Payload):
    """Entries were imported into a list. Counts of rows; `added + already_there + rejected` are what was read."""

    added: int = Field(ge=0)
    already_there: int = Field(ge=0)
    rejected: int = Field(ge=0)


@_event("hashlist.switched")
class HashListSwitched(Payload):
    """A list, or one entry of it, was enabled or disabled."""

    enabled: bool
    entry_id: int | None = None


@_event("hashlist.entry_removed")
class HashListEntryRemoved(Payload):
    """An entry was taken off its list. It is kept, so that past detections still open to it."""

    entry_id: int


# Intake


@_event("intake.refused")
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


@_event("items.tallied")
class ItemsTallied(Payload):
    """A batch closed: the only trace of the items that were not flagged. One event a batch."""

    batch: str
    rows: tuple[TallyRow, ...]


@_event("case.opened")
class CaseOpened(Payload):
    """Items of one account in one service await a person. `account` is a pseudonym, or none if unknown."""

    service: str
    account: str | None
    layer: Layer


@_event("item.flagged")
class ItemFlagged(Payload):
    """An item was flagged and joined the case that is the event's subject.

    `content` is a keyed hash under the year's key: it finds the same content again while the key exists.
    `recipients_eu` are pseudonyms of recipients who are EU users.
    """

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


@_event("item.seen_again")
class ItemSeenAgain(Payload):
    """A flagged item came again from the same account, undecided yet or found harmless: a repeat, no case.

    Whom it concerns this time counts with whom it concerned before.
    """

    item: str
    region: Region
    recipients_eu: tuple[str, ...]
    recipients_unknown: int = Field(ge=0)


@_event("detection.recorded")
class DetectionRecorded(Payload):
    """One technology flagged an item. `distance` and `threshold` are in the technology's own unit."""

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


# Casework


@_event("evidence.viewed")
class EvidenceViewed(Payload):
    """A person asked to look at an item of the case. Recorded by the system before the picture is sent."""

    item: str
    purpose: Literal["review", "complaint", "audit"]


@_event("evidence.shown")
class EvidenceShown(Payload):
    """The picture was sent to the person who asked for it. `view` is the id of that `evidence.viewed`.

    Recorded once for each, by the system, before the picture leaves.
    """

    view: str
    item: str


@_event("item.decided")
class ItemDecided(Payload):
    """A person decided on an item. `viewed`: the record has before it that the item was shown to that person."""

    item: str
    verdict: Verdict
    classification: str | None
    viewed: bool
    remarks: bool


@_event("case.escalated")
class CaseEscalated(Payload):
    """A reviewer handed the case to a senior, with an opinion on an item if there was one."""

    item: str | None
    opinion: Verdict | None
    remarks: bool


@_event("case.closed")
class CaseClosed(Payload):
    """Every item of the case is decided. Confirmed: at least one item is known or new."""

    end: Literal["confirmed", "dismissed"]


@_event("action.ordered")
class ActionOrdered(Payload):
    """The platform is asked to act. `item` is none where the action is on the account."""

    action: str
    kind: ActionKind
    item: str | None


@_event("action.carried_out")
class ActionCarriedOut(Payload):
    """The platform confirmed that it acted."""

    action: str


@_event("complaint.lodged")
class ComplaintLodged(Payload):
    """A user complained of an action, or a judicial complaint was entered by staff."""

    complaint: str
    action: str
    channel: Literal["internal", "judicial"]


@_event("complaint.decided")
class ComplaintDecided(Payload):
    """A person other than the one who decided the item decided the complaint."""

    complaint: str
    upheld: bool
    reason: str


@_event("action.reversal_ordered")
class ActionReversalOrdered(Payload):
    """The platform is asked to undo an action."""

    action: str


@_event("action.reversed")
class ActionReversed(Payload):
    """The platform confirmed that the action is undone."""

    action: str


# Referral


class ReferredItem(BaseModel):
    """An item of a report, with the verdict that the report states."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    item: str
    verdict: Literal["known", "new"]


@_event("referral.ordered")
class ReferralOrdered(Payload):
    """The confirmed case is to be reported; written in the same transaction as the decision (outbox)."""

    referral: str
    recipient: str
    items: tuple[ReferredItem, ...]


@_event("referral.opened")
class ReferralOpened(Payload):
    """The recipient gave the report a number. Recorded before anything else is sent under it."""

    referral: str
    attempt: int
    report_id: str
    target: str


@_event("referral.file_uploaded")
class ReferralFileUploaded(Payload):
    """The recipient holds the file of an item."""

    referral: str
    attempt: int
    item: str
    file_id: str


@_event("referral.file_described")
class ReferralFileDescribed(Payload):
    """The recipient holds what the record says of a file."""

    referral: str
    attempt: int
    item: str


@_event("referral.finishing")
class ReferralFinishing(Payload):
    """The report is about to be finished. From here on only the recipient knows whether it was filed."""

    referral: str
    attempt: int


@_event("referral.withdrawn")
class ReferralWithdrawn(Payload):
    """An unfinished attempt was retracted, or had expired at the recipient; a new one may begin."""

    referral: str
    attempt: int
    reason: str


@_event("referral.failed")
class ReferralFailed(Payload):
    """A step failed. `retry` says whether the dispatcher tries again by itself."""

    referral: str
    attempt: int
    step: str
    code: str
    retry: bool


@_event("referral.retry_ordered")
class ReferralRetryOrdered(Payload):
    """A person let the dispatcher try a failed or stopped report again."""

    referral: str


@_event("referral.filed")
class ReferralFiled(Payload):
    """The recipient confirmed that the report is finished: the receipt of the case.

    `files` is the number that the receipt names; nothing where only the refusal of a retraction told of it.
    """

    referral: str
    attempt: int
    report_id: str
    files: int | None = Field(ge=0)
    confirmed_by: Literal["finish", "retract"]
