"""How much people looked at, and who rests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from tutela.access.roles import Person
from tutela.casework.care import Break, CareLimits, Exposure, exposure
from tutela.casework.claims import Claim
from tutela.events.envelope import Clock
from tutela.storage import schema
from tutela.storage.casework.exclusions import not_for
from tutela.storage.database import Database
from tutela.storage.schema.review import breaks, claims

_MOST = 5000
"""How many looks of one person are read at most: with limits there are never so many within a day."""


@dataclass(frozen=True, slots=True)
class PersonAtWork:
    """What somebody looked at, and how many cases they hold."""

    person: Person
    exposure: Exposure
    claims: int


class CareReader:
    """Reads what people looked at."""

    def __init__(self, database: Database, limits: CareLimits, clock: Clock) -> None:
        self._database = database
        self._limits = limits
        self._clock = clock

    def exposure(self, person: str) -> Exposure:
        """Return what a person looked at, and whether they may look now."""
        with self._database.read() as connection:
            return self._exposure(connection, person)

    def team(self, people: Sequence[Person]) -> list[PersonAtWork]:
        """Return how it stands with each of these people."""
        now = self._clock()
        with self._database.read() as connection:
            held = list(connection.execute(select(claims.c.person).where(claims.c.until > now)).scalars())
            return [PersonAtWork(one, self._exposure(connection, one.id), held.count(one.id)) for one in people]

    def _exposure(self, connection: Connection, person: str) -> Exposure:
        now = self._clock()
        looks = looks_since(connection, person, now - self._limits.horizon)
        return exposure(self._limits, looks, last_break(connection, person), now)


def looks_since(connection: Connection, person: str, since: datetime) -> list[datetime]:
    """Return when a person asked for looks after `since`, ascending; the latest 5,000 at most."""
    table = schema.views
    query = select(table.c.at).where(table.c.person == person, table.c.at > since)
    return list(connection.execute(query.order_by(table.c.at.desc()).limit(_MOST)).scalars())[::-1]


def last_break(connection: Connection, person: str) -> Break | None:
    """Return the latest break of a person."""
    query = select(breaks).where(breaks.c.person == person).order_by(breaks.c.began_at.desc(), breaks.c.id.desc())
    row = connection.execute(query.limit(1)).one_or_none()
    return Break(row.began_at, row.ended_at, row.cause) if row else None


def claims_now(database: Database, now: datetime, limit: int, person: str) -> list[Claim]:
    """Return who works on which case, those who began first coming first, but for what is kept from who asks."""
    query = (
        select(claims)
        .join(schema.cases, schema.cases.c.id == claims.c.case_id)
        .where(claims.c.until > now, not_for(person))
        .order_by(claims.c.since, claims.c.case_id)
        .limit(limit)
    )
    with database.read() as connection:
        return [
            Claim(r.case_id, r.person, r.since, r.until, r.ticket, r.assigned_by) for r in connection.execute(query)
        ]
