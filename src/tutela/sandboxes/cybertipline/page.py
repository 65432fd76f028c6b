"""The ledger as a page for people."""

from lxml import etree

from tutela.sandboxes.cybertipline.ledger import show_time
from tutela.sandboxes.cybertipline.office import Office
from tutela.sandboxes.cybertipline.records import Report

_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin-bottom: 0; }
p { margin-top: .25rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line); }
td.number, th.number { text-align: right; }
.finished { font-weight: 600; }
.retracted, .expired { opacity: .65; }
"""
_COLUMNS = ("Report", "State", "Owner", "Opened (UTC)", "Closed (UTC)", "Files", "Files with details")
_NUMBERS = frozenset({"Files", "Files with details"})


def _add(parent: etree._Element, tag: str, text: str = "", **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, tag, attributes)
    child.text = text
    return child


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


def _row(body: etree._Element, report: Report) -> None:
    row = _add(body, "tr", **{"class": report.state.value})
    for column, cell in zip(_COLUMNS, _cells(report), strict=True):
        if column in _NUMBERS:
            _add(row, "td", cell, **{"class": "number"})
        else:
            _add(row, "td", cell)


def page(office: Office) -> bytes:
    """Return the list of reports, newest first, as an HTML document in UTF-8; times are UTC."""
    reports = office.desk.sweep()
    html = etree.Element("html", {"lang": "en"})
    head = _add(html, "head")
    _add(head, "meta", charset="utf-8")
    _add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    _add(head, "title", "CyberTipline sandbox")
    _add(head, "style", _STYLE)
    main = _add(_add(html, "body"), "main")
    _add(main, "h1", "CyberTipline sandbox")
    counted = "1 report" if len(reports) == 1 else f"{len(reports)} reports"
    intro = _add(main, "p", f"{counted} at {show_time(office.clock())}. Nothing here has left this machine. ")
    _add(intro, "a", "Everything as JSON", href="/sandbox/ledger.json")
    if reports:
        table = _add(main, "table")
        header = _add(_add(table, "thead"), "tr")
        for column in _COLUMNS:
            kind = {"class": "number"} if column in _NUMBERS else {}
            _add(header, "th", column, scope="col", **kind)
        body = _add(table, "tbody")
        for report in reversed(reports):
            _row(body, report)
    return etree.tostring(html, method="html", encoding="utf-8", doctype="<!DOCTYPE html>")
