"""What a counted event is marked with: everything about it that some figure of the return asks for, and no more.

Each counted event has one mark. A figure chooses marks: its value is how many events have them, its events are those.
So a figure cannot be without its events, and what is kept of millions of events is a small number for each.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from tutela.events.catalogue.base import Operation, Region

Outcome = Literal["undecided", "known", "new", "wrong", "lawful"]
"""How an item stands decided: `wrong` is no such material, `lawful` such material and lawful where the operator is."""
CaseClass = Literal["known", "new", "solicitation"]


class ItemMark(NamedTuple):
    """Of a flagged item: its flagging, its repeats, and the decision that stands.

    `flagged`: in the year. `technologies`: those that flagged it, with their versions, sorted. `region`: whom it and
    its repeats concern. `reported`: the classes as which reports of the year hold it. `receivers`: whether it reached
    EU users, or users of an unknown region. `sender_by` and `receivers_by`: who acts by the accounts, `automated` if a
    program acts by any of them, `person` if a person acts by all of them. `told`: what kinds of things the platform
    told of the sender, None where the record does not say.
    """

    what: Literal["flagged", "again", "decided"]
    service: str
    layer: str
    flagged: bool
    technologies: tuple[str, ...]
    kind: str
    region: Region
    outcome: Outcome
    unseen: bool
    overturned: bool
    reported: tuple[CaseClass, ...]
    sender_region: Region
    named: bool
    receivers: bool
    sender_by: Operation
    receivers_by: Operation
    told: tuple[str, ...] | None


class DetectionMark(NamedTuple):
    """One technology that flagged an item in the year."""

    what: Literal["detection"]
    service: str
    layer: str
    technology: str


class ReportMark(NamedTuple):
    """A report that its recipient confirmed in the year: each (class, kind, region) of which it holds items."""

    what: Literal["report"]
    service: str
    recipient: str
    target: str
    holds: tuple[tuple[CaseClass, str, Region], ...]


class ActionMark(NamedTuple):
    """A removal or suspension that the platform confirmed in the year, or confirmed as undone in it.

    `users` is the region of the account. `upheld`: the channels in which a complaint against it was upheld.
    """

    what: Literal["carried_out", "reversed"]
    service: str
    unit: Literal["item", "account"]
    case_class: str | None
    users: Region
    upheld: tuple[str, ...]


class ComplaintMark(NamedTuple):
    """A complaint that was lodged in the year, or the decision on one; `decided` says whether there is one."""

    what: Literal["lodged", "answered"]
    service: str
    unit: Literal["item", "account"]
    case_class: str | None
    users: Region
    channel: str
    claim: str | None
    decided: bool


class TallyMark(NamedTuple):
    """A tally of items of the year: each (service, kind, region) of which a technology processed some."""

    what: Literal["tally"]
    processed: tuple[tuple[str, str, Region], ...]


class RecordMark(NamedTuple):
    """A version of a record of the operator, one mark for each."""

    what: Literal["record"]
    sequence: int


Mark = ItemMark | DetectionMark | ReportMark | ActionMark | ComplaintMark | TallyMark | RecordMark
