"""Actions by hand: a senior orders one, or has one undone, for a reason."""

from __future__ import annotations

from tutela.access.roles import Permission, Person
from tutela.casework import actions
from tutela.casework.actions import OrderReason, ReversalReason
from tutela.casework.ports import Transactions
from tutela.events.catalogue.base import ActionKind
from tutela.events.envelope import Clock


class ActionDesk:
    """What a senior may do with actions beside what follows from decisions."""

    def __init__(self, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    def order(self, person: Person, case_id: str, kind: ActionKind, item_id: str | None, reason: OrderReason) -> str:
        """Order an action by hand and return its id. Raises NotAllowed, NoSuchCase, NoSuchItem, NotPossible."""
        person.require(Permission.DECIDE_ESCALATED)
        with self._transactions.casework() as unit:
            case = unit.case(case_id, lock=True)
            standing = unit.standing(case_id).actions
            (event,) = unit.append(
                actions.order(case, standing, kind, item_id, reason, person=person.id, now=self._clock())
            )
            return str(event.payload.model_dump()["action"])

    def reverse(self, person: Person, action_id: str, reason: ReversalReason) -> None:
        """Have an action undone by hand. Raises NotAllowed, LookupError, NotPossible."""
        person.require(Permission.DECIDE_ESCALATED)
        with self._transactions.casework() as unit:
            # The case first, as where cases are closed: both may be about to change its actions.
            unit.case(unit.action(action_id).case, lock=True)
            action = unit.action(action_id, lock=True)
            unit.append(actions.reverse(action, reason, person=person.id, now=self._clock()))
