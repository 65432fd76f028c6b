"""Requests of authorities as people read them: without who asked, which is kept encrypted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from tutela.casework.legal.requests import LegalRequest, NoSuchRequest
from tutela.storage.database import Database
from tutela.storage.schema.legal import legal_cases, legal_requests
from tutela.storage.schema.retention import certificates, clocks

PAGE = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many requests wait for an answer, how many of them too long, and by when the first is answered."""

    open: int
    overdue: int
    next_due: datetime | None


@dataclass(frozen=True, slots=True)
class CoveredCase:
    """A case that a request covers. `held`: its evidence is there; else its certificate of erasure, if there is one."""

    case: str
    held: bool
    certificate: str | None
    erased_at: datetime | None


class LegalReader:
    """Reads the projections."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def one(self, request: str) -> LegalRequest:
        """Return a request; raises NoSuchRequest."""
        with self._database.read() as connection:
            return find(connection, request)

    def open(self, limit: int = PAGE) -> list[LegalRequest]:
        """Return those that wait for an answer, those due first before."""
        table = legal_requests
        query = select(table).where(table.c.state == "open").order_by(table.c.due_at, table.c.id).limit(limit)
        return self._some(query)

    def closed(self, limit: int = PAGE) -> list[LegalRequest]:
        """Return the newest of those that are answered, refused or withdrawn."""
        table = legal_requests
        newest = table.c.closed_at.desc(), table.c.id.desc()
        query = select(table).where(table.c.state != "open").order_by(*newest).limit(limit)
        return self._some(query)

    def waiting(self, now: datetime) -> Waiting:
        """Return how many wait."""
        table = legal_requests
        late = func.count().filter(table.c.due_at < now)
        query = select(func.count(), late, func.min(table.c.due_at)).where(table.c.state == "open")
        with self._database.read() as connection:
            waits, overdue, first = connection.execute(query).one()
        return Waiting(waits, overdue, first)

    def of_case(self, case: str) -> list[LegalRequest]:
        """Return the requests that cover a case, newest first."""
        table = legal_requests
        covering = select(legal_cases.c.request_id).where(legal_cases.c.case_id == case)
        return self._some(select(table).where(table.c.id.in_(covering)).order_by(table.c.id.desc()).limit(PAGE))

    def covered(self, request: LegalRequest) -> list[CoveredCase]:
        """Return the cases that a request covers, with what is left of their evidence."""
        with self._database.read() as connection:
            return covered(connection, request)

    def _some(self, query: Any) -> list[LegalRequest]:
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            cases = _cases_of(connection, [row.id for row in rows])
        return [_request(row, cases.get(row.id, ())) for row in rows]


def find(connection: Connection, request: str, *, lock: bool = False) -> LegalRequest:
    """Return a request with its cases, locked if asked; raises NoSuchRequest."""
    query = select(legal_requests).where(legal_requests.c.id == request)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NoSuchRequest("there is no legal request %(request)s", request=request)
    return _request(row, _cases_of(connection, [row.id]).get(row.id, ()))


def covered(connection: Connection, request: LegalRequest) -> list[CoveredCase]:
    """Return the cases that a request covers, with what is left of their evidence."""
    gone = set(
        connection.execute(
            select(clocks.c.case_id).where(clocks.c.case_id.in_(list(request.cases)), clocks.c.due_at.is_(None))
        ).scalars()
    )
    newest: dict[str, Row[Any]] = {}
    query = select(certificates).where(certificates.c.case_id.in_(list(request.cases)))
    for row in connection.execute(query.order_by(certificates.c.erased_at)):
        newest[row.case_id] = row
    return [
        CoveredCase(
            case,
            case not in gone,
            newest[case].id if case in gone and case in newest else None,
            newest[case].erased_at if case in gone and case in newest else None,
        )
        for case in request.cases
    ]


def _cases_of(connection: Connection, requests: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    query = select(legal_cases).where(legal_cases.c.request_id.in_(requests)).order_by(legal_cases.c.case_id)
    for row in connection.execute(query):
        found[row.request_id] = (*found.get(row.request_id, ()), row.case_id)
    return found


def _request(row: Row[Any], cases: tuple[str, ...]) -> LegalRequest:
    values = {**row._mapping, "cases": cases, "unsearched": tuple(row.unsearched)}
    return LegalRequest(**values)
