"""Clocks as people read them, the policy that they follow, and what the server does about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Row, select

from tutela.access.approvals import Approval
from tutela.casework.case import NoSuchCase
from tutela.casework.clocks import CaseFacts, RetentionPolicy
from tutela.casework.clocks import Clock as EvidenceClock
from tutela.casework.clocks import clock as clock_of
from tutela.casework.evidence import EvidenceGone, HoldRecord, hold_name
from tutela.casework.holds import Hold
from tutela.events.catalogue.retention import ErasureCertified, RetentionPolicySet
from tutela.events.envelope import Clock, NewEvent
from tutela.events.obstacles import NotThere
from tutela.regimes.retention import RetentionTable
from tutela.storage import schema
from tutela.storage.database import Database
from tutela.storage.evidence.case_facts import facts_of
from tutela.storage.evidence.erasure import Erasure
from tutela.storage.evidence.evidence_door import EvidenceDoor
from tutela.storage.evidence.holds import Holds, NoSuchHold, hold_of
from tutela.storage.evidence.shards import SHARDS
from tutela.storage.evidence.vault import Vault
from tutela.storage.projections.retention import policy_of
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.retention import certificates, clock_policy, clocks, holds

PAGE = 100


@dataclass(frozen=True, slots=True)
class CaseClock:
    """When the evidence of a case goes, and why. `clock` is none once it is erased."""

    case: str
    state: str
    facts: CaseFacts | None
    clock: EvidenceClock | None
    erased_at: datetime | None
    holds: tuple[Hold, ...]


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate in a list."""

    id: str
    case: str
    erased_at: datetime
    rule: str
    items: int


