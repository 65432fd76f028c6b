"""What follows when every item of a case is decided: the difference to what was ordered before. Pure.

A case that is closed for the first time orders everything that its verdicts demand. One that was opened again and
decided anew orders what is missing, undoes what no longer follows, and tells the recipients of earlier reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tutela.casework.actions import Action
from tutela.casework.case import Case, CaseItem, CaseState
from tutela.casework.policy import Policy
from tutela.events.catalogue.base import ActionKind, Payload, Verdict
from tutela.events.catalogue.casework import CaseClosed
from tutela.events.catalogue.redress import ActionOrdered, ActionReversalOrdered
from tutela.events.catalogue.referral import ReferralOrdered, ReferralRetryOrdered, ReferredItem
from tutela.events.envelope import SYSTEM, NewEvent, new_id


@dataclass(frozen=True, slots=True)
class Report:
    """A report of a case, ordered or filed. `stated` and `withdrawn` are the items that its latest attempt says.

    `pending`: it is not filed, and not given up either. `stopped`: it waits for a person.
    """

    id: str
    recipient: str
    filed: bool
    pending: bool
    stopped: bool
    stated: frozenset[str]
    withdrawn: frozenset[str]


@dataclass(frozen=True, slots=True)
class Standing:
    """What was ordered on a case so far. Filed reports come in the order of their filing.

    `overturned` are items whose removal an upheld complaint undid and that were not decided anew since.
    """

    actions: tuple[Action, ...] = ()
    reports: tuple[Report, ...] = ()
    overturned: frozenset[str] = frozenset()

    def told(self, recipient: str) -> frozenset[str]:
        """Return the items that a recipient takes to be confirmed, after every report that it was sent."""
        told: frozenset[str] = frozenset()
        for report in self.reports:
            if report.filed and report.recipient == recipient:
                told = (told | report.stated) - report.withdrawn
        return told

    def confirmed(self, case: Case) -> list[CaseItem]:
        """Return the items whose present verdict confirms them."""
        return [i for i in case.items if i.verdict not in (None, "not") and i.id not in self.overturned]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a report would say if it were sent now.

    `waits`: nothing, but items that it may say await a decision.
    """

    items: tuple[CaseItem, ...]
    withdrawn: tuple[str, ...]
    waits: bool


def with_decision(case: Case, item_id: str, verdict: Verdict, classification: str | None, now: datetime) -> Case:
    """Return the case as it is once an item is decided."""
    items = (
        replace(i, verdict=verdict, classification=classification, decided_at=now) if i.id == item_id else i
        for i in case.items
    )
    return replace(case, items=tuple(items))


