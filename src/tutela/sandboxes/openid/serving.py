"""Serves the sandbox on 127.0.0.1."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import uvicorn

from tutela.sandboxes.openid.app import create_app
from tutela.sandboxes.openid.provider import Clock, Provider, User

REDIRECT_PATH = "/sign-in/openid/back"
USERS = {
    "rita": User("rita", ("reviewers",)),
    "sven": User("sven", ("reviewers", "seniors")),
    "ada": User("ada", ("administrators",)),
    "stranger": User("stranger"),
}
_START_SECONDS = 20.0


def _utc_now() -> datetime:
    return datetime.now(UTC)


class _Server(uvicorn.Server):
    def __init__(self, provider: Provider, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                create_app(provider),
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

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()


def _listen(port: int) -> socket.socket:
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


def _provider(
    listener: socket.socket, client_id: str, secret: str, users: Mapping[str, User], clock: Clock
) -> Provider:
    issuer = f"http://127.0.0.1:{listener.getsockname()[1]}"
    return Provider(client_id, secret, users, clock, REDIRECT_PATH, issuer)


def serve(*, port: int, client_id: str, client_secret: str, on_ready: Callable[[str], None]) -> None:
    """Serve the sandbox until the process is interrupted; `on_ready` gets the issuer. Raises OSError."""
    with _listen(port) as listener:
        provider = _provider(listener, client_id, client_secret, USERS, _utc_now)
        _Server(provider, lambda: on_ready(provider.issuer)).run(sockets=[listener])


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """A sandbox that serves in a thread of this process."""

    provider: Provider

    @property
    def issuer(self) -> str:
        """The provider's address, without a slash at the end."""
        return self.provider.issuer


@contextmanager
def running(
    *,
    client_id: str,
    client_secret: str,
    users: Mapping[str, User] = USERS,
    clock: Clock = _utc_now,
    port: int = 0,
) -> Iterator[RunningSandbox]:
    """Serve the sandbox in a thread for as long as the context lasts. Raises OSError, TimeoutError."""
    ready = threading.Event()
    with _listen(port) as listener:
        provider = _provider(listener, client_id, client_secret, users, clock)
        server = _Server(provider, ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            if not ready.wait(_START_SECONDS):
                raise TimeoutError("the sandbox did not start")
            yield RunningSandbox(provider)
        finally:
            server.should_exit = True
            thread.join(_START_SECONDS)
