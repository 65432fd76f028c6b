"""Serves a sandbox on a loopback address: until the process is interrupted, or in a thread of it."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from tutela.sandboxes.dropping import DroppableConnection

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


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    """Return a socket that listens; port 0 takes a free one.

    Raises ValueError for a host that is no loopback address, and OSError where the port cannot be taken.
    """
    address = _loopback(host)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on and each answer waits 40 ms for an acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener


def port_of(listener: socket.socket) -> int:
    """Return the port on which a socket listens."""
    port: int = listener.getsockname()[1]
    return port


def serve(app: Starlette, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    """Serve until the process is interrupted; `on_ready` is called once connections are accepted."""
    _Server(app, on_ready).run(sockets=[listener])


@contextmanager
def in_a_thread(app: Starlette, listener: socket.socket) -> Iterator[None]:
    """Serve for as long as the context lasts. Raises TimeoutError where that does not begin within 20 seconds."""
    ready = threading.Event()
    server = _Server(app, ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        if not ready.wait(_START_SECONDS):
            raise TimeoutError("the sandbox did not start")
        yield
    finally:
        server.should_exit = True
        thread.join(_START_SECONDS)


def _loopback(host: str) -> str:
    address = "127.0.0.1" if host == "localhost" else host
    try:
        accepted = ipaddress.ip_address(address).is_loopback
    except ValueError:
        accepted = False
    if not accepted:
        raise ValueError(f"The sandbox listens on loopback addresses only, such as 127.0.0.1; not on {host!r}")
    return address
