"""Requests and orders of authorities: what is recorded when one comes in, is answered, refused or withdrawn. Pure.

A request is a task until it is answered, refused or withdrawn. What it covers is held by an ordinary hold, which two
people want; the hold may outlast the answer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tutela.casework import holds
from tutela.casework.case import NotPossible
from tutela.casework.legal import deadlines
from tutela.events.catalogue.legal import (
    LegalAnswered,
    LegalDetailsErased,
    LegalHandOverAsked,
    LegalHoldAsked,
    LegalOutcome,
    LegalReceived,
    LegalRefused,
    LegalWithdrawal,
    LegalWithdrawn,
)
from tutela.events.catalogue.notices import Authority
from tutela.events.envelope import NewEvent, new_id
from tutela.events.obstacles import Obstacle, Word
from tutela.regimes.legal_process import Does, LegalKind, Refusal, Scope

State = Literal["open", "answered", "refused", "withdrawn"]
HoldState = Literal["standing", "lifted", "ended"]
MAX_NAMED = 100
"""How many accounts, cases or reports one request names at most."""
MAX_TEXT = 200
SENT: tuple[LegalOutcome, ...] = ("handed_over", "partly")
"""The outcomes of an archive that went out."""
_COUNTRY = re.compile(r"[A-Z]{2}")


class NoSuchRequest(Obstacle, LookupError):
    """There is no legal request with this id."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A request as a person enters it. Times are aware.

    `due_at` and `until` are what the document states, where it does. `accounts` are as the platform names them, of
    `service`; `reports` are the numbers that recipients gave.
    """

    kind: str
    authority: Authority
    name: str
    country: str
    reference: str
    received_at: datetime
    due_at: datetime | None = None
    until: datetime | None = None
    service: str = ""
    accounts: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    silent_until: datetime | None = None


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OrderRecord(_Record):
    """What identifies: kept encrypted under a key of the request's own."""

    person: str
    at: datetime
    name: str
    reference: str
    service: str = ""
    accounts: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()

    def only_about(self, case: str, reports: Collection[str | None]) -> frozenset[str] | None:
        """Return the accounts that it is about in a case with reports of these numbers, and nothing else.

        None where it names the case, or one of its reports, as a whole.
        """
        whole = case in self.cases or any(number in self.reports for number in reports)
        return None if whole else frozenset(self.accounts)


class RenewalRecord(_Record):
    """The document by which an authority prolongs a request."""

    person: str
    at: datetime
    reference: str


def order_name(event: str) -> str:
    """Return the name under which a request's own record is kept; `event` is that of its receipt."""
    return f"{event}.order"


def renewal_name(event: str) -> str:
    """Return the name under which the document of a renewal is kept; `event` is that of the asking."""
    return f"{event}.renewal"


def answer_name(event: str) -> str:
    """Return the name under which an answer is kept; `event` is the one that records it."""
    return f"{event}.answer"


@dataclass(frozen=True, slots=True)
class LegalRequest:
    """A request as it stands. `hold_state` is none until a hold was placed; `asked` the approval asked for last."""

    id: str
    kind: str
    does: Does
    scope: Scope | None
    authority: Authority
    country: str
    received_at: datetime
    entered_at: datetime
    entered_by: str
    due_at: datetime
    until: datetime | None
    cases: tuple[str, ...]
    event: str
    accounts: int = 0
    reports: int = 0
    unsearched: tuple[int, ...] = ()
    silent_until: datetime | None = None
    state: State = "open"
    asked: str | None = None
    asked_deed: Literal["place", "extend", "lift", "hand_over"] | None = None
    hold: str | None = None
    hold_state: HoldState | None = None
    renewals: int = 0
    closed_at: datetime | None = None
    closed_by: str | None = None
    outcome: LegalOutcome | None = None
    reason: str | None = None
    digest: str | None = None
    answer_event: str | None = None
    withdrawn_at: datetime | None = None
    erased_at: datetime | None = None

    def is_overdue(self, now: datetime) -> bool:
        """Return whether it waits for an answer whose time is over."""
        return self.state == "open" and self.due_at < now

    @property
    def hold_stands(self) -> bool:
        """Whether what it covers is held."""
        return self.hold_state == "standing"


@dataclass(frozen=True, slots=True)
class Covered:
    """What a request covers in the record: cases in their order, and years whose accounts cannot be looked up."""

    cases: tuple[str, ...]
    unsearched: tuple[int, ...] = ()


