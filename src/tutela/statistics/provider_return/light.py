"""An event as the return reads it: what counting needs, and no checked payload, which would take most of the time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from tutela.events.catalogue.base import Payload
from tutela.events.catalogue.casework import CaseReopened, ItemDecided
from tutela.events.catalogue.entries import EntryFoundWrong, EntrySuspended, EntryVerified
from tutela.events.catalogue.governance import GovernanceRetired, GovernanceWritten
from tutela.events.catalogue.intake import (
    CaseOpened,
    DetectionRecorded,
    ItemFlagged,
    ItemSeenAgain,
    ItemsTallied,
    ServiceRegistered,
)
from tutela.events.catalogue.quality import (
    SecondReviewDecided,
    SecondReviewDrawn,
    TrainingRecorded,
    TrainingWithdrawn,
)
from tutela.events.catalogue.redress import (
    ActionCarriedOut,
    ActionOrdered,
    ActionReversed,
    ComplaintDecided,
    ComplaintLodged,
)
from tutela.events.catalogue.referral import FeedbackRecorded, ReferralFiled, ReferralOpened, ReferralOrdered
from tutela.events.catalogue.retention import RetentionPolicySet


class LightEvent(NamedTuple):
    """A recorded event of a case, a batch or a record.

    `at` is its time in UTC, as `2025-01-06 09:00:00.000000`, or without the zeros at its end. `data` is its payload as
    it was stored, by whatever version: later fields may be missing.
    """

    sequence: int
    type: str
    at: str
    data: Mapping[str, Any]


class Days(NamedTuple):
    """Days of UTC as ISO dates, from `first` to the one before `after`."""

    first: str
    after: str

    def __contains__(self, at: object) -> bool:
        """Return whether a time, as `LightEvent` has it, or an ISO date lies in them."""
        return self.first <= at < self.after  # type: ignore[operator]

    @classmethod
    def between(cls, first: date, last: date) -> Days:
        """Return the days from one to another, both included."""
        return cls(str(first), str(last + timedelta(days=1)))


def year_of(at: str) -> int:
    """Return the year of a time as `LightEvent` has it."""
    return int(at[:4])


def microseconds_between(first: str, last: str) -> int:
    """Return the time between two such times, in microseconds."""
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)) // timedelta(microseconds=1)


OF_CASES: tuple[type[Payload], ...] = (
    CaseOpened,
    ItemFlagged,
    ItemSeenAgain,
    DetectionRecorded,
    ItemDecided,
    CaseReopened,
    ReferralOrdered,
    ReferralOpened,
    ReferralFiled,
    FeedbackRecorded,
    ActionOrdered,
    ActionCarriedOut,
    ActionReversed,
    ComplaintLodged,
    ComplaintDecided,
)
"""The events of cases that the return is made of; the subject of each is its case."""
OF_MEASURES: tuple[type[Payload], ...] = (
    TrainingRecorded,
    TrainingWithdrawn,
    SecondReviewDrawn,
    SecondReviewDecided,
    EntryVerified,
    EntrySuspended,
    EntryFoundWrong,
)
"""The events of measures against errors: training, second reviews, what was found out about entries."""
OF_BATCHES: tuple[type[Payload], ...] = (ItemsTallied,)
OF_RECORDS: tuple[type[Payload], ...] = (GovernanceWritten, GovernanceRetired)
OF_SETTINGS: tuple[type[Payload], ...] = (RetentionPolicySet, ServiceRegistered)
