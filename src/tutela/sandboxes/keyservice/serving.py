"""Serves the sandbox on 127.0.0.1."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.applications import Starlette

from tutela.sandboxes import loopback
from tutela.sandboxes.keyservice.app import create_app


@dataclass(frozen=True, slots=True)
class RunningKeyService:
    """A sandbox that serves in a thread of this process."""

    url: str
    app: Starlette


def serve(*, port: int, token: str, key: str, on_ready: Callable[[int], None]) -> None:
    """Serve until the process is interrupted; port 0 takes a free one. Raises OSError where it cannot be taken."""
    with loopback.listen(port) as listener:
        taken = loopback.port_of(listener)
        loopback.serve(create_app(token=token, key=key), listener, lambda: on_ready(taken))


@contextmanager
def running(*, token: str, key: str = "tutela", denied: Collection[str] = ()) -> Iterator[RunningKeyService]:
    """Serve in a thread for as long as the context lasts. Raises TimeoutError where it does not start."""
    app = create_app(token=token, key=key, denied=denied)
    with loopback.listen(0) as listener, loopback.in_a_thread(app, listener):
        yield RunningKeyService(f"http://127.0.0.1:{loopback.port_of(listener)}", app)
