"""The events of what was drawn, as the system would record them: valid by the catalogue, in their order in time."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tutela.events.catalogue.base import Payload, Region
from tutela.events.catalogue.casework import CaseClosed, EvidenceShown, EvidenceViewed, ItemDecided
from tutela.events.catalogue.intake import CaseOpened, DetectionRecorded, ItemFlagged, ItemsTallied, TallyRow
from tutela.events.catalogue.redress import (
    ActionCarriedOut,
    ActionOrdered,
    ActionReversalOrdered,
    ActionReversed,
    ComplaintDecided,
    ComplaintLodged,
)
from tutela.events.catalogue.referral import (
    ReferralFiled,
    ReferralFinishing,
    ReferralOpened,
    ReferralOrdered,
    ReferredItem,
)
from tutela.events.envelope import SYSTEM, NewEvent
from tutela.statistics.provider_simulation.drawing import Account, Action, Case, Item, Tallied

LIST = "stand-ins"
"""The list that everything matches."""
LONGEST = timedelta(days=10)
"""No case lasts longer."""
REVIEWERS = ("rosa", "ravi", "sven")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Happening:
    """Makes events; what is drawn beside the facts (identifiers, minutes, who reviews) comes from its own source."""

    def __init__(self, rng: random.Random, regime: str, entry: int) -> None:
        """`regime` is that of every item, `entry` the number of the entry that everything matches."""
        self._rng = rng
        self._regime = regime
        self._entry = entry
        self._report = 4_000_000

    def case(self, case: Case, began: datetime) -> list[NewEvent]:
        """Return the events of a case that began at a time."""
        return _Telling(self._rng, self._regime, self._entry, self._number(), began).told(case)

    def batch(self, rows: Sequence[Tallied], flagged: Sequence[tuple[str, str, Region]], at: datetime) -> NewEvent:
        """Return the tally of a batch: what was clean, and each (service, kind, region) that matched."""
        identity = identifier(self._rng, at)
        every = ("pdq", "sha256", "novel")
        told = [(row.service, row.kind, row.region, "clean", row.items) for row in rows]
        told += [(*key, "match", flagged.count(key)) for key in sorted(set(flagged))]
        payload = ItemsTallied(
            batch=identity,
            rows=tuple(
                TallyRow(
                    day=at.date(), service=service, regime=self._regime, kind=kind, region=region,
                    outcome=outcome, technologies=every, items=items, bytes=items * 1000, low_quality=0,
                )
                for service, kind, region, outcome, items in told
            ),
        )  # fmt: skip
        return NewEvent(payload, identity, at, SYSTEM, identifier(self._rng, at))

    def _number(self) -> str:
        self._report += 1
        return str(self._report)


def identifier(rng: random.Random, at: datetime) -> str:
    """Return a UUID version 7 of a time, from a source of chance."""
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)
    value = milliseconds << 80 | 0x7 << 76 | rng.getrandbits(12) << 64 | 0b10 << 62 | rng.getrandbits(62)
    return str(uuid.UUID(int=value))


class _Telling:
    """One case as it goes on."""

    def __init__(self, rng: random.Random, regime: str, entry: int, report: str, began: datetime) -> None:
        self._rng = rng
        self._regime = regime
        self._entry = entry
        self._report = report
        self._now = began
        self._case = self._name()
        self._events: list[NewEvent] = []

    def told(self, case: Case) -> list[NewEvent]:
        account = case.sender.name if case.sender else None
        self._tell(CaseOpened(service=case.service, account=account, layer=case.layer), "key:platform")
        names = [self._flagged(case, item) for item in case.items]
        if case.items[0].outcome is not None:
            self._decided(case, names)
            actions = [(self._ordered(action, names), action) for action in case.actions]
            if case.filed:
                self._filed(case, names)
            for name, action in actions:
                self._acted(name, action)
        return sorted(self._events, key=lambda event: event.occurred_at)

    def _flagged(self, case: Case, item: Item) -> str:
        name, sender = self._name(), case.sender
        self._tell(
            ItemFlagged(
                item=name, service=case.service, regime=self._regime, kind=item.kind, region=item.region,
                layer=case.layer, content=f"{self._rng.getrandbits(128):032x}", sender=sender.name if sender else None,
                sender_region=case.sender_region, recipients_eu=tuple(sorted(one.name for one in item.recipients)),
                recipients_unknown=item.unknown_recipients, sent_at=self._now,
                sender_operation=sender.operation if sender else "not_stated",
                recipients_automated=_operated(item.recipients, "automated"),
                recipients_persons=_operated(item.recipients, "person"),
            ),
            "key:platform",
        )  # fmt: skip
        for technology, version in item.technologies:
            self._tell(
                DetectionRecorded(
                    detection=self._name(), item=name, technology=technology, version=version, threshold=31,
                    hashlist=LIST, entry_id=self._entry, distance=0, orientation="upright", computed="here",
                    quality=100,
                ),
                "key:platform",
            )  # fmt: skip
        return name

    def _decided(self, case: Case, names: Sequence[str]) -> None:
        reviewer = self._rng.choice(REVIEWERS)
        self._wait(minutes=self._rng.randrange(5, 900))
        for name, item in zip(names, case.items, strict=True):
            view = self._tell(EvidenceViewed(item=name, purpose="review"), reviewer)
            self._wait(minutes=1)
            self._tell(EvidenceShown(view=view.id, item=name), reviewer)
            self._tell(
                ItemDecided(
                    item=name, verdict=item.verdict or "not", classification="A1" if item.verdict != "not" else None,
                    viewed=True, remarks=False,
                    ground={"wrong": "error", "lawful": "lawful_here"}.get(item.outcome or ""),
                ),
                reviewer,
            )  # fmt: skip
        self._tell(CaseClosed(end="confirmed" if case.confirmed else "dismissed"), reviewer)

    def _ordered(self, action: Action, names: Sequence[str]) -> str:
        name = self._name()
        item = None if action.item is None else names[action.item]
        kind = "suspend_account" if item is None else "remove_content"
        self._tell(ActionOrdered(action=name, kind=kind, item=item))
        return name

    def _filed(self, case: Case, names: Sequence[str]) -> None:
        referral = self._name()
        items = tuple(ReferredItem(item=names[n], verdict=case.items[n].outcome) for n in case.confirmed)
        self._tell(ReferralOrdered(referral=referral, recipient="cybertipline", items=items))
        self._wait(minutes=2)
        opened = ReferralOpened(
            referral=referral, attempt=1, report_id=self._report, target="sandbox", place="simulated", items=items
        )
        self._tell(opened)
        self._tell(ReferralFinishing(referral=referral, attempt=1))
        self._wait(minutes=1)
        filed = ReferralFiled(
            referral=referral, attempt=1, report_id=self._report, files=len(items), confirmed_by="finish"
        )
        self._tell(filed)

    def _acted(self, name: str, action: Action) -> None:
        if not action.confirmed:
            return
        self._wait(minutes=3)
        self._tell(ActionCarriedOut(action=name), "key:platform")
        if (complaint := action.complaint) is None:
            return
        began, identity = self._now, self._name()
        self._wait(minutes=30)
        lodged = self._tell(
            ComplaintLodged(complaint=identity, action=name, channel=complaint.channel, claim=complaint.claim),
            "key:platform",
        )
        if complaint.hours is not None:
            reason = "wrong_account" if complaint.upheld else "out_of_time"
            payload = ComplaintDecided(complaint=identity, upheld=complaint.upheld, reason=reason)
            # To the microsecond: the average time is among what is known of the return.
            self._now = lodged.occurred_at + timedelta(hours=complaint.hours)
            self._events.append(NewEvent(payload, self._case, self._now, "carla", self._name()))
            if complaint.upheld:
                self._tell(ActionReversalOrdered(action=name), "carla")
            if complaint.undone:
                self._wait(minutes=4)
                self._tell(ActionReversed(action=name), "key:platform")
        # Complaints of one case go on beside each other.
        self._now = began

    def _tell(self, payload: Payload, actor: str = SYSTEM) -> NewEvent:
        self._wait(milliseconds=self._rng.randrange(1, 2000))
        event = NewEvent(payload, self._case, self._now, actor, self._name())
        self._events.append(event)
        return event

    def _wait(self, **span: float) -> None:
        self._now += timedelta(**span)

    def _name(self) -> str:
        return identifier(self._rng, self._now)


def _operated(accounts: Sequence[Account], operation: str) -> tuple[str, ...]:
    return tuple(sorted(one.name for one in accounts if one.operation == operation))
