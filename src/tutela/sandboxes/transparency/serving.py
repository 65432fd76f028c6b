"""Serves the stand-in of the database on 127.0.0.1."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette

from tutela.sandboxes.cybertipline.dropping import DroppableConnection
from tutela.sandboxes.platform.faults import Faults
from tutela.sandboxes.transparency.app import TOKEN, Clock, create_app, utc_now
from tutela.sandboxes.transparency.ledger import Ledger

_START_SECONDS = 20.0


class _Server(uvicorn.Server):
    def __init__(self, app: Starlette, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=DroppableConnection,
                ws="none",
                lifespan="off",
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener


def serve(*, port: int, token: str = TOKEN, on_ready: Callable[[int], None]) -> None:
    """Serve until the process is interrupted; `port` 0 takes a free one, which `on_ready` is told. Raises OSError."""
    app = create_app(token=token)
    with _listen(port) as listener:
        taken = listener.getsockname()[1]
        _Server(app, lambda: on_ready(taken)).run(sockets=[listener])


@dataclass(frozen=True, slots=True)
class RunningDatabase:
    """A stand-in that serves in a thread of this process."""

    port: int
    ledger: Ledger
    faults: Faults

    @property
    def url(self) -> str:
        """Where statements are sent, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_url(self) -> str:
        """What it got, as a page."""
        return f"http://127.0.0.1:{self.port}/sandbox"


@contextmanager
def running(*, token: str = TOKEN, clock: Clock = utc_now, port: int = 0) -> Iterator[RunningDatabase]:
    """Serve on 127.0.0.1 in a thread for as long as the context lasts. Raises OSError, TimeoutError."""
    ready = threading.Event()
    app = create_app(token=token, clock=clock)
    with _listen(port) as listener:
        server = _Server(app, ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            if not ready.wait(_START_SECONDS):
                raise TimeoutError("The sandbox did not start")
            yield RunningDatabase(listener.getsockname()[1], app.state.ledger, app.state.faults)
        finally:
            server.should_exit = True
            thread.join(_START_SECONDS)