def checked(entry: Entry, now: datetime) -> Entry:
    """Return an entry without blanks at the ends of its words and without repeats. Raises NotPossible."""
    name, country = _writable(entry.name.strip()), entry.country.strip().upper()
    reference = reference_in(entry.reference)
    if not name or len(name) > MAX_TEXT:
        raise NotPossible("name the authority, in at most %(n)s characters", n=MAX_TEXT)
    if not _COUNTRY.fullmatch(country):
        raise NotPossible("the country of the authority is two letters, such as SE or US (ISO 3166)")
    if entry.received_at > now:
        raise NotPossible("it was received in the past: look at the time again")
    if entry.received_at < now - deadlines.LONGEST_PAST:
        raise NotPossible(
            "it was received within the last %(days)s days: look at the time again",
            days=deadlines.LONGEST_PAST.days,
        )
    if entry.due_at is not None and entry.due_at > entry.received_at + deadlines.LONGEST_PAST:
        raise NotPossible(
            "it is answered within %(days)s days: look at the time again",
            days=deadlines.LONGEST_PAST.days,
        )
    if entry.silent_until is not None and entry.silent_until <= now:
        raise NotPossible("the user may be told already: leave the day out until which nothing is told")
    accounts, cases, reports = (_named(some) for some in (entry.accounts, entry.cases, entry.reports))
    if not (accounts or cases or reports):
        raise NotPossible("name what it is about: an account, a case or the number of a report")
    if accounts and not _writable(entry.service).strip():
        raise NotPossible("name the service of the accounts")
    return Entry(
        entry.kind, entry.authority, name, country, reference, entry.received_at, entry.due_at, entry.until,
        entry.service.strip(), accounts, cases, reports, entry.silent_until,
    )  # fmt: skip


def receive(
    entry: Entry,
    kind: LegalKind,
    covered: Covered,
    zone: tzinfo,
    *,
    deferred: Sequence[str] = (),
    told: Sequence[str] = (),
    person: str,
    now: datetime,
) -> NewEvent:
    """Return what is recorded when a checked request is entered, under an id of its own. Raises NotPossible."""
    due_at = deadlines.due(kind, entry.received_at, entry.due_at, zone)
    until = deadlines.held_until(kind, entry.received_at, entry.until, zone)
    if kind.does == "produce" and until is not None:
        # What is to be handed over must not go before it is.
        until = max(until, deadlines.end_of(due_at, 0, zone))
    if until is not None and until <= now:
        raise NotPossible("it asks to keep what it covers until %(until)s, which is over", until=f"{until:%Y-%m-%d}")
    payload = LegalReceived(
        kind=kind.id,
        does=kind.does,
        scope=kind.scope,
        authority=entry.authority,
        country=entry.country,
        received_at=entry.received_at,
        due_at=due_at,
        until=until,
        accounts=len(entry.accounts),
        reports=len(entry.reports),
        cases=covered.cases,
        unsearched=covered.unsearched,
        silent_until=entry.silent_until,
        deferred=tuple(deferred),
        told=tuple(told),
    )
    return NewEvent(payload, new_id(now), now, person)


def ask_to_place(request: LegalRequest, approval: str, *, person: str, now: datetime) -> NewEvent:
    """Return what is recorded when a hold is asked for. Raises NotPossible."""
    return NewEvent(LegalHoldAsked(approval=approval, deed="place", until=placeable(request)), request.id, now, person)


def placeable(request: LegalRequest) -> datetime:
    """Return until when a hold would be placed. Raises NotPossible."""
    require_open(request)
    if request.until is None:
        raise NotPossible("a request of this kind asks for no hold")
    if request.hold is not None:
        raise NotPossible("a hold was placed for it already")
    return request.until


def ask_to_extend(
    request: LegalRequest, kind: LegalKind, stated: datetime | None, approval: str, zone: tzinfo, *, person: str,
    now: datetime,
) -> NewEvent:  # fmt: skip
    """Return what is recorded when the authority asked again. Raises NotPossible beyond what the kind lets it."""
    return NewEvent(
        LegalHoldAsked(approval=approval, deed="extend", until=extension(request, kind, stated, zone)),
        request.id, now, person,
    )  # fmt: skip


