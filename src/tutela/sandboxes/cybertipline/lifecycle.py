"""The life of a report: opened, added to, then finished, retracted or expired."""

import secrets

from tutela.sandboxes.clock import Clock
from tutela.sandboxes.cybertipline.codes import Code, Refusal
from tutela.sandboxes.cybertipline.records import Report, State, StoredFile
from tutela.sandboxes.cybertipline.store import Store


def _closed(state: State) -> Refusal:
    if state is State.FINISHED:
        return Refusal(Code.ALREADY_FINISHED, "The report is already finished")
    if state is State.RETRACTED:
        return Refusal(Code.ALREADY_RETRACTED, "The report is already retracted")
    return Refusal(Code.NO_SUCH_REPORT, "No such report")


class Desk:
    """Takes reports from their owners. Every method raises Refusal where the report does not allow it:
    5001 for a report that is unknown, expired or another owner's, 5101 and 5102 for a closed one.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def open(self, owner: str, xml: bytes) -> int:
        """Open a report and return its id."""
        return self._store.open_report(owner, xml, self._clock())

    def require_filed(self, owner: str, report_id: int) -> None:
        """Raise Refusal 4100 unless the report is the owner's own and finished: only such a one has been received."""
        report = self._store.report(report_id)
        if report is None or report.owner != owner or report.state is not State.FINISHED:
            raise Refusal(
                Code.VALIDATION, f"Validation error: priorCTReports {report_id} is no finished report of yours"
            )

    def editable(self, owner: str, report_id: int) -> Report:
        """Return the owner's open report."""
        report = self._store.report(report_id)
        # Another owner's report looks like none, so that ids cannot be probed.
        if report is None or report.owner != owner:
            raise Refusal(Code.NO_SUCH_REPORT, "No such report")
        if self._lapse(report):
            raise _closed(State.EXPIRED)
        if report.state is not State.OPEN:
            raise _closed(report.state)
        return report

    def add_file(self, owner: str, report_id: int, md5: str, size: int, name: str | None) -> StoredFile:
        """Add a file of ``size`` bytes to an open report."""
        self.editable(owner, report_id)
        file = StoredFile(secrets.token_hex(16), md5, size, name, self._clock())
        if not self._store.add_file(report_id, file):
            raise self._lost(report_id)
        return file

    def describe(self, owner: str, report_id: int, file_id: str, xml: bytes) -> None:
        """Add details to a file of an open report; raises Refusal 5002 where it is no file of the report."""
        report = self.editable(owner, report_id)
        if all(file.file_id != file_id for file in report.files):
            raise Refusal(Code.NO_SUCH_FILE, "No such file in this report")
        if not self._store.describe_file(report_id, file_id, xml, self._clock()):
            raise self._lost(report_id)

    def finish(self, owner: str, report_id: int) -> tuple[str, ...]:
        """Finish an open report and return the ids of its files."""
        self.editable(owner, report_id)
        if not self._store.close_report(report_id, State.FINISHED, self._clock()):
            raise self._lost(report_id)
        report = self._store.report(report_id)
        return () if report is None else tuple(file.file_id for file in report.files)

    def retract(self, owner: str, report_id: int) -> None:
        """Retract an open report."""
        self.editable(owner, report_id)
        if not self._store.close_report(report_id, State.RETRACTED, self._clock()):
            raise self._lost(report_id)

    def expire(self, report_id: int) -> bool:
        """Delete an open report now, before its time; return whether it was open."""
        return self._store.close_report(report_id, State.EXPIRED, self._clock())

    def sweep(self) -> list[Report]:
        """Expire what is due, and return all reports."""
        reports = self._store.reports()
        lapsed = [report for report in reports if self._lapse(report)]
        return self._store.reports() if lapsed else reports

    def _lapse(self, report: Report) -> bool:
        if report.state is not State.OPEN or self._clock() < report.expires:
            return False
        return self._store.close_report(report.report_id, State.EXPIRED, report.expires)

    def _lost(self, report_id: int) -> Refusal:
        # Another process on the same store file closed the report between the look and the change.
        report = self._store.report(report_id)
        return _closed(State.EXPIRED if report is None else report.state)
