"""Who works on which case, and how much people looked at, in a transaction of the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, func, or_, select

from tutela.casework.care import Break
from tutela.casework.claims import Claim
from tutela.casework.queues import Lane, Order
from tutela.storage import lanes as in_lanes
from tutela.storage import schema
from tutela.storage.casework.care_reader import last_break, looks_since
from tutela.storage.casework.case_store import CaseStore
from tutela.storage.casework.exclusions import not_for
from tutela.storage.database import upserting
from tutela.storage.schema.review import claims, skips


class ClaimStore(CaseStore):
    """Implements casework.looks.DeskUnit."""

    def looks_since(self, person: str, since: datetime) -> list[datetime]:
        """Return when a person asked for looks."""
        return looks_since(self._connection, person, since)

    def last_break(self, person: str) -> Break | None:
        """Return the latest break of a person."""
        return last_break(self._connection, person)

    def claim(self, case_id: str, now: datetime) -> Claim | None:
        """Return who works on a case."""
        query = select(claims).where(claims.c.case_id == case_id, claims.c.until > now)
        row = self._connection.execute(query).one_or_none()
        return Claim(row.case_id, row.person, row.since, row.until, row.ticket, row.assigned_by) if row else None

    def keep_claim(self, claim: Claim) -> None:
        """Let a claim stand."""
        values = _values(claim)
        statement = upserting(self._connection, claims).values(case_id=claim.case, **values)
        self._connection.execute(statement.on_conflict_do_update(index_elements=["case_id"], set_=values))

    def drop_claim(self, case_id: str) -> None:
        """Let nobody work on a case."""
        self._connection.execute(delete(claims).where(claims.c.case_id == case_id))

    def drop_claims_of(self, person: str) -> None:
        """End the claims of a person that no senior gave them."""
        own = claims.c.person == person, claims.c.assigned_by.is_(None)
        self._connection.execute(delete(claims).where(*own))

    def take_claim(self, claim: Claim, now: datetime) -> bool:
        """Claim a case unless somebody else did. Another transaction's claim on it is waited for.

        The case is read again: it may have been decided meanwhile.
        """
        query = select(schema.cases.c.state).where(schema.cases.c.id == claim.case)
        if self._connection.dialect.name == "postgresql":
            # Who decides the case holds it: others take the next one instead of waiting.
            query = query.with_for_update(skip_locked=True)
        state = self._connection.execute(query).scalar()
        if state not in ("open", "escalated"):
            return False
        values = _values(claim)
        statement = upserting(self._connection, claims).values(case_id=claim.case, **values)
        kept = self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["case_id"],
                set_=values,
                where=or_(claims.c.until <= now, claims.c.person == claim.person),
            ).returning(claims.c.case_id)
        )
        return kept.first() is not None

    def assigned_to(self, person: str, now: datetime) -> list[str]:
        """Return the cases that a senior gave to a person, oldest first."""
        query = (
            select(claims.c.case_id)
            .join(schema.cases, schema.cases.c.id == claims.c.case_id)
            .where(
                claims.c.person == person,
                claims.c.until > now,
                claims.c.assigned_by.is_not(None),
                schema.cases.c.state.in_(["open", "escalated"]),
            )
            .order_by(schema.cases.c.opened_at, schema.cases.c.id)
            .limit(100)
        )
        return list(self._connection.execute(query).scalars())

    def lanes(self) -> list[Lane]:
        """Return the lanes in which cases are."""
        return in_lanes.lanes(self._connection)

    def offered(self, lanes: Sequence[Lane], order: Order, person: str, now: datetime, limit: int) -> list[str]:
        """Return the first cases that nobody works on and the person did not skip."""
        id_ = schema.cases.c.id
        taken = select(claims.c.case_id).where(claims.c.case_id == id_, claims.c.until > now).exists()
        skipped = select(skips.c.case_id).where(skips.c.case_id == id_, skips.c.person == person).exists()
        found = in_lanes.first(self._connection, lanes, order, limit, only=and_(~taken, ~skipped, not_for(person)))
        return [row.id for _, row in found]

    def skips_since(self, person: str, since: datetime) -> int:
        """Return how many cases a person skipped."""
        query = select(func.count()).select_from(skips).where(skips.c.person == person, skips.c.at > since)
        return self._connection.execute(query).scalar_one()

    def is_urgent(self, case_id: str) -> bool:
        """Return whether the case is marked as urgent."""
        query = select(schema.cases.c.urgent).where(schema.cases.c.id == case_id)
        return bool(self._connection.execute(query).scalar())


def _values(claim: Claim) -> dict[str, object]:
    return {
        "person": claim.person,
        "since": claim.since,
        "until": claim.until,
        "ticket": claim.ticket,
        "assigned_by": claim.assigned_by,
    }
