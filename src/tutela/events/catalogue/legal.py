"""Legal process: what authorities ask for in law, and how it was answered.

The subject is the request. Who asked, under what reference and about which accounts is kept encrypted under a key of
its own; the record holds coded facts and cases alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from tutela.events.catalogue.base import Payload, event
from tutela.events.catalogue.notices import Authority

LegalOutcome = Literal["preserved", "handed_over", "partly", "nothing_held"]
LegalWithdrawal = Literal["withdrawn", "proceedings_ended", "entered_wrongly"]


@event("legal.received")
class LegalReceived(Payload):
    """A request or an order of an authority was entered; it occurred when it was entered.

    `kind` is one of the table of legal process. `received_at` is when the document came, `due_at` by when it is
    answered, `until` how long it is to be held for. `cases` are those that it covers: named, of its accounts, of its
    reports. `accounts` and `reports` count what it names. `unsearched` are years whose accounts nobody can look up any
    more. `silent_until`: until when the user may be told nothing; `deferred` are the cases whose notices wait for that,
    `told` those whose user knew before.
    """

    kind: str
    does: Literal["preserve", "produce"]
    scope: Literal["content", "records"] | None
    authority: Authority
    country: str
    received_at: datetime
    due_at: datetime
    until: datetime | None
    accounts: int = Field(ge=0)
    reports: int = Field(ge=0)
    cases: tuple[str, ...]
    unsearched: tuple[int, ...] = ()
    silent_until: datetime | None = None
    deferred: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


@event("legal.hold_asked")
class LegalHoldAsked(Payload):
    """Another person was asked to allow that what the request covers is held, held for longer, or let go."""

    approval: str
    deed: Literal["place", "extend", "lift"]
    until: datetime | None


@event("legal.hold_placed")
class LegalHoldPlaced(Payload):
    """The hold that another person allowed stands on what is left of the cases that the request covers."""

    hold: str
    until: datetime


@event("legal.renewed")
class LegalRenewed(Payload):
    """The hold stands for longer, because the authority asked again."""

    hold: str
    until: datetime


@event("legal.hand_over_asked")
class LegalHandOverAsked(Payload):
    """Another person was asked to allow that what is held is handed over."""

    approval: str


@event("legal.answered")
class LegalAnswered(Payload):
    """The authority was answered from the record.

    `digest` is the SHA-256 of what was sent: the encrypted archive of what was handed over, else the answer itself.
    `cases` are those that it is about, `items` and `files` how many items it tells of and how many files it holds.
    `partly`: of some of what the request covers, the evidence was erased before.
    """

    outcome: LegalOutcome
    digest: str
    cases: tuple[str, ...]
    items: int = Field(ge=0)
    files: int = Field(ge=0)
    approval: str | None = None


@event("legal.refused")
class LegalRefused(Payload):
    """The request is not carried out, for a reason of the table; `digest` is the SHA-256 of the answer."""

    reason: str
    digest: str


@event("legal.withdrawn")
class LegalWithdrawn(Payload):
    """The authority took the request back, its proceedings ended, or it was entered wrongly."""

    reason: LegalWithdrawal


@event("legal.details_erased")
class LegalDetailsErased(Payload):
    """Who asked, about which accounts, and the text of the answer are gone. What this record says stays."""
