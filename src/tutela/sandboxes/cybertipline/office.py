"""Everything that a request to the sandbox is worked on with."""

from dataclasses import dataclass
from pathlib import Path

from tutela.sandboxes.clock import Clock
from tutela.sandboxes.cybertipline.accounts import Accounts
from tutela.sandboxes.cybertipline.checking import Checker
from tutela.sandboxes.cybertipline.faults import Faults
from tutela.sandboxes.cybertipline.lifecycle import Desk
from tutela.sandboxes.cybertipline.store import Store


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest bodies that are accepted, in bytes.

    The facts give none, so these are the sandbox's own.
    """

    document: int = 10 * 1024 * 1024
    file: int = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Office:
    """What the endpoints share; ``keep_files`` is the folder for uploaded bytes, None to keep none."""

    accounts: Accounts
    checker: Checker
    clock: Clock
    desk: Desk
    faults: Faults
    limits: Limits
    store: Store
    keep_files: Path | None
