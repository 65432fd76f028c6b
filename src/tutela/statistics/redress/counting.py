"""Counts what became of what was removed and suspended, a case at a time: a case is let go as soon as it is counted.

What is kept grows with accounts (sixteen bytes each) and decided complaints (eight), not with events.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from tutela.events.catalogue.base import Payload
from tutela.events.catalogue.casework import CaseReopened, ItemDecided
from tutela.events.catalogue.intake import CaseOpened, DetectionRecorded, ItemFlagged
from tutela.events.catalogue.redress import (
    ActionCarriedOut,
    ActionOrdered,
    ActionReversed,
    ComplaintDecided,
    ComplaintLodged,
)
from tutela.statistics.interval import exact_rate
from tutela.statistics.provider_return.case_facts import Action, CaseFacts
from tutela.statistics.provider_return.light import Days, microseconds_between, year_of
from tutela.statistics.redress.counts import Accounts, Count, Things
from tutela.statistics.redress.durations import Durations, durations
from tutela.statistics.redress.rates import By, RedressFigures, Reversals
from tutela.statistics.redress.selection import Period, Unit, Users

UNITS: tuple[Unit, ...] = ("item", "account")
_UNIT: Mapping[str, Unit] = {"remove_content": "item", "suspend_account": "account"}
EVENTS: tuple[type[Payload], ...] = (
    CaseOpened,
    ItemFlagged,
    DetectionRecorded,
    ItemDecided,
    CaseReopened,
    ActionOrdered,
    ActionCarriedOut,
    ActionReversed,
    ComplaintLodged,
    ComplaintDecided,
)
"""The events that these figures are made of."""


class RedressCounting:
    """Counts for a period: the whole, and each service (names by id) or technology if asked.

    A technology has a part as soon as it flagged anything that was ever acted on.
    """

    def __init__(self, period: Period, services: Mapping[str, str], by: By = "all", users: Users = "all") -> None:
        self._period = period
        self._days = Days.between(period.first, period.last)
        self._services = services
        self._by = by
        self._users = users
        self._whole = {unit: _Part() for unit in UNITS}
        self._parts: dict[str, dict[Unit, _Part]] = {}
        for service in services if by == "service" else ():
            self._part(service)

    def case(self, case: CaseFacts) -> None:
        """Count one case. Planted ones are no cases of anybody."""
        if case.planted or not case.actions:
            return
        counts = case.service in self._services
        sure = self._sure(case)
        for action in case.actions.values():
            parts = self._parts_of(case, action)
            unit = _UNIT.get(action.kind)
            if unit is None or not counts or (unit == "account" and sure is None):
                continue
            for part in (self._whole, *parts):
                part[unit].add(case, action, self._days, sure=unit == "item" or bool(sure))

    def figures(self, up_to: int) -> RedressFigures:
        """Return the figures; `up_to` is the number of the newest event that was read."""
        rows = []
        for unit in UNITS:
            rows.append(self._whole[unit].reversals(unit, None))
            rows += [self._parts[name][unit].reversals(unit, name) for name in sorted(self._parts)]
        return RedressFigures(self._period, self._by, self._users, up_to, tuple(rows))

    def _parts_of(self, case: CaseFacts, action: Action) -> list[dict[Unit, _Part]]:
        if self._by == "service":
            return [self._part(case.service)] if case.service in self._services else []
        if self._by == "technology":
            names = {one for item in action.rests_on for _, _, one in case.items[item].detections}
            return [self._part(name) for name in names]
        return []

    def _part(self, name: str) -> dict[Unit, _Part]:
        return self._parts.setdefault(name, {unit: _Part() for unit in UNITS})

    def _sure(self, case: CaseFacts) -> bool | None:
        """Return whether the account counts; None where it does not: of users who are not asked for."""
        if self._users == "all":
            return True
        regions = {item.flagged["sender_region"] for item in case.items.values()}
        return True if "eu" in regions else False if "unknown" in regions else None


@dataclass(slots=True)
class _Part:
    """What happened to items or accounts, of all or of one service or technology. Times are in microseconds."""

    actioned: Things = field(default_factory=Things)
    restored: Things = field(default_factory=Things)
    suspended: Accounts = field(default_factory=Accounts)
    released: Accounts = field(default_factory=Accounts)
    lodged: Things = field(default_factory=Things)
    decided: int = 0
    upheld: int = 0
    acted: int = 0
    undone: int = 0
    took: dict[str, array[int]] = field(default_factory=lambda: {"internal": array("q"), "judicial": array("q")})

    def add(self, case: CaseFacts, action: Action, days: Days, *, sure: bool) -> None:
        """Add an action with its complaints."""
        was_upheld = any(one.decided is not None and one.decided[2]["upheld"] for one in action.complaints)
        if action.carried_out is not None and action.carried_out[1] in days:
            self.acted += 1
            self.undone += action.reversed is not None and was_upheld
            self.actioned.add(sure=sure)
            if _UNIT[action.kind] == "account":
                self.suspended.add(_year(case), case.account or "", sure=sure)
        if was_upheld and action.reversed is not None and action.reversed[1] in days:
            self.restored.add(sure=sure)
            if _UNIT[action.kind] == "account":
                self.released.add(_year(case), case.account or "", sure=sure)
        for complaint in action.complaints:
            if complaint.at in days:
                self.lodged.add(sure=sure)
                self.decided += complaint.decided is not None
                self.upheld += complaint.decided is not None and complaint.decided[2]["upheld"]
            if complaint.decided is not None and complaint.decided[1] in days:
                self.took[complaint.channel].append(microseconds_between(complaint.at, complaint.decided[1]))

    def reversals(self, unit: Unit, part: str | None) -> Reversals:
        """Return the row."""
        lodged = self.lodged.count
        return Reversals(
            unit=unit,
            part=part,
            actioned=self._count(unit, self.actioned, self.suspended),
            lodged=lodged,
            restored=self._count(unit, self.restored, self.released),
            waiting=lodged.high - self.decided,
            per_complaint=exact_rate(self.upheld, self.decided),
            per_action=exact_rate(self.undone, self.acted),
            took=_durations(self.took["internal"]),
            took_courts=_durations(self.took["judicial"]),
        )

    @staticmethod
    def _count(unit: Unit, things: Things, accounts: Accounts) -> Count:
        # One that was suspended twice is one account.
        return things.count if unit == "item" else accounts.count


def _year(case: CaseFacts) -> int:
    """Return the year whose key made the pseudonym of a case's account."""
    return min(year_of(item.at) for item in case.items.values())


def _durations(took: Iterable[int]) -> Durations | None:
    return durations([timedelta(microseconds=one) for one in took])
