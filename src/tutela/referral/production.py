"""Nothing goes to the production of a recipient before two people wanted it, and nothing once one of them does not.

What they want is one endpoint: target, place, user and keys together. Another one is not what they wanted. Pure.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from tutela.access import approvals
from tutela.access.approvals import Approval, NotApproved
from tutela.access.roles import Permission, Person
from tutela.events.catalogue.referral import ProductionClosed, ProductionOpened
from tutela.events.envelope import NewEvent

NOT_CONFIRMED = "not-confirmed"
TRANSPARENCY = "transparency_database"
"""The name under which the database of statements of reasons is confirmed; it is no recipient of reports."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where something goes in production. `keys` is a digest of what is encrypted to, empty where nothing is."""

    recipient: str
    target: str
    place: str
    user: str = ""
    keys: str = ""

    @property
    def digest(self) -> str:
        """The SHA-256 of all of it, hexadecimal."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    def facts(self) -> dict[str, str]:
        """Return what the second person is shown."""
        told = {"target": self.target, "endpoint": self.place, "user": self.user, "keys": self.keys}
        return {name: value for name, value in told.items() if value} | {"digest": self.digest}


def ask(person: Person, endpoint: Endpoint, now: datetime) -> NewEvent:
    """Return what is recorded when a person asks another to let reports go there. Raises NotAllowed."""
    return approvals.ask(person, "production", endpoint.recipient, endpoint.facts(), now)


def open_(
    approval: Approval, person: Person, endpoint: Endpoint, now: datetime, closed_at: datetime | None
) -> list[NewEvent]:
    """Return what is recorded when the one who asked opens what another allowed. Raises NotAllowed, NotApproved.

    `closed_at`: when somebody stopped it last. What was asked before that, two people do not want any more.
    """
    person.require(Permission.MANAGE_PRODUCTION)
    if closed_at is not None and approval.asked_at <= closed_at:
        raise NotApproved("it was stopped after this was asked for: ask again")
    used = approvals.use(approval, "production", endpoint.recipient, person, now)
    if approval.facts.get("digest") != endpoint.digest:
        raise NotApproved("the configuration is not what was allowed any more: ask again")
    payload = ProductionOpened(
        approval=approval.id,
        endpoint=endpoint.place,
        digest=endpoint.digest,
        allowed_by=str(approval.decided_by),
    )
    return [used, NewEvent(payload, endpoint.recipient, now, person.id)]


def close(recipient: str, person: Person, now: datetime) -> NewEvent:
    """Return what is recorded when a person, alone, lets nothing go there any more. Raises NotAllowed."""
    person.require(Permission.MANAGE_PRODUCTION)
    return NewEvent(ProductionClosed(), recipient, now, person.id)
