"""Which change an event makes to which table: one small function for each type of event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import Connection

from tutela.events.catalogue.base import Payload
from tutela.events.envelope import Event
from tutela.storage.projections import counting

Apply = Callable[[Connection, Sequence[Event]], None]
_APPLY: dict[type[Payload], Apply] = {}
_AFTER: dict[type[Payload], list[Apply]] = {}
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


def follows(*payloads: type[Payload]) -> Callable[[F], F]:
    """Register a function that changes tables of another area after what `projects` registered, in the same way."""

    def register(function: F) -> F:
        for payload in payloads:
            _AFTER.setdefault(payload, []).append(function)
        return function

    return register


def apply(connection: Connection, events: Iterable[Event]) -> None:
    """Bring the projections up to these events, which must come in the order of their sequence."""
    events = list(events)
    for payload, run in groupby(events, key=lambda e: type(e.payload)):
        events_of_type = list(run)
        first = _APPLY.get(payload)
        for function in [*([first] if first else []), *_AFTER.get(payload, [])]:
            function(connection, events_of_type)
    counting.count(connection, events)


def payloads_of(events: Sequence[Event], cls: type[Any]) -> list[tuple[Event, Any]]:
    """Return the events with their payloads, which are all of the class."""
    return [(event, event.payload) for event in events if isinstance(event.payload, cls)]
