"""What a person's decision does to a case. Pure: a case and a decision in, events out."""

from __future__ import annotations

from datetime import datetime

from tutela.casework.case import Case, CaseItem, CaseState, Classification, NotPossible
from tutela.casework.policy import Policy
from tutela.events.catalogue import (
    ActionOrdered,
    CaseClosed,
    CaseEscalated,
    ItemDecided,
    Payload,
    ReferralOrdered,
    ReferredItem,
    Verdict,
)
from tutela.events.envelope import NewEvent, new_id

MAX_REMARKS = 4000


def decide(
    case: Case,
    item_id: str,
    verdict: Verdict,
    classification: Classification | None,
    *,
    person: str,
    viewed: bool,
    remarks: bool,
    policy: Policy,
    now: datetime,
) -> list[NewEvent]:
    """Return what is recorded when a person decides on an item.

    The last open item closes the case; a confirmed case orders actions and a report in the same breath.
    `viewed` comes from the record of what was shown. Raises NotPossible if the item is decided already, or if the
    verdict needs a look that this person did not take. Only an item whose bytes equal a listed file's may be decided
    unseen (it may be one that nothing can show), and "not" then needs a reason in words.
    """
    _must_await(case)
    item = case.item(item_id)
    if item.verdict is not None:
        raise NotPossible(f"item {item_id} was decided by {item.decided_by} already")
    if not viewed and not (item.same_bytes and verdict in ("known", "not")):
        raise NotPossible(
            "look at the item first, in the console: only a byte-for-byte copy of a listed file may be decided unseen"
        )
    if not viewed and verdict == "not" and not remarks:
        raise NotPossible('say in the remarks why it is "not": it is decided unseen')
    if verdict == "not" and classification is not None:
        raise NotPossible('a class goes with "known" or "new", not with "not"')
    events = [_event(case, person, now, ItemDecided(
        item=item_id, verdict=verdict, classification=classification, viewed=viewed, remarks=remarks
    ))]  # fmt: skip
    verdicts: dict[str, Verdict] = {i.id: i.verdict for i in case.items if i.verdict is not None}
    verdicts[item_id] = verdict
    if len(verdicts) == len(case.items):
        events += _close(case, verdicts, person, policy, now)
    return events


def _close(case: Case, verdicts: dict[str, Verdict], person: str, policy: Policy, now: datetime) -> list[NewEvent]:
    confirmed = [ReferredItem(item=item, verdict=verdict) for item, verdict in verdicts.items() if verdict != "not"]
    if not confirmed:
        return [_event(case, person, now, CaseClosed(end="dismissed"))]
    payloads: list[Payload] = [CaseClosed(end="confirmed")]
    if policy.remove_content:
        payloads += [
            ActionOrdered(action=new_id(now), kind="remove_content", item=referred.item) for referred in confirmed
        ]
    if policy.suspend_account and case.account is not None:
        payloads.append(ActionOrdered(action=new_id(now), kind="suspend_account", item=None))
    payloads += [
        ReferralOrdered(referral=new_id(now), recipient=recipient, items=tuple(confirmed))
        for recipient in policy.recipients
    ]
    return [_event(case, person, now, payload) for payload in payloads]


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
        raise NotPossible(f"the case is {case.state.value}: nothing is left to decide")


def _event(case: Case, person: str, now: datetime, payload: Payload) -> NewEvent:
    return NewEvent(payload, subject=case.id, occurred_at=now, actor=person)
