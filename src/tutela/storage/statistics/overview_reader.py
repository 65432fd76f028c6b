"""Reads the counts by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select

from tutela.storage.database import Database
from tutela.storage.schema.overview import day_counts, technology_days


class OverviewReader:
    """Sums of the counts by day; each query reads one index range."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_day(
        self, names: Collection[str], first: date, last: date, service: str | None = None
    ) -> Mapping[tuple[str, str], Mapping[date, int]]:
        """Return for each (name, layer) the counts by day, both days included."""
        table = day_counts
        query = (
            select(table.c.name, table.c.layer, table.c.day, func.sum(table.c.value).label("value"))
            .where(table.c.name.in_(list(names)), table.c.day >= first, table.c.day <= last)
            .group_by(table.c.name, table.c.layer, table.c.day)
        )
        if service is not None:
            query = query.where(table.c.service == service)
        found: dict[tuple[str, str], dict[date, int]] = defaultdict(dict)
        with self._database.read() as connection:
            for name, layer, day, value in connection.execute(query).all():
                found[name, layer][day] = int(value)
        return found

    def totals(self, names: Collection[str], first: date, last: date, service: str | None = None) -> Mapping[str, int]:
        """Return the sums of a period, both days included."""
        return self._sums(names, and_(day_counts.c.day >= first, day_counts.c.day <= last), service)

    def before(self, names: Collection[str], day: date, service: str | None = None) -> Mapping[str, int]:
        """Return the sums of all days before a day."""
        return self._sums(names, day_counts.c.day < day, service)

    def _sums(self, names: Collection[str], when: ColumnElement[bool], service: str | None) -> Mapping[str, int]:
        table = day_counts
        query = (
            select(table.c.name, func.sum(table.c.value).label("value"))
            .where(table.c.name.in_(list(names)), when)
            .group_by(table.c.name)
        )
        if service is not None:
            query = query.where(table.c.service == service)
        with self._database.read() as connection:
            return {row.name: int(row.value) for row in connection.execute(query)}

    def technologies(self, first: date, last: date) -> Mapping[tuple[str, str], Mapping[str, int]]:
        """Return for each (technology, version) how its items were decided in a period, by the name of the count."""
        table = technology_days
        query = (
            select(table.c.technology, table.c.version, table.c.name, func.sum(table.c.value).label("value"))
            .where(table.c.day >= first, table.c.day <= last)
            .group_by(table.c.technology, table.c.version, table.c.name)
        )
        found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        with self._database.read() as connection:
            for row in connection.execute(query):
                found[row.technology, row.version][row.name] = int(row.value)
        return found
