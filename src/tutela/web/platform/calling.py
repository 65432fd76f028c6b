"""Puts the worker together that calls the platform."""

from __future__ import annotations

import os
import random
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from tutela.casework.calls import Caller
from tutela.storage.workplace import Workplace
from tutela.web.platform.client import PlatformClient


@contextmanager
def calling_platform(place: Workplace) -> Iterator[Caller | None]:
    """Open a worker of this installation; None where the platform is not to be called."""
    settings = place.settings.platform
    if not settings.calls:
        yield None
        return
    holder = f"{socket.gethostname()[:32]}-{os.getpid()}-{secrets.token_hex(4)}"
    with PlatformClient(settings, place.clock) as client:
        yield place.calls.caller(client, random.random, holder, settings.tries)
