"""What happened, gathered from the events once; every section counts from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from tutela.casework.reasons import Reason
from tutela.events.catalogue.base import Payload, Region
from tutela.events.catalogue.casework import CaseReopened, ItemDecided
from tutela.events.catalogue.governance import GovernanceRetired, GovernanceWritten
from tutela.events.catalogue.intake import (
    CaseOpened,
    DetectionRecorded,
    ItemFlagged,
    ItemSeenAgain,
    ItemsTallied,
    TallyRow,
)
from tutela.events.catalogue.redress import (
    ActionCarriedOut,
    ActionOrdered,
    ActionReversed,
    Claim,
    ComplaintDecided,
    ComplaintLodged,
)
from tutela.events.catalogue.referral import ReferralFiled, ReferralOpened, ReferralOrdered, ReferredItem
from tutela.events.envelope import Event


@dataclass(frozen=True, slots=True)
class TallyFact:
    """A row of a tally, with the event that holds it."""

    sequence: int
    row: TallyRow


@dataclass(slots=True)
class ItemFact:
    """A flagged item and what became of it. Sequences are of the events that say so."""

    sequence: int
    at: datetime
    case: str
    flagged: ItemFlagged
    detections: list[tuple[int, DetectionRecorded]] = field(default_factory=list)
    decided: tuple[int, ItemDecided] | None = None
    repeats: list[tuple[int, datetime, ItemSeenAgain]] = field(default_factory=list)
    overturned: bool = False

    @property
    def region(self) -> Region:
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
    items: tuple[ReferredItem, ...]
    target: str


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
class RecordFact:
    """A record of the operator, with its versions in their order."""

    versions: list[tuple[int, GovernanceWritten]] = field(default_factory=list)
    retired_at: datetime | None = None

    def version_at(self, day: date) -> tuple[int, GovernanceWritten] | None:
        """Return the last version that applied on a day, with the sequence of its event."""
        return next((v for v in reversed(self.versions) if v[1].effective_from <= day), None)

    def lives_in(self, year: int) -> bool:
        """Return whether it was not retired before a year began."""
        return self.retired_at is None or self.retired_at.year >= year


@dataclass(slots=True)
class Facts:
    """Everything that the return counts. Planted cases are no cases of anybody, and are left out whole."""

    tallies: list[TallyFact] = field(default_factory=list)
    items: dict[str, ItemFact] = field(default_factory=dict)
    reports: list[ReportFact] = field(default_factory=list)
    actions: dict[str, ActionFact] = field(default_factory=dict)
    service_of_case: dict[str, str] = field(default_factory=dict)
    account_of_case: dict[str, str | None] = field(default_factory=dict)
    items_of_case: dict[str, list[str]] = field(default_factory=dict)
    planted: set[str] = field(default_factory=set)
    records: dict[str, RecordFact] = field(default_factory=dict)
    last_sequence: int = 0

    def year_of_case(self, case: str) -> int:
        """Return the year whose key made the pseudonym of a case's account."""
        return min(self.items[item].at.year for item in self.items_of_case[case])


TYPES: tuple[type[Payload], ...] = (
    ItemsTallied,
    CaseOpened,
    ItemFlagged,
    ItemSeenAgain,
    DetectionRecorded,
    ItemDecided,
    CaseReopened,
    ReferralOrdered,
    ReferralOpened,
    ReferralFiled,
    ActionOrdered,
    ActionCarriedOut,
    ActionReversed,
    ComplaintLodged,
    ComplaintDecided,
    GovernanceWritten,
    GovernanceRetired,
)
"""The events that the return is made of."""


def gather(events: Iterable[Event]) -> Facts:
    """Return the facts of events that come in the order of their sequence."""
    facts = Facts()
    ordered: dict[str, ReferralOrdered] = {}
    complaints: dict[str, ComplaintFact] = {}
    attempts: dict[str, ReferralOpened] = {}
    for event in events:
        facts.last_sequence = event.sequence
        if isinstance(event.payload, CaseOpened) and event.payload.planted is not None:
            facts.planted.add(event.subject)
        if event.subject in facts.planted:
            continue
        if isinstance(event.payload, ReferralOpened):
            attempts[event.payload.referral] = event.payload
        _take(facts, ordered, complaints, attempts, event)
    for action in facts.actions.values():
        if action.ordered.item and any(_overturns(x) for x in action.complaints):
            facts.items[action.ordered.item].overturned = True
    return facts


def _overturns(complaint: ComplaintFact) -> bool:
    """Return whether a complaint was upheld because the item is not what it was taken for."""
    if complaint.decided is None or not complaint.decided[2].upheld:
        return False
    reason = complaint.decided[2].reason
    return reason in list(Reason) and Reason(reason).ground is not None


def _take(
    facts: Facts,
    ordered: dict[str, ReferralOrdered],
    complaints: dict[str, ComplaintFact],
    attempts: Mapping[str, ReferralOpened],
    event: Event,
) -> None:
    sequence, at = event.sequence, event.occurred_at
    match event.payload:
        case ItemsTallied(rows=rows):
            facts.tallies += [TallyFact(sequence, row) for row in rows]
        case CaseOpened() as opened:
            facts.service_of_case[event.subject] = opened.service
            facts.account_of_case[event.subject] = opened.account
        case ItemFlagged() as flagged:
            facts.items[flagged.item] = ItemFact(sequence, at, event.subject, flagged)
            facts.items_of_case.setdefault(event.subject, []).append(flagged.item)
        case ItemSeenAgain() as again:
            facts.items[again.item].repeats.append((sequence, at, again))
        case DetectionRecorded() as detection:
            facts.items[detection.item].detections.append((sequence, detection))
        case ItemDecided() as decided:
            facts.items[decided.item].decided = (sequence, decided)
        case CaseReopened(items=undecided):
            # What was decided counts no more; what is decided anew will.
            for item in undecided:
                facts.items[item].decided = None
        case ReferralOrdered() as referral:
            ordered[referral.referral] = referral
        case ReferralFiled() as filed:
            attempt = attempts[filed.referral]
            items = ordered[filed.referral].items if attempt.items is None else attempt.items
            if items:  # a supplement that only withdraws reports nothing
                facts.reports.append(ReportFact(sequence, at, event.subject, items, attempt.target))
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
        case GovernanceWritten() as version:
            facts.records.setdefault(event.subject, RecordFact()).versions.append((sequence, version))
        case GovernanceRetired():
            facts.records[event.subject].retired_at = at
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


def in_year(at: datetime, year: int) -> bool:
    """Return whether a time lies in a calendar year (UTC)."""
    return at.year == year


Services = Mapping[str, str]
"""The services in scope: names by id."""
