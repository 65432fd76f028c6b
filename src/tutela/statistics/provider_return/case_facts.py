"""What happened in one case, from its events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tutela.casework.reasons import Reason
from tutela.events.catalogue.base import Region
from tutela.statistics.provider_return.light import LightEvent

Data = Mapping[str, Any]
ItemClass = Literal["known", "new", "solicitation", "not"]
_CLASSES: tuple[ItemClass, ...] = ("known", "new", "solicitation")
_ERRORS = frozenset(reason.value for reason in Reason if reason.ground is not None)
"""Reasons for which a complaint is upheld because the item is not what it was taken for."""


@dataclass(slots=True)
class Item:
    """A flagged item. Sequences are of the events that say so; `at` is when it was flagged.

    `detections` have a sequence, the technology with its version, and the technology.
    """

    sequence: int
    at: str
    flagged: Data
    detections: list[tuple[int, str, str]] = field(default_factory=list)
    decided: tuple[int, Data] | None = None
    repeats: list[tuple[int, str, Data]] = field(default_factory=list)
    overturned: bool = False

    def class_if(self, verdict: ItemClass) -> ItemClass:
        """Return the class of the item under a verdict: what was flagged as solicitation and confirmed is that."""
        return "solicitation" if verdict != "not" and self.flagged["layer"] == "solicitation" else verdict

    @property
    def region(self) -> Region:
        """Whom the item and its repeats concern together: EU users if any does."""
        if not self.repeats:
            own: Region = self.flagged["region"]
            return own
        regions = {self.flagged["region"], *(again["region"] for _, _, again in self.repeats)}
        return "eu" if "eu" in regions else "unknown" if "unknown" in regions else "non_eu"


@dataclass(slots=True)
class Report:
    """A report that the recipient confirmed."""

    sequence: int
    at: str
    items: Sequence[Data]
    recipient: str
    target: str


@dataclass(slots=True)
class Complaint:
    """A complaint, with its decision if there is one."""

    sequence: int
    at: str
    channel: str
    claim: str | None
    decided: tuple[int, str, Data] | None = None


@dataclass(slots=True)
class Action:
    """A removal or suspension. `rests_on` are the items that were confirmed when it was ordered, `case_class` is
    theirs: `known` before `new`, and either before `solicitation`.

    What is decided later, on a complaint say, does not change on whose account it was done.
    """

    kind: str
    item: str | None
    case_class: str | None
    rests_on: tuple[str, ...] = ()
    carried_out: tuple[int, str] | None = None
    reversed: tuple[int, str] | None = None
    complaints: list[Complaint] = field(default_factory=list)


@dataclass(slots=True)
class CaseFacts:
    """A case. Planted ones are no cases of anybody: `planted` ones are counted nowhere."""

    service: str = ""
    account: str | None = None
    planted: bool = False
    purpose: str = ""
    layer: str = ""
    said: list[tuple[int, str, Data]] = field(default_factory=list)
    items: dict[str, Item] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    actions: dict[str, Action] = field(default_factory=dict)
    ordered: dict[str, Data] = field(default_factory=dict)
    attempts: dict[str, Data] = field(default_factory=dict)
    complaints: dict[str, Complaint] = field(default_factory=dict)


def facts_of(events: Iterable[LightEvent]) -> CaseFacts:
    """Return the facts of one case; its events come in the order of their sequence."""
    case = CaseFacts()
    for sequence, type_, at, data in events:
        _TAKE[type_](case, sequence, at, data)
    for action in case.actions.values():
        if action.item and action.complaints and any(_overturns(c) for c in action.complaints):
            case.items[action.item].overturned = True
    return case


def _overturns(complaint: Complaint) -> bool:
    return (
        complaint.decided is not None
        and bool(complaint.decided[2]["upheld"])
        and complaint.decided[2]["reason"] in _ERRORS
    )


def _opened(case: CaseFacts, _sequence: int, _at: str, data: Data) -> None:
    case.service, case.account = data["service"], data["account"]
    case.purpose = data.get("planted") or ""
    case.planted = bool(case.purpose)
    case.layer = data.get("layer", "")


def _flagged(case: CaseFacts, sequence: int, at: str, data: Data) -> None:
    case.items[data["item"]] = Item(sequence, at, data)


def _again(case: CaseFacts, sequence: int, at: str, data: Data) -> None:
    case.items[data["item"]].repeats.append((sequence, at, data))


def _detected(case: CaseFacts, sequence: int, _at: str, data: Data) -> None:
    technology = data["technology"]
    case.items[data["item"]].detections.append((sequence, f"{technology}-{data['version']}", technology))


def _decided(case: CaseFacts, sequence: int, _at: str, data: Data) -> None:
    case.items[data["item"]].decided = (sequence, data)


def _reopened(case: CaseFacts, _sequence: int, _at: str, data: Data) -> None:
    # What was decided counts no more; what is decided anew will.
    for item in data["items"]:
        case.items[item].decided = None


def _report_ordered(case: CaseFacts, _sequence: int, _at: str, data: Data) -> None:
    case.ordered[data["referral"]] = data


def _attempted(case: CaseFacts, _sequence: int, _at: str, data: Data) -> None:
    case.attempts[data["referral"]] = data


def _filed(case: CaseFacts, sequence: int, at: str, data: Data) -> None:
    ordered, attempt = case.ordered[data["referral"]], case.attempts[data["referral"]]
    stated = attempt.get("items")
    items = ordered["items"] if stated is None else stated
    if items:  # a supplement that only withdraws reports nothing
        case.reports.append(Report(sequence, at, items, ordered["recipient"], attempt["target"]))


def _action_ordered(case: CaseFacts, _sequence: int, _at: str, data: Data) -> None:
    item = data["item"]
    confirmed = [
        (name, found)
        for name in ((item,) if item else case.items)
        if (one := case.items[name]).decided is not None and (found := one.class_if(one.decided[1]["verdict"])) != "not"
    ]
    classes = {found for _, found in confirmed}
    case_class = next((one for one in _CLASSES if one in classes), None)
    case.actions[data["action"]] = Action(data["kind"], item, case_class, tuple(name for name, _ in confirmed))


def _carried_out(case: CaseFacts, sequence: int, at: str, data: Data) -> None:
    case.actions[data["action"]].carried_out = (sequence, at)


def _reversed(case: CaseFacts, sequence: int, at: str, data: Data) -> None:
    case.actions[data["action"]].reversed = (sequence, at)


def _lodged(case: CaseFacts, sequence: int, at: str, data: Data) -> None:
    complaint = Complaint(sequence, at, data["channel"], data.get("claim"))
    case.complaints[data["complaint"]] = complaint
    case.actions[data["action"]].complaints.append(complaint)


def _answered(case: CaseFacts, sequence: int, at: str, data: Data) -> None:
    case.complaints[data["complaint"]].decided = (sequence, at, data)


def _said(case: CaseFacts, sequence: int, at: str, data: Data) -> None:
    case.said.append((sequence, at, data))


_TAKE: Mapping[str, Callable[[CaseFacts, int, str, Data], None]] = {
    "case.opened": _opened,
    "item.flagged": _flagged,
    "item.seen_again": _again,
    "detection.recorded": _detected,
    "item.decided": _decided,
    "case.reopened": _reopened,
    "referral.ordered": _report_ordered,
    "referral.opened": _attempted,
    "referral.filed": _filed,
    "referral.feedback_recorded": _said,
    "action.ordered": _action_ordered,
    "action.carried_out": _carried_out,
    "action.reversed": _reversed,
    "complaint.lodged": _lodged,
    "complaint.decided": _answered,
}
