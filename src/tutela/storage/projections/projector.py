"""Which change an event makes to which table: one small function for each type of event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import Connection

from tutela.events.catalogue import Payload
from tutela.events.envelope import Event

Apply = Callable[[Connection, Sequence[Event]], None]
_APPLY: dict[type[Payload], Apply] = {}
F = TypeVar("F", bound=Callable[..., None])


def projects(*payloads: type[Payload]) -> Callable[[F], F]:
    """Register a function for types of events. It gets them in runs of one type, in their order."""

    def register(function: F) -> F:
        for payload in payloads:
            if payload in _APPLY:
                raise ValueError(f"{payload.TYPE} is projected twice")
            _APPLY[payload] = function
        return function

    return register


def apply(connection: Connection, events: Iterable[Event]) -> None:
    """Bring the projections up to these events, which must come in the order of their sequence."""
    for payload, run in groupby(events, key=lambda e: type(e.payload)):
        function = _APPLY.get(payload)
        if function is not None:
            function(connection, list(run))


def payloads_of(events: Sequence[Event], cls: type[Any]) -> list[tuple[Event, Any]]:
    """Return the events with their payloads, which are all of the class."""
    return [(event, event.payload) for event in events if isinstance(event.payload, cls)]
