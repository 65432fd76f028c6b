"""Clocks, holds, reads of evidence, erasures, and the ends of keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tutela.events.catalogue.base import Payload, event

HoldGround = Literal["court_order", "preservation_request", "authority_request", "legal_claim"]
HoldReason = Literal["renewed", "proceedings_ended", "withdrawn", "placed_wrongly"]
ReadPurpose = Literal["report", "unmask", "export", "complaint", "erasure", "suspended_list", "audit", "legal_request"]


@event("evidence.read")
class EvidenceRead(Payload):
    """Evidence of the case is read for a purpose, other than by a look at a picture. Recorded before a byte is read.

    `names` is how many records or files; `items` are those they are of, where they are of items.
    """

    purpose: ReadPurpose
    names: int = Field(ge=0)
    items: tuple[str, ...]


@event("retention.policy_set")
class RetentionPolicySet(Payload):
    """From here on clocks follow this policy and this table of the law; every clock was set anew by them."""

    policy: dict[str, Any]
    table: dict[str, Any]


@event("hold.placed")
class HoldPlaced(Payload):
    """Evidence of the case is kept until a day, whatever its clock says. A hold of several cases is one event each.

    What document it rests on stands in the evidence of the case.
    """

    hold: str
    ground: HoldGround
    until: datetime


@event("hold.extended")
class HoldExtended(Payload):
    """A hold stands until another day."""

    hold: str
    until: datetime
    reason: HoldReason


@event("hold.lifted")
class HoldLifted(Payload):
    """A hold stands no more, before its end."""

    hold: str
    reason: HoldReason


@event("hold.ended")
class HoldEnded(Payload):
    """A hold came to its end."""

    hold: str


@event("erasure.begun")
class ErasureBegun(Payload):
    """The clock of the case has ended: its evidence is erased from here on. A case that nobody decided ends with it."""

    certificate: str
    rule: str
    phase: str
    start: datetime
    due: datetime
    cap: datetime | None
    conflict: bool


class ErasedItem(BaseModel):
    """What was kept of one item: kinds of records, encrypted bytes, and a commitment to its digest if it was readable.

    The commitment is keyed: it shows that a file was the one erased to whoever holds the file and the key, and
    nothing to anybody else.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    item: str
    names: int = Field(ge=0)
    bytes: int = Field(ge=0)
    commitment: str | None


@event("erasure.certified")
class ErasureCertified(Payload):
    """The key and the bytes are gone: the certificate. `signature` is Ed25519 over its canonical JSON, base64."""

    certificate: str
    installation: str
    erased_at: datetime
    rule: str
    phase: str
    start: datetime
    due: datetime
    cap: datetime | None
    key: str | None
    items: tuple[ErasedItem, ...]
    kinds: tuple[str, ...]
    names: int = Field(ge=0)
    bytes: int = Field(ge=0)
    public_key: str
    signature: str


@event("erasure.repeated")
class ErasureRepeated(Payload):
    """Erased evidence had come back, with a copy made before, and was erased again."""

    found: tuple[Literal["key", "bytes", "record"], ...]


@event("master_key.rotation_begun")
class RotationBegun(Payload):
    """The master key has a new version; the keys of cases are being wrapped by it."""

    old: int
    new: int


@event("master_key.rotated")
class MasterKeyRotated(Payload):
    """Every key of a case is wrapped by the new version, and the older ones are destroyed."""

    new: int
    cases: int = Field(ge=0)


@event("pseudonyms.key_destroyed")
class PseudonymKeyDestroyed(Payload):
    """The pseudonyms of a year lead back to nobody any more. `digest` is that of the figures of the final return."""

    year: int
    digest: str
    up_to: int


@event("suspended.listed")
class SuspendedListed(Payload):
    """The account of a carried-out suspension is kept from returning. Its keyed identifier is in no event."""

    action: str
    until: datetime


@event("suspended.removed")
class SuspendedRemoved(Payload):
    """The account is kept from returning no more."""

    action: str
    reason: Literal["reversed", "ended", "unknown_account"]
