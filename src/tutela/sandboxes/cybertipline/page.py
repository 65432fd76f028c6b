"""The ledger as a page for people."""

from tutela.sandboxes import arrivals
from tutela.sandboxes.arrivals import Listing, Row
from tutela.sandboxes.cybertipline.ledger import show_time
from tutela.sandboxes.cybertipline.office import Office
from tutela.sandboxes.cybertipline.records import Report

_COLUMNS = ("Report", "State", "Owner", "Opened (UTC)", "Closed (UTC)", "Files", "Files with details")
_MANNERS = {"finished": "done", "retracted": "over", "expired": "over"}


def page(office: Office) -> bytes:
    """Return the list of reports, newest first, as an HTML document in UTF-8; times are UTC."""
    reports = office.desk.sweep()
    counted = "1 report" if len(reports) == 1 else f"{len(reports)} reports"
    rows = [Row(_cells(report), _MANNERS.get(report.state.value, "")) for report in reversed(reports)]
    listing = Listing(_COLUMNS, rows, numbers=frozenset({"Files", "Files with details"}))
    return arrivals.page("CyberTipline sandbox", f"{counted} at {show_time(office.clock())}.", [listing])


def _cells(report: Report) -> tuple[str, ...]:
    return (
        str(report.report_id),
        report.state.value,
        report.owner,
        show_time(report.opened) or "",
        show_time(report.closed) or "",
        str(len(report.files)),
        str(sum(1 for file in report.files if file.descriptions)),
    )
