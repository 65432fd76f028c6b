"""Sends the statements that are due, each once, and records what could not be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from tutela.events.envelope import Clock
from tutela.referral.production import NOT_CONFIRMED, TRANSPARENCY
from tutela.referral.recipient import RecipientError
from tutela.referral.transparency.statement import (
    NO_WORDS,
    ActionFacts,
    NotForThisService,
    NotStateable,
    build_statement,
    require_words,
)
from tutela.referral.transparency.target import TransparencySettings

FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=6)
NEXT_LOOK = timedelta(days=1)
SILENT = 3


class StatementSource(Protocol):
    """Which actions are to be stated, and what became of it."""

    def due(self) -> list[str]:
        """Return the actions that are to be stated and are not, oldest first."""
        ...

    def facts(self, action: str) -> ActionFacts:
        """Return what a statement may say; raises NotStateable."""
        ...

    def record(self, action: str, target: str, uuid: str | None) -> None:
        """Record that it was sent."""
        ...

    def record_failure(self, action: str, code: str, *, retry: bool) -> None:
        """Record that it could not be sent."""
        ...


class Database(Protocol):
    """The client of the database."""

    def send(self, statement: Mapping[str, Any]) -> str | None:
        """Send a statement; raises RecipientError."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one: `sent`, `waits` (the record or the configuration lacks something), `failed`."""

    action: str
    result: Literal["sent", "waits", "failed"]
    detail: str


class StatementSender:
    """One worker. What failed it leaves alone for a while, longer each time, as long as it lives."""

    def __init__(
        self,
        source: StatementSource,
        settings: TransparencySettings,
        connect: Callable[[], Database],
        is_open: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._source = source
        self._settings = settings
        self._connect = connect
        self._is_open = is_open
        self._clock = clock
        self._client: Database | None = None
        self._waits: dict[str, tuple[datetime, timedelta]] = {}

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def run_due(self) -> Iterator[Sent]:
        """Send what is due, one after another; ends once the database has not answered three times in a row.

        As long as nobody let statements go to production, all of them wait, and nothing is read for them.
        """
        due = self._source.due()
        if due and not self._is_open():
            detail = f"two people must let statements go to the production of {TRANSPARENCY} first"
            yield from (Sent(action, "waits", detail) for action in due)
            return
        silent = 0
        self._waits = {action: wait for action, wait in self._waits.items() if action in set(due)}
        for action in due:
            if action in self._waits and self._waits[action][0] > self._clock():
                continue
            try:
                yield self._send(action)
                silent = 0
            except RecipientError as error:
                yield self._failed(action, "failed", error.code, str(error), retry=error.retry)
                silent = silent + 1 if error.code == "no-answer" else 0
                if silent == SILENT or error.code == NOT_CONFIRMED:
                    return
            except NotStateable as error:
                yield self._failed(action, "waits", error.code, str(error), retry=False)
            except NotForThisService:
                # It is never due; and if it were, nothing of it is said, not even to say that it failed.
                continue

    def _send(self, action: str) -> Sent:
        require_words(self._settings)
        statement = build_statement(self._source.facts(action), self._settings)
        if not self._is_open():
            raise RecipientError(
                NOT_CONFIRMED,
                f"two people must let statements go to the production of {TRANSPARENCY} first",
                retry=True,
            )
        if self._client is None:
            self._client = self._connect()
        uuid = self._client.send(statement)
        self._source.record(action, self._settings.target, uuid)
        with suppress(KeyError):
            del self._waits[action]
        return Sent(action, "sent", uuid or "it was there already")

    def _failed(self, action: str, result: Literal["waits", "failed"], code: str, detail: str, *, retry: bool) -> Sent:
        _, before = self._waits.get(action, (None, FIRST_DELAY / 2))
        # To look at the record once more reads evidence, which goes on record: what it lacks will hardly come.
        delay = NEXT_LOOK if result == "waits" and code != NO_WORDS else min(before * 2, LONGEST_DELAY)
        self._waits[action] = (self._clock() + delay, delay)
        self._source.record_failure(action, code, retry=retry)
        return Sent(action, result, detail if result == "waits" else f"{code}: {detail}")
