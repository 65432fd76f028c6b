"""Serves the sandbox on a loopback address."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, Unpack

from starlette.applications import Starlette

from tutela.sandboxes import loopback
from tutela.sandboxes.clock import Clock
from tutela.sandboxes.cybertipline.app import BASE_PATH, create_app
from tutela.sandboxes.cybertipline.faults import Faults
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
    first_report: int


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
    with loopback.listen(port, host) as listener:
        app = create_app(user=user, password=password, store_path=store_path, **options)
        taken = loopback.port_of(listener)
        try:
            loopback.serve(app, listener, lambda: on_ready(taken) if on_ready else None)
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
    with loopback.listen(port) as listener:
        app = create_app(user=user, password=password, store_path=store_path, **options)
        try:
            with loopback.in_a_thread(app, listener):
                yield RunningSandbox(loopback.port_of(listener), app)
        finally:
            app.state.store.close()
