"""Serves the sandbox on a loopback address."""

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, Unpack

import uvicorn
from starlette.applications import Starlette

from tutela.sandboxes.cybertipline.app import BASE_PATH, create_app
from tutela.sandboxes.cybertipline.dropping import DroppableConnection
from tutela.sandboxes.cybertipline.faults import Faults
from tutela.sandboxes.cybertipline.lifecycle import Clock
from tutela.sandboxes.cybertipline.office import Limits
from tutela.sandboxes.cybertipline.store import Store

OnReady = Callable[[int], None]


class Options(TypedDict, total=False):
    """What ``create_app`` takes beside the user, the password and the store's path."""

    clock: Clock
    faults: Faults | None
    more_accounts: Mapping[str, str] | None
    keep_files: Path | None
    limits: Limits | None
    store: Store | None


_START_SECONDS = 20.0


class _Server(uvicorn.Server):
    def __init__(self, app: Starlette, on_ready: OnReady, port: int) -> None:
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
                timeout_graceful_shutdown=5,
            )
        )
        self._on_ready = on_ready
        self._port = port

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready(self._port)


def _loopback(host: str) -> str:
    address = "127.0.0.1" if host == "localhost" else host
    try:
        accepted = ipaddress.ip_address(address).is_loopback
    except ValueError:
        accepted = False
    if not accepted:
        raise ValueError(f"The sandbox listens on loopback addresses only, such as 127.0.0.1; not on {host!r}")
    return address


def _listen(host: str, port: int) -> socket.socket:
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


def serve(
    *,
    host: str = "127.0.0.1",
    port: int,
    user: str,
    password: str,
    store_path: Path | None = None,
    on_ready: OnReady | None = None,
    **options: Unpack[Options],
) -> None:
    """Serve the sandbox until the process is interrupted.

    ``port`` 0 takes a free one; ``on_ready`` is called with the port once connections are accepted.
    ``options`` are those of ``create_app``. Raises ValueError for a host that is no loopback address, and
    OSError where the port cannot be taken.
    """
    with _listen(host, port) as listener:
        app = create_app(user=user, password=password, store_path=store_path, **options)
        try:
            server = _Server(app, on_ready or (lambda _port: None), listener.getsockname()[1])
            server.run(sockets=[listener])
        finally:
            app.state.store.close()


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """A sandbox that serves in a thread of this process."""

    port: int
    app: Starlette

    @property
    def base_url(self) -> str:
        """The address of the service, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}{BASE_PATH}"

    @property
    def sandbox_url(self) -> str:
        """The address of the ledger page, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}/sandbox"


@contextmanager
def running(
    *, user: str, password: str, port: int = 0, store_path: Path | None = None, **options: Unpack[Options]
) -> Iterator[RunningSandbox]:
    """Serve the sandbox on 127.0.0.1 in a thread for as long as the context lasts.

    ``options`` are those of ``create_app``. Raises OSError where the port cannot be taken, and
    TimeoutError where the server does not start within 20 seconds.
    """
    ready = threading.Event()
    with _listen("127.0.0.1", port) as listener:
        app = create_app(user=user, password=password, store_path=store_path, **options)
        taken: int = listener.getsockname()[1]
        server = _Server(app, lambda _port: ready.set(), taken)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            if not ready.wait(_START_SECONDS):
                raise TimeoutError("The sandbox did not start")
            yield RunningSandbox(taken, app)
        finally:
            server.should_exit = True
            thread.join(_START_SECONDS)
            app.state.store.close()
