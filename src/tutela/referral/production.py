"""Nothing goes to the production of a recipient before two people wanted it, and nothing once one of them does not.

What they want is one endpoint: target, place, user and keys together. Another one is not what they wanted. Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from tutela.access import approvals
from tutela.access.approvals import Approval, NotApproved
from tutela.access.roles import Permission, Person
from tutela.events.catalogue.referral import ProductionClosed, ProductionOpened
from tutela.events.envelope import NewEvent
from tutela.referral.material import FileMaterial, ReportMaterial
from tutela.referral.recipient import Receipt, Recipient, RecipientError, Settled

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


class Gated:
    """A recipient in production: each step asks first whether it may. Implements Recipient.

    The recipient itself is made when it first may, so that before there is nothing that could call.
    """

    def __init__(self, name: str, target: str, is_open: Callable[[], bool], make: Callable[[], Recipient]) -> None:
        self._name = name
        self._target = target
        self._is_open = is_open
        self._make = make
        self._made: Recipient | None = None

    @property
    def target(self) -> str:
        """Where reports go."""
        return self._target

    def close(self) -> None:
        """Free what it holds."""
        if self._made is not None:
            self._made.close()

    @property
    def made(self) -> Recipient | None:
        """The recipient itself, once it was let be made."""
        return self._made

    def lapses(self, opened: datetime, changed: datetime) -> datetime | None:
        """Return when an unfinished report is deleted there."""
        return self._recipient().lapses(opened, changed)

    def open(self, material: ReportMaterial) -> str:
        """Send the report."""
        return self._recipient().open(material)

    def upload(self, report_id: str, file: FileMaterial) -> str:
        """Send a file."""
        return self._recipient().upload(report_id, file)

    def describe(self, report_id: str, file_id: str, file: FileMaterial) -> None:
        """Describe a file."""
        self._recipient().describe(report_id, file_id, file)

    def finish(self, report_id: str) -> Receipt:
        """Finish the report."""
        return self._recipient().finish(report_id)

    def settle(self, report_id: str) -> Settled:
        """Withdraw an attempt, or learn that it was filed."""
        return self._recipient().settle(report_id)

    def _recipient(self) -> Recipient:
        if not self._is_open():
            raise RecipientError(
                NOT_CONFIRMED,
                f"two people must let reports go to the production of {self._name} first",
                retry=True,
                of_recipient=True,
            )
        if self._made is None:
            self._made = self._make()
        return self._made
