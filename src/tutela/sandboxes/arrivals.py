"""What arrived at a sandbox, as a page for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from starlette.responses import Response

SHOWN = 200
"""How many rows a table of refusals has at most."""
_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin-bottom: 0; } h2 { font-size: 1.1rem; }
p { margin-top: .25rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line); }
td.number, th.number { text-align: right; }
tr.done { font-weight: 600; }
tr.over { opacity: .65; }
"""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row. `manner`: `done` for what came to its good end, `over` for what came to another."""

    cells: tuple[str, ...]
    manner: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A table; `numbers` names the columns that hold numbers."""

    columns: tuple[str, ...]
    rows: Sequence[Row]
    heading: str = ""
    numbers: frozenset[str] = frozenset()


def moment(at: datetime) -> str:
    """Return a time to the second, as the pages write it."""
    return f"{at:%Y-%m-%d %H:%M:%S}"


def refused(refusals: Sequence[tuple[datetime, int, str]]) -> Listing:
    """Return the newest refusals: when, with which status, why."""
    rows = [Row((moment(at), str(status), why)) for at, status, why in reversed(refusals[-SHOWN:])]
    return Listing(("At (UTC)", "Status", "Why"), rows, "Refused")


def page(title: str, told: str, listings: Sequence[Listing]) -> bytes:
    """Return an HTML document in UTF-8: what is told, a link to everything as JSON, and the tables that have rows."""
    html = etree.Element("html", {"lang": "en"})
    head = _add(html, "head")
    _add(head, "meta", charset="utf-8")
    _add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    _add(head, "title", title)
    _add(head, "style", _STYLE)
    main = _add(_add(html, "body"), "main")
    _add(main, "h1", title)
    intro = _add(main, "p", f"{told} Nothing here has left this machine. ")
    _add(intro, "a", "Everything as JSON", href="/sandbox/ledger.json")
    for listing in listings:
        if listing.rows:
            _table(main, listing)
    return etree.tostring(html, method="html", encoding="utf-8", doctype="<!DOCTYPE html>")


def shown(document: bytes) -> Response:
    """Return the answer that shows a page: it loads nothing, and nobody keeps it."""
    return Response(document, headers=_HEADERS, media_type="text/html; charset=utf-8")


def _table(main: etree._Element, listing: Listing) -> None:
    if listing.heading:
        _add(main, "h2", listing.heading)
    table = _add(main, "table")
    header = _add(_add(table, "thead"), "tr")
    kinds = [{"class": "number"} if column in listing.numbers else {} for column in listing.columns]
    for column, kind in zip(listing.columns, kinds, strict=True):
        _add(header, "th", column, scope="col", **kind)
    body = _add(table, "tbody")
    for row in listing.rows:
        line = _add(body, "tr", **({"class": row.manner} if row.manner else {}))
        for cell, kind in zip(row.cells, kinds, strict=True):
            _add(line, "td", cell, **kind)


def _add(parent: etree._Element, tag: str, text: str = "", **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, tag, attributes)
    child.text = text
    return child
