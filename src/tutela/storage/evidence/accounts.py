"""Which cases are of an account: by its pseudonyms of every year whose key is there."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from tutela.casework.pseudonyms import KeyDestroyed, Pseudonyms
from tutela.storage import schema
from tutela.storage.evidence.keys import KeyRing


def years_of(connection: Connection, now: int) -> list[int]:
    """Return the reporting years from the first case on; `now` is the present one."""
    table = schema.cases
    first = connection.execute(select(table.c.opened_at).order_by(table.c.id).limit(1)).scalar()
    return list(range(first.year if first else now, now + 1))


def pseudonyms_of(keys: KeyRing, year: int) -> Pseudonyms | None:
    """Return what makes the pseudonyms of a year; none once its key was destroyed."""
    try:
        return Pseudonyms(keys, year)
    except KeyDestroyed:
        return None


def cases_of(
    connection: Connection, keys: KeyRing, service: str, accounts: Sequence[str], now: int
) -> tuple[list[str], list[int]]:
    """Return the cases of accounts of a service, oldest first, and the years in which nobody can look them up."""
    years = {year: pseudonyms_of(keys, year) for year in years_of(connection, now)}
    wanted = [one.account(service, account) for one in years.values() if one is not None for account in accounts]
    table = schema.cases
    query = select(table.c.id).where(table.c.service == service, table.c.account.in_(wanted))
    found = list(connection.execute(query.order_by(table.c.id)).scalars())
    return found, [year for year, one in years.items() if one is None]
