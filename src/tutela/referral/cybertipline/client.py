"""The client: each call returns what the answer says, or raises a typed error (`errors`)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

import httpx

from tutela.referral.cybertipline import calls
from tutela.referral.cybertipline.answers import Done, Finished, Opened, SchemaDocument, Status, Uploaded
from tutela.referral.cybertipline.schema import FileDetails, Report
from tutela.referral.cybertipline.target import CyberTiplineSettings
from tutela.referral.cybertipline.transfer import AnswerReader, http_options, no_answer, utc_now
from tutela.referral.cybertipline.uploads import Source

_T = TypeVar("_T")
_SANDBOX = CyberTiplineSettings()


class CyberTiplineClient:
    """Speaks to one target with one set of credentials: to the sandbox on this machine, unless told otherwise.

    Close it, or use it in a `with` block. It repeats no call by itself: an error says what may help.
    """

    def __init__(
        self,
        settings: CyberTiplineSettings = _SANDBOX,
        *,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._http = httpx.Client(transport=transport, **http_options(settings))
        self._clock = clock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def status(self) -> Status:
        """Ask whether the service is there and knows us."""
        return self._carry_out(calls.status())

    def xsd(self) -> SchemaDocument:
        """Fetch the schema that the service validates with."""
        return self._carry_out(calls.xsd())

    def submit(self, report: Report) -> Opened:
        """Open a report; keep its number before anything else. ValueError: its incident is not in the past."""
        return self._carry_out(calls.submit(report, self._clock()))

    def upload(self, report_id: int, source: Source, name: str | None = None) -> Uploaded:
        """Stream a file, and hold the MD5 that comes back against what was sent.

        `name` is what the service is told; of a path it is the file's own. Raises OSError and ValueError for a file
        that cannot be read or is empty.
        """
        return self._carry_out(calls.upload(report_id, source, name))

    def file_info(self, details: FileDetails) -> Done:
        """Describe an uploaded file."""
        return self._carry_out(calls.file_info(details))

    def finish(self, report_id: int, files: Collection[str] | None = None) -> Finished:
        """File a report: it cannot be undone. WrongReceipt if the receipt does not name it, and `files` if given."""
        return self._carry_out(calls.finish(report_id, files))

    def retract(self, report_id: int) -> Done:
        """Cancel an unfinished report."""
        return self._carry_out(calls.retract(report_id))

    def _carry_out(self, call: calls.Call[_T]) -> _T:
        try:
            with self._http.stream(call.method, call.path, content=call.body, headers=call.headers) as response:
                reader = AnswerReader(call, response)
                for chunk in response.iter_raw():
                    reader.add(chunk)
        except httpx.HTTPError as error:
            raise no_answer(call, error) from error
        finally:
            call.release()
        return call.read(reader.reply())
