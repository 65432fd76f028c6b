"""The CyberTipline as a recipient of the dispatcher."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from tutela.referral.cybertipline.building import build_file_details, build_report
from tutela.referral.cybertipline.client import CyberTiplineClient
from tutela.referral.cybertipline.codes import Code
from tutela.referral.cybertipline.errors import (
    AlreadyFinished,
    AlreadyRetracted,
    CyberTiplineError,
    NoAnswer,
    NoSuchReport,
    NotAuthenticated,
    NotAuthorised,
    NothingThere,
    Retry,
    UnclearAnswer,
    WrongDigest,
    WrongReceipt,
)
from tutela.referral.cybertipline.target import CyberTiplineSettings
from tutela.referral.material import FileMaterial, ReportMaterial
from tutela.referral.recipient import Receipt, RecipientError, Settled

_T = TypeVar("_T")
LIFE_AFTER_OPENING = timedelta(hours=24)
LIFE_AFTER_CHANGE = timedelta(hours=1)
"""An unfinished report is deleted at the later of both."""
_OF_THE_REQUEST = (400, 413, 422)
_NAMES: dict[type[CyberTiplineError], str] = {
    NoAnswer: "no-answer",
    UnclearAnswer: "unclear-answer",
    WrongDigest: "wrong-md5",
    WrongReceipt: "wrong-receipt",
}
"""What an error without a code of the service is called on the record; any other is a `wrong-answer`."""


class CyberTipline:
    """Implements referral.recipient.Recipient."""

    def __init__(self, client: CyberTiplineClient, settings: CyberTiplineSettings) -> None:
        self._client = client
        self._settings = settings

    @property
    def target(self) -> str:
        """Where reports go."""
        return self._settings.target

    @property
    def place(self) -> str:
        """The service's address."""
        return self._settings.place

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def lapses(self, opened: datetime, changed: datetime) -> datetime | None:
        """Return when an unfinished report is deleted."""
        return max(opened + LIFE_AFTER_OPENING, changed + LIFE_AFTER_CHANGE)

    def open(self, material: ReportMaterial) -> str:
        """Submit the report."""
        report = _stated(lambda: build_report(material))
        with _as_recipient():
            return str(_stated(lambda: self._client.submit(report)).report_id)

    def upload(self, report_id: str, file: FileMaterial) -> str:
        """Upload a file and hold the MD5 that comes back against what was sent and against the record."""
        with _as_recipient():
            data = file.load()
            uploaded = _stated(lambda: self._client.upload(int(report_id), data, f"{file.item}.bin"))
        if uploaded.md5 != file.record.fingerprints.get("md5"):
            raise RecipientError("wrong-md5", "the file that was sent has another MD5 than the record", retry=True)
        return uploaded.file_id

    def describe(self, report_id: str, file_id: str, file: FileMaterial) -> None:
        """Send the file's details."""
        details = _stated(lambda: build_file_details(int(report_id), file_id, file))
        with _as_recipient():
            self._client.file_info(details)

    def finish(self, report_id: str) -> Receipt:
        """Finish, and take the receipt."""
        with _as_recipient():
            finished = self._client.finish(int(report_id))
        return Receipt(str(finished.report_id), finished.file_ids)

    def settle(self, report_id: str) -> Settled:
        """Retract: success and 5001 mean that the attempt is gone, 5102 that it was filed."""
        with _as_recipient():
            try:
                self._client.retract(int(report_id))
            except AlreadyFinished:
                return Settled.FILED
            except (NoSuchReport, AlreadyRetracted):
                return Settled.GONE
        return Settled.GONE


def from_settings(settings: CyberTiplineSettings) -> CyberTipline:
    """Return the recipient for a configuration."""
    return CyberTipline(CyberTiplineClient(settings), settings)


@contextmanager
def _as_recipient() -> Iterator[None]:
    try:
        yield
    except CyberTiplineError as error:
        code = _NAMES.get(type(error), "wrong-answer") if error.code is None else str(error.code)
        retry = error.retry is not Retry.NEVER
        raise RecipientError(code, str(error), retry=retry, of_recipient=_of_recipient(error)) from error


def _of_recipient(error: CyberTiplineError) -> bool:
    """Return whether the next report would fare no better: a wrong password or address, no service to be reached."""
    if isinstance(error, NotAuthorised):
        return error.code != Code.NOT_AUTHORISED_REPORT
    if isinstance(error, UnclearAnswer):
        return error.status is not None and error.status >= 300 and error.status not in _OF_THE_REQUEST
    return isinstance(error, NotAuthenticated | NothingThere | NoAnswer)


def _stated(build: Callable[[], _T]) -> _T:
    try:
        return build()
    except (ValueError, OverflowError) as error:
        raise RecipientError("not-stateable", f"the record cannot be stated: {error}", retry=False) from error
