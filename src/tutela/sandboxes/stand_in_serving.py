"""Serves the stand-in of a plain service on 127.0.0.1."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from starlette.applications import Starlette

from tutela.sandboxes import loopback
from tutela.sandboxes.faults import Faults

L = TypeVar("L")


@dataclass(frozen=True, slots=True)
class Running(Generic[L]):
    """A stand-in that serves in a thread of this process, under a path."""

    port: int
    ledger: L
    faults: Faults
    path: str = ""

    @property
    def url(self) -> str:
        """Where the service is called, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}{self.path}"

    @property
    def sandbox_url(self) -> str:
        """What it got, as a page."""
        return f"http://127.0.0.1:{self.port}/sandbox"


def serve_app(app: Starlette, port: int, on_ready: Callable[[int], None]) -> None:
    """Serve until the process is interrupted; port 0 takes a free one, which `on_ready` is told. Raises OSError."""
    with loopback.listen(port) as listener:
        taken = loopback.port_of(listener)
        loopback.serve(app, listener, lambda: on_ready(taken))


@contextmanager
def running_app(app: Starlette, port: int, path: str = "") -> Iterator[Running[Any]]:
    """Serve in a thread for as long as the context lasts. Raises OSError, TimeoutError."""
    with loopback.listen(port) as listener, loopback.in_a_thread(app, listener):
        yield Running(loopback.port_of(listener), app.state.ledger, app.state.faults, path)
