"""What a person's decision does to a case. Pure: a case and a decision in, events out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tutela.casework import closing
from tutela.casework.case import Case, CaseItem, CaseState, Classification, NotPossible
from tutela.casework.closing import Standing
from tutela.casework.policy import Policy
from tutela.events.catalogue.base import Payload, Verdict
from tutela.events.catalogue.casework import CaseEscalated, ItemDecided, Legality
from tutela.events.envelope import NewEvent

MAX_REMARKS = 4000
Ground = Literal["error", "lawful_here"]
"""Why an item is "not": an error of the technology or its list, or lawful where the operator is bound."""
Sign = Literal["generated", "self_produced"]
LegalStatus = Literal["unlawful", "lawful", "unsure"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says of an item. `legality` is by jurisdiction; `urgent`: a child is in danger now."""

    verdict: Verdict
    classification: Classification | None = None
    ground: Ground | None = None
    signs: frozenset[Sign] = frozenset()
    urgent: bool = False
    legality: tuple[tuple[str, LegalStatus], ...] = ()

    def check(self, policy: Policy) -> None:
        """Raise NotPossible where what it says does not fit together, or not the operator's policy."""
        if self.verdict == "not":
            if self.classification is not None:
                raise NotPossible('a class goes with "known" or "new", not with "not"')
            if self.signs or self.urgent:
                raise NotPossible('signs and urgency go with "known" or "new", not with "not"')
            if self.ground is None:
                raise NotPossible('say why it is "not": an error, or lawful here')
        elif self.ground is not None:
            raise NotPossible('a ground goes with "not" alone')
        if self.classification is not None and not policy.classes:
            raise NotPossible("this operator is not bound by classes: [policy] classes")
        named = [jurisdiction for jurisdiction, _ in self.legality]
        if len(set(named)) < len(named) or not set(named) <= set(policy.jurisdictions):
            raise NotPossible("legality is said once for each jurisdiction, of those in [policy] jurisdictions")
        lawful = any(status == "lawful" for _, status in self.legality)
        if self.ground == "lawful_here" and policy.jurisdictions and not lawful:
            raise NotPossible("lawful here: say under the law of which jurisdiction it is lawful")


def decide(
    case: Case,
    item_id: str,
    decision: Decision,
    *,
    person: str,
    viewed: bool,
    remarks: bool,
    policy: Policy,
    standing: Standing,
    now: datetime,
) -> list[NewEvent]:
    """Return what is recorded when a person decides on an item.

    The last open item closes the case, with all that follows by `closing` from the verdicts in the same breath.
    `viewed` comes from the record of what was shown. Raises NotPossible if the item is decided already, or if the
    verdict needs a look that this person did not take. Only an item whose bytes equal a listed file's may be decided
    unseen (it may be one that nothing can show), and "not" then needs a reason in words.
    """
    _must_await(case)
    verdict = decision.verdict
    item = case.item(item_id)
    if item.verdict is not None:
        raise NotPossible(
            "item %(item)s was decided by %(decided_by)s already", item=item_id, decided_by=str(item.decided_by)
        )
    if not viewed and not (item.same_bytes and verdict in ("known", "not")):
        raise NotPossible(
            "look at the item first, in the console: only a byte-for-byte copy of a listed file may be decided unseen"
        )
    if not viewed and verdict == "not" and not remarks:
        raise NotPossible('say in the remarks why it is "not": it is decided unseen')
    decision.check(policy)
    payload = ItemDecided(
        item=item_id,
        verdict=verdict,
        classification=decision.classification,
        viewed=viewed,
        remarks=remarks,
        ground=decision.ground,
        signs=tuple(sorted(decision.signs)),
        legality=tuple(Legality(jurisdiction=place, status=status) for place, status in sorted(decision.legality)),
        urgent=decision.urgent,
    )
    events = [_event(case, person, now, payload)]
    after = closing.with_decision(case, item_id, verdict, decision.classification, now)
    if not after.undecided:
        events += closing.close(after, standing, policy, person=person, now=now)
    return events


def escalate(
    case: Case, item_id: str | None, opinion: Verdict | None, *, person: str, remarks: bool, now: datetime
) -> list[NewEvent]:
    """Return what is recorded when a reviewer hands the case to a senior, with an opinion or without."""
    _must_await(case)
    if case.state is CaseState.ESCALATED:
        raise NotPossible("the case is escalated already")
    if item_id is not None:
        case.item(item_id)
    elif opinion is not None:
        raise NotPossible("an opinion is on an item: name it")
    return [_event(case, person, now, CaseEscalated(item=item_id, opinion=opinion, remarks=remarks))]


def next_undecided(case: Case, after: str | None = None) -> CaseItem | None:
    """Return the next item to decide, going round from `after`."""
    ids = [item.id for item in case.items]
    start = ids.index(after) + 1 if after in ids else 0
    turned = [*case.items[start:], *case.items[:start]]
    return next((item for item in turned if item.verdict is None), None)


def _must_await(case: Case) -> None:
    if not case.state.awaits_decision:
        raise NotPossible("the case is %(state)s: nothing is left to decide", state=case.state)


def _event(case: Case, person: str, now: datetime, payload: Payload) -> NewEvent:
    return NewEvent(payload, subject=case.id, occurred_at=now, actor=person)
