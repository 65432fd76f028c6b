"""Calls to the platform (webhooks), and how they ended.

A call has the id of the event that it tells of, which orders it: an action, its reversal, the decision of a complaint.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tutela.events.catalogue.base import Payload, event


@event("call.delivered")
class CallDelivered(Payload):
    """The platform answered that it received the call. What it did it says by confirming the action."""

    call: str
    status: int


@event("call.failed")
class CallFailed(Payload):
    """The platform did not answer, or not that it received the call. `code` holds nothing of what it said.

    `next_at` is when it is tried again by itself; nothing where a person must look.
    """

    call: str
    tries: int = Field(ge=1)
    code: str
    next_at: datetime | None


@event("call.needless")
class CallNeedless(Payload):
    """What the call would tell is not so any more: the platform has confirmed it, or it was undone."""

    call: str


@event("call.retry_ordered")
class CallRetryOrdered(Payload):
    """A person let a call be tried again now."""

    call: str
