"""Breaks the connection to a client without an answer."""

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_EXTENSION = "tutela.sandbox.connection"


class ConnectionDroppedError(ConnectionResetError):
    """Raised out of the app instead of a broken connection, where the server offers no way to break it."""


class DroppableConnection(H11Protocol):
    """uvicorn's HTTP/1.1 connection, which also tells the app how to break it.

    Use it as ``uvicorn.Config(app, http=DroppableConnection)``; ``serve`` and ``running`` do.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection's transport for the app."""
        super().connection_made(transport)
        self.app = _offering(self.app, transport.abort)


def _offering(app: Any, abort: Callable[[], None]) -> Any:
    async def offering(scope: Scope, receive: Receive, send: Send) -> None:
        extensions = {**(scope.get("extensions") or {}), _EXTENSION: {"abort": abort}}
        await app({**scope, "extensions": extensions}, receive, send)

    return offering


class Drop(Response):
    """A response that is none: the client sees the connection break.

    Raises ConnectionDroppedError under a server that is not run with ``DroppableConnection``.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Break the connection."""
        offer = (scope.get("extensions") or {}).get(_EXTENSION)
        if offer is None:
            raise ConnectionDroppedError("A fault that was ordered dropped the connection")
        offer["abort"]()
        # Returning before uvicorn has noticed would make it write a response of its own.
        while (await receive())["type"] != "http.disconnect":
            pass
