"""One walk over the events, case by case: each counted event gets its mark, and distinct accounts are gathered.

What is kept grows with the number of marks and accounts, not with cases: a case is let go as soon as it is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from tutela.events.catalogue.base import Operation
from tutela.statistics.accounts import AccountSet
from tutela.statistics.provider_return.case_facts import Action, CaseFacts, Data, Item, facts_of
from tutela.statistics.provider_return.light import Days, LightEvent, microseconds_between, year_of
from tutela.statistics.provider_return.marks import (
    ActionMark,
    CaseClass,
    ComplaintMark,
    DetectionMark,
    FeedbackMark,
    ItemMark,
    Mark,
    MeasureMark,
    Outcome,
    ReportMark,
    TallyMark,
)
from tutela.statistics.provider_return.operations import child_in_eu, operated_by, operations
from tutela.statistics.provider_return.selection import Codes

CLASSES: tuple[CaseClass, ...] = ("known", "new")
"""The classes of content; solicitation is of accounts."""
_CHUNK = 1 << 20
_UNIT = {"remove_content": "item", "suspend_account": "account"}


class AccountGroup(NamedTuple):
    """Accounts that a figure counts once each. `year` is that of the key that made their pseudonyms.

    `of`: senders and receivers of reported items, accounts suspended, accounts restored after a complaint in a channel,
    and of what was flagged as solicitation, by technology, accounts flagged, decided and confirmed. `by`: who acts by
    the account, as far as that event tells; an account may be in groups of several.
    """

    of: str
    case_class: str
    service: str
    users: str
    year: int
    by: Operation = "not_stated"


class Volume(NamedTuple):
    """What the tallies of the year sum up."""

    service: str
    kind: str
    region: str


@dataclass(slots=True)
class Counted:
    """What the walk kept. `codes` holds for each event the code of its mark; `marks` the marks by their code less one.

    `codes` begins with the event of the number `first`: of a part of the cases only what it counted may be there.
    `unnamed_receivers`: by class and service, receivers of reported items of whom nothing is known; by what was
    gathered and service, accounts in what was flagged as solicitation of whom nothing is known. `waited`:
    microseconds that the decided complaints with a mark took, together. `ran`: technologies that processed items, as
    tallies name them, or that flagged some, with their versions.
    """

    days: Days
    codes: Codes
    marks: list[Mark]
    accounts: dict[AccountGroup, AccountSet] = field(default_factory=dict)
    unnamed_receivers: Counter[tuple[str, str]] = field(default_factory=Counter)
    waited: Counter[Mark] = field(default_factory=Counter)
    volumes: Counter[Volume] = field(default_factory=Counter)
    bytes: Counter[Volume] = field(default_factory=Counter)
    ran: set[str] = field(default_factory=set)
    first: int = 0


class Counting:
    """Counts for the return of some days, for the services in scope. `last` is the newest sequence number."""

    def __init__(self, days: Days, services: Collection[str], last: int) -> None:
        self._days = days
        self._services = frozenset(services)
        # Not an `array`: of zeros of NumPy nothing lies in memory until it is written to.
        self._codes = memoryview(np.zeros(last + 1, dtype=np.uint32))  # type: ignore[arg-type]
        self._marks: dict[Mark, int] = {}
        # The codes of what is alike, so that a mark is not made again for every event.
        self._of_items: dict[tuple[Any, ...], tuple[int, int, int]] = {}
        self._of_actions: dict[tuple[Any, ...], tuple[ActionMark, int, int]] = {}
        self._of_detections: dict[tuple[str, str, str], int] = {}
        self._kept = Counted(days, np.empty(0, dtype=np.uint32), [])

    def concerns(self, events: Sequence[LightEvent]) -> bool:
        """Return whether anything of a case may count: it is of a service in scope, and something happened in the days.

        The events are as they are read: tuples of number, type, time and data.
        """
        _, type_, at, data = events[0]
        if type_ == "case.opened" and data["service"] not in self._services:
            return False
        first, after = self._days
        return first <= at < after or any(first <= event[2] < after for event in events)

    def case(self, case: CaseFacts) -> None:
        """Count one case."""
        if case.service not in self._services:
            return
        if case.planted:
            self._golden(case)
            return
        reported = self._reports(case)
        for name, item in case.items.items():
            self._item(case.service, item, reported.get(name, ()))
        if case.actions:
            self._actions(case)
        if case.said:
            self._feedback(case)

    def tally(self, event: LightEvent) -> None:
        """Count the tally of a batch."""
        processed: set[Volume] = set()
        for row in event.data["rows"]:
            if row["technologies"] and row["service"] in self._services and row["day"] in self._days:
                volume = Volume(row["service"], row["kind"], row["region"])
                self._kept.volumes[volume] += row["items"]
                self._kept.bytes[volume] += row["bytes"]
                self._kept.ran.update(row["technologies"])
                processed.add(volume)
        if processed:
            self.mark(event.sequence, TallyMark("tally", tuple(sorted(processed))))  # type: ignore[arg-type]

    def mark(self, sequence: int, mark: Mark) -> None:
        """Give an event its mark."""
        self._codes[sequence] = self._code(mark)

    def _code(self, mark: Mark) -> int:
        return self._marks.setdefault(mark, len(self._marks) + 1)

    def counted(self) -> Counted:
        """Return what was counted; count nothing after it."""
        self._kept.codes = np.frombuffer(self._codes, dtype=np.uint32)
        self._kept.marks = list(self._marks)
        return self._kept

    def _reports(self, case: CaseFacts) -> dict[str, set[CaseClass]]:
        reported: dict[str, set[CaseClass]] = {}
        for report in case.reports:
            if report.at not in self._days:
                continue
            holds = set()
            for one in report.items:
                item = case.items[one["item"]]
                case_class: CaseClass = item.class_if(one["verdict"])  # type: ignore[assignment]
                reported.setdefault(one["item"], set()).add(case_class)
                holds.add((case_class, item.flagged["kind"], item.region))
            self.mark(
                report.sequence,
                ReportMark("report", case.service, report.recipient, report.target, tuple(sorted(holds))),
            )
        return reported

    def _golden(self, case: CaseFacts) -> None:
        if case.purpose != "golden":
            return
        for item in case.items.values():
            if item.decided is not None and item.at in self._days:
                self.mark(item.decided[0], MeasureMark("golden", case.layer))

    def _feedback(self, case: CaseFacts) -> None:
        """Count the latest word on each item of a report, by the class that the item has now."""
        latest = {(data["referral"], item): at for at, (_, _, data) in enumerate(case.said) for item in data["items"]}
        for number, (sequence, at, data) in enumerate(case.said):
            if at not in self._days or data["said"] is None or data["referral"] not in case.ordered:
                continue
            recipient = case.ordered[data["referral"]]["recipient"]
            classes: Counter[CaseClass] = Counter(
                _class_of(case, data["referral"], item)
                for item in data["items"]
                if latest[data["referral"], item] == number and item in case.items
            )
            if classes:
                self.mark(
                    sequence,
                    FeedbackMark("feedback", case.service, recipient, data["said"], tuple(sorted(classes.items()))),
                )

    def _item(self, service: str, item: Item, reported: Collection[CaseClass]) -> None:
        flagged = item.flagged
        first, after = self._days
        in_year = first <= item.at < after
        if not in_year and not reported:
            return
        detections = item.detections
        layer, sender = flagged["layer"], flagged["sender"]
        names = (detections[0][1],) if len(detections) == 1 else tuple(sorted({name for _, name, _ in detections}))
        outcome: Outcome = "undecided"
        unseen = False
        if item.decided is not None:
            decision = item.decided[1]
            verdict = decision["verdict"]
            outcome = verdict
            if verdict == "not":
                outcome = "lawful" if decision.get("ground") == "lawful_here" else "wrong"
            unseen = not decision["viewed"]
        sender_by, receivers_by, receives = operations(item)
        told = flagged.get("sender_known")
        alike = (
            service, layer, in_year, names, flagged["kind"], item.region, outcome, unseen, item.overturned,
            tuple(sorted(reported)) if reported else (), flagged["sender_region"], sender is not None,
            receives, sender_by, receivers_by, told if told is None else tuple(told),
        )  # fmt: skip
        codes = self._of_items.get(alike)
        if codes is None:
            mark = ItemMark("flagged", *alike)
            again, decided = mark._replace(what="again"), mark._replace(what="decided")
            codes = self._of_items[alike] = (self._code(mark), self._code(again), self._code(decided))
        self._codes[item.sequence] = codes[0]
        for sequence, _, _ in item.repeats:
            self._codes[sequence] = codes[1]
        if in_year:
            layer = flagged["layer"]
            for sequence, name, _ in item.detections:
                code = self._of_detections.get((service, layer, name))
                if code is None:
                    code = self._code(DetectionMark("detection", service, layer, name))
                    self._of_detections[service, layer, name] = code
                    self._kept.ran.add(name)
                self._codes[sequence] = code
            if item.decided is not None:
                self._codes[item.decided[0]] = codes[2]
            if layer == "solicitation":
                self._suspected(service, item, names, outcome)
        for case_class in reported:
            self._people(service, item, case_class, sender_by)

    def _people(self, service: str, item: Item, case_class: str, sender_by: Operation) -> None:
        flagged = item.flagged
        sender, region = flagged["sender"], flagged["sender_region"]
        if sender is not None and region != "non_eu":
            self._account(sender, "sending", case_class, service, region, year_of(item.at), sender_by)
        if sender is not None and case_class == "solicitation" and (child := child_in_eu(item)) != "non_eu":
            self._account(sender, "soliciting", case_class, service, child, year_of(item.at), sender_by)
        self._received(service, case_class, item.at, flagged)
        for _, at, again in item.repeats:
            self._received(service, case_class, at, again)

    def _suspected(self, service: str, item: Item, technologies: Sequence[str], outcome: Outcome) -> None:
        """Gather the accounts that a technology flagged as soliciting or being solicited, and how that was decided."""
        data, year = item.flagged, year_of(item.at)
        region = data["sender_region"]
        nobody = data["recipients_unknown"] + (data["sender"] is None and region != "non_eu")
        decided = {"undecided": (), "wrong": ("decided", "wrong")}.get(outcome, ("decided", "confirmed"))
        for name in (*technologies, ""):
            for what in ("flagged", *decided):
                of = f"{what} {name}"
                if data["sender"] is not None and region != "non_eu":
                    self._account(data["sender"], of, "solicitation", service, region, year)
                for account in data["recipients_eu"]:
                    self._account(account, of, "solicitation", service, "eu", year)
                if nobody:
                    self._kept.unnamed_receivers[of, service] += nobody

    def _received(self, service: str, case_class: str, at: str, data: Data) -> None:
        for account in data["recipients_eu"]:
            self._account(account, "receiving", case_class, service, "eu", year_of(at), operated_by(data, account))
        if data["recipients_unknown"]:
            self._kept.unnamed_receivers[case_class, service] += data["recipients_unknown"]

    def _actions(self, case: CaseFacts) -> None:
        regions = {item.flagged["sender_region"] for item in case.items.values()}
        users = "eu" if "eu" in regions else "unknown" if "unknown" in regions else "non_eu"
        for action in case.actions.values():
            unit = _UNIT.get(action.kind)
            if unit is None:
                continue
            upheld = _upheld(action) if action.complaints else ()
            mark, carried_out, reversed_ = self._action(case.service, unit, action.case_class, users, upheld)
            counts = unit == "account" and users != "non_eu" and action.case_class is not None
            if action.carried_out is not None and action.carried_out[1] in self._days:
                self._codes[action.carried_out[0]] = carried_out
                if counts:
                    self._suspended(case, str(action.case_class), users, ("carried_out",))
            if action.reversed is not None and action.reversed[1] in self._days:
                self._codes[action.reversed[0]] = reversed_
                if counts:
                    self._suspended(case, str(action.case_class), users, [f"restored {channel}" for channel in upheld])
            if action.complaints:
                self._complaints(action, mark)

    def _action(self, *of: Any) -> tuple[ActionMark, int, int]:
        found = self._of_actions.get(of)
        if found is None:
            mark = ActionMark("carried_out", *of)
            found = (mark, self._code(mark), self._code(mark._replace(what="reversed")))
            self._of_actions[of] = found
        return found

    def _suspended(self, case: CaseFacts, case_class: str, users: str, whats: Sequence[str]) -> None:
        year = min(year_of(item.at) for item in case.items.values())
        for of in whats:
            self._account(case.account or "", of, case_class, case.service, users, year)

    def _complaints(self, action: Action, on: ActionMark) -> None:
        for complaint in action.complaints:
            if complaint.at not in self._days:
                continue
            mark = ComplaintMark(
                "lodged", on.service, on.unit, on.case_class, on.users, complaint.channel, complaint.claim,
                complaint.decided is not None,
            )  # fmt: skip
            self.mark(complaint.sequence, mark)
            if complaint.decided is not None:
                self.mark(complaint.decided[0], mark._replace(what="answered"))
                self._kept.waited[mark] += microseconds_between(complaint.at, complaint.decided[1])

    def _account(
        self,
        pseudonym: str,
        of: str,
        case_class: str,
        service: str,
        users: str,
        year: int,
        by: Operation = "not_stated",
    ) -> None:
        group = (of, case_class, service, users, year, by)
        found = self._kept.accounts.get(group)  # type: ignore[call-overload]
        if found is None:
            found = self._kept.accounts[AccountGroup(*group)] = AccountSet()
        found.add(pseudonym)


def _class_of(case: CaseFacts, referral: str, item: str) -> CaseClass:
    """The class that an item had in a report."""
    stated = case.attempts.get(referral, {}).get("items") or case.ordered[referral]["items"]
    verdict = next((one["verdict"] for one in stated if one["item"] == item), None)
    found = case.items[item]
    return found.class_if(verdict or found.flagged["layer"])  # type: ignore[return-value]


def _upheld(action: Action) -> tuple[str, ...]:
    return tuple(sorted({c.channel for c in action.complaints if c.decided is not None and c.decided[2]["upheld"]}))


def count_cases(cases: Iterable[Sequence[LightEvent]], countings: Sequence[Counting]) -> None:
    """Count each case for every part of the year; the events of each come in the order of their sequence."""
    for events in cases:
        asking = [counting for counting in countings if counting.concerns(events)]
        if asking:
            facts = facts_of(events)
            for counting in asking:
                counting.case(facts)


def trimmed(part: Counted) -> Counted:
    """Return what counted a part of the cases, without the events before and after those that it counted."""
    counts = part.codes != 0
    begin, end = (int(counts.argmax()), len(counts) - int(counts[::-1].argmax())) if counts.any() else (0, 0)
    return replace(part, codes=part.codes[begin:end], first=part.first + begin)


def merged(parts: Sequence[Counted]) -> Counted:
    """Return what parts counted of different cases, together: in the first one, which has the codes of every event.

    Its marks come first, so that its codes stay.
    """
    together = parts[0]
    codes: dict[Mark, int] = {mark: code for code, mark in enumerate(together.marks, start=1)}
    for part in parts[1:]:
        new = np.array([0, *(codes.setdefault(mark, len(codes) + 1) for mark in part.marks)], dtype=np.uint32)
        for start in range(0, len(part.codes), _CHUNK):
            some = part.codes[start : start + _CHUNK]
            at = part.first + start
            together.codes[at : at + len(some)] += new[some]
        for group, accounts in part.accounts.items():
            together.accounts.setdefault(group, AccountSet()).update(accounts)
        together.unnamed_receivers.update(part.unnamed_receivers)
        together.waited.update(part.waited)
        together.volumes.update(part.volumes)
        together.bytes.update(part.bytes)
        together.ran |= part.ran
    together.marks = list(codes)
    return together
