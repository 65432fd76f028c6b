"""Notices to users: when there is one, its link, its deferral, and access to data after a suspension. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tutela.casework.actions import Action, ActionState
from tutela.casework.case import NotPossible
from tutela.casework.links import new_link_id
from tutela.events.catalogue.notices import (
    AccessAnswered,
    AccessOutcome,
    AccessRequested,
    Authority,
    NoticeDeferralEnded,
    NoticeDeferred,
    NoticeHandedOver,
    NoticeIssued,
    NoticeKind,
    NoticeLinkRenewed,
    NoticeLinkRevoked,
)
from tutela.events.catalogue.redress import Via
from tutela.events.envelope import NewEvent, new_id


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell a user of. `about` is the action, complaint or request; it is due until it is issued."""

    about: str
    kind: NoticeKind
    case: str
    action: str
    due_at: datetime
    issued_at: datetime | None
    link: str | None
    link_expires_at: datetime | None
    handed_over_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deferral:
    """That nothing is told to the user of a case until `ends`, or until somebody ended it."""

    id: str
    case: str
    ends: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """A user's request for the data of a suspended account."""

    id: str
    case: str
    action: str
    outcome: AccessOutcome | None


def issue(notice: Notice, language: str, link_lasts: timedelta, *, now: datetime) -> list[NewEvent]:
    """Return what is recorded when a notice is there to be handed over; nothing if it is already.

    A link goes with the notice of an action.
    """
    if notice.issued_at is not None:
        return []
    link = new_link_id() if notice.kind == "action_taken" else None
    payload = NoticeIssued(
        about=notice.about,
        kind=notice.kind,
        action=notice.action,
        language=language,
        link=link,
        link_expires_at=_whole(now + link_lasts) if link else None,
    )
    return [NewEvent(payload, notice.case, now)]


def hand_over(notice: Notice, language: str, *, actor: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when the platform takes a notice in a language; again changes nothing."""
    if language in notice.handed_over_in:
        return []
    return [NewEvent(NoticeHandedOver(about=notice.about, language=language), notice.case, now, actor)]


def renew_link(notice: Notice, link_lasts: timedelta, *, person: str, now: datetime) -> NewEvent:
    """Return what is recorded when the link in a notice is replaced. Raises NotPossible where there is none."""
    _must_hold_a_link(notice)
    payload = NoticeLinkRenewed(about=notice.about, link=new_link_id(), link_expires_at=_whole(now + link_lasts))
    return NewEvent(payload, notice.case, now, person)


def revoke_link(notice: Notice, *, person: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when the link in a notice ends at once; nothing if it did. Raises NotPossible."""
    _must_hold_a_link(notice)
    return [NewEvent(NoticeLinkRevoked(about=notice.about), notice.case, now, person)] if notice.link else []


def defer(
    case: str,
    authority: Authority,
    begins: datetime,
    ends: datetime,
    *,
    standing: Deferral | None,
    longest: timedelta,
    issued: bool,
    person: str,
    now: datetime,
) -> NewEvent:
    """Return what is recorded when the notices of a case are deferred; `issued`: the user was told already.

    Raises NotPossible for a request that is over, longer than configured, or comes on top of another or too late.
    """
    if issued:
        raise NotPossible("the user was told already: a notice that was issued cannot be deferred")
    if standing is not None:
        raise NotPossible(
            "the notices of this case are deferred until %(ends)s already: end that first",
            ends=f"{standing.ends:%Y-%m-%d}",
        )
    if ends <= now or ends <= begins:
        raise NotPossible("a deferral ends in the future, and after it begins")
    if ends - max(begins, now) > longest:
        raise NotPossible(
            "one request defers a notice by at most %(days)s days: let the authority ask again before it ends",
            days=longest.days,
        )
    payload = NoticeDeferred(deferral=new_id(now), authority=authority, begins=begins, ends=ends)
    return NewEvent(payload, case, now, person)


def lift(deferral: Deferral, *, person: str, now: datetime) -> NewEvent:
    """Return what is recorded when a person ends a deferral before its time. Raises NotPossible."""
    if deferral.ended_at is not None:
        raise NotPossible("the deferral has ended already")
    return NewEvent(NoticeDeferralEnded(deferral=deferral.id, how="lifted"), deferral.case, now, person)


def expire(deferral: Deferral, *, now: datetime) -> list[NewEvent]:
    """Return what is recorded when the time of a deferral is over; nothing before."""
    if deferral.ended_at is not None or now < deferral.ends:
        return []
    return [NewEvent(NoticeDeferralEnded(deferral=deferral.id, how="expired"), deferral.case, now)]


def request_access(action: Action, *, waiting: bool, via: Via, words: bool, actor: str, now: datetime) -> NewEvent:
    """Return what is recorded when a user asks for their data. Raises NotPossible unless the account is suspended."""
    if action.kind != "suspend_account":
        raise NotPossible("the account is not suspended: its user reaches the data in the account itself")
    if action.state is not ActionState.CARRIED_OUT:
        raise NotPossible(
            "the suspension is %(state)s: the user reaches the data in the account itself", state=action.state
        )
    if waiting:
        raise NotPossible("a request for the data of this account waits for its answer already")
    payload = AccessRequested(request=new_id(now), action=action.id, via=via, words=words)
    return NewEvent(payload, action.case, now, actor)


def answer_access(
    request: AccessRequest, outcome: AccessOutcome, *, answer: bool, person: str, now: datetime
) -> NewEvent:
    """Return what is recorded when staff answer. Raises NotPossible, and for a refusal that gives no reason."""
    if request.outcome is not None:
        raise NotPossible("the request is answered already")
    if outcome in ("refused", "partly") and not answer:
        raise NotPossible("say to the user in the answer why not everything is handed out")
    return NewEvent(AccessAnswered(request=request.id, outcome=outcome, answer=answer), request.case, now, person)


def _must_hold_a_link(notice: Notice) -> None:
    if notice.kind != "action_taken" or notice.issued_at is None:
        raise NotPossible("only a notice of an action that was issued holds a link")


def _whole(moment: datetime) -> datetime:
    # The MAC of the link covers whole seconds, as does what users are told.
    return moment.replace(microsecond=0)
