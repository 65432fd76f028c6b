"""What identifies and shows: kept encrypted, apart from the events, and gone with the case's key."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from pydantic import AwareDatetime, BaseModel, ConfigDict

from tutela.content.place import Within
from tutela.events.obstacles import Obstacle
from tutela.regimes.eu_users import EuBasis
from tutela.regimes.party_details import Occasion
from tutela.regimes.services import ServiceType


class EvidenceGone(Obstacle, LookupError):
    """The evidence was erased, or was never kept."""


class EvidenceVault(Protocol):
    """The port to encrypted evidence. What `put` stored is durable when it returns."""

    def put(self, case: str, name: str, data: bytes) -> None:
        """Encrypt and store under the case's key, made if there is none; writing the same name again replaces."""
        ...

    def get(self, case: str, name: str) -> bytes:
        """Return what was put; raises EvidenceGone."""
        ...

    def names(self, case: str) -> list[str]:
        """Return what is kept of a case, sorted."""
        ...


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IpEventRecord(_Record):
    """An IP address, and when it was seen on which occasion."""

    address: str
    at: AwareDatetime | None = None
    occasion: Occasion | None = None
    port: int | None = None


class DetailsRecord(_Record):
    """What the platform told of a party besides its account (regimes.party_details)."""

    first_name: str | None = None
    last_name: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    screen_name: str | None = None
    display_names: tuple[str, ...] = ()
    profile_urls: tuple[str, ...] = ()
    ip_events: tuple[IpEventRecord, ...] = ()
    devices: tuple[tuple[str, str], ...] = ()


class PartyRecord(_Record):
    """A sender or recipient as the platform named it. Records that are older than `details` hold none."""

    account: str
    country: str | None
    basis: EuBasis
    details: DetailsRecord | None = None


class MessageRecord(_Record):
    """A message of a conversation. `author` is an account; `at` keeps the zone in which the platform gave it."""

    author: str
    at: AwareDatetime
    text: str


class StepRecord(_Record):
    """A step into an item (content.place)."""

    within: Within
    name: str = ""
    number: int = 0


class FoundRecord(_Record):
    """Where in an item an entry was found, by which technology. `seconds` are a stretch of a video's time."""

    technology: str
    hashlist: str
    entry: int
    steps: tuple[StepRecord, ...] = ()
    seconds: tuple[float, float] | None = None


class ItemRecord(_Record):
    """What is known of a flagged item and identifies people or the file. Digests are hexadecimal.

    `identity` is the platform's own id of the item; records that are older than this field hold none. `messages` are
    the conversation that the item is, in the order in which it was held; of anything else there are none. `found` says
    where within the item the entries were found, nearest first, of those that were not found in the item as a whole.
    """

    service: str
    service_name: str
    service_type: ServiceType
    name: str
    kind: str
    size: int
    fingerprints: dict[str, str]
    sender: PartyRecord | None
    recipients: tuple[PartyRecord, ...]
    sent_at: datetime | None
    found_at: datetime
    identity: str | None = None
    messages: tuple[MessageRecord, ...] = ()
    found: tuple[FoundRecord, ...] = ()


class RemarkRecord(_Record):
    """What a person wrote with a decision or an escalation."""

    person: str
    at: datetime
    text: str


def owner_of(name: str) -> str:
    """Return the id of the item or the event that a name belongs to: it is kept while the record holds that id.

    A name is `ID.kind`, or `ITEM.EVENT.kind` for what an event adds to an item.
    """
    return name.rsplit(".", 1)[0].rsplit(".", 1)[-1]


def bytes_name(item: str) -> str:
    """Return the name under which an item's bytes are kept."""
    return f"{item}.bytes"


def record_name(item: str) -> str:
    """Return the name under which an item's record is kept."""
    return f"{item}.record"


def repeat_name(item: str, event: str) -> str:
    """Return the name under which the record of a repeat of an item is kept."""
    return f"{item}.{event}.again"


def remark_name(event: str) -> str:
    """Return the name under which the remark of an event is kept."""
    return f"{event}.remark"


class HoldRecord(_Record):
    """The document that a hold rests on, as the person who asked for it wrote it.

    `salt` belongs to the digest of the words that another person allowed; older records have none.
    """

    person: str
    at: datetime
    reference: str
    salt: str = ""


def hold_name(event: str) -> str:
    """Return the name under which the document of a hold is kept; `event` is that of the asking or the placing."""
    return f"{event}.hold"
