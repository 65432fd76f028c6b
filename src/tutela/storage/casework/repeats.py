"""Absolute cases and repeated ones, kept apart: how often the same came again, for any period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from tutela.events.catalogue.intake import CaseOpened, ItemFlagged, ItemSeenAgain
from tutela.storage import schema
from tutela.storage.database import Database


@dataclass(frozen=True, slots=True)
class Counted:
    """What happened in a period: cases opened, items flagged for the first time, and repeats of items.

    A repeat is the same content again from the same account while it awaited its decision or was found harmless; it
    counts in the period in which it came, whenever its item was flagged.
    """

    cases: int = 0
    items: int = 0
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class RepeatCounts:
    """Counts by service, by case, and by account of a service. Cases without a known account are in no account.

    An account is a pseudonym of one reporting year: over a turn of the year the same account counts twice.
    """

    services: Mapping[str, Counted] = field(default_factory=dict)
    accounts: Mapping[tuple[str, str], Counted] = field(default_factory=dict)
    cases: Mapping[str, Counted] = field(default_factory=dict)

    @property
    def repeated_accounts(self) -> int:
        """How many accounts had more than one case opened in the period."""
        return sum(counted.cases > 1 for counted in self.accounts.values())


class RepeatReader:
    """Counts from the record. Planted cases are in no figure."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def between(self, since: datetime, until: datetime, service: str | None = None) -> RepeatCounts:
        """Return what happened at `since <= time < until`, of one service if asked."""
        events, cases = schema.events, schema.cases
        types = {CaseOpened.TYPE: "cases", ItemFlagged.TYPE: "items", ItemSeenAgain.TYPE: "repeats"}
        query = (
            select(cases.c.id, cases.c.service, cases.c.account, events.c.type, func.count().label("n"))
            .join(cases, cases.c.id == events.c.subject)
            .where(
                events.c.type.in_(types),
                events.c.occurred_at >= since,
                events.c.occurred_at < until,
                cases.c.planted.is_(None),
            )
            .group_by(cases.c.id, cases.c.service, cases.c.account, events.c.type)
        )
        if service is not None:
            query = query.where(cases.c.service == service)
        services: dict[str, dict[str, int]] = {}
        accounts: dict[tuple[str, str], dict[str, int]] = {}
        of_cases: dict[str, dict[str, int]] = {}
        with self._database.read() as connection:
            for row in connection.execute(query):
                counters = [services.setdefault(row.service, {}), of_cases.setdefault(row.id, {})]
                if row.account is not None:
                    counters.append(accounts.setdefault((row.service, row.account), {}))
                for counter in counters:
                    counter[types[row.type]] = counter.get(types[row.type], 0) + row.n
        return RepeatCounts(
            {key: Counted(**counter) for key, counter in services.items()},
            {key: Counted(**counter) for key, counter in accounts.items()},
            {key: Counted(**counter) for key, counter in of_cases.items()},
        )
