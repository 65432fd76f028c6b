"""What can go wrong with a call, as types. Each error says whether to try again, and how."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from tutela.referral.cybertipline.codes import Code


class Retry(Enum):
    """What may help after an error.

    ANEW: the report is gone, begin another. ASK: the call may have had its effect; retract the report, later, which
    says whether it was finished, and begin another if it was not. NEVER: somebody must mend something first.
    """

    ANEW = "anew"
    ASK = "ask"
    NEVER = "never"


class CyberTiplineError(Exception):
    """A call failed. `request_id` is the service's own reference of it, `status` that of HTTP, where there is one."""

    RETRY: ClassVar[Retry] = Retry.NEVER

    def __init__(
        self, message: str, *, code: int | None = None, status: int | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(f"{message} (Request-ID {request_id or 'none'})")
        self.code = code
        self.status = status
        self.request_id = request_id

    @property
    def retry(self) -> Retry:
        """What may help."""
        return self.RETRY


class ServiceFailed(CyberTiplineError):
    """The service failed to serve, save, store or update (1000, 1100, 1110, 1111, 1300).

    An error of a service does not say how far it came.
    """

    RETRY = Retry.ASK


class NothingThere(CyberTiplineError):
    """The service has nothing at this address (1210): the URL of the configuration is wrong."""


class NotAuthenticated(CyberTiplineError):
    """The user or the password is wrong (401, 2000)."""


class NotAuthorised(CyberTiplineError):
    """The account may not do this (3000, 3100, 3300)."""


class Refused(CyberTiplineError):
    """The request was refused for what it says (4000)."""


class InvalidDocument(Refused):
    """The document breaks the schema or a rule beside it (4100); the message says where."""


class MalformedXml(Refused):
    """The document is no XML (4110)."""


class MalformedFile(Refused):
    """The file cannot be taken (4200)."""


class NoSuchReport(CyberTiplineError):
    """The service has no such report (5001): it expired, or never was."""

    RETRY = Retry.ANEW


class NoSuchFile(CyberTiplineError):
    """The report has no such file (5002)."""

    RETRY = Retry.ANEW


class AlreadyRetracted(CyberTiplineError):
    """The report was retracted before (5101)."""

    RETRY = Retry.ANEW


class AlreadyFinished(CyberTiplineError):
    """The report was finished before (5102): it is filed."""


class NoAnswer(CyberTiplineError):
    """No answer came. The call may have had its effect or not."""

    RETRY = Retry.ASK


class WrongAnswer(CyberTiplineError):
    """The answer says success, and cannot be right: an identifier is missing, or of another report."""

    RETRY = Retry.ASK


class WrongDigest(WrongAnswer):
    """The service computed another MD5 of a file than was sent: it did not arrive whole."""


class WrongReceipt(WrongAnswer):
    """The answer to finishing names another report or other files: it is filed, and somebody must look."""

    RETRY = Retry.NEVER


class UnknownCode(CyberTiplineError):
    """The answer has a code that the service does not define, or one that HTTP contradicts."""

    @property
    def retry(self) -> Retry:
        """What may help, by the status of HTTP."""
        return Retry.ASK if self.status is not None and may_pass(self.status) else Retry.NEVER


class UnclearAnswer(CyberTiplineError):
    """The answer is not of the service's form: a proxy's page, nothing at all, too much."""

    @property
    def retry(self) -> Retry:
        """What may help, by the status of HTTP."""
        if self.status is not None and (self.status < 300 or may_pass(self.status)):
            return Retry.ASK
        return Retry.NEVER


BY_CODE: dict[Code, type[CyberTiplineError]] = {
    Code.SERVER: ServiceFailed,
    Code.SAVE: ServiceFailed,
    Code.UPLOAD: ServiceFailed,
    Code.UPLOAD_STORE: ServiceFailed,
    Code.UPDATE: ServiceFailed,
    Code.NOT_FOUND: NothingThere,
    Code.NOT_AUTHENTICATED: NotAuthenticated,
    Code.NOT_AUTHORISED: NotAuthorised,
    Code.NOT_AUTHORISED_REPORT: NotAuthorised,
    Code.NOT_AUTHORISED_ACTION: NotAuthorised,
    Code.INVALID: Refused,
    Code.VALIDATION: InvalidDocument,
    Code.MALFORMED_XML: MalformedXml,
    Code.MALFORMED_FILE: MalformedFile,
    Code.NO_SUCH_REPORT: NoSuchReport,
    Code.NO_SUCH_FILE: NoSuchFile,
    Code.ALREADY_RETRACTED: AlreadyRetracted,
    Code.ALREADY_FINISHED: AlreadyFinished,
}
"""The error of each code but 0."""


def may_pass(status: int) -> bool:
    """Return whether HTTP says that the same request may succeed later (RFC 9110; 429 of RFC 6585)."""
    return status in (408, 429) or status >= 500
