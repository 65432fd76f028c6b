"""The quality of list entries: verifications, suspensions, clusters and feedback.

The subject of an event about one entry is `entry:` and its number, which opens the entry's whole history.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tutela.events.catalogue.base import Payload, event

WrongReason = Literal["not_such_material", "wrong_fingerprint", "withdrawn_by_owner", "complaint_upheld", "other"]
SuspensionReason = Literal["precision", "doubt", "owner_informed"]
RestoreReason = Literal["errors_explained", "errors_corrected", "mistaken"]


@event("entry.added")
class EntryAdded(Payload):
    """A person put confirmed material on an own list. It matches nothing until two people have verified it."""

    entry_id: int
    hashlist: str
    kind: str
    case: str
    item: str


@event("entry.verified")
class EntryVerified(Payload):
    """A person verified an own entry after a look at the item that it was made of. `active`: it matches from now on."""

    entry_id: int
    hashlist: str
    active: bool


@event("entry.suspended")
class EntrySuspended(Payload):
    """An entry matches nothing until a senior judges it. Bounds and the limit are in millionths.

    `precision`: the system did it, since even the upper bound of the precision, by the decisions since it was last
    restored, lies under the limit.
    """

    entry_id: int
    hashlist: str
    reason: SuspensionReason
    confirmed: int = Field(ge=0)
    rejected: int = Field(ge=0)
    upper: int | None = None
    limit: int | None = None


@event("entry.restored")
class EntryRestored(Payload):
    """A senior lets an entry match again. Decisions made before never suspend it a second time."""

    entry_id: int
    hashlist: str
    reason: RestoreReason


@event("entry.found_wrong")
class EntryFoundWrong(Payload):
    """An entry is wrong: it matches nothing, and all that rested on it alone is decided anew.

    `cause` is the id of what showed it, such as a complaint, if there was something.
    """

    entry_id: int
    hashlist: str
    reason: WrongReason
    cause: str | None


@event("entry.decisions_withdrawn")
class EntryDecisionsWithdrawn(Payload):
    """In the case that is the subject, which was not closed yet, these items await a decision anew."""

    entry_id: int
    items: tuple[str, ...]


@event("entry.correction_advanced")
class EntryCorrectionAdvanced(Payload):
    """A part of what rested on a wrong entry was gone through, up to the detection `after`; `done`: all of it.

    Counts of this part: `cases` and `items` that are decided anew, items that nobody had `undecided` yet, items
    that were `harmless` anyway, and those that another valid entry holds up (`kept`).
    """

    entry_id: int
    after: str
    done: bool
    cases: int = Field(ge=0)
    items: int = Field(ge=0)
    undecided: int = Field(ge=0)
    harmless: int = Field(ge=0)
    kept: int = Field(ge=0)


@event("entry.clustered")
class EntryClustered(Payload):
    """An entry fired unusually often: what rests on it alone is held from now on, until a senior has looked.

    `items` within the last `hours`; `usual` is the number in as many hours before, on average and rounded down.
    """

    entry_id: int
    hashlist: str
    items: int = Field(ge=0)
    hours: int = Field(gt=0)
    usual: int = Field(ge=0)


@event("entry.cluster_released")
class EntryClusterReleased(Payload):
    """A senior looked at a cluster: the cases that were held for it go on. What fired until now counts no more."""

    entry_id: int
    hashlist: str


@event("entry.feedback_given")
class EntryFeedbackGiven(Payload):
    """What was found out about entries was handed over to the owner of the list, which is the subject."""

    entries: int = Field(ge=0)
