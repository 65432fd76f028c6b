"""What the API says of an item that it took in."""

from __future__ import annotations

from pydantic import BaseModel

from tutela.casework.stream import Answer
from tutela.detection.matcher import Detection
from tutela.events.catalogue.base import OutcomeName


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


def item_out(answer: Answer) -> ItemOut:
    """Return what the API says of an item."""
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
