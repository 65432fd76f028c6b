"""`POST /v1/items`: takes one item in, and says at once what came of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from tutela.casework.intake import Refused
from tutela.casework.stream import Answer, Arrived
from tutela.content.item import Provenance
from tutela.detection.fingerprints.fingerprint import Fingerprint
from tutela.detection.matcher import Detection
from tutela.events.catalogue.base import Operation, OutcomeName, Region
from tutela.regimes.eu_users import EuBasis, Party
from tutela.regimes.party_details import LONGEST, MOST, IpEvent, Occasion, PartyDetails
from tutela.storage.workplace import UnknownService
from tutela.web.api.uploads import Upload, upload
from tutela.web.current import Server

router = APIRouter(prefix="/v1", tags=["items"])
_SIMPLE = ("service", "item_id", "name", "region")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Told = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class IpEventIn(_Strict):
    """An IP address, when it was seen and on which occasion."""

    address: str = Field(max_length=50)
    at: AwareDatetime | None = None
    occasion: Occasion | None = None
    port: int | None = Field(default=None, ge=0, le=65535)


class DetailsIn(_Strict):
    """What the platform knows of somebody; leave out what it does not. Kept of flagged items alone, encrypted."""

    first_name: _Told | None = None
    last_name: _Told | None = None
    emails: tuple[_Told, ...] = Field(default=(), max_length=MOST)
    phones: tuple[_Told, ...] = Field(default=(), max_length=MOST)
    screen_name: _Told | None = None
    display_names: tuple[_Told, ...] = Field(default=(), max_length=MOST)
    profile_urls: tuple[_Told, ...] = Field(default=(), max_length=MOST)
    ip_events: tuple[IpEventIn, ...] = Field(default=(), max_length=MOST)
    devices: tuple[tuple[_Told, _Told], ...] = Field(default=(), max_length=MOST)

    def details(self) -> PartyDetails:
        """Return it as the domain knows it; raises ValueError."""
        told = {name: getattr(self, name) for name in DetailsIn.model_fields if name != "ip_events"}
        events = tuple(IpEvent(one.address, one.at, one.occasion, one.port) for one in self.ip_events)
        return PartyDetails(**told, ip_events=events)


class PartyIn(_Strict):
    """A sender or recipient as the platform names it, with the country and the basis on which it is known.

    `details` go into a report to an authority if the item is confirmed. `operation` is who acts by the account: a
    program (a bot, an account that sends in bulk), or a person; the yearly return counts the former apart.
    """

    account: str = Field(min_length=1, max_length=512)
    country: str | None = None
    basis: EuBasis = EuBasis.UNKNOWN
    details: DetailsIn | None = None
    operation: Operation = "not_stated"

    def party(self) -> Party:
        """Return it as the domain knows it; raises ValueError."""
        details = self.details.details() if self.details else None
        return Party(self.account, self.country, self.basis, details, self.operation)


class ItemIn(_Strict):
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


class SharesOut(BaseModel):
    """How much of two clips matches frame by frame, in percent, and the stretch of the entry's time that is alike.

    `frames` is which frames of the item were looked at.
    """

    query_percent: float
    entry_percent: float
    entry_seconds: tuple[float, float]
    frames: str


class MatchOut(BaseModel):
    """One entry that the item matches, nearest first within a technology. `place` is where within it."""

    technology: str
    version: str
    threshold: int
    list: str
    entry: int
    classification: str | None
    distance: int
    orientation: str
    place: str | None
    shares: SharesOut | None = None


class ItemOut(BaseModel):
    """What came of the item: exactly one outcome.

    `overruled` are entries that it matches too and that do not count, because a harmless list knows the item better.
    `case` and `item` are given where it was flagged in this call; keep them, since actions name them. `already`:
    this item was taken in before and nothing was recorded again. `seen_again`: this account had sent this content.
    """

    item_id: str
    outcome: OutcomeName
    reason: str
    kind: str
    bytes: int
    quality: int | None
    low_quality: bool
    matches: list[MatchOut]
    overruled: list[MatchOut]
    case: str | None
    item: str | None
    seen_again: bool
    already: bool


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
    return _out(answer)


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


def _out(answer: Answer) -> ItemOut:
    recorded, judgement = answer.recorded, answer.judgement
    return ItemOut(
        item_id=recorded.identity,
        outcome=recorded.outcome.value,
        reason=recorded.reason,
        kind=answer.fingerprinted.kind.value,
        bytes=answer.fingerprinted.size,
        quality=answer.fingerprinted.quality,
        low_quality=judgement.low_quality,
        matches=[_match(found) for found in judgement.detections],
        overruled=[_match(found) for found in judgement.overruled],
        case=recorded.case,
        item=recorded.item,
        seen_again=recorded.seen_again,
        already=recorded.already,
    )


def _shares(found: Detection) -> SharesOut | None:
    if found.shares is None:
        return None
    return SharesOut(
        query_percent=round(found.shares.query_percent, 1),
        entry_percent=round(found.shares.entry_percent, 1),
        entry_seconds=found.shares.entry_seconds,
        frames=found.computed,
    )


def _match(found: Detection) -> MatchOut:
    return MatchOut(
        technology=found.technology,
        version=found.version,
        threshold=found.threshold,
        list=found.hashlist,
        entry=found.entry,
        classification=found.classification,
        distance=found.distance,
        orientation=found.orientation.value,
        place=found.place.text or None,
        shares=_shares(found),
    )
