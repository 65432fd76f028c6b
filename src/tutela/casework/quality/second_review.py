"""Second reviews: drawn, decided blind, and settled by a senior where two disagree. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tutela.casework.case import Case, CaseState, NotPossible
from tutela.casework.quality.drawing import Draw
from tutela.casework.quality.planting import Likeness, Planted, plant
from tutela.casework.quality.rules import QualityRules
from tutela.events.catalogue.base import Layer, Payload, Verdict
from tutela.events.catalogue.casework import CaseClosed
from tutela.events.catalogue.quality import (
    SecondReviewDecided,
    SecondReviewDrawn,
    SecondReviewReferred,
    SecondReviewSettled,
    SecondReviewWithdrawn,
)
from tutela.events.catalogue.review import CaseMarkedUrgent
from tutela.events.envelope import SYSTEM, NewEvent, new_id


class ReviewState(StrEnum):
    """Where a second review stands."""

    WAITING = "waiting"
    DISAGREED = "disagreed"
    UPHELD = "upheld"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class FirstDecision:
    """A decision that may be drawn: on an item of a closed case. `seen_by` are those who know the item already.

    `urgent`: the case was urgent before it was decided. What the decision itself says of it would tell the decision.
    """

    id: str
    case: str
    item: str
    person: str
    verdict: Verdict
    layer: Layer
    urgent: bool
    seen_by: frozenset[str]


@dataclass(frozen=True, slots=True)
class SecondReview:
    """A second review as it stands."""

    id: str
    case: str
    item: str
    decision: str
    person: str
    verdict: Verdict
    planted_case: str
    planted_item: str
    state: ReviewState
    second_person: str | None
    second_verdict: Verdict | None
    senior_case: str | None
    senior_item: str | None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided on a planted case. `escalated`: another handed it over, so a senior decided."""

    person: str
    verdict: Verdict
    escalated: bool


def is_drawn(first: FirstDecision, rules: QualityRules, draw: Draw) -> bool:
    """Return whether a decision gets a second review: by the operator's share, and by a key that nobody sees."""
    return draw.happens(rules.share_ppm(first.layer, first.verdict), "second review", first.id)


def begin(first: FirstDecision, like: Likeness, rules: QualityRules, now: datetime) -> list[NewEvent]:
    """Return what is recorded when a decision is drawn: the review, and the case in which its person meets it."""
    planted = plant(like, "second", now)
    excluded = _people(first.person, *first.seen_by)
    review = new_id(now)
    payload = SecondReviewDrawn(
        review=review,
        case=first.case,
        item=first.item,
        decision=first.id,
        person=first.person,
        verdict=first.verdict,
        layer=first.layer,
        share_ppm=rules.share_ppm(first.layer, first.verdict),
        urgent=first.urgent,
        planted_case=planted.case,
        planted_item=planted.item,
        excluded=excluded,
    )
    urgent = [NewEvent(CaseMarkedUrgent(remarks=False), planted.case, now, SYSTEM)] if first.urgent else []
    return [*planted.events, *urgent, NewEvent(payload, review, now, SYSTEM)]


def take_second(
    review: SecondReview, second: Decided, like: Likeness, seen: Collection[str], now: datetime
) -> list[NewEvent]:
    """Return what follows from the second decision: it agrees, a senior took it, or a senior must take it.

    Raises NotPossible for a review that awaits none, and for the person who decided first.
    """
    if review.state is not ReviewState.WAITING:
        raise NotPossible("the second review is %(state)s: it awaits no second decision", state=review.state)
    if second.person == review.person:
        raise NotPossible("somebody other than the first person takes a second review")
    agrees = second.verdict == review.verdict
    decided = SecondReviewDecided(review=review.id, person=second.person, verdict=second.verdict, agrees=agrees)
    events = [NewEvent(decided, review.id, now, second.person)]
    if agrees or second.escalated:
        by = SecondReviewSettled(
            review=review.id, verdict=second.verdict, by="agreement" if agrees else "senior", changed=not agrees
        )
        return [*events, NewEvent(by, review.id, now, second.person)]
    return [*events, *_refer(review, second.person, like, seen, now)]


def _refer(review: SecondReview, second: str, like: Likeness, seen: Collection[str], now: datetime) -> list[NewEvent]:
    planted: Planted = plant(like, "second", now, escalated=True)
    payload = SecondReviewReferred(
        review=review.id,
        planted_case=planted.case,
        planted_item=planted.item,
        excluded=_people(review.person, second, *seen),
    )
    return [*planted.events, NewEvent(payload, review.id, now, SYSTEM)]


def settle(review: SecondReview, senior: Decided, now: datetime) -> list[NewEvent]:
    """Return what is recorded when a senior decided between two. Raises NotPossible."""
    if review.state is not ReviewState.DISAGREED:
        raise NotPossible("the second review is %(state)s: nothing is to be settled", state=review.state)
    if senior.person in (review.person, review.second_person):
        raise NotPossible("a senior who took neither decision settles it")
    payload = SecondReviewSettled(
        review=review.id, verdict=senior.verdict, by="senior", changed=senior.verdict != review.verdict
    )
    return [NewEvent(payload, review.id, now, senior.person)]


def withdraw(review: SecondReview, planted: Case, reason: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when nobody needs to decide any more; the planted case leaves the queue."""
    if review.state not in (ReviewState.WAITING, ReviewState.DISAGREED):
        raise NotPossible("the second review is %(state)s: it is over", state=review.state)
    payloads: list[tuple[str, Payload]] = [
        (review.id, SecondReviewWithdrawn.model_validate({"review": review.id, "reason": reason}))
    ]
    if planted.state in (CaseState.OPEN, CaseState.ESCALATED):
        payloads.append((planted.id, CaseClosed(end="dismissed")))
    return [NewEvent(payload, subject, now, SYSTEM) for subject, payload in payloads]


def _people(*names: str) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
