"""The ledger as a page for people."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from tutela.sandboxes.register.ledger import Ledger

_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin-bottom: 0; } h2 { font-size: 1.1rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line); }
"""
_SHOWN = 200


def _add(parent: etree._Element, tag: str, text: str = "", **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, tag, attributes)
    child.text = text
    return child


def _table(parent: etree._Element, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    table = _add(parent, "table")
    header = _add(_add(table, "thead"), "tr")
    for column in columns:
        _add(header, "th", column, scope="col")
    body = _add(table, "tbody")
    for row in rows:
        line = _add(body, "tr")
        for cell in row:
            _add(line, "td", cell)


def page(ledger: Ledger) -> bytes:
    """Return the newest packages and refusals as an HTML document in UTF-8; times are UTC."""
    html = etree.Element("html", {"lang": "en"})
    head = _add(html, "head")
    _add(head, "meta", charset="utf-8")
    _add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    _add(head, "title", "Register sandbox")
    _add(head, "style", _STYLE)
    main = _add(_add(html, "body"), "main")
    _add(main, "h1", "Register sandbox")
    with ledger.lock:
        entries, refusals = list(ledger.entries.values()), list(ledger.refusals)
    counted = "1 package" if len(entries) == 1 else f"{len(entries)} packages"
    intro = _add(main, "p", f"{counted}, {len(refusals)} refused. Nothing here has left this machine. ")
    _add(intro, "a", "Everything as JSON", href="/sandbox/ledger.json")
    if entries:
        rows = [
            (
                f"{e.received:%Y-%m-%d %H:%M:%S}",
                e.manifest["reporter"]["organisation"],
                e.package,
                e.manifest["case"],
                str(len(e.manifest.get("items", []))),
                str(e.times),
            )
            for e in reversed(entries[-_SHOWN:])
        ]
        _table(main, ("Received (UTC)", "From", "Package", "Case", "Items", "Times"), rows)
    if refusals:
        _add(main, "h2", "Refused")
        refused = [(f"{at:%Y-%m-%d %H:%M:%S}", str(status), why) for at, status, why in reversed(refusals[-_SHOWN:])]
        _table(main, ("At (UTC)", "Status", "Why"), refused)
    return etree.tostring(html, method="html", encoding="utf-8", doctype="<!DOCTYPE html>")
