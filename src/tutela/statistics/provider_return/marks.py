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


class MeasureMark(NamedTuple):
    """Something that was done against errors in the year. `layer` is that of the cases it is about, none of entries.

    `what`: a training that counted in the year (`of` is the person and the course, one mark for each), a second review
    that was drawn, or decided and agreed or disagreed, a golden item that somebody decided; an own entry that two
    people verified, an entry that was suspended or found wrong.
    """

    what: Literal[
        "training", "drawn", "agreed", "disagreed", "golden", "entry_verified", "entry_suspended", "entry_wrong"
    ]
    layer: str | None
    of: tuple[str, ...] = ()


class FeedbackMark(NamedTuple):
    """What a recipient said in the year of items of a report: for each class, what it said of how many items.

    Only items of which it is the latest word.
    """

    what: Literal["feedback"]
    service: str
    recipient: str
    said: str
    items: tuple[tuple[CaseClass, int], ...]


Mark = (
    MeasureMark
    | FeedbackMark
    | ItemMark
    | DetectionMark
    | ReportMark
    | ActionMark
    | ComplaintMark
    | TallyMark
    | RecordMark
)
