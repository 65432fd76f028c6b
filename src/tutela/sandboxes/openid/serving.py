"""Serves the sandbox on 127.0.0.1."""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from tutela.sandboxes import loopback
from tutela.sandboxes.clock import Clock, utc_now
from tutela.sandboxes.openid.app import create_app
from tutela.sandboxes.openid.provider import Provider, User

REDIRECT_PATH = "/sign-in/openid/back"
USERS = {
    "rita": User("rita", ("reviewers",)),
    "sven": User("sven", ("reviewers", "seniors")),
    "ada": User("ada", ("administrators",)),
    "stranger": User("stranger"),
}


def _provider(
    listener: socket.socket, client_id: str, secret: str, users: Mapping[str, User], clock: Clock
) -> Provider:
    issuer = f"http://127.0.0.1:{loopback.port_of(listener)}"
    return Provider(client_id, secret, users, clock, REDIRECT_PATH, issuer)


def serve(*, port: int, client_id: str, client_secret: str, on_ready: Callable[[str], None]) -> None:
    """Serve the sandbox until the process is interrupted; `on_ready` gets the issuer. Raises OSError."""
    with loopback.listen(port) as listener:
        provider = _provider(listener, client_id, client_secret, USERS, utc_now)
        loopback.serve(create_app(provider), listener, lambda: on_ready(provider.issuer))


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
    clock: Clock = utc_now,
    port: int = 0,
) -> Iterator[RunningSandbox]:
    """Serve the sandbox in a thread for as long as the context lasts. Raises OSError, TimeoutError."""
    with loopback.listen(port) as listener:
        provider = _provider(listener, client_id, client_secret, users, clock)
        with loopback.in_a_thread(create_app(provider), listener):
            yield RunningSandbox(provider)
