"""The CyberTipline as a recipient of the dispatcher."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from tutela.referral.cybertipline.builder import build_file_details, build_report, to_bytes
from tutela.referral.cybertipline.client import CyberTiplineClient, CyberTiplineError
from tutela.referral.cybertipline.codes import Code
from tutela.referral.material import FileMaterial, ReportMaterial
from tutela.referral.recipient import Receipt, RecipientError, Settled

_HOSTS = {"test": "exttest.cybertip.org", "production": "report.cybertip.org"}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class WrongTarget(ValueError):
    """The URL does not belong to the target that the configuration names; the message says what to change."""


@dataclass(frozen=True, slots=True)
class CyberTiplineSettings:
    """Where reports go. The default is a sandbox on this machine; anything else is an explicit choice.

    Raises WrongTarget if the URL and the target disagree, so that neither alone can send a report out.
    """

    url: str = "http://127.0.0.1:8640/ispws"
    user: str = "sandbox"
    password: str = "sandbox"  # noqa: S105 - of the sandbox on this machine
    target: str = "sandbox"

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if self.target == "sandbox":
            if host not in _LOOPBACK:
                raise WrongTarget(f'target "sandbox" is on this machine, {host!r} is not: set the target explicitly')
        elif self.target not in _HOSTS:
            raise WrongTarget(f"target {self.target!r}: one of sandbox, test, production")
        elif host != _HOSTS[self.target] or parts.scheme != "https":
            raise WrongTarget(f"target {self.target!r} is https://{_HOSTS[self.target]}, not {self.url!r}")


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
