"""Breaks of reviewers."""

from __future__ import annotations

from tutela.access.roles import Permission, Person
from tutela.casework import care
from tutela.casework.care import CareLimits, Limit
from tutela.casework.looks import DeskTransactions
from tutela.events.catalogue.review import BreakBegan, BreakCause, BreakEnded
from tutela.events.envelope import Clock, NewEvent

_CAUSES: dict[Limit | None, BreakCause] = {
    Limit.LOOKS_PER_HOUR: "looks_per_hour",
    Limit.LOOKS_PER_DAY: "looks_per_day",
    Limit.BREAK_AFTER: "break_after",
}


class Resting:
    """Lets people rest, and puts it on record."""

    def __init__(self, transactions: DeskTransactions, limits: CareLimits, clock: Clock) -> None:
        self._transactions = transactions
        self._limits = limits
        self._clock = clock

    def begin(self, person: Person) -> None:
        """Record that a person rests from now on; again changes nothing. Others may take the cases they had open.

        Raises NotAllowed.
        """
        person.require(Permission.SEE_EVIDENCE)
        with self._transactions.casework() as unit:
            unit.lock(f"looks {person.id}")
            unit.drop_claims_of(person.id)
            now = self._clock()
            last = unit.last_break(person.id)
            if last is None or last.ended_at is not None:
                looks = unit.looks_since(person.id, now - self._limits.horizon)
                found = care.exposure(self._limits, looks, last, now)
                payload = BreakBegan(cause=_CAUSES.get(found.limit, "own_wish"))
                unit.append([NewEvent(payload, person.id, now, person.id)])

    def end(self, person: Person) -> None:
        """Record that a person is back; nothing if they did not rest."""
        person.require(Permission.SEE_EVIDENCE)
        with self._transactions.casework() as unit:
            unit.lock(f"looks {person.id}")
            last = unit.last_break(person.id)
            if last is not None and last.ended_at is None:
                unit.append([NewEvent(BreakEnded(), person.id, self._clock(), person.id)])
