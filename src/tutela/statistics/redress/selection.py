"""Which actions a figure of redress is about."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from tutela.events.obstacles import BadValue
from tutela.statistics.redress.facts import ActionFact, Facts

Unit = Literal["item", "account"]
Users = Literal["all", "eu"]
Within = Callable[[datetime], bool]
"""Says whether a time counts."""
_KIND = {"item": "remove_content", "account": "suspend_account"}


@dataclass(frozen=True, slots=True)
class Period:
    """Days of UTC, the first and the last included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise BadValue(
                "a period ends on its first day or later: %(first)s to %(last)s",
                first=str(self.first),
                last=str(self.last),
            )

    def __call__(self, at: datetime) -> bool:
        """Return whether a time lies in it."""
        return self.first <= at.astimezone(UTC).date() <= self.last

    @classmethod
    def of_year(cls, year: int) -> Period:
        """Return a calendar year."""
        return cls(date(year, 1, 1), date(year, 12, 31))

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time(), UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), UTC)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Removals of items or suspensions of accounts. `unknown` may count: the region of their user is not known."""

    unit: Unit
    sure: tuple[ActionFact, ...]
    unknown: tuple[ActionFact, ...] = ()

    @property
    def every(self) -> tuple[ActionFact, ...]:
        """Those that count and those that may."""
        return self.sure + self.unknown


def choose(
    facts: Facts,
    unit: Unit,
    services: Collection[str],
    *,
    users: Users = "all",
    case_class: str | None = None,
    technology: str | None = None,
) -> Chosen:
    """Return the actions on one kind of thing in some services; of EU users, a class or a technology if asked.

    Items are counted without regard to region, as the standard form asks for them.
    """
    found = tuple(
        a
        for a in facts.actions.values()
        if a.ordered.kind == _KIND[unit]
        and facts.service_of_case[a.case] in services
        and (case_class is None or a.case_class == case_class)
        and (technology is None or technology in technologies_of(facts, a))
    )
    if unit == "item" or users == "all":
        return Chosen(unit, found)
    return Chosen(
        unit,
        tuple(a for a in found if _sender_region(facts, a) == "eu"),
        tuple(a for a in found if _sender_region(facts, a) == "unknown"),
    )


def technologies_of(facts: Facts, action: ActionFact) -> set[str]:
    """Return the technologies that flagged what an action rests on."""
    return {d.technology for item in action.rests_on for _, d in facts.items[item].detections}


def _sender_region(facts: Facts, action: ActionFact) -> str:
    regions = {facts.items[i].flagged.sender_region for i in facts.items_of_case.get(action.case, [])}
    return "eu" if "eu" in regions else "unknown" if "unknown" in regions else "non_eu"
