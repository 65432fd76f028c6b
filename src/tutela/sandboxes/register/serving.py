"""Serves the stand-in of a register on 127.0.0.1."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tutela.sandboxes.clock import Clock, utc_now
from tutela.sandboxes.register.app import TOKEN, create_app
from tutela.sandboxes.register.ledger import Ledger
from tutela.sandboxes.stand_in_serving import Running, running_app, serve_app

RunningRegister = Running[Ledger]


def serve(*, port: int, token: str = TOKEN, on_ready: Callable[[int], None]) -> None:
    """Serve until the process is interrupted. Raises OSError."""
    serve_app(create_app(token=token), port, on_ready)


@contextmanager
def running(*, token: str = TOKEN, clock: Clock = utc_now, port: int = 0) -> Iterator[RunningRegister]:
    """Serve on 127.0.0.1 in a thread for as long as the context lasts. Raises OSError, TimeoutError."""
    with running_app(create_app(token=token, clock=clock), port) as register:
        yield register