def close(case: Case, standing: Standing, policy: Policy, *, person: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when the last item of a case is decided: what follows, and the close itself.

    Of a planted case nothing follows.
    """
    end = CaseClosed(end="confirmed" if any(item.verdict != "not" for item in case.items) else "dismissed")
    payloads: list[Payload] = []
    if case.planted is None:
        payloads += _actions(case, standing, policy, now)
        recipients = dict.fromkeys([*policy.recipients, *(report.recipient for report in standing.reports)])
        for recipient in recipients:
            payloads += _report(case, standing, recipient, now, adds=recipient in policy.recipients)
    return [NewEvent(payload, case.id, now, person) for payload in [*payloads, end]]


def correct(case: Case, standing: Standing, recipient: str, now: datetime) -> list[NewEvent]:
    """Return the supplement that a recipient needs of a closed case, if it was told something else meanwhile.

    For what is not decided through `close`: a report that was under way while the case was decided anew.
    """
    if case.state not in (CaseState.CONFIRMED, CaseState.DISMISSED, CaseState.REPORTED) or case.planted is not None:
        return []
    payloads = _report(case, standing, recipient, now, adds=True)
    return [NewEvent(payload, case.id, now, SYSTEM) for payload in payloads]


def statement(case: Case, standing: Standing, recipient: str) -> Statement:
    """Return what a report to a recipient says by the present verdicts. What awaits a decision is left out."""
    told = standing.told(recipient)
    confirmed = standing.confirmed(case)
    refuted = {i.id for i in case.items if i.verdict == "not"} | standing.overturned
    items = tuple(i for i in confirmed if i.id not in told)
    withdrawn = tuple(i.id for i in case.items if i.id in told & refuted)
    waits = not items and not withdrawn and any(i.verdict is None for i in case.items)
    return Statement(items, withdrawn, waits)


def _actions(case: Case, standing: Standing, policy: Policy, now: datetime) -> list[Payload]:
    confirmed = standing.confirmed(case)
    demanded = _demanded(case, confirmed, policy)
    by_id = {item.id: item for item in confirmed}
    live = {(action.kind, action.item) for action in standing.actions if action.live}
    payloads: list[Payload] = [
        ActionReversalOrdered(action=action.id, cause="decision", reason=None)
        for action in standing.actions
        if action.live and not _stands(action, demanded, by_id)
    ]
    payloads += [
        ActionOrdered(action=new_id(now), kind=kind, item=item)
        for kind, item in demanded
        if (kind, item) not in live and not _settled(standing.actions, kind, item, confirmed)
    ]
    return payloads


def _demanded(case: Case, confirmed: Sequence[CaseItem], policy: Policy) -> list[tuple[ActionKind, str | None]]:
    def follows(kind: ActionKind, item: CaseItem) -> bool:
        return policy.follows(kind, str(item.verdict), item.classification)

    demanded: list[tuple[ActionKind, str | None]] = [
        ("remove_content", item.id) for item in confirmed if follows("remove_content", item)
    ]
    if case.account is not None:
        if any(follows("suspend_account", item) for item in confirmed):
            demanded.append(("suspend_account", None))
        elif any(follows("warn_account", item) for item in confirmed):
            demanded.append(("warn_account", None))
    return demanded


def _stands(action: Action, demanded: Iterable[tuple[ActionKind, str | None]], confirmed: dict[str, CaseItem]) -> bool:
    if (action.kind, action.item) in demanded:
        return True
    # What a senior ordered stands while what it rests on does.
    return action.by_hand and (action.item in confirmed if action.item is not None else bool(confirmed))


def _settled(actions: Iterable[Action], kind: ActionKind, item: str | None, confirmed: Sequence[CaseItem]) -> bool:
    """Return whether a complaint or a senior had this undone, and nobody decided anew since on what it rests."""
    undone = [
        action.undone_at
        for action in actions
        if (action.kind, action.item) == (kind, item) and action.undone_by in ("complaint", "senior")
    ]
    latest = max((at for at in undone if at is not None), default=None)
    rests_on = [i for i in confirmed if item is None or i.id == item]
    return latest is not None and any(i.decided_at is not None and i.decided_at < latest for i in rests_on)


def _report(case: Case, standing: Standing, recipient: str, now: datetime, *, adds: bool) -> list[Payload]:
    earlier = [report for report in standing.reports if report.recipient == recipient]
    pending = [report for report in earlier if report.pending]
    if pending:
        # It says what is true when it is sent; one that was stopped is due again, since its cause may be gone.
        return [ReferralRetryOrdered(referral=report.id) for report in pending if report.stopped]
    said = statement(case, standing, recipient)
    items = tuple(_referred(item) for item in said.items) if adds else ()
    if not items and not said.withdrawn:
        return []
    filed = [report.id for report in earlier if report.filed]
    supplements = filed[-1] if filed else None
    return [
        ReferralOrdered(
            referral=new_id(now), recipient=recipient, items=items, supplements=supplements, withdrawn=said.withdrawn
        )
    ]


def _referred(item: CaseItem) -> ReferredItem:
    return ReferredItem(item=item.id, verdict="known" if item.verdict == "known" else "new")
