"""The return of a made-up provider as it must be, from what was drawn and not from any event.

It is counted here in its own way, one case after another, so that it can be held against what is compiled. Everything
is a number of things that add up over copies; rates and averages are made of them at the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from tutela.statistics.provider_simulation.drawing import SERVICES, Account, Action, Case, Item, Tallied

Ends = tuple[float, float]
"""The least and the most that a figure can be."""
_ROW = {"image": "images", "video": "videos", "audio": "other_files", "other": "other_files"}
_CLASSES = {"known": 1, "new": 2}
_CHANNELS = ("internal", "judicial")
_IN_SCOPE = tuple(s.id for s in SERVICES if s.in_scope_of_return)
Key = tuple[str, str]
"""The row of the form and the suffix of its service: `4.known.images`, `@chat`."""


class Truth:
    """What the figures of the return are, added up. `times` makes the same happen so many times."""

    def __init__(self) -> None:
        self._low: Counter[Key] = Counter()
        self._high: Counter[Key] = Counter()
        self._hours: Counter[Key] = Counter()
        self._technologies: set[tuple[str, str, str]] = set()

    def add(self, cases: Sequence[Case], tallied: Iterable[Tallied], times: int = 1) -> None:
        """Add what was drawn together; accounts are counted once within it, and are others in each copy."""
        mine = [case for case in cases if case.service in _IN_SCOPE]
        for row in tallied:
            self._processed(row.service, row.kind, row.region, row.items * times)
        for case in mine:
            for item in case.items:
                self._processed(case.service, item.kind, item.region, times)
                self._flagged(case, item, times)
            for action in case.actions:
                self._acted(case, action, times)
            if case.filed:
                self._filed(case, times)
        for suffix in ("", *(f"@{one}" for one in _IN_SCOPE)):
            some = [case for case in mine if suffix in ("", f"@{case.service}")]
            self._accounts(suffix, some, times)

    def figures(self) -> dict[str, Ends]:
        """Return every figure that is a number, by its id."""
        found: dict[str, Ends] = {
            f"{row}{suffix}": (self._low[row, suffix], self._high[row, suffix])
            for row, suffix in self._rows()
            if not row.startswith("_")
        }
        self._averages(found)
        self._apart(found)
        self._rates(found)
        return found

    def _rows(self) -> list[Key]:
        suffixes = ("", *(f"@{one}" for one in _IN_SCOPE))
        rows = [f"1.{what}_{side}" for what in set(_ROW.values()) for side in ("eu", "non_eu")]
        for name in _CLASSES:
            rows += [f"4.{name}.{key}" for key in ("reports", "accounts_sending", "accounts_receiving", *_ROW.values())]
            for unit in ("items", "accounts"):
                rows.append(f"5.{name}.{unit}_actioned")
                rows += [f"5.{name}.{unit}_{c}_{k}" for c in _CHANNELS for k in ("complaints", "restored")]
        return [(row, suffix) for row in dict.fromkeys(rows) for suffix in suffixes]

    def _count(self, row: str, service: str, times: int, *, sure: bool = True) -> None:
        for suffix in ("", f"@{service}"):
            self._low[row, suffix] += times if sure else 0
            self._high[row, suffix] += times

    def _processed(self, service: str, kind: str, region: str, times: int) -> None:
        if service not in _IN_SCOPE:
            return
        for side in ("eu", "non_eu"):
            if region in (side, "unknown"):
                self._count(f"1.{_ROW[kind]}_{side}", service, times, sure=region == side)

    def _flagged(self, case: Case, item: Item, times: int) -> None:
        letters = ["A"] if item.outcome is None else ["A", "C", "B"] if item.outcome == "wrong" else ["A", "C"]
        for technology in ("", *(f"~{name}-{version}" for name, version in item.technologies)):
            for suffix in ("", f"@{case.service}"):
                self._technologies.add((case.layer, suffix, technology))
                for letter in letters:
                    self._low[f"_{case.layer}.{letter}", suffix + technology] += times

    def _filed(self, case: Case, times: int) -> None:
        for name in _CLASSES:
            items = [item for item in case.items if item.outcome == name]
            for item in items:
                if item.region != "non_eu":
                    self._count(f"4.{name}.{_ROW[item.kind]}", case.service, times, sure=item.region == "eu")
            regions = {item.region for item in items}
            if regions & {"eu", "unknown"}:
                self._count(f"4.{name}.reports", case.service, times, sure="eu" in regions)

    def _acted(self, case: Case, action: Action, times: int) -> None:
        rests_on = case.confirmed if action.item is None else [action.item]
        outcomes = {case.items[place].outcome for place in rests_on}
        name = "known" if "known" in outcomes else "new"
        unit = "accounts" if action.item is None else "items"
        if unit == "accounts" and case.sender_region == "non_eu":
            return
        sure = unit == "items" or case.sender_region == "eu"
        if action.confirmed and unit == "items":
            self._count(f"5.{name}.items_actioned", case.service, times)
        if (complaint := action.complaint) is None:
            return
        row = f"5.{name}.{unit}_{complaint.channel}"
        self._count(f"{row}_complaints", case.service, times, sure=sure)
        if complaint.undone and unit == "items":
            self._count(f"{row}_restored", case.service, times)
        if complaint.hours is not None and sure:
            for suffix in ("", f"@{case.service}"):
                self._hours[row, suffix] += complaint.hours * times
                self._low[f"_decided.{row}", suffix] += times

    def _accounts(self, suffix: str, cases: Sequence[Case], times: int) -> None:
        for name in _CLASSES:
            reported = [(c, i) for c in cases if c.filed for i in c.items if i.outcome == name]
            senders = {c.sender for c, _ in reported if c.sender and c.sender.region != "non_eu"}
            unnamed = sum(c.sender is None and c.sender_region != "non_eu" for c, _ in reported)
            self._people(f"4.{name}.accounts_sending", suffix, senders, unnamed, times)
            receivers = {account for _, i in reported for account in i.recipients}
            unknown = sum(i.unknown_recipients for _, i in reported)
            self._people(f"4.{name}.accounts_receiving", suffix, receivers, unknown, times)
            acted = [
                (case, action)
                for case in cases
                for action in case.actions
                if action.item is None and action.confirmed and case.sender_region != "non_eu" and name == _class(case)
            ]
            self._distinct(f"5.{name}.accounts_actioned", suffix, [case for case, _ in acted], times)
            for channel in _CHANNELS:
                undone = [c for c, a in acted if a.complaint and a.complaint.undone and a.complaint.channel == channel]
                self._distinct(f"5.{name}.accounts_{channel}_restored", suffix, undone, times)

    def _people(self, row: str, suffix: str, accounts: set[Account], unnamed: int, times: int) -> None:
        self._low[row, suffix] += times * sum(one.region == "eu" for one in accounts)
        self._high[row, suffix] += times * (len(accounts) + unnamed)
        programs = sum(one.region == "eu" and one.operation == "automated" for one in accounts)
        self._low[f"_programs.{row}", suffix] += times * programs
        self._low[f"_persons.{row}", suffix] += times * sum(one.operation == "person" for one in accounts)

    def _distinct(self, row: str, suffix: str, cases: Sequence[Case], times: int) -> None:
        accounts = {case.sender for case in cases if case.sender}
        self._low[row, suffix] += times * sum(one.region == "eu" for one in accounts)
        self._high[row, suffix] += times * len(accounts)

    def _averages(self, found: dict[str, Ends]) -> None:
        for (row, suffix), hours in self._hours.items():
            average = _rounded(Fraction(hours, self._low[f"_decided.{row}", suffix]), 2)
            found[f"{row}_average_time{suffix}"] = (average, average)

    def _apart(self, found: dict[str, Ends]) -> None:
        for name in _CLASSES:
            for role in ("sending", "receiving"):
                row = f"4.{name}.accounts_{role}"
                for suffix in ("", *(f"@{one}" for one in _IN_SCOPE)):
                    programs, persons = (self._low[f"_{who}.{row}", suffix] for who in ("programs", "persons"))
                    most = self._high[row, suffix]
                    if programs or persons or not most:
                        found[f"{row}{suffix}~automated"] = (programs, most - persons)

    def _rates(self, found: dict[str, Ends]) -> None:
        for layer, suffix, technology in self._technologies:
            a, b, c = (self._low[f"_{layer}.{letter}", suffix + technology] for letter in "ABC")
            tail = suffix + technology
            for letter, count in (("A", a), ("B", b), ("C", c)):
                found[f"6.{layer}.{letter}{_CLASSES[layer]}{tail}"] = (count, count)
            if c:
                rate = _rounded(Fraction(100 * b, a), 4)
                found[f"6.{layer}.error_rate{tail}"] = (rate, rate)
                if not tail:
                    found[f"7.{layer}.error_rate_achieved"] = (rate, rate)
        for suffix in ("", *(f"@{one}" for one in _IN_SCOPE)):
            for letter in "ABC":
                found.setdefault(f"6.known.{letter}1{suffix}", (0, 0))


def _class(case: Case) -> str:
    return "known" if any(case.items[place].outcome == "known" for place in case.confirmed) else "new"


def _rounded(value: Fraction, places: int) -> float:
    scale: int = 10**places
    return int(value * scale + Fraction(1, 2)) / scale
