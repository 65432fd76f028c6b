"""Follows what is decided: draws second reviews, plants golden items and canaries, settles what was decided on them.

Each step is one transaction and can be tried again: a draw comes out alike, and nothing is recorded twice.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from tutela.access.roles import Person
from tutela.casework import reopening, review
from tutela.casework.case import CaseState, Classification, NoSuchItem
from tutela.casework.evidence import EvidenceGone, EvidenceVault, bytes_name, remark_name
from tutela.casework.policy import Policy
from tutela.casework.quality import canary, eligibility, findings, golden, second_review
from tutela.casework.quality.drawing import Draw
from tutela.casework.quality.planting import Likeness
from tutela.casework.quality.ports import Detect, QualityTransactions, QualityUnit
from tutela.casework.quality.rules import QualityRules
from tutela.casework.quality.second_review import Decided, ReviewState, SecondReview
from tutela.casework.queues import Queues
from tutela.casework.review import Decision
from tutela.casework.stream import Arrived, ItemStream
from tutela.content.item import Provenance
from tutela.events.catalogue.base import Layer
from tutela.events.catalogue.casework import ItemDecided
from tutela.events.catalogue.intake import DetectionRecorded
from tutela.events.catalogue.quality import FindingReason, Truth
from tutela.events.envelope import SYSTEM, Clock, Event, new_id
from tutela.regimes.eu_users import EuBasis, Party
from tutela.regimes.services import Service

OVERLAP = timedelta(minutes=15)
"""How far the record is read again: transactions do not end in the order of their times."""
FIRST_LOOK = timedelta(days=7)
"""How far back the first look goes: what was decided before is left in peace."""
LOOK_FOR_GONE = timedelta(hours=1)
"""How often it is asked whether the evidence of what waits is still there."""
LOOK_FOR_UNTAKEN = timedelta(hours=1)
"""How often it is asked what nobody took."""
_ENDS = (CaseState.CONFIRMED, CaseState.DISMISSED, CaseState.REPORTED)


@dataclass(frozen=True, slots=True)
class Followed:
    """What one round did."""

    drawn: int = 0
    planted: int = 0
    settled: int = 0
    canaries: int = 0
    withdrawn: int = 0


class Quality:
    """Second reviews, golden items, canaries, training and findings of one installation."""

    def __init__(
        self,
        transactions: QualityTransactions,
        vault: EvidenceVault,
        rules: QualityRules,
        policy: Policy,
        draw: Draw,
        detect: Detect,
        clock: Clock,
        erase: Callable[[str], None],
        queues: Queues,
    ) -> None:
        self._queues = queues
        self._transactions = transactions
        self._vault = vault
        self._rules = rules
        self._policy = policy
        self._draw = draw
        self._detect = detect
        self._clock = clock
        self._erase = erase

    def follow(self) -> Followed:
        """Do what is due: draw, plant, settle, and tell what became of canaries."""
        withdrawn = self._withdraw_untaken()
        return Followed(self._draw_reviews(), self._plant_golden(), self._settle(), self._follow_canaries(), withdrawn)

    def _withdraw_untaken(self) -> int:
        """End what was planted and nobody took: who sees it stand for weeks knows what it is. It proves nothing."""
        now, number = self._clock(), 0
        with self._transactions.quality() as unit:
            unit.lock("quality")
            looked = unit.mark("untaken")
            if looked is not None and now - looked < LOOK_FOR_UNTAKEN:
                return 0
            waiting = {one.planted_case: one for one in unit.second_reviews(ReviewState.WAITING)}
            # What a senior is asked to settle stays: two people disagree about a case.
            asked = {one.senior_case for one in unit.second_reviews(ReviewState.DISAGREED)}
            for case in unit.untaken(now - self._rules.withdraw_after, now):
                planted = unit.case(case, lock=True)
                if case in asked or not planted.state.awaits_decision:
                    continue
                if case in waiting:
                    unit.append(second_review.withdraw(waiting[case], planted, "not_taken", now))
                else:
                    unit.append(golden.withdraw(planted, now))
                number += 1
            unit.set_mark("untaken", now)
        return number

    def _draw_reviews(self) -> int:
        now, number = self._clock(), 0
        if not any(share for of in self._rules.second_review.values() for share in of.values()):
            return 0
        with self._transactions.quality() as unit:
            unit.lock("quality")
            for first in unit.undrawn(self._since(unit, "drawn", now)):
                like = unit.likeness(first.case, first.item)
                if like is not None and second_review.is_drawn(first, self._rules, self._draw):
                    unit.append(second_review.begin(first, like, self._rules, now))
                    number += 1
            unit.set_mark("drawn", now)
        return number

    def _plant_golden(self) -> int:
        now, number = self._clock(), 0
        if not self._rules.golden_ppm:
            return 0
        with self._transactions.quality() as unit:
            unit.lock("quality")
            deciders = unit.deciders()
            for opened in unit.opened(self._since(unit, "planted", now)):
                if not self._draw.happens(self._rules.golden_ppm, "golden item", opened.event):
                    continue
                people = eligibility.offered_to(
                    deciders, unit.lane(opened.case), self._queues, unit.trainings, self._rules.training, now
                )
                item = golden.choose(unit.golden_items(), people, self._draw, opened.event)
                seen = unit.likeness(opened.case)
                if item is None or seen is None:
                    continue
                like = self._golden_likeness(item.id, opened.event, seen)
                if like is not None:
                    unit.append(golden.begin(item, opened.event, like, now))
                    number += 1
            unit.set_mark("planted", now)
        return number

    def _golden_likeness(self, item: str, cause: str, seen: Likeness) -> Likeness | None:
        try:
            data = self._vault.get(item, bytes_name(item))
        except EvidenceGone:
            return None
        kind, found = self._detect(data, self._draw.generator("how it seems to match", cause))
        detections = tuple(
            DetectionRecorded(
                detection="",
                item="",
                technology=d.technology,
                version=d.version,
                threshold=d.threshold,
                hashlist=d.hashlist,
                entry_id=d.entry,
                distance=d.distance,
                orientation=d.orientation.value,
                computed=d.computed,
                quality=d.quality,
            )
            for d in found
        )
        return replace(seen, kind=kind, detections=detections) if detections else None

    def _settle(self) -> int:
        now, number = self._clock(), 0
        with self._transactions.quality() as unit:
            unit.lock("quality")
            looked = unit.mark("gone")
            look = looked is None or now - looked >= LOOK_FOR_GONE
            for one in unit.second_reviews(ReviewState.WAITING, ReviewState.DISAGREED):
                number += self._settle_one(unit, one, look, now)
            if look:
                unit.set_mark("gone", now)
        return number

    def _settle_one(self, unit: QualityUnit, one: SecondReview, look: bool, now: datetime) -> int:
        at = one.senior_case or one.planted_case
        original = unit.case(one.case, lock=True)
        try:
            item = original.item(one.item)
        except NoSuchItem:
            return self._withdraw(unit, one, at, "evidence_gone", now)
        if (item.decided_by, item.verdict) != (one.person, one.verdict):
            return self._withdraw(unit, one, at, "decided_anew", now)
        event = unit.decision(at, one.senior_item or one.planted_item)
        if event is None:
            gone = look and bytes_name(one.item) not in self._vault.names(one.case)
            return self._withdraw(unit, one, at, "evidence_gone", now) if gone else 0
        if original.state not in _ENDS:
            return 0  # opened again for another of its items: it waits until that is decided
        assert isinstance(event.payload, ItemDecided)  # noqa: S101 - the port's promise, stated for the type checker
        decided = Decided(event.actor, event.payload.verdict, unit.escalated_by(at) is not None)
        if one.state is ReviewState.DISAGREED:
            events = second_review.settle(one, decided, now)
        else:
            like = unit.likeness(one.case, one.item)
            assert like is not None  # noqa: S101 - the item is there
            events = second_review.take_second(one, decided, like, unit.seen_by(one.case, one.item), now)
        unit.append(events)
        if any(getattr(e.payload, "changed", False) for e in events):
            self._decide_anew(unit, one, event, now)
        return 1

    def _withdraw(self, unit: QualityUnit, one: SecondReview, at: str, reason: str, now: datetime) -> int:
        unit.append(second_review.withdraw(one, unit.case(at, lock=True), reason, now))
        return 1

    def _decide_anew(self, unit: QualityUnit, one: SecondReview, event: Event, now: datetime) -> None:
        """Open the case again, and let what the senior decided on the copy stand on the item itself."""
        said = event.payload
        assert isinstance(said, ItemDecided)  # noqa: S101 - the port's promise, stated for the type checker
        case = unit.case(one.case, lock=True)
        unit.append(reopening.reopen(case, [one.item], "second_review", one.id, actor=event.actor, now=now))
        events = review.decide(
            unit.case(one.case),
            one.item,
            _again(said),
            person=event.actor,
            viewed=said.viewed,
            remarks=said.remarks,
            policy=self._policy,
            standing=unit.standing(one.case),
            now=now,
        )
        if said.remarks:
            new = next(e.id for e in events if isinstance(e.payload, ItemDecided))
            # The words may have gone with the copy; that there were some stays on record.
            with suppress(EvidenceGone):
                self._vault.put(one.case, remark_name(new), self._vault.get(event.subject, remark_name(event.id)))
        unit.append(events)

    def _follow_canaries(self) -> int:
        now, number = self._clock(), 0
        with self._transactions.quality() as unit:
            unit.lock("quality")
            for one in unit.canaries("planted", "lost"):
                if one.case is None or one.item is None:
                    continue
                event = unit.decision(one.case, one.item)
                if event is not None and isinstance(event.payload, ItemDecided):
                    case, verdict = unit.case(one.case), event.payload.verdict
                    events = canary.came_through(one, case, verdict, event.actor, self._policy, now)
                else:
                    events = canary.overdue(one, now)
                unit.append(events)
                number += bool(events)
        return number

    def plant_canary(self, stream: ItemStream, service: Service, actor: str = SYSTEM) -> str:
        """Send a canary down the live path of a service, and return its id. Raises casework.intake.Refused."""
        now = self._clock()
        one = new_id(now)
        seed = self._draw.generator("canary", one).getrandbits(32)
        sender = Party(f"tutela-canary-{one}", None, EuBasis.UNKNOWN)
        provenance = Provenance(sender=sender, declared_region="unknown", name="canary.png")
        answer = stream.plant(service, Arrived(one, canary.picture(seed), provenance), actor)
        case, item = answer.recorded.case, answer.recorded.item
        due_at = now + self._rules.canary_within
        with self._transactions.quality() as unit:
            unit.append(canary.planted(one, case, item, due_at, actor, now))
        return one

    def canary_is_due(self) -> bool:
        """Return whether the configuration wants a canary now."""
        if self._rules.canary_every is None:
            return False
        with self._transactions.quality() as unit:
            last = unit.last_canary_at()
        return last is None or self._clock() - last >= self._rules.canary_every

    def add_golden(
        self, by: Person, data: bytes, kind: str, truth: Truth, classification: Classification | None
    ) -> str:
        """Keep a golden item encrypted, and return its id. Raises NotAllowed, ValueError."""
        event = golden.add(by, truth, classification, kind, self._clock())
        self._vault.put(event.subject, bytes_name(event.subject), data)
        with self._transactions.quality() as unit:
            unit.append([event])
        return event.subject

    def retire_golden(self, by: Person, item: str) -> None:
        """Plant a golden item no more, and erase it. Raises NotAllowed, NotPossible, LookupError."""
        with self._transactions.quality() as unit:
            unit.lock("quality")
            unit.append([golden.retire(by, unit.golden_item(item), self._clock())])
        self._erase(item)

    def record_training(
        self, by: Person, person: str, course: str, layers: frozenset[Layer], valid_from: date, valid_until: date | None
    ) -> str:
        """Record a training, and return its id. Raises NotAllowed, ValueError."""
        event = eligibility.record_training(by, person, course, layers, valid_from, valid_until, self._clock())
        with self._transactions.quality() as unit:
            unit.append([event])
        return str(event.payload.model_dump()["training"])

    def withdraw_training(self, by: Person, training: str) -> None:
        """Let a training count no more. Raises NotAllowed, NotPossible, LookupError."""
        with self._transactions.quality() as unit:
            unit.lock("quality")
            unit.append([eligibility.withdraw_training(by, unit.training(training), self._clock())])

    def raise_findings(self, suspicions: list[findings.Suspicion]) -> int:
        """Record what stands out and has no open finding; return how many are new."""
        with self._transactions.quality() as unit:
            unit.lock("quality")
            return len(unit.append(findings.raise_new(suspicions, unit.open_findings(), self._clock())))

    def close_finding(self, by: Person, finding: str, reason: FindingReason) -> None:
        """Close a finding with a reason. Raises NotAllowed, NotPossible, LookupError."""
        with self._transactions.quality() as unit:
            unit.lock("quality")
            known = unit.finding(finding)
            unit.append([findings.close(by, finding, known.person, known.closed, reason, self._clock())])

    @staticmethod
    def _since(unit: QualityUnit, name: str, now: datetime) -> datetime:
        mark = unit.mark(name)
        return now - FIRST_LOOK if mark is None else mark - OVERLAP


def _again(said: ItemDecided) -> Decision:
    """Return what was said of the copy, to be said of the item itself."""
    return Decision(
        verdict=said.verdict,
        classification=Classification(said.classification) if said.classification else None,
        ground=said.ground,
        signs=frozenset(said.signs),
        urgent=said.urgent,
        legality=tuple((one.jurisdiction, one.status) for one in said.legality),
    )