class Retention:
    """What concerns clocks, holds and erasures of one installation."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        vault: Vault,
        erasure: Erasure,
        policy: RetentionPolicy,
        table: RetentionTable,
    ) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self.erasure = erasure
        self.policy = policy
        self.table = table
        self._round = 0

    @cached_property
    def holds(self) -> Holds:
        """What people do with holds."""
        return Holds(self._database, self._vault, self._clock)

    def follow_policy(self) -> bool:
        """Put the configured policy on record if clocks follow another one; every clock is set anew by it."""
        policy, table = self.policy.model_dump(mode="json"), self.table.model_dump(mode="json", by_alias=True)
        with self._database.write() as connection:
            row = connection.execute(select(clock_policy).with_for_update()).one_or_none()
            if row is not None and (row.policy, row.table) == (policy, table):
                return False
            payload = RetentionPolicySet(policy=policy, table=table)
            EventLog(connection, self._clock).append([NewEvent(payload, "retention", self._clock())])
        return True

    def run(self, limit: int | None = None, *, thorough: bool = False) -> list[str]:
        """Erase what is due; return the ids of the certificates.

        What came back with an older copy is looked for in all folders if `thorough`, else in the next one of 256.
        """
        self.follow_policy()
        self.erasure.follow_copies()
        self.erasure.check(SHARDS if thorough else (SHARDS[self._round % len(SHARDS)],))
        self._round += 1
        return self.erasure.run(limit)

    def preview(
        self, until: datetime, *, after: tuple[datetime, str] | None = None, limit: int = PAGE
    ) -> list[CaseClock]:
        """Return what goes until then, the earliest first; `after` is the end and the case of the last one shown."""
        query = select(clocks.c.case_id).where(clocks.c.due_at <= until)
        if after is not None:
            at, case = after
            later = (clocks.c.due_at > at) | ((clocks.c.due_at == at) & (clocks.c.case_id > case))
            query = query.where(clocks.c.due_at >= at, later)
        return self._clocks(query.order_by(clocks.c.due_at, clocks.c.case_id).limit(limit))

    def conflicts(self, limit: int = PAGE) -> list[CaseClock]:
        """Return the clocks on which a duty to preserve goes beyond a cap, the earliest end first."""
        query = select(clocks.c.case_id).where(clocks.c.conflict, clocks.c.due_at.is_not(None))
        return self._clocks(query.order_by(clocks.c.due_at).limit(limit))

    def of_case(self, case: str) -> CaseClock:
        """Return the clock of a case; raises NoSuchCase."""
        found = self._clocks(select(clocks.c.case_id).where(clocks.c.case_id == case))
        if not found:
            raise NoSuchCase("there is no case %(case)s, or it has no clock", case=case)
        return found[0]

    def standing(self, limit: int = PAGE) -> list[Hold]:
        """Return the holds that stand, those that end first before; one with several cases once."""
        # Of each hold the case with the smallest id brings the row, and the others are counted with it.
        query = select(holds).where(holds.c.state == "standing").order_by(holds.c.until, holds.c.id, holds.c.case_id)
        with self._database.read() as connection:
            rows = connection.execute(query.limit(limit)).all()
        grouped: dict[str, list[Row[Any]]] = {}
        for row in rows:
            grouped.setdefault(row.id, []).append(row)
        return [hold_of(of[0], tuple(row.case_id for row in of)) for of in grouped.values()]

    def cases_of(self, hold: str) -> list[str]:
        """Return the cases of a hold; raises NoSuchHold."""
        query = select(holds.c.case_id).where(holds.c.id == hold).order_by(holds.c.case_id)
        with self._database.read() as connection:
            found = list(connection.execute(query).scalars())
        if not found:
            raise NoSuchHold("there is no hold %(hold)s", hold=hold)
        return found

    def reference(self, door: EvidenceDoor, hold: Hold, actor: str) -> str:
        """Return the document that a hold rests on, recorded as read; empty where it went with the evidence."""
        name = hold_name(hold.event)
        read = door.open(hold.cases[0], [name], "audit", actor)
        try:
            return HoldRecord.model_validate_json(read(name)).reference
        except EvidenceGone:
            return ""

    def asked_reference(self, door: EvidenceDoor, approval: Approval, actor: str) -> str:
        """Return the document that an approval of a hold is about, recorded as read; empty where it is gone."""
        try:
            case, name = self.holds.kept_under(approval)
            return HoldRecord.model_validate_json(door.open(case, [name], "audit", actor)(name)).reference
        except LookupError:
            return ""

    def recent(self, limit: int = 20, case: str | None = None) -> list[CertificateRow]:
        """Return the newest certificates, of one case if asked."""
        query = select(certificates).order_by(certificates.c.erased_at.desc(), certificates.c.id.desc()).limit(limit)
        if case is not None:
            query = query.where(certificates.c.case_id == case)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [CertificateRow(r.id, r.case_id, r.erased_at, r.rule, r.items) for r in rows]

    def certificate(self, certificate: str) -> ErasureCertified:
        """Return a certificate; raises LookupError."""
        with self._database.read() as connection:
            body = connection.execute(select(certificates.c.body).where(certificates.c.id == certificate)).scalar()
        if body is None:
            raise NotThere("there is no certificate %(certificate)s", certificate=certificate)
        return ErasureCertified.model_validate(body)

    def case_of(self, certificate: str) -> str:
        """Return the case of a certificate; raises LookupError."""
        query = select(certificates.c.case_id).where(certificates.c.id == certificate)
        with self._database.read() as connection:
            case = connection.execute(query).scalar()
        if case is None:
            raise NotThere("there is no certificate %(certificate)s", certificate=certificate)
        return str(case)

    def horizon(self, days: int) -> datetime:
        """Return the moment so many days ahead."""
        return self._clock() + timedelta(days=days)

    def _clocks(self, query: Any) -> list[CaseClock]:
        with self._database.read() as connection:
            policy, table = policy_of(connection)
            cases = list(connection.execute(query).scalars())
            if not cases:
                return []
            facts: Mapping[str, CaseFacts] = facts_of(connection, cases)
            held: dict[str, list[Hold]] = {}
            for row in connection.execute(select(holds).where(holds.c.case_id.in_(cases)).order_by(holds.c.id)):
                held.setdefault(row.case_id, []).append(hold_of(row, (row.case_id,)))
            columns = clocks.c.case_id, clocks.c.due_at, clocks.c.erased_at, clocks.c.erasing, schema.cases.c.state
            joined = select(*columns).join(schema.cases, schema.cases.c.id == clocks.c.case_id)
            rows = {row.case_id: row for row in connection.execute(joined.where(clocks.c.case_id.in_(cases)))}
        return [
            CaseClock(
                case=case,
                state=rows[case].state,
                facts=facts.get(case),
                clock=clock_of(facts[case], table, policy) if rows[case].due_at is not None else None,
                erased_at=rows[case].erased_at,
                holds=tuple(held.get(case, ())),
            )
            for case in cases
        ]
