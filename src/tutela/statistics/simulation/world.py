"""What really happens in a made-up regime, with everything that reporters may not know or not tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from tutela.events.catalogue import authority as said
from tutela.events.catalogue.base import Region
from tutela.statistics.union.period import Period

YEARS = (2022, 2023)
"""The years of a made-up world: one regime (Regulation (EU) 2021/1232) covers both from end to end."""
FIRST, LAST = date(2022, 1, 1), date(2023, 12, 31)
WHOLE = Period.parse("2022/2023")
DAYS = (LAST - FIRST).days + 1
DAY = timedelta(days=1)
Kind = Literal["image", "video", "other"]


@dataclass(frozen=True, slots=True)
class Policy:
    """How a provider goes about it; shares lie between 0 and 1.

    `technologies` with their versions. `reviews`: which share of what is flagged a person decides. `precision`: which
    share of what is flagged is such material. `knows_region`: of which share of users it knows whether they are of the
    Union. `suspends` accounts, or removes the item alone. `reports_after` days.
    """

    technologies: tuple[tuple[str, str], ...]
    reviews: float
    precision: float
    knows_region: float
    suspends: bool
    complaints: float
    reports_after: int


@dataclass(frozen=True, slots=True)
class Flagged:
    """An item that a provider's technologies flagged.

    `right`: it is such material. `of_union`: its user is of the Union; `region` is what the provider knows of it.
    `reported` is the day of the report, `lodged` and `answered` those of a complaint. `number` is that of the report.
    """

    on: date
    account: str
    kind: Kind
    technologies: tuple[tuple[str, str], ...]
    right: bool
    of_union: bool
    region: Region
    reviewed: bool
    reported: date | None
    number: str | None
    lodged: date | None
    answered: date | None
    upheld: bool

    @property
    def events(self) -> int:
        """How many events a provider records of it: from the opened case to the action that a complaint undid."""
        complaint = (self.lodged is not None) + (self.answered is not None) * (1 + self.upheld)
        return 2 + len(self.technologies) + self.reviewed + 5 * (self.reported is not None) + complaint


@dataclass(frozen=True, slots=True)
class Processed:
    """How many images of one region a provider looked at in a month; `of_union` of them concern users of the Union."""

    month: date
    region: Region
    images: int
    of_union: int


@dataclass(slots=True)
class Provider:
    """A provider: its policy, what it flagged and what it processed."""

    code: str
    policy: Policy
    flagged: list[Flagged] = field(default_factory=list)
    processed: list[Processed] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A report that an authority received. `of_scope`: it is of an interpersonal communications service.

    `case` is what it tells of: reports of one case name the same account and file. `earlier` are numbers that it names.
    """

    on: date
    source: said.ReportSource
    number: str
    of_scope: bool
    actionable: bool
    case: str
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inquiry:
    """An investigation: on which reports, by their numbers, and how it went on."""

    number: str
    on: date
    reports: tuple[str, ...]
    joined: tuple[date, str] | None = None
    merged: tuple[date, str] | None = None
    closed: tuple[date, said.ClosingReason] | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """A child whom an authority identified, as it is: nothing about it is not known. `age` in years, 0 to 17."""

    on: date
    inquiry: str | None
    gender: Literal["female", "male"]
    age: int
    self_made: bool
    by_report: bool
    online: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """A conviction. `quashed` is the day on which a court took it back; what is not `final` can be quashed."""

    on: date
    person: str
    inquiry: str | None
    online: bool
    by_report: bool
    final: bool
    quashed: date | None


@dataclass(slots=True)
class State:
    """What happened at the authorities of a Member State."""

    code: str
    arrivals: list[Arrival] = field(default_factory=list)
    inquiries: list[Inquiry] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sending:
    """A report that NCMEC sent to a Member State."""

    on: date
    state: str


@dataclass(slots=True)
class World:
    """A regime of two years. `events` is how many things happened in it."""

    providers: list[Provider]
    states: dict[str, State]
    sendings: list[Sending] = field(default_factory=list)
    events: int = 0
