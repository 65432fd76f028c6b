"""`POST /v1/lookups`: which entries lie near fingerprints. Nothing of it is stored."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from tutela.access.ports import ApiKey
from tutela.access.roles import Permission
from tutela.detection.fingerprints.fingerprint import Fingerprint, Orientation
from tutela.detection.hashlists.hashlist import ListRole, UnknownList
from tutela.detection.matcher import Matcher
from tutela.storage.workplace import Workplace
from tutela.web.current import KeyAllowed, Server

router = APIRouter(prefix="/v1", tags=["lookups"])
Asker = Annotated[ApiKey, Depends(KeyAllowed(Permission.LOOK_UP))]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FingerprintIn(_Strict):
    """A value as list files write it. `orientation` comes back with its answers: how you turned the picture."""

    kind: str = Field(max_length=40)
    value: str = Field(max_length=60_000)
    orientation: Orientation = Orientation.UPRIGHT


class LookupIn(_Strict):
    """What is looked up. `lists` names those to look in, all if it is null; `thresholds` replace configured ones."""

    fingerprints: tuple[FingerprintIn, ...] = Field(min_length=1, max_length=64)
    lists: tuple[Annotated[str, Field(max_length=63)], ...] | None = Field(default=None, min_length=1, max_length=100)
    thresholds: dict[str, Annotated[int, Field(ge=0)]] = Field(default={}, max_length=64)


class EntryOut(BaseModel):
    """An entry within the threshold. One that is not `enabled`, or whose list is not, would not match an item."""

    list: str
    role: ListRole
    entry: int
    technology: str
    version: str
    threshold: int
    distance: int
    unit: str
    orientation: Orientation
    classification: str | None
    enabled: bool


class LookupOut(BaseModel):
    """The entries near each fingerprint, in the order in which they were asked; nearest first."""

    answers: list[list[EntryOut]]


@router.post(
    "/lookups",
    responses={
        401: {"description": "no valid key"},
        403: {"description": "the key lacks the scope `lookups`"},
        404: {"description": "no such list"},
        413: {"description": "the body has more than 64 KiB"},
        422: {"description": "a value, a kind or a threshold cannot be used"},
        503: {"description": "the lists cannot be searched; the detail says what to do"},
    },
)
def look_up(server: Server, key: Asker, asked: LookupIn) -> LookupOut:  # noqa: ARG001
    """Say which entries of the lists lie near fingerprints, disabled ones too. Nothing is recorded, found or not."""
    place = server.place
    try:
        matcher = place.current_matcher() if asked.lists is None else place.matcher(asked.lists)
    except UnknownList as error:
        raise HTTPException(404, str(error)) from error
    try:
        _require_kinds(asked)
        fingerprints = [_read(place, one) for one in asked.fingerprints]
        answers = [_answers(place, matcher, one, asked.thresholds.get(one.kind)) for one in fingerprints]
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    return LookupOut(answers=answers)


def _require_kinds(asked: LookupIn) -> None:
    strange = sorted(set(asked.thresholds) - {one.kind for one in asked.fingerprints})
    if strange:
        raise ValueError(f"thresholds: no fingerprint of the kind {strange[0][:40]!r} is asked for")


def _read(place: Workplace, one: FingerprintIn) -> Fingerprint:
    kind = place.kinds.get(one.kind)
    if kind is None:
        raise ValueError(f"no fingerprint is called {one.kind!r}: {', '.join(place.kinds)}")
    return Fingerprint(one.kind, kind.parse(one.value), one.orientation, computed="given")


def _answers(place: Workplace, matcher: Matcher, one: Fingerprint, threshold: int | None) -> list[EntryOut]:
    return [
        EntryOut(
            list=found.hashlist,
            role=found.role,
            entry=found.entry,
            technology=found.technology,
            version=found.version,
            threshold=found.threshold,
            distance=found.distance,
            unit=place.kinds[found.technology].UNIT,
            orientation=found.orientation,
            classification=found.classification,
            enabled=found.enabled,
        )
        for found in matcher.lookup([one], threshold)
    ]
