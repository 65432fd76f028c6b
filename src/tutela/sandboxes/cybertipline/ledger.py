"""The ledger: proof of what arrived, as JSON."""

import base64
from collections import defaultdict
from datetime import UTC, datetime

from tutela.sandboxes.cybertipline.office import Office
from tutela.sandboxes.cybertipline.records import Report, RequestNote, StoredFile


def show_time(moment: datetime | None) -> str | None:
    """Return a time as ISO 8601 in UTC, with Z; None stays None."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _document(data: bytes) -> dict[str, object]:
    """Show bytes as received: as text where they are UTF-8, else in base64 only."""
    try:
        return {"xml": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"xml": None, "xml_base64": base64.b64encode(data).decode("ascii")}


def _file(file: StoredFile) -> dict[str, object]:
    return {
        "id": file.file_id,
        "name": file.name,
        "md5": file.md5,
        "size": file.size,
        "received": show_time(file.received),
        "fileinfo": [{"received": show_time(found.received), **_document(found.xml)} for found in file.descriptions],
    }


def _request(note: RequestNote) -> dict[str, object]:
    return {
        "id": note.request_id,
        "received": show_time(note.received),
        "endpoint": note.endpoint,
        "owner": note.owner,
        "report_id": note.report_id,
        "code": note.code,
        "status": note.status,
        "faults": list(note.faults),
    }


def _report(report: Report, request_ids: list[str]) -> dict[str, object]:
    return {
        "id": report.report_id,
        "owner": report.owner,
        "state": report.state.value,
        "opened": show_time(report.opened),
        "changed": show_time(report.changed),
        "expires": show_time(report.expires) if report.closed is None else None,
        "closed": show_time(report.closed),
        "finished": show_time(report.closed) if report.state == "finished" else None,
        **_document(report.xml),
        "files": [_file(file) for file in report.files],
        "request_ids": request_ids,
    }


def ledger(office: Office) -> dict[str, object]:
    """Return every report with its files and details as received, and every request.

    Sizes in bytes, times in UTC. A file's details are a list, oldest first: a later one replaces an
    earlier one at the real service, but the sandbox forgets nothing.
    """
    notes = office.store.requests()
    of_report: defaultdict[int | None, list[str]] = defaultdict(list)
    for note in notes:
        of_report[note.report_id].append(note.request_id)
    return {
        "sandbox": "cybertipline",
        "now": show_time(office.clock()),
        "reports": [_report(report, of_report[report.report_id]) for report in office.desk.sweep()],
        "requests": [_request(note) for note in notes],
    }
