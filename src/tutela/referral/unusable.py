"""A recipient that cannot be set up: it keeps its own reports waiting, and no others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tutela.referral.material import FileMaterial, ReportMaterial
from tutela.referral.recipient import Receipt, Recipient, RecipientError, Settled


class Unusable:
    """Stands in for a recipient whose keys or package cannot be used. Each call tries to set it up again.

    So what is mended works at once, without a new start. `why` says what to mend. `make` raises ValueError, OSError or
    ImportError as long as it is not.
    """

    def __init__(self, make: Callable[[], Recipient], target: str, why: str) -> None:
        self._make = make
        self._target = target
        self._made: Recipient | None = None
        self.why = why

    @property
    def usable(self) -> bool:
        """Whether it was mended meanwhile."""
        return self._made is not None

    @property
    def target(self) -> str:
        """Where reports go."""
        return self._target

    def close(self) -> None:
        """Close what was made at last."""
        if self._made is not None:
            self._made.close()

    def lapses(self, opened: datetime, changed: datetime) -> datetime | None:
        """As the recipient itself."""
        return self._recipient().lapses(opened, changed)

    def open(self, material: ReportMaterial) -> str:
        """As the recipient itself."""
        return self._recipient().open(material)

    def upload(self, report_id: str, file: FileMaterial) -> str:
        """As the recipient itself."""
        return self._recipient().upload(report_id, file)

    def describe(self, report_id: str, file_id: str, file: FileMaterial) -> None:
        """As the recipient itself."""
        self._recipient().describe(report_id, file_id, file)

    def finish(self, report_id: str) -> Receipt:
        """As the recipient itself."""
        return self._recipient().finish(report_id)

    def settle(self, report_id: str) -> Settled:
        """As the recipient itself."""
        return self._recipient().settle(report_id)

    def _recipient(self) -> Recipient:
        if self._made is None:
            try:
                self._made = self._make()
            except (ValueError, OSError, ImportError) as error:
                self.why = str(error)
                raise RecipientError("unusable", self.why, retry=True, of_recipient=True) from error
        return self._made
