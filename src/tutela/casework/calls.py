"""Calls to the platform: each fact that it must know of is told once it is recorded, until it answers.

```
waiting -> delivered            the platform answered 2xx
   |  +--> needless             it is not so any more
   +-----> dead -> waiting      tried too often; a person lets it be tried again
```

A call may arrive more than once, under the same id, and in any order: what it says is how things stand when it is sent.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from tutela.events.catalogue.base import Payload
from tutela.events.catalogue.notices import NoticeIssued
from tutela.events.catalogue.platform import CallDelivered, CallFailed, CallNeedless
from tutela.events.catalogue.redress import ActionOrdered, ActionReversalOrdered, ComplaintDecided
from tutela.events.envelope import SYSTEM, Clock, NewEvent
from tutela.events.store import EventWriter

ANNOUNCED: Mapping[type[Payload], str] = {
    ActionOrdered: "action",
    ActionReversalOrdered: "action",
    ComplaintDecided: "complaint",
    NoticeIssued: "about",
}
"""The events that the platform is told of, each with the field that names what it is about.

To tell of another one, add it here, and what its call says in `storage/platform/call_contents.py`.
"""

LEASE = timedelta(minutes=2)
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=6)


class CallState(StrEnum):
    """Where a call stands. `delivered` and `needless` are its ends; a `dead` one waits for a person."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    NEEDLESS = "needless"
    DEAD = "dead"


_S = CallState
TRANSITIONS: Mapping[CallState, frozenset[CallState]] = {
    _S.WAITING: frozenset({_S.DELIVERED, _S.NEEDLESS, _S.DEAD}),
    _S.DELIVERED: frozenset(),
    _S.NEEDLESS: frozenset(),
    _S.DEAD: frozenset({_S.WAITING}),
}
"""Where a call may go from each state; storage writes no other step."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that waits. `kind` is the type of the event that it tells of, `tries` how often it was tried."""

    id: str
    kind: str
    about: str
    case: str
    ordered_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one try. `code` is short and holds nothing that the platform wrote: `http-503`, `timeout`."""

    received: bool
    code: str
    status: int = 0


class Unreadable(RuntimeError):
    """What a call would say cannot be read from the evidence of its case."""


class LeaseLost(RuntimeError):
    """Another worker has taken the call over."""


class CallUnit(EventWriter, Protocol):
    """One transaction of the caller."""

    def claim_next(self, holder: str, now: datetime, until: datetime) -> Call | None:
        """Lease the call that is due longest and that nobody holds."""
        ...

    def end_lease(self, call: str, holder: str) -> None:
        """Give the lease back; raises LeaseLost if it is no longer this holder's."""
        ...


class CallTransactions(Protocol):
    """Begins transactions of the caller."""

    def calls(self) -> AbstractContextManager[CallUnit]:
        """Begin one."""
        ...


Contents = Callable[[Call], Mapping[str, Any] | None]
"""Returns what a call says, from the records as they are now; nothing if that is not so any more. Raises Unreadable."""
Sender = Callable[[str, bytes], Answer]
"""Sends a body under the id of its call."""


def delay(tries: int, chance: float) -> timedelta:
    """Return how long to wait after so many tries (1 or more): doubled each time, up to 6 h, then 50 to 100 % of it.

    `chance` from 0 to 1 spreads the calls that failed together, so that they do not come back together.
    """
    whole = min(FIRST_DELAY * (1 << min(tries - 1, 20)), LONGEST_DELAY)
    return whole * (0.5 + chance / 2)


def body(call: Call, content: Mapping[str, Any]) -> bytes:
    """Return the body of a call: JSON in ASCII, with the time at which the fact was recorded."""
    document = {"type": call.kind, "timestamp": call.ordered_at.isoformat(), "data": content}
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")).encode("ascii")


class Caller:
    """One worker. `holder` is its own name, unique among workers; `tries` how often a call is tried by itself."""

    def __init__(
        self,
        transactions: CallTransactions,
        contents: Contents,
        send: Sender,
        clock: Clock,
        chance: Callable[[], float],
        holder: str,
        tries: int,
    ) -> None:
        self._transactions = transactions
        self._contents = contents
        self._send = send
        self._clock = clock
        self._chance = chance
        self._holder = holder
        self._tries = tries

    def run_one(self) -> tuple[Call, CallState, str] | None:
        """Try one due call; return it with its state then and a short code, or None where none is due.

        What goes wrong on this side (configuration, database, a key) is raised, and the call given back.
        """
        now = self._clock()
        with self._transactions.calls() as unit:
            call = unit.claim_next(self._holder, now, now + LEASE)
        if call is None:
            return None
        answer: Answer | None
        try:
            content = self._contents(call)
            answer = None if content is None else self._send(call.id, body(call, content))
        except Unreadable:
            # Of this case alone: no other call is kept from being sent.
            answer = Answer(received=False, code="evidence-broken")
        except Exception:
            with self._transactions.calls() as unit:
                unit.end_lease(call.id, self._holder)
            raise
        payload, state = self._outcome(call, answer)
        try:
            with self._transactions.calls() as unit:
                unit.end_lease(call.id, self._holder)
                unit.append([NewEvent(payload, call.case, self._clock(), SYSTEM)])
        except LeaseLost:
            return call, CallState.WAITING, "taken-over"
        return call, state, answer.code if answer else ""

    def run_due(self) -> list[tuple[Call, CallState, str]]:
        """Try every call that is due now."""
        done = []
        while (one := self.run_one()) is not None:
            done.append(one)
        return done

    def _outcome(self, call: Call, answer: Answer | None) -> tuple[Payload, CallState]:
        if answer is None:
            return CallNeedless(call=call.id), CallState.NEEDLESS
        if answer.received:
            return CallDelivered(call=call.id, status=answer.status), CallState.DELIVERED
        tries = call.tries + 1
        if tries >= self._tries:
            return CallFailed(call=call.id, tries=tries, code=answer.code, next_at=None), CallState.DEAD
        next_at = self._clock() + delay(tries, self._chance())
        return CallFailed(call=call.id, tries=tries, code=answer.code, next_at=next_at), CallState.WAITING
