"""Serves the stand-in of a platform on 127.0.0.1."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tutela.sandboxes.clock import Clock, utc_now
from tutela.sandboxes.platform.app import SECRET, create_app
from tutela.sandboxes.platform.ledger import Ledger
from tutela.sandboxes.stand_in_serving import Running, running_app, serve_app

RunningPlatform = Running[Ledger]


def serve(*, port: int, secrets: Sequence[str] = (SECRET,), on_ready: Callable[[int], None]) -> None:
    """Serve until the process is interrupted. Raises OSError, and ValueError for a bad secret."""
    serve_app(create_app(secrets=secrets), port, on_ready)


@contextmanager
def running(*, secrets: Sequence[str] = (SECRET,), clock: Clock = utc_now, port: int = 0) -> Iterator[RunningPlatform]:
    """Serve on 127.0.0.1 in a thread for as long as the context lasts. Raises OSError, TimeoutError."""
    with running_app(create_app(secrets=secrets, clock=clock), port, "/hooks") as platform:
        yield platform
