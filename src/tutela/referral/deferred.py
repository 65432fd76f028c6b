"""A recipient that is made when it may be, and once it can be: until then its own reports wait, and no others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Protocol

from tutela.referral.material import FileMaterial, ReportMaterial
from tutela.referral.production import NOT_CONFIRMED
from tutela.referral.recipient import Receipt, Recipient, RecipientError, Settled

_log = logging.getLogger("tutela.recipients")
UNUSABLE = "unusable"


class Destination(Protocol):
    """The configuration of a recipient, as far as all have it: read without what the recipient itself needs."""

    @property
    def target(self) -> str:
        """`sandbox`, `test` or `production`."""
        ...

    @property
    def place(self) -> str:
        """The address or folder."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """How to make a recipient. `make` raises ValueError, OSError or ImportError, with what to mend, where it cannot.

    `may` is asked before each step: in production, whether two people let reports go there.
    """

    name: str
    destination: Destination
    make: Callable[[], Recipient]
    may: Callable[[], bool]


class Deferred:
    """Implements Recipient. Nothing that could call exists before it may; what is mended works without a new start."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._made: Recipient | None = None
        self._told: str | None = None
        self._making = Lock()

    @property
    def target(self) -> str:
        """Where reports go."""
        return self._plan.destination.target

    @property
    def place(self) -> str:
        """The address or folder there."""
        return self._plan.destination.place

    @property
    def fault(self) -> str | None:
        """What to mend before it can be made. None where nothing is wrong, or it may not be made yet."""
        try:
            self._recipient()
        except RecipientError as error:
            return str(error) if error.code == UNUSABLE else None
        return None

    def close(self) -> None:
        """Free what it holds."""
        if self._made is not None:
            self._made.close()

    def lapses(self, opened: datetime, changed: datetime) -> datetime | None:
        """Return when an unfinished report is deleted there."""
        return self._recipient().lapses(opened, changed)

    def open(self, material: ReportMaterial) -> str:
        """Send the report."""
        return self._recipient().open(material)

    def upload(self, report_id: str, file: FileMaterial) -> str:
        """Send a file."""
        return self._recipient().upload(report_id, file)

    def describe(self, report_id: str, file_id: str, file: FileMaterial) -> None:
        """Describe a file."""
        self._recipient().describe(report_id, file_id, file)

    def finish(self, report_id: str) -> Receipt:
        """Finish the report."""
        return self._recipient().finish(report_id)

    def settle(self, report_id: str) -> Settled:
        """Withdraw an attempt, or learn that it was filed."""
        return self._recipient().settle(report_id)

    def _recipient(self) -> Recipient:
        plan = self._plan
        if not plan.may():
            raise RecipientError(
                NOT_CONFIRMED,
                f"two people must let reports go to the production of {plan.name} first",
                retry=True,
                of_recipient=True,
            )
        with self._making:
            if self._made is None:
                try:
                    self._made = plan.make()
                except (ValueError, OSError, ImportError) as error:
                    self._tell(str(error))
                    raise RecipientError(UNUSABLE, str(error), retry=True, of_recipient=True) from error
            return self._made

    def _tell(self, fault: str) -> None:
        # It is tried anew with each report: what did not change is not said again.
        if fault != self._told:
            self._told = fault
            _log.error("%s cannot be used, its reports wait: %s", self._plan.name, fault)
