"""Serves the stand-in of a platform on 127.0.0.1."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tutela.sandboxes import loopback
from tutela.sandboxes.platform.app import SECRET, Clock, create_app, utc_now
from tutela.sandboxes.platform.faults import Faults
from tutela.sandboxes.platform.ledger import Ledger


def serve(*, port: int, secrets: Sequence[str] = (SECRET,), on_ready: Callable[[int], None]) -> None:
    """Serve until the process is interrupted; `port` 0 takes a free one, which `on_ready` is told.

    Raises OSError where the port cannot be taken, and ValueError for a bad secret.
    """
    app = create_app(secrets=secrets)
    with loopback.listen(port) as listener:
        taken = loopback.port_of(listener)
        loopback.serve(app, listener, lambda: on_ready(taken))


@dataclass(frozen=True, slots=True)
class RunningPlatform:
    """A stand-in that serves in a thread of this process."""

    port: int
    ledger: Ledger
    faults: Faults

    @property
    def url(self) -> str:
        """Where it is called."""
        return f"http://127.0.0.1:{self.port}/hooks"

    @property
    def sandbox_url(self) -> str:
        """What it got, as a page."""
        return f"http://127.0.0.1:{self.port}/sandbox"


@contextmanager
def running(*, secrets: Sequence[str] = (SECRET,), clock: Clock = utc_now, port: int = 0) -> Iterator[RunningPlatform]:
    """Serve on 127.0.0.1 in a thread for as long as the context lasts. Raises OSError, TimeoutError."""
    app = create_app(secrets=secrets, clock=clock)
    with loopback.listen(port) as listener, loopback.in_a_thread(app, listener):
        yield RunningPlatform(loopback.port_of(listener), app.state.ledger, app.state.faults)
