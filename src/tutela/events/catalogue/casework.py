"""Cases: looks, decisions, and the ends of a case."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from tutela.events.catalogue.base import Payload, Verdict, event


@event("evidence.viewed")
class EvidenceViewed(Payload):
    """A person asked to look at an item of the case. Recorded by the system before the picture is sent."""

    item: str
    purpose: Literal["review", "complaint", "audit", "verification"]


@event("evidence.shown")
class EvidenceShown(Payload):
    """The picture was sent to the person who asked for it. `view` is the id of that `evidence.viewed`.

    Recorded once for each, by the system, before the picture leaves.
    """

    view: str
    item: str


class Legality(BaseModel):
    """What an item is under the law of a jurisdiction (ISO 3166 code)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    jurisdiction: str
    status: Literal["unlawful", "lawful", "unsure"]


@event("item.decided")
class ItemDecided(Payload):
    """A person decided on an item. `viewed`: the record has before it that the item was shown to that person.

    `ground` says why it is "not": an error of the technology or its list, or lawful where the operator is bound.
    `urgent`: the person saw that a child is in danger now.
    """

    VERSION = 2
    item: str
    verdict: Verdict
    classification: str | None
    viewed: bool
    remarks: bool
    ground: Literal["error", "lawful_here"] | None = None
    signs: tuple[Literal["generated", "self_produced"], ...] = ()
    legality: tuple[Legality, ...] = ()
    urgent: bool = False


@event("case.escalated")
class CaseEscalated(Payload):
    """A reviewer handed the case to a senior, with an opinion on an item if there was one."""

    item: str | None
    opinion: Verdict | None
    remarks: bool


@event("case.held")
class CaseHeld(Payload):
    """Nothing is done in the case until somebody lets it go. `entry_id` is the entry whose cluster is looked at."""

    reason: Literal["cluster"]
    entry_id: int | None


@event("case.released")
class CaseReleased(Payload):
    """A held case awaits its decision again."""


@event("case.reopened")
class CaseReopened(Payload):
    """These items await a decision anew. `cause` is the id of what showed it: an entry, a complaint, a review."""

    reason: Literal["entry_wrong", "complaint_upheld", "second_review", "new_facts"]
    cause: str | None
    items: tuple[str, ...]


@event("case.closed")
class CaseClosed(Payload):
    """Every item of the case is decided. Confirmed: at least one item is known or new."""

    end: Literal["confirmed", "dismissed"]
