"""The interface of a recipient of reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from tutela.referral.material import FileMaterial, ReportMaterial


class RecipientError(Exception):
    """A step failed. `code` is short and holds nothing of the case; `retry` says whether trying again may help.

    `of_recipient`: whatever the report, this step would fail now. The recipient cannot be reached or used, or refuses
    us altogether; the reports to other recipients go on.
    """

    def __init__(self, code: str, message: str, *, retry: bool, of_recipient: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.retry = retry
        self.of_recipient = of_recipient


class NotSetUp(Exception):
    """The installation lacks what every report to every recipient needs; the message says what."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The recipient's word that the report is finished. `file_ids` are those that it holds."""

    report_id: str
    file_ids: tuple[str, ...]


class Settled(StrEnum):
    """What the recipient says of an attempt whose last answer was lost."""

    FILED = "filed"
    GONE = "gone"


class Recipient(Protocol):
    """One recipient, through the steps of a report. Every method may raise RecipientError."""

    @property
    def target(self) -> str:
        """Where reports go: `sandbox`, `test` or `production`."""
        ...

    @property
    def place(self) -> str:
        """The address or folder there. Numbers that were given at another place mean nothing here."""
        ...

    def close(self) -> None:
        """Free what it holds, such as connections; it is not used again."""
        ...

    def lapses(self, opened: datetime, changed: datetime) -> datetime | None:
        """Return when the recipient deletes a report that was begun and last changed then, unless it is finished.

        None where it never does.
        """
        ...

    def open(self, material: ReportMaterial) -> str:
        """Send the report and return the number that the recipient gave it."""
        ...

    def upload(self, report_id: str, file: FileMaterial) -> str:
        """Send a file's bytes and return the recipient's id for it, having checked its digest."""
        ...

    def describe(self, report_id: str, file_id: str, file: FileMaterial) -> None:
        """Send what the record says of a file."""
        ...

    def finish(self, report_id: str) -> Receipt:
        """Finish the report: it cannot be undone."""
        ...

    def settle(self, report_id: str) -> Settled:
        """Withdraw an unfinished report; return GONE if it is gone, FILED if it had been finished."""
        ...
