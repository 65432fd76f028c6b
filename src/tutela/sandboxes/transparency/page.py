"""The ledger as a page for people."""

from __future__ import annotations

from tutela.sandboxes import arrivals
from tutela.sandboxes.arrivals import SHOWN, Listing, Row, moment
from tutela.sandboxes.transparency.ledger import Ledger


def page(ledger: Ledger) -> bytes:
    """Return the newest statements and refusals as an HTML document in UTF-8; times are UTC."""
    with ledger.lock:
        entries, refusals = list(ledger.entries.values()), list(ledger.refusals)
    counted = "1 statement" if len(entries) == 1 else f"{len(entries)} statements"
    rows = [
        Row((moment(e.received), e.statement["puid"], e.uuid, e.statement["decision_ground"], str(e.times)))
        for e in reversed(entries[-SHOWN:])
    ]
    columns = ("Received (UTC)", "Platform's id", "Id", "Ground", "Times")
    listing = Listing(columns, rows, numbers=frozenset({"Times"}))
    told = f"{counted}, {len(refusals)} refused."
    return arrivals.page("Transparency database sandbox", told, [listing, arrivals.refused(refusals)])
