"""`POST /v1/items`: takes one item in, and says at once what came of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import AwareDatetime, Field, ValidationError

from tutela.casework.intake import Refused
from tutela.casework.stream import Arrived
from tutela.content.item import Provenance
from tutela.detection.fingerprints.fingerprint import Fingerprint
from tutela.events.catalogue.base import Region
from tutela.storage.workplace import UnknownService
from tutela.web.api.outcomes import ItemOut, item_out
from tutela.web.api.parties import PartyIn, Strict
from tutela.web.api.uploads import Upload, upload
from tutela.web.current import Server

router = APIRouter(prefix="/v1", tags=["items"])
_SIMPLE = ("service", "item_id", "name", "region")


class ItemIn(Strict):
    """What the platform tells of an item.

    `item_id` is the platform's own: the same id on the same day (UTC) is the same item, however often it is sent.
    `region` serves where neither sender nor recipient is named. `fingerprints` are values of technologies that are not
    computed here, by name: `{"photodna": "..."}` from the platform's own PhotoDNA.
    """

    service: str = Field(max_length=63)
    item_id: str = Field(min_length=1, max_length=512)
    name: str = Field(default="", max_length=1024)
    sender: PartyIn | None = None
    recipients: tuple[PartyIn, ...] = Field(default=(), max_length=2000)
    sent_at: AwareDatetime | None = None
    region: Region = "unknown"
    fingerprints: dict[str, Annotated[str, Field(max_length=100_000)]] = Field(default={}, max_length=8)

    def provenance(self) -> Provenance:
        """Return it as the domain knows it; raises ValueError."""
        return Provenance(
            sender=self.sender.party() if self.sender else None,
            recipients=tuple(recipient.party() for recipient in self.recipients),
            sent_at=self.sent_at,
            declared_region=self.region,
            name=self.name,
        )


@router.post(
    "/items",
    responses={
        401: {"description": "no valid key"},
        403: {"description": "the key lacks the scope `items`"},
        404: {"description": "no such service"},
        413: {"description": "far above the limit: not read, not counted"},
        422: {"description": "the request or its metadata cannot be read"},
        451: {"description": "no regime or ground covers the item: nothing was read"},
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {
                            "file": {"type": "string", "format": "binary", "description": "the item's bytes"},
                            "item": {
                                "type": "string",
                                "contentMediaType": "application/json",
                                "contentSchema": ItemIn.model_json_schema(),
                                "description": "what the platform tells of the item, as JSON",
                            },
                            "service": {"type": "string", "description": "instead of `item`"},
                            "item_id": {"type": "string", "description": "instead of `item`"},
                            "name": {"type": "string", "description": "instead of `item`"},
                            "region": {"enum": ["eu", "non_eu", "unknown"], "description": "instead of `item`"},
                        },
                    }
                }
            },
        }
    },
)
def take_item(server: Server, sent: Annotated[Upload, Depends(upload)]) -> ItemOut:
    """Take one item in: fingerprint it, compare it with the lists, open a case if it is flagged, count it if not.

    Nothing of an item that is not flagged is kept but a count.
    """
    described = _described(sent.fields)
    try:
        provenance = described.provenance()
        given = _given(server, described.fingerprints)
    except ValueError as error:
        raise HTTPException(422, f"item: {error}") from error
    try:
        service = server.place.service(described.service)
    except UnknownService as error:
        raise HTTPException(404, str(error)) from error
    try:
        (answer,) = server.stream.take(
            service, [Arrived(described.item_id, sent.data, provenance, given)], actor=sent.key.actor
        )
    except Refused as error:
        raise HTTPException(451, str(error)) from error
    return item_out(answer)


def _given(server: Server, fingerprints: dict[str, str]) -> tuple[Fingerprint, ...]:
    """Return what the platform made of the item; raises ValueError for what would not be compared."""
    given = []
    for name, text in fingerprints.items():
        kind = server.place.kinds.get(name)
        if kind is None or kind.NEEDS != "given":
            raise ValueError(f"fingerprints: {name[:40]!r} is not given with an item, but computed here or unknown")
        if kind.THRESHOLD is None and name not in server.place.settings.thresholds:
            raise ValueError(
                f"fingerprints: {name} would not be compared, since it has no threshold: "
                f"set `{name}` under [thresholds] in tutela.toml, or do not send it"
            )
        given.append(Fingerprint(name, kind.parse(text), computed="given"))
    return tuple(given)


def _described(fields: dict[str, str]) -> ItemIn:
    unknown = sorted(set(fields) - {"item", *_SIMPLE})
    if unknown:
        raise HTTPException(422, f"there is no part {unknown[0][:80]!r}: send `file` and `item`")
    simple = {name: fields[name] for name in _SIMPLE if name in fields}
    if "item" in fields and simple:
        raise HTTPException(422, "send the part `item` or simple fields, not both")
    try:
        return ItemIn.model_validate_json(fields["item"]) if "item" in fields else ItemIn.model_validate(simple)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(["item", *map(str, first["loc"])])
        raise HTTPException(422, f"{where}: {first['msg']}") from error
