"""Serves the stand-in of a register on 127.0.0.1."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tutela.sandboxes import loopback
from tutela.sandboxes.platform.faults import Faults
from tutela.sandboxes.register.app import TOKEN, Clock, create_app, utc_now
from tutela.sandboxes.register.ledger import Ledger


def serve(*, port: int, token: str = TOKEN, on_ready: Callable[[int], None]) -> None:
    """Serve until the process is interrupted; `port` 0 takes a free one, which `on_ready` is told. Raises OSError."""
    app = create_app(token=token)
    with loopback.listen(port) as listener:
        taken = loopback.port_of(listener)
        loopback.serve(app, listener, lambda: on_ready(taken))


@dataclass(frozen=True, slots=True)
class RunningRegister:
    """A stand-in that serves in a thread of this process."""

    port: int
    ledger: Ledger
    faults: Faults

    @property
    def url(self) -> str:
        """Where packages are sent, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_url(self) -> str:
        """What it got, as a page."""
        return f"http://127.0.0.1:{self.port}/sandbox"


@contextmanager
def running(*, token: str = TOKEN, clock: Clock = utc_now, port: int = 0) -> Iterator[RunningRegister]:
    """Serve on 127.0.0.1 in a thread for as long as the context lasts. Raises OSError, TimeoutError."""
    app = create_app(token=token, clock=clock)
    with loopback.listen(port) as listener, loopback.in_a_thread(app, listener):
        yield RunningRegister(loopback.port_of(listener), app.state.ledger, app.state.faults)
