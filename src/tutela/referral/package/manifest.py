"""The manifest of a package: what the record says, typed. Keys that no record fills are left out.

Times are UTC with their zone (`2026-02-03T10:11:12.000Z`); digests and fingerprints are hexadecimal, sizes bytes.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from tutela.regimes.eu_users import EuBasis
from tutela.regimes.services import ServiceType

MANIFEST = "manifest.json"
DIGESTS = "digests.txt"
SIGNATURE = "digests.sig"
MOST_MANIFEST = 64 * 1024 * 1024
"""Bytes of a manifest that a reader takes at most."""

Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z-]{0,63}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^files/[0-9A-Za-z][0-9A-Za-z-]{0,63}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]+$")]
Kind = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{43}=$")]
Time = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3])(:[0-5][0-9]){2}\.[0-9]{3}Z$"
    ),
]
Size = Annotated[int, Field(ge=0)]


class BadManifest(ValueError):
    """The manifest is not what the form allows; the message names the first place."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ReporterPart(_Part):
    """Who reports."""

    organisation: str
    first_name: str
    last_name: str
    email: str


class AddresseePart(_Part):
    """To whom: the recipient as the provider names it, and the key that the package is encrypted to (`age1...`)."""

    id: Name
    key: Annotated[str, StringConstraints(pattern=r"^age1[02-9ac-hj-np-z]{58}$")]


class PartyPart(_Part):
    """A person concerned, as the platform named the account. `basis` says how the country is known."""

    account: str
    country: Country | None = None
    basis: EuBasis


class SendingPart(_Part):
    """One time that the item was sent or found, by whom and to whom. `identity` is the platform's id of it."""

    service: str
    service_name: str
    service_type: ServiceType
    name: str | None = None
    identity: str | None = None
    sent_at: Time | None = None
    found_at: Time
    sender: PartyPart | None = None
    recipients: tuple[PartyPart, ...] = ()


class FilePart(_Part):
    """The file as it lies in the package."""

    name: FileName
    size: Size
    sha256: Sha256


class LegalityPart(_Part):
    """What a reviewer said that the item is under one jurisdiction's law."""

    jurisdiction: str
    status: str


class ItemPart(_Part):
    """A confirmed item. `viewed`: the record holds a look by the person who decided, before the decision."""

    item: Id
    file: FilePart
    kind: str
    hashes: dict[Kind, Hex]
    verdict: Literal["known", "new"]
    classification: str | None = None
    viewed: bool
    signs: tuple[str, ...] = ()
    urgent: bool | None = None
    legality: tuple[LegalityPart, ...] = ()
    sendings: Annotated[tuple[SendingPart, ...], Field(min_length=1)]


class WithdrawnPart(_Part):
    """An item that an earlier package said to be confirmed, and that was found to be none."""

    item: Id
    package: Id
    file: FileName | None = None
    service_name: str
    flagged_at: Time
    decided_at: Time | None = None
    sending: SendingPart | None = None


class Manifest(_Part):
    """All of it. A package that names `earlier` ones supplements them; it has an item or a withdrawn one."""

    form: Literal["tutela-package-1"]
    package: Id
    referral: Id
    case: Id
    made_at: Time
    to: AddresseePart
    signed_by: Key
    reporter: ReporterPart
    items: tuple[ItemPart, ...] = ()
    account_suspended_at: Time | None = None
    earlier: tuple[Id, ...] = ()
    withdrawn: tuple[WithdrawnPart, ...] = ()


def to_bytes(manifest: Manifest) -> bytes:
    """Return the manifest as JSON in UTF-8, keys in the order of the form, nothing that is empty."""
    return (manifest.model_dump_json(exclude_none=True, indent=1) + "\n").encode("utf-8")


def parse(data: bytes) -> Manifest:
    """Return a manifest; raises BadManifest."""
    try:
        json.loads(data, object_pairs_hook=_once)
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadManifest(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise BadManifest("it is no JSON in UTF-8, or a key stands twice in one object") from error
    if not manifest.items and not manifest.withdrawn:
        raise BadManifest("it has neither an item nor a withdrawn one")
    for what, names in (
        ("item", [item.item for item in manifest.items] + [one.item for one in manifest.withdrawn]),
        ("file", [item.file.name for item in manifest.items]),
        ("earlier package", list(manifest.earlier)),
    ):
        if len(set(names)) != len(names):
            raise BadManifest(f"the same {what} stands in it twice")
    return manifest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found
