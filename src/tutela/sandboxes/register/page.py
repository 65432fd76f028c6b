"""The ledger as a page for people."""

from __future__ import annotations

from tutela.sandboxes import arrivals
from tutela.sandboxes.arrivals import SHOWN, Listing, Row, moment
from tutela.sandboxes.register.ledger import Ledger


def page(ledger: Ledger) -> bytes:
    """Return the newest packages and refusals as an HTML document in UTF-8; times are UTC."""
    with ledger.lock:
        entries, refusals = list(ledger.entries.values()), list(ledger.refusals)
    counted = "1 package" if len(entries) == 1 else f"{len(entries)} packages"
    rows = [
        Row(
            (
                moment(e.received),
                e.manifest["reporter"]["organisation"],
                e.package,
                e.manifest["case"],
                str(len(e.manifest.get("items", []))),
                str(e.times),
            )
        )
        for e in reversed(entries[-SHOWN:])
    ]
    columns = ("Received (UTC)", "From", "Package", "Case", "Items", "Times")
    listing = Listing(columns, rows, numbers=frozenset({"Items", "Times"}))
    told = f"{counted}, {len(refusals)} refused."
    return arrivals.page("Register sandbox", told, [listing, arrivals.refused(refusals)])