def extension(request: LegalRequest, kind: LegalKind, stated: datetime | None, zone: tzinfo) -> datetime:
    """Return until when a renewal would hold. Raises NotPossible."""
    if request.state in ("withdrawn", "refused") or request.withdrawn_at is not None:
        raise NotPossible("it was withdrawn or refused: there is nothing to prolong")
    if not request.hold_stands or request.until is None:
        raise NotPossible("no hold stands for it: there is nothing to prolong")
    return deadlines.renewed_until(kind, request.until, request.renewals, stated, zone)


def withdraw(request: LegalRequest, reason: LegalWithdrawal, *, person: str, now: datetime) -> list[NewEvent]:
    """Return what is recorded when a request is taken back; nothing where it was before. Raises NotPossible."""
    if request.withdrawn_at is not None:
        if request.hold_stands:
            return []
        raise NotPossible("it was taken back already")
    if request.state != "open" and not request.hold_stands:
        raise NotPossible(
            "it is %(state)s, and no hold stands for it: there is nothing to take back",
            state=Word("legal_state", request.state),
        )
    return [NewEvent(LegalWithdrawn(reason=reason), request.id, now, person)]


def refuse(request: LegalRequest, why: Refusal, digest: str, *, person: str, now: datetime) -> NewEvent:
    """Return what is recorded when a request is not carried out. Raises NotPossible."""
    require_open(request)
    return NewEvent(LegalRefused(reason=why.id, digest=digest), request.id, now, person)


def ask_hand_over(request: LegalRequest, approval: str, *, person: str, now: datetime) -> NewEvent:
    """Return what is recorded when a hand-over is asked for, or asked for again. Raises NotPossible."""
    require_may_send(request)
    return NewEvent(LegalHandOverAsked(approval=approval), request.id, now, person)


def answer(
    request: LegalRequest,
    outcome: LegalOutcome,
    digest: str,
    *,
    cases: Sequence[str],
    items: int = 0,
    files: int = 0,
    approval: str | None = None,
    person: str,
    now: datetime,
) -> NewEvent:
    """Return what is recorded when a request is answered. Raises NotPossible."""
    if outcome in SENT:
        require_may_send(request)
    else:
        require_open(request)
    payload = LegalAnswered(
        outcome=outcome, digest=digest, cases=tuple(cases), items=items, files=files, approval=approval
    )
    return NewEvent(payload, request.id, now, person)


def erase_details(request: LegalRequest, *, now: datetime) -> NewEvent:
    """Return what is recorded once who asked, and the answer, are gone."""
    return NewEvent(LegalDetailsErased(), request.id, now)


def details_go_at(request: LegalRequest, keep: timedelta) -> datetime | None:
    """Return when who asked, and the answer, go; none while it is open or its hold stands."""
    if request.closed_at is None or request.hold_stands:
        return None
    ended = [request.closed_at, *([request.until] if request.hold and request.until else [])]
    return max(ended) + keep


def require_open(request: LegalRequest) -> None:
    """Raise NotPossible unless it waits for its answer."""
    if request.state != "open":
        raise NotPossible(
            "it is %(state)s already: what comes later is a request of its own",
            state=Word("legal_state", request.state),
        )


def require_may_send(request: LegalRequest) -> None:
    """Raise NotPossible unless it waits for its answer, or was sent one that may have been lost on its way."""
    if request.does != "produce":
        raise NotPossible("it asks to preserve, and nothing is handed over on it: the order to produce is another one")
    if not (request.state == "answered" and request.outcome in SENT):
        require_open(request)


def facts_to_hand_over(request: LegalRequest, cases: Sequence[str]) -> Mapping[str, str]:
    """Return what an approval of a hand-over says: these cases, and with items or without."""
    return {
        "what": "answer",
        "request": request.id,
        "scope": str(request.scope),
        "case_ids": " ".join(cases),
    }


def reference_in(text: str) -> str:
    """Return the reference of a document. Raises NotPossible for what names none, or cannot be written."""
    return holds.document(_writable(text)).reference


def _writable(text: str) -> str:
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise NotPossible("it has characters that no text has: write it anew")
    return text


def _named(some: Sequence[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(_writable(one).strip() for one in some if one.strip()))
    if len(found) > MAX_NAMED or any(len(one) > MAX_TEXT * 5 for one in found):
        raise NotPossible(
            "one request names at most %(n)s of each, of at most %(most)s characters",
            n=MAX_NAMED,
            most=str(MAX_TEXT * 5),
        )
    return found
