"""Serves the sandbox on 127.0.0.1."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette

from tutela.sandboxes.keyservice.app import create_app

_START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class RunningKeyService:
    """A sandbox that serves in a thread of this process."""

    url: str
    app: Starlette


class _Server(uvicorn.Server):
    def __init__(self, app: Starlette, ready: Callable[[], None]) -> None:
        super().__init__(uvicorn.Config(app, ws="none", lifespan="off", log_level="warning", access_log=False))
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def serve(*, port: int, token: str, key: str, on_ready: Callable[[int], None]) -> None:
    """Serve until the process is interrupted; port 0 takes a free one. Raises OSError where it cannot be taken."""
    with _listening(port) as listener:
        taken: int = listener.getsockname()[1]
        _Server(create_app(token=token, key=key), lambda: on_ready(taken)).run(sockets=[listener])


@contextmanager
def running(*, token: str, key: str = "tutela", denied: Collection[str] = ()) -> Iterator[RunningKeyService]:
    """Serve in a thread for as long as the context lasts. Raises TimeoutError where it does not start."""
    ready = threading.Event()
    with _listening(0) as listener:
        app = create_app(token=token, key=key, denied=denied)
        server = _Server(app, ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            if not ready.wait(_START_SECONDS):
                raise TimeoutError("the sandbox did not start")
            yield RunningKeyService(f"http://127.0.0.1:{listener.getsockname()[1]}", app)
        finally:
            server.should_exit = True
            thread.join(_START_SECONDS)


def _listening(port: int) -> socket.socket:
    # Named as TCP, or asyncio leaves Nagle's algorithm on and each answer waits 40 ms for an acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener
