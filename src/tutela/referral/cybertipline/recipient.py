"""The CyberTipline as a recipient of the dispatcher."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from tutela.referral.cybertipline.builder import build_file_details, build_report, to_bytes
from tutela.referral.cybertipline.client import CyberTiplineClient, CyberTiplineError
from tutela.referral.cybertipline.codes import Code
from tutela.referral.cybertipline.target import CyberTiplineSettings
from tutela.referral.material import FileMaterial, ReportMaterial
from tutela.referral.recipient import Receipt, RecipientError, Settled


class CyberTipline:
    """Implements referral.recipient.Recipient."""

    def __init__(self, client: CyberTiplineClient, target: str) -> None:
        self._client = client
        self._target = target

    @property
    def target(self) -> str:
        """Where reports go."""
        return self._target

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def open(self, material: ReportMaterial) -> str:
        """Submit the report."""
        return self._client.submit(_document(lambda: build_report(material)))

    def upload(self, report_id: str, file: FileMaterial) -> str:
        """Upload a file and hold the MD5 that comes back against the record."""
        file_id, md5 = self._client.upload(report_id, f"{file.item}.bin", file.load())
        if md5 != file.record.fingerprints.get("md5"):
            raise RecipientError("wrong-md5", "the service computed another MD5 than the record holds", retry=True)
        return file_id

    def describe(self, report_id: str, file_id: str, file: FileMaterial) -> None:
        """Send the file's details."""
        self._client.file_info(_document(lambda: build_file_details(report_id, file_id, file)))

    def finish(self, report_id: str) -> Receipt:
        """Finish, and take the receipt."""
        answer = self._client.finish(report_id)
        return Receipt(answer.report_id or "", answer.file_ids)

    def settle(self, report_id: str) -> Settled:
        """Retract: success and 5001 mean that the attempt is gone, 5102 that it was filed."""
        try:
            self._client.retract(report_id)
        except CyberTiplineError as error:
            if error.number == Code.ALREADY_FINISHED:
                return Settled.FILED
            if error.number in (Code.NO_SUCH_REPORT, Code.ALREADY_RETRACTED):
                return Settled.GONE
            raise
        return Settled.GONE


def _document(build: Callable[[], etree._Element]) -> bytes:
    try:
        return to_bytes(build())
    except (ValueError, OverflowError) as error:
        raise RecipientError("not-stateable", f"the record cannot be stated: {error}", retry=False) from error


def from_settings(settings: CyberTiplineSettings) -> CyberTipline:
    """Return the recipient for a configuration."""
    return CyberTipline(CyberTiplineClient(settings.url, settings.user, settings.password), settings.target)
