"""What the sandbox needs of a store."""

from datetime import datetime
from typing import Protocol

from tutela.sandboxes.cybertipline.records import Report, RequestNote, State, StoredFile


class Store(Protocol):
    """Keeps reports, files and requests. Each method is one transaction."""

    def open_report(self, owner: str, xml: bytes, at: datetime) -> int:
        """Keep a new open report and return its id."""

    def report(self, report_id: int) -> Report | None:
        """Return a report with its files, or None where there is none of that id."""

    def reports(self) -> list[Report]:
        """Return all reports with their files, oldest first."""

    def add_file(self, report_id: int, file: StoredFile) -> bool:
        """Add a file to a report and note the change; return False where the report is not open."""

    def describe_file(self, report_id: int, file_id: str, xml: bytes, at: datetime) -> bool:
        """Add details of a file and note the change; return False where the report is not open."""

    def close_report(self, report_id: int, state: State, at: datetime) -> bool:
        """Give an open report its final state; return False where it was not open."""

    def note_request(self, note: RequestNote) -> None:
        """Keep a request."""

    def requests(self) -> list[RequestNote]:
        """Return all requests, in the order of their arrival."""

    def close(self) -> None:
        """Let go of the file or the memory; the store is unusable afterwards."""
