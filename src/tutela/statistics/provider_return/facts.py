"""What happened, gathered from the events once; every section counts from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tutela.events import catalogue as c
from tutela.events.envelope import Event


@dataclass(frozen=True, slots=True)
class TallyFact:
    """A row of a tally, with the event that holds it."""

    sequence: int
    row: c.TallyRow


@dataclass(slots=True)
class ItemFact:
    """A flagged item and what became of it. Sequences are of the events that say so."""

    sequence: int
    at: datetime
    case: str
    flagged: c.ItemFlagged
    detections: list[tuple[int, c.DetectionRecorded]] = field(default_factory=list)
    decided: tuple[int, c.ItemDecided] | None = None
    repeats: list[tuple[int, datetime, c.ItemSeenAgain]] = field(default_factory=list)
    overturned: bool = False

    @property
    def region(self) -> c.Region:
        """Whom the item and its repeats concern together: EU users if any does."""
        regions = {self.flagged.region, *(repeat.region for _, _, repeat in self.repeats)}
        return "eu" if "eu" in regions else "unknown" if "unknown" in regions else "non_eu"

    @property
    def recipients_eu(self) -> set[tuple[int, str]]:
        """The EU users who received it, each by the year whose key made the pseudonym, and the pseudonym."""
        received = [(self.at, self.flagged.recipients_eu), *((at, r.recipients_eu) for _, at, r in self.repeats)]
        return {(at.year, account) for at, accounts in received for account in accounts}

    @property
    def recipients_unknown(self) -> int:
        """How many recipients' region is unknown."""
        return self.flagged.recipients_unknown + sum(r.recipients_unknown for _, _, r in self.repeats)

    @property
    def sequences(self) -> list[int]:
        """The events of its flagging and of its repeats."""
        return [self.sequence, *(sequence for sequence, _, _ in self.repeats)]


@dataclass(slots=True)
class ReportFact:
    """A report that the recipient confirmed."""

    sequence: int
    at: datetime
    case: str
    items: tuple[c.ReferredItem, ...]
    target: str


@dataclass(slots=True)
class ComplaintFact:
    """A complaint, with its decision if there is one."""

    sequence: int
    at: datetime
    channel: Literal["internal", "judicial"]
    decided: tuple[int, datetime, c.ComplaintDecided] | None = None


@dataclass(slots=True)
class ActionFact:
    """A removal or suspension, with its confirmation, complaints and reversal."""

    case: str
    ordered: c.ActionOrdered
    carried_out: tuple[int, datetime] | None = None
    reversed: tuple[int, datetime] | None = None
    complaints: list[ComplaintFact] = field(default_factory=list)


@dataclass(slots=True)
class Facts:
    """Everything that the return counts."""

    tallies: list[TallyFact] = field(default_factory=list)
    items: dict[str, ItemFact] = field(default_factory=dict)
    reports: list[ReportFact] = field(default_factory=list)
    actions: dict[str, ActionFact] = field(default_factory=dict)
    service_of_case: dict[str, str] = field(default_factory=dict)
    account_of_case: dict[str, str | None] = field(default_factory=dict)
    items_of_case: dict[str, list[str]] = field(default_factory=dict)
    last_sequence: int = 0

    def year_of_case(self, case: str) -> int:
        """Return the year whose key made the pseudonym of a case's account."""
        return min(self.items[item].at.year for item in self.items_of_case[case])


TYPES: tuple[type[c.Payload], ...] = (
    c.ItemsTallied,
    c.CaseOpened,
    c.ItemFlagged,
    c.ItemSeenAgain,
    c.DetectionRecorded,
    c.ItemDecided,
    c.ReferralOrdered,
    c.ReferralOpened,
    c.ReferralFiled,
    c.ActionOrdered,
    c.ActionCarriedOut,
    c.ActionReversed,
    c.ComplaintLodged,
    c.ComplaintDecided,
)
"""The events that the return is made of."""


def gather(events: Iterable[Event]) -> Facts:
    """Return the facts of events that come in the order of their sequence."""
    facts = Facts()
    ordered: dict[str, c.ReferralOrdered] = {}
    complaints: dict[str, ComplaintFact] = {}
    targets: dict[str, str] = {}
    for event in events:
        facts.last_sequence = event.sequence
        if isinstance(event.payload, c.ReferralOpened):
            targets[event.payload.referral] = event.payload.target
        _take(facts, ordered, complaints, targets, event)
    for action in facts.actions.values():
        if action.ordered.item and any(x.decided and x.decided[2].upheld for x in action.complaints):
            facts.items[action.ordered.item].overturned = True
    return facts


def _take(
    facts: Facts,
    ordered: dict[str, c.ReferralOrdered],
    complaints: dict[str, ComplaintFact],
    targets: Mapping[str, str],
    event: Event,
) -> None:
    sequence, at = event.sequence, event.occurred_at
    match event.payload:
        case c.ItemsTallied(rows=rows):
            facts.tallies += [TallyFact(sequence, row) for row in rows]
        case c.CaseOpened() as opened:
            facts.service_of_case[event.subject] = opened.service
            facts.account_of_case[event.subject] = opened.account
        case c.ItemFlagged() as flagged:
            facts.items[flagged.item] = ItemFact(sequence, at, event.subject, flagged)
            facts.items_of_case.setdefault(event.subject, []).append(flagged.item)
        case c.ItemSeenAgain() as again:
            facts.items[again.item].repeats.append((sequence, at, again))
        case c.DetectionRecorded() as detection:
            facts.items[detection.item].detections.append((sequence, detection))
        case c.ItemDecided() as decided:
            facts.items[decided.item].decided = (sequence, decided)
        case c.ReferralOrdered() as referral:
            ordered[referral.referral] = referral
        case c.ReferralFiled() as filed:
            report = ReportFact(sequence, at, event.subject, ordered[filed.referral].items, targets[filed.referral])
            facts.reports.append(report)
        case c.ActionOrdered() as action:
            facts.actions[action.action] = ActionFact(event.subject, action)
        case c.ActionCarriedOut(action=action_id):
            facts.actions[action_id].carried_out = (sequence, at)
        case c.ActionReversed(action=action_id):
            facts.actions[action_id].reversed = (sequence, at)
        case c.ComplaintLodged() as lodged:
            complaint = ComplaintFact(sequence, at, lodged.channel)
            complaints[lodged.complaint] = complaint
            facts.actions[lodged.action].complaints.append(complaint)
        case c.ComplaintDecided() as outcome:
            complaints[outcome.complaint].decided = (sequence, at, outcome)
        case _:
            pass


def action_class(facts: Facts, action: ActionFact) -> str | None:
    """Return the class on whose account an action was taken: of its item, or for an account `known` before `new`."""
    items = [action.ordered.item] if action.ordered.item else facts.items_of_case.get(action.case, [])
    verdicts = {d[1].verdict for i in items if (d := facts.items[i].decided) is not None}
    return next((v for v in ("known", "new") if v in verdicts), None)


def account_bounds(accounts: set[tuple[int, str]] | set[tuple[int, str | None]]) -> tuple[int, int]:
    """Return the least and the most accounts that pseudonyms, each with its year, can stand for.

    Each year has a key of its own, so nobody can tell whether two of different years are one account.
    """
    by_year: dict[int, int] = {}
    for year, _ in accounts:
        by_year[year] = by_year.get(year, 0) + 1
    return max(by_year.values(), default=0), sum(by_year.values())


def in_year(at: datetime, year: int) -> bool:
    """Return whether a time lies in a calendar year (UTC)."""
    return at.year == year


Services = Mapping[str, str]
"""The services in scope: names by id."""
