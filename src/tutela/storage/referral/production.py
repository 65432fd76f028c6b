"""Which productions are open, and what waits for one that is not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select

from tutela.access.approvals import LASTS, Approval
from tutela.access.roles import Person
from tutela.events.envelope import Clock
from tutela.events.obstacles import NotThere
from tutela.referral import production
from tutela.referral.cybertipline.target import CyberTiplineSettings
from tutela.referral.package.target import PackageSettings
from tutela.referral.production import TRANSPARENCY, Endpoint
from tutela.referral.states import ReferralState
from tutela.storage import schema
from tutela.storage.access import approvals
from tutela.storage.database import Database
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.approvals import approvals as approval_table
from tutela.storage.schema.referral import openings
from tutela.storage.settings import Settings

_PENDING = [state.value for state in ReferralState if state.pending]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one production stands. `waiting` is how many reports or statements wait for it.

    `asked` is what was asked for it and has not lapsed. `changed`: it was open for another endpoint than the one that
    is configured.
    """

    endpoint: Endpoint
    is_open: bool
    opened_by: str | None
    allowed_by: str | None
    opened_at: datetime | None
    closed_by: str | None
    closed_at: datetime | None
    changed: bool
    waiting: int
    asked: Approval | None


class Production:
    """Opens and closes productions, each for the endpoint that is configured."""

    def __init__(self, database: Database, settings: Settings, clock: Clock, statements_due: Callable[[], int]) -> None:
        self._database = database
        self._statements_due = statements_due
        self._clock = clock
        self.endpoints = {endpoint.recipient: endpoint for endpoint in endpoints_of(settings)}

    def is_open(self, recipient: str) -> bool:
        """Return whether something may go to a recipient now; to a sandbox or a test system it always may."""
        with self._database.read() as connection:
            return recipient not in self.closed(connection)

    def closed(self, connection: Connection) -> frozenset[str]:
        """Return the recipients to whom nothing may go, as the record says in this transaction."""
        if not self.endpoints:
            return frozenset()
        rows = connection.execute(
            select(openings.c.recipient, openings.c.digest).where(openings.c.closed_at.is_(None))
        ).all()
        held = {row.recipient: row.digest for row in rows}
        return frozenset(name for name, one in self.endpoints.items() if held.get(name) != one.digest)

    def standings(self) -> list[Standing]:
        """Return how each configured production stands, by recipient."""
        if not self.endpoints:
            return []
        due = self._statements_due() if TRANSPARENCY in self.endpoints else 0
        with self._database.read_one_moment() as connection:
            closed = self.closed(connection)
            found = [self._standing(connection, name, name in closed) for name in sorted(self.endpoints)]
        return [replace(one, waiting=due) if one.endpoint.recipient == TRANSPARENCY else one for one in found]

    def ask(self, person: Person, recipient: str) -> str:
        """Ask another person to open it; return the id of the approval.

        Raises NotAllowed, and LookupError where none is configured or where reports went to a stand-in of it.
        """
        with self._database.write() as connection:
            endpoint = self._endpoint(recipient)
            self._require_no_rehearsal(connection, endpoint)
            event = production.ask(person, endpoint, self._clock())
            EventLog(connection, self._clock).append([event])
        return str(event.payload.model_dump()["approval"])

    def open(self, person: Person, approval_id: str) -> None:
        """Open what another person allowed. Raises NotAllowed, NotApproved, LookupError."""
        with self._database.write() as connection:
            found = approvals.find(connection, approval_id, lock=True)
            endpoint = self._endpoint(found.subject)
            self._require_no_rehearsal(connection, endpoint)
            query = select(openings.c.closed_at).where(openings.c.recipient == found.subject)
            closed_at = connection.execute(query.with_for_update()).scalar()
            events = production.open_(found, person, endpoint, self._clock(), closed_at)
            EventLog(connection, self._clock).append(events)

    def close(self, person: Person, recipient: str) -> None:
        """Let nothing go there from now on. Raises NotAllowed, and LookupError where it is not open."""
        with self._database.write() as connection:
            query = select(openings.c.closed_at).where(openings.c.recipient == recipient)
            row = connection.execute(query.with_for_update()).one_or_none()
            if row is None or row.closed_at is not None:
                raise NotThere("the production of %(recipient)s is not open", recipient=recipient)
            EventLog(connection, self._clock).append([production.close(recipient, person, self._clock())])

    @staticmethod
    def _require_no_rehearsal(connection: Connection, endpoint: Endpoint) -> None:
        table = schema.referrals
        elsewhere = connection.execute(
            select(func.count()).where(
                table.c.recipient == endpoint.recipient, table.c.target.is_not(None), table.c.target != endpoint.target
            )
        ).scalar_one()
        if elsewhere:
            raise NotThere(
                "%(n)s reports of this installation went to a stand-in or a test system and "
                "count as told: production begins with an installation of its own",
                n=elsewhere,
            )

    def _endpoint(self, recipient: str) -> Endpoint:
        if recipient not in self.endpoints:
            raise NotThere("no production of %(recipient)s is configured", recipient=recipient)
        return self.endpoints[recipient]

    def _standing(self, connection: Connection, name: str, closed: bool) -> Standing:
        row = connection.execute(select(openings).where(openings.c.recipient == name)).one_or_none()
        referrals = schema.referrals
        waiting = connection.execute(
            select(func.count()).where(referrals.c.recipient == name, referrals.c.state.in_(_PENDING))
        ).scalar_one()
        return Standing(
            endpoint=self.endpoints[name],
            is_open=not closed,
            opened_by=row.opened_by if row else None,
            allowed_by=row.allowed_by if row else None,
            opened_at=row.opened_at if row else None,
            closed_by=row.closed_by if row else None,
            closed_at=row.closed_at if row else None,
            changed=closed and row is not None and row.closed_at is None,
            waiting=waiting,
            asked=self._asked(connection, name),
        )

    def _asked(self, connection: Connection, name: str) -> Approval | None:
        digest = self.endpoints[name].digest
        query = (
            select(approval_table.c.id)
            .where(
                approval_table.c.kind == "production",
                approval_table.c.subject == name,
                approval_table.c.state.in_(("waiting", "allowed")),
                approval_table.c.asked_at >= self._clock() - LASTS,
            )
            .order_by(approval_table.c.id.desc())
        )
        found = [approvals.find(connection, one) for one in connection.execute(query).scalars()]
        return next((one for one in found if one.facts.get("digest") == digest), None)


def endpoints_of(settings: Settings) -> Sequence[Endpoint]:
    """Return the endpoints of what is sent to in production: recipients that the policy names, and the database."""
    found: list[Endpoint] = []
    for name in settings.policy.recipients:
        configured = getattr(settings, name, None)
        if isinstance(configured, CyberTiplineSettings) and configured.target == "production":
            found.append(Endpoint(name, configured.target, configured.place, configured.user))
        elif isinstance(configured, PackageSettings) and configured.target == "production":
            keys = _digest(configured.public_keys)
            found.append(Endpoint(name, configured.target, configured.place, keys=keys))
    if settings.transparency.target == "production":
        found.append(Endpoint(TRANSPARENCY, settings.transparency.target, settings.transparency.url))
    return found


def _digest(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        # Nothing can be encrypted either, which is told where the keys are read.
        return "unreadable"
