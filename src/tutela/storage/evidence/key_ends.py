"""The master key rotated, and the pseudonyms of a year closed: each wanted by two people, each on record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection, exists, select

from tutela.access import approvals as four_eyes
from tutela.access.roles import Permission, Person
from tutela.casework.case import NotPossible
from tutela.events.catalogue.retention import MasterKeyRotated, PseudonymKeyDestroyed, RotationBegun
from tutela.events.envelope import Clock, NewEvent
from tutela.events.obstacles import Phrase
from tutela.referral.states import ENDS
from tutela.statistics.provider_return.compilation import YearlyReturn
from tutela.statistics.provider_return.wording import as_json
from tutela.storage import schema
from tutela.storage.access import approvals
from tutela.storage.database import Database
from tutela.storage.evidence.keys import KeyRing
from tutela.storage.record.event_log import EventLog

MASTER = "master key"


class KeyEnds:
    """What ends keys other than those of cases."""

    def __init__(self, database: Database, clock: Clock, keys: KeyRing, returns: Callable[[int], YearlyReturn]) -> None:
        self._database = database
        self._clock = clock
        self._keys = keys
        self._returns = returns

    def ask_rotation(self, person: Person) -> str:
        """Ask another person to allow a rotation; return the id of the approval. Raises NotAllowed."""
        person.require(Permission.ROTATE_KEY)
        return self._ask(four_eyes.ask(person, "rotate_key", MASTER, {}, self._clock()))

    def rotate(self, person: Person, approval_id: str | None, progress: Callable[[int], None] = lambda _: None) -> int:
        """Rotate the master key and wrap every key of a case anew; return how many were wrapped now.

        A rotation that was interrupted goes on, without a new approval. `progress` gets the count after each of 256
        folders. Raises NotAllowed, NotApproved, LookupError, BrokenKey.
        """
        person.require(Permission.ROTATE_KEY)
        if self._keys.rotation() is None:
            if approval_id is None:
                raise four_eyes.NotApproved("another person must allow a rotation: ask first, and name the approval")
            with self._database.write() as connection:
                approval = approvals.find(connection, approval_id, lock=True)
                used = four_eyes.use(approval, "rotate_key", MASTER, person, self._clock())
                old = self._keys.master.newest()
                begun = NewEvent(RotationBegun(old=old, new=old + 1), MASTER, self._clock(), person.id)
                EventLog(connection, self._clock).append([used, begun])
                # Last, so that a failure undoes the approval's use; a crash after it leaves a rotation under way.
                self._keys.begin_rotation()
        _, new = self._keys.begin_rotation()
        count = 0
        for wrapped in self._keys.rewrap(new):
            count += wrapped
            progress(count)
        self._keys.end_rotation()
        with self._database.write() as connection:
            done = NewEvent(MasterKeyRotated(new=new, cases=count), MASTER, self._clock(), person.id)
            EventLog(connection, self._clock).append([done])
        return count

    def ask_close(self, person: Person, year: int) -> str:
        """Ask another person to allow that the key of a year is destroyed, with the figures of its return as they are.

        Raises NotAllowed, and NotPossible where the year is not over or something of it is still open.
        """
        person.require(Permission.DESTROY_KEY)
        self._require_closable(year)
        facts = {"year": str(year), "return": digest_of(self._returns(year))}
        return self._ask(four_eyes.ask(person, "destroy_key", f"year:{year}", facts, self._clock()))

    def close_year(self, person: Person, approval_id: str, year: int) -> None:
        """Destroy the pseudonym key of a year whose return is final: the figures are those that were allowed.

        Raises NotAllowed, NotApproved, NotPossible, LookupError.
        """
        person.require(Permission.DESTROY_KEY)
        self._require_closable(year)
        compiled = self._returns(year)
        digest = digest_of(compiled)
        with self._database.write() as connection:
            approval = approvals.find(connection, approval_id, lock=True)
            used = four_eyes.use(approval, "destroy_key", f"year:{year}", person, self._clock())
            if approval.facts.get("return") != digest:
                raise NotPossible("the figures of the return changed since it was allowed: it was not final; ask again")
            payload = PseudonymKeyDestroyed(year=year, digest=digest, up_to=compiled.up_to)
            event = NewEvent(payload, f"year:{year}", self._clock(), person.id)
            EventLog(connection, self._clock).append([used, event])
            # Last: a failure undoes the record. A crash after it leaves a destroyed key that closing again records.
            self._keys.close_year(year)

    def _require_closable(self, year: int) -> None:
        now = self._clock()
        if now.year <= year:
            raise NotPossible("the year %(year)s is not over", year=str(year))
        if self._keys.is_closed(year):
            with self._database.read() as connection:
                events = EventLog(connection, self._clock).read(
                    types=[PseudonymKeyDestroyed.TYPE], subject=f"year:{year}"
                )
                if next(iter(events), None) is not None:
                    raise NotPossible("the key of %(year)s is destroyed already", year=str(year))
        with self._database.read() as connection:
            if open_still := _open_of(connection, year):
                raise NotPossible(
                    "the return of %(year)s is not final: %(open_still)s", year=str(year), open_still=open_still
                )

    def _ask(self, event: NewEvent) -> str:
        with self._database.write() as connection:
            EventLog(connection, self._clock).append([event])
        return str(event.payload.model_dump()["approval"])


def digest_of(compiled: YearlyReturn) -> str:
    """Return the digest of the figures of a return (SHA-256, hexadecimal)."""
    figures = json.dumps(as_json(compiled)["figures"], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(figures.encode()).hexdigest()


def _open_of(connection: Connection, year: int) -> Phrase | None:
    """Return what of a year is still open, in words; None if nothing is."""
    first, last = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    cases, batches = schema.cases, schema.batches
    referrals, complaints = schema.referrals, schema.complaints
    awaiting = select(cases.c.id).where(
        cases.c.state.in_(("open", "held", "escalated")), cases.c.opened_at < last, cases.c.planted.is_(None)
    )
    if connection.execute(awaiting.limit(1)).first() is not None:
        return Phrase("cases of that year still await a decision")
    if connection.execute(select(batches.c.id).where(batches.c.opened_at < last).limit(1)).first() is not None:
        return Phrase("batches of that year are still open")
    of_year = exists().where(cases.c.opened_at >= first, cases.c.opened_at < last)
    waiting = select(complaints.c.id).where(
        complaints.c.upheld.is_(None), of_year.where(cases.c.id == complaints.c.case_id)
    )
    if connection.execute(waiting.limit(1)).first() is not None:
        return Phrase("complaints of that year await a decision")
    unsent = select(referrals.c.id).where(
        referrals.c.state.not_in([state.value for state in ENDS]), of_year.where(cases.c.id == referrals.c.case_id)
    )
    if connection.execute(unsent.limit(1)).first() is not None:
        return Phrase("reports of that year are still to be sent")
    return None
