"""A planted case: an ordinary case to whoever opens it, which enters no figure, no action and no report. Pure."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tutela.events.catalogue.base import Layer, Payload, Region
from tutela.events.catalogue.casework import CaseEscalated
from tutela.events.catalogue.intake import CaseOpened, DetectionRecorded, ItemFlagged
from tutela.events.envelope import SYSTEM, NewEvent, new_id

Purpose = Literal["golden", "second"]


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a planted case looks like: where it seems to come from, and why it seems to be flagged.

    `actor` is who seems to have sent it: the history of a case shows it.
    """

    service: str
    named: bool
    regime: str
    kind: str
    region: Region
    layer: Layer
    detections: tuple[DetectionRecorded, ...]
    actor: str = SYSTEM


@dataclass(frozen=True, slots=True)
class Planted:
    """A planted case, its one item, and the events that make them."""

    case: str
    item: str
    events: list[NewEvent]


def plant(like: Likeness, purpose: Purpose, now: datetime, *, escalated: bool = False) -> Planted:
    """Return a case that looks like others, for a person who may decide it, or for a senior if `escalated`.

    Account and content are drawn: nothing that arrives later can join it or be a repeat of it.
    """
    case, item = new_id(now), new_id(now)
    account = secrets.token_hex(16) if like.named else None
    payloads: list[Payload] = [
        CaseOpened(service=like.service, account=account, layer=like.layer, planted=purpose),
        ItemFlagged(
            item=item,
            service=like.service,
            regime=like.regime,
            kind=like.kind,
            region=like.region,
            layer=like.layer,
            content=secrets.token_hex(16),
            sender=account,
            sender_region=like.region,
            recipients_eu=(),
            recipients_unknown=0,
            sent_at=None,
        ),
        *(d.model_copy(update={"detection": new_id(now), "item": item}) for d in like.detections),
    ]
    events = [NewEvent(payload, case, now, like.actor) for payload in payloads]
    if escalated:
        events.append(NewEvent(CaseEscalated(item=item, opinion=None, remarks=False), case, now, SYSTEM))
    return Planted(case, item, events)
