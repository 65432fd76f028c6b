"""What happened to what was removed and suspended, gathered from the events once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tutela.events.catalogue.casework import CaseReopened, ItemDecided
from tutela.events.catalogue.intake import CaseOpened, DetectionRecorded, ItemFlagged
from tutela.events.catalogue.redress import (
    ActionCarriedOut,
    ActionOrdered,
    ActionReversed,
    Claim,
    ComplaintDecided,
    ComplaintLodged,
)
from tutela.events.envelope import Event


@dataclass(slots=True)
class ItemFact:
    """A flagged item and what became of it. Sequences are of the events that say so."""

    sequence: int
    at: datetime
    case: str
    flagged: ItemFlagged
    detections: list[tuple[int, DetectionRecorded]] = field(default_factory=list)
    decided: tuple[int, ItemDecided] | None = None


@dataclass(slots=True)
class ComplaintFact:
    """A complaint, with its decision if there is one."""

    sequence: int
    at: datetime
    channel: Literal["internal", "judicial"]
    claim: Claim | None = None
    decided: tuple[int, datetime, ComplaintDecided] | None = None


@dataclass(slots=True)
class ActionFact:
    """A removal or suspension, with its confirmation, complaints and reversal.

    `rests_on` are the items that were confirmed when it was ordered, `case_class` is theirs: for an account `known`
    before `new`. What is decided later, on a complaint say, does not change on whose account it was done.
    """

    case: str
    ordered: ActionOrdered
    rests_on: tuple[str, ...]
    case_class: str | None
    carried_out: tuple[int, datetime] | None = None
    reversed: tuple[int, datetime] | None = None
    complaints: list[ComplaintFact] = field(default_factory=list)


@dataclass(slots=True)
class Facts:
    """Everything that figures of redress count. Planted cases are no cases of anybody, and are left out whole."""

    items: dict[str, ItemFact] = field(default_factory=dict)
    actions: dict[str, ActionFact] = field(default_factory=dict)
    service_of_case: dict[str, str] = field(default_factory=dict)
    account_of_case: dict[str, str | None] = field(default_factory=dict)
    items_of_case: dict[str, list[str]] = field(default_factory=dict)
    planted: set[str] = field(default_factory=set)
    last_sequence: int = 0

    def year_of_case(self, case: str) -> int:
        """Return the year whose key made the pseudonym of a case's account."""
        return min(self.items[item].at.year for item in self.items_of_case[case])


def gather(events: Iterable[Event]) -> Facts:
    """Return the facts of events that come in the order of their sequence."""
    facts = Facts()
    complaints: dict[str, ComplaintFact] = {}
    for event in events:
        facts.last_sequence = event.sequence
        if isinstance(event.payload, CaseOpened) and event.payload.planted is not None:
            facts.planted.add(event.subject)
        if event.subject not in facts.planted:
            _take(facts, complaints, event)
    return facts


def _take(facts: Facts, complaints: dict[str, ComplaintFact], event: Event) -> None:
    sequence, at = event.sequence, event.occurred_at
    match event.payload:
        case CaseOpened() as opened:
            facts.service_of_case[event.subject] = opened.service
            facts.account_of_case[event.subject] = opened.account
        case ItemFlagged() as flagged:
            facts.items[flagged.item] = ItemFact(sequence, at, event.subject, flagged)
            facts.items_of_case.setdefault(event.subject, []).append(flagged.item)
        case DetectionRecorded() as detection:
            facts.items[detection.item].detections.append((sequence, detection))
        case ItemDecided() as decided:
            facts.items[decided.item].decided = (sequence, decided)
        case CaseReopened(items=undecided):
            # What was decided counts no more; what is decided anew will.
            for item in undecided:
                facts.items[item].decided = None
        case ActionOrdered() as action:
            facts.actions[action.action] = _ordered(facts, event.subject, action)
        case ActionCarriedOut(action=action_id):
            facts.actions[action_id].carried_out = (sequence, at)
        case ActionReversed(action=action_id):
            facts.actions[action_id].reversed = (sequence, at)
        case ComplaintLodged() as lodged:
            complaint = ComplaintFact(sequence, at, lodged.channel, lodged.claim)
            complaints[lodged.complaint] = complaint
            facts.actions[lodged.action].complaints.append(complaint)
        case ComplaintDecided() as outcome:
            complaints[outcome.complaint].decided = (sequence, at, outcome)
        case _:
            pass


def _ordered(facts: Facts, case: str, action: ActionOrdered) -> ActionFact:
    items = [action.item] if action.item else facts.items_of_case.get(case, [])
    verdicts = {i: d[1].verdict for i in items if (d := facts.items[i].decided) is not None and d[1].verdict != "not"}
    case_class = next((v for v in ("known", "new") if v in verdicts.values()), None)
    return ActionFact(case, action, tuple(verdicts), case_class)


def account_bounds(accounts: set[tuple[int, str]] | set[tuple[int, str | None]]) -> tuple[int, int]:
    """Return the least and the most accounts that pseudonyms, each with its year, can stand for.

    Each year has a key of its own, so nobody can tell whether two of different years are one account.
    """
    by_year: dict[int, int] = {}
    for year, _ in accounts:
        by_year[year] = by_year.get(year, 0) + 1
    return max(by_year.values(), default=0), sum(by_year.values())
