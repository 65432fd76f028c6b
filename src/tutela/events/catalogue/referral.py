"""Reports to authorities."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tutela.events.catalogue.base import Payload, event

RetryReason = Literal["mended", "recipient_says", "unclear"]
"""What was wrong is mended; the recipient says that it works again; nobody knows, and it may work."""
RetractReason = Literal["reported_otherwise", "duplicate", "not_due", "cannot_be_sent"]
"""It was reported in another way; another report says the same; none is due; it can never be sent as it is."""


class ReferredItem(BaseModel):
    """An item of a report, with the verdict that the report states."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    item: str
    verdict: Literal["known", "new"]


@event("referral.ordered")
class ReferralOrdered(Payload):
    """The confirmed case is to be reported; written in the same transaction as the decision (outbox).

    A report that `supplements` an earlier referral adds items to it, or says which of its items are withdrawn because
    a decision was overturned.
    """

    VERSION = 2
    referral: str
    recipient: str
    items: tuple[ReferredItem, ...]
    supplements: str | None = None
    withdrawn: tuple[str, ...] = ()


@event("referral.opened")
class ReferralOpened(Payload):
    """The recipient gave the report a number. Recorded before anything else is sent under it.

    `items` and `withdrawn` are what this attempt says, by the verdicts at its start; a record of version 1 does not
    tell, and then it is what was ordered. `place` is the address or folder that gave the number; nothing before
    version 3.
    """

    VERSION = 3
    referral: str
    attempt: int
    report_id: str
    target: str
    place: str | None = None
    items: tuple[ReferredItem, ...] | None = None
    withdrawn: tuple[str, ...] = ()


@event("referral.file_uploaded")
class ReferralFileUploaded(Payload):
    """The recipient holds the file of an item."""

    referral: str
    attempt: int
    item: str
    file_id: str


@event("referral.file_described")
class ReferralFileDescribed(Payload):
    """The recipient holds what the record says of a file."""

    referral: str
    attempt: int
    item: str


@event("referral.finishing")
class ReferralFinishing(Payload):
    """The report is about to be finished. From here on only the recipient knows whether it was filed."""

    referral: str
    attempt: int


@event("referral.withdrawn")
class ReferralWithdrawn(Payload):
    """An unfinished attempt was retracted, or had expired at the recipient; a new one may begin."""

    referral: str
    attempt: int
    reason: str


@event("referral.failed")
class ReferralFailed(Payload):
    """A step failed. `retry` says whether the dispatcher tries again by itself.

    `of_recipient`: nothing is wrong with this report; its recipient refuses everything, or cannot be reached. Where
    that is not tried again, the recipient's other reports wait until somebody looked at this one. `number` is one that
    the recipient gave this report although it is another's.
    """

    VERSION = 3
    referral: str
    attempt: int
    step: str
    code: str
    retry: bool
    of_recipient: bool = False
    number: str | None = None


@event("referral.retry_ordered")
class ReferralRetryOrdered(Payload):
    """A person let the dispatcher try a failed or stopped report again, for a reason.

    There is none where the case was decided anew, and in version 1.
    """

    VERSION = 2
    referral: str
    reason: RetryReason | None = None


@event("referral.retract_ordered")
class ReferralRetractOrdered(Payload):
    """A person gave up a failed or stopped report, which is not to be sent.

    What its recipient holds of it is withdrawn.
    """

    referral: str
    reason: RetractReason


@event("referral.retracted")
class ReferralRetracted(Payload):
    """A report that a person gave up is gone: nothing of it is with its recipient."""

    referral: str


@event("referral.dropped")
class ReferralDropped(Payload):
    """The report is not sent: by the verdicts as they are now there is nothing left to tell its recipient."""

    referral: str


@event("referral.filed")
class ReferralFiled(Payload):
    """The recipient confirmed that the report is finished: the receipt of the case.

    `files` is the number that the receipt names; nothing where only the refusal of a retraction told of it.
    """

    referral: str
    attempt: int
    report_id: str
    files: int | None = Field(ge=0)
    confirmed_by: Literal["finish", "retract"]


FeedbackKind = Literal["actionable", "informational", "not_illegal_there", "duplicate"]


@event("referral.feedback_recorded")
class FeedbackRecorded(Payload):
    """What a recipient said of items of a filed report, as a person entered it. The latest word on an item stands.

    `said`: enough to investigate; too little for it; not illegal under the law of `jurisdiction`, which is no error of
    a technology or a decision; or known to the recipient already. Nothing where an earlier word was entered by mistake:
    what the recipient thinks is unknown again. `reference` is the recipient's own, `said_on` the day on which it said
    so.
    """

    referral: str
    said: FeedbackKind | None
    items: tuple[str, ...]
    reference: str | None
    said_on: date
    jurisdiction: str | None
    via: Literal["console", "command"]


@event("production.opened")
class ProductionOpened(Payload):
    """Reports may go to the production of a recipient, who is the subject, since two people wanted it.

    It holds for this endpoint alone: `digest` is of its target, place, user and keys.
    """

    approval: str
    endpoint: str
    digest: str
    allowed_by: str


@event("production.closed")
class ProductionClosed(Payload):
    """From now on nothing goes to the production of the recipient who is the subject."""
