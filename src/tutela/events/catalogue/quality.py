"""Second reviews, golden items, canaries, findings and training.

Shares and bounds are in parts per million, so that an event holds whole numbers alone.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tutela.events.catalogue.base import Layer, Payload, Verdict, event

Truth = Literal["known", "not"]
FindingRule = Literal[
    "agreement_low",
    "reviewer_precision_low",
    "technology_precision_low",
    "golden_deviation",
    "recall_drop",
    "canary_lost",
]
FindingReason = Literal["mended", "trained", "entry_corrected", "explained", "false_alarm"]


@event("second_review.drawn")
class SecondReviewDrawn(Payload):
    """A decision was drawn for a second person, who meets it as a case of its own and does not see the first.

    `decision` is the id of the `item.decided`, `person` and `verdict` are who took it and what it said. `excluded`
    may not take the planted case: they decided or saw the item before.
    """

    review: str
    case: str
    item: str
    decision: str
    person: str
    verdict: Verdict
    layer: Layer
    share_ppm: int = Field(gt=0)
    urgent: bool
    planted_case: str
    planted_item: str
    excluded: tuple[str, ...]


@event("second_review.decided")
class SecondReviewDecided(Payload):
    """The second person decided. `agrees`: the verdicts are the same."""

    review: str
    person: str
    verdict: Verdict
    agrees: bool


@event("second_review.referred")
class SecondReviewReferred(Payload):
    """The two disagree: a senior who is neither of them decides, on a planted case that is escalated."""

    review: str
    planted_case: str
    planted_item: str
    excluded: tuple[str, ...]


@event("second_review.settled")
class SecondReviewSettled(Payload):
    """What stands. `changed`: it is not what was decided first, and the case is opened again."""

    review: str
    verdict: Verdict
    by: Literal["agreement", "senior"]
    changed: bool


@event("second_review.withdrawn")
class SecondReviewWithdrawn(Payload):
    """Nobody needs to decide any more: the item was decided anew, its evidence is gone, or nobody took it for long."""

    review: str
    reason: Literal["decided_anew", "evidence_gone", "not_taken"]


@event("golden.added")
class GoldenAdded(Payload):
    """An item whose truth is known was added, to be planted among cases. Its bytes are kept encrypted."""

    golden: str
    truth: Truth
    classification: str | None
    kind: str


@event("golden.retired")
class GoldenRetired(Payload):
    """A golden item is planted no more, and its bytes are erased."""

    golden: str


@event("golden.planted")
class GoldenPlanted(Payload):
    """A golden item was planted as a case. `cause` is the id of the `case.opened` that it follows."""

    golden: str
    cause: str
    planted_case: str
    planted_item: str
    excluded: tuple[str, ...]


@event("canary.planted")
class CanaryPlanted(Payload):
    """A harmless picture was sent down the live path. It has a case if the matcher flagged it, as it must."""

    canary: str
    planted_case: str | None
    planted_item: str | None
    due_at: datetime


@event("canary.passed")
class CanaryPassed(Payload):
    """A person decided on the canary. `orders` is what its confirmation would order; nothing was."""

    canary: str
    verdict: Verdict
    orders: tuple[str, ...]


@event("canary.lost")
class CanaryLost(Payload):
    """The canary did not come through: the path broke at this step."""

    canary: str
    step: Literal["match", "decision"]


@event("finding.raised")
class FindingRaised(Payload):
    """A measure lies beyond its bound, also where the measure's uncertainty is granted.

    `numerator` of `denominator`, with bounds from `low_ppm` to `high_ppm`, against `bound_ppm`.
    """

    finding: str
    rule: FindingRule
    layer: Layer | None
    person: str | None
    technology: str | None
    edit: str | None
    cause: str | None
    numerator: int | None
    denominator: int | None
    low_ppm: int | None
    high_ppm: int | None
    bound_ppm: int | None


@event("finding.closed")
class FindingClosed(Payload):
    """Somebody looked into a finding and closed it."""

    finding: str
    reason: FindingReason


@event("training.recorded")
class TrainingRecorded(Payload):
    """A person was trained for layers: a course by its code, the first and the last day on which it counts."""

    training: str
    person: str
    course: str
    layers: tuple[Layer, ...]
    valid_from: date
    valid_until: date | None


@event("training.withdrawn")
class TrainingWithdrawn(Payload):
    """A training counts no more."""

    training: str


class RecallRow(BaseModel):
    """How many variants of one edit a technology found."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    edit: str
    technology: str
    version: str
    found: int = Field(ge=0)
    of: int = Field(gt=0)


@event("recall.measured")
class RecallMeasured(Payload):
    """Edited variants of harmless pictures ran through the matcher. `seed` makes the same variants again."""

    run: str
    pictures: int = Field(gt=0)
    seed: int = Field(ge=0)
    rows: tuple[RecallRow, ...]
