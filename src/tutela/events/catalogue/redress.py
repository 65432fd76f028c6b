"""Actions by the platform, complaints against them, and their reversal."""

from __future__ import annotations

from typing import Literal

from tutela.events.catalogue.base import ActionKind, Payload, event


@event("action.ordered")
class ActionOrdered(Payload):
    """The platform is asked to act. `item` is none where the action is on the account.

    `cause`: the decisions on the case, by the operator's policy; or a senior by hand, with the code of a reason.
    """

    VERSION = 2
    action: str
    kind: ActionKind
    item: str | None
    cause: Literal["decision", "senior"] = "decision"
    reason: str | None = None


@event("action.carried_out")
class ActionCarriedOut(Payload):
    """The platform confirmed that it acted."""

    action: str


Claim = Literal["not_such_material", "lawful", "not_me", "taken_over", "too_much", "other"]
Via = Literal["platform", "link", "staff"]


@event("complaint.lodged")
class ComplaintLodged(Payload):
    """A user complained of an action, or staff entered that a court was asked.

    `claim` is what the user says is wrong, as far as they chose it. `words`: what they, or staff of the court's
    paper, wrote is kept encrypted. It occurred when it was lodged, with a court on that court's day.
    """

    VERSION = 2
    complaint: str
    action: str
    channel: Literal["internal", "judicial"]
    via: Via = "platform"
    claim: Claim | None = None
    words: bool = False


@event("complaint.decided")
class ComplaintDecided(Payload):
    """A person other than those who decided the item decided the complaint, or recorded what a court decided.

    `answer`: what the person wrote to the user is kept encrypted.
    """

    VERSION = 2
    complaint: str
    upheld: bool
    reason: str
    answer: bool = False


@event("complaint.entry_doubted")
class ComplaintEntryDoubted(Payload):
    """An upheld complaint speaks against a list entry that the item matched: somebody must check the entry.

    `same`: nothing told the item from what is listed, so the entry itself is wrong and no near match is to blame.
    """

    complaint: str
    item: str
    entry_id: int
    same: bool


@event("action.reversal_ordered")
class ActionReversalOrdered(Payload):
    """The platform is asked to undo an action: by a complaint that was upheld, since the case was decided anew, or by a
    senior with the code of a reason.
    """

    VERSION = 2
    action: str
    cause: Literal["complaint", "decision", "senior"] = "complaint"
    reason: str | None = None


@event("action.reversed")
class ActionReversed(Payload):
    """The platform confirmed that the action is undone."""

    action: str
