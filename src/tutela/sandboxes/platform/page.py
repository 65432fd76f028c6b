"""The ledger as a page for people."""

from __future__ import annotations

from tutela.sandboxes import arrivals
from tutela.sandboxes.arrivals import SHOWN, Listing, Row, moment
from tutela.sandboxes.platform.ledger import Ledger


def page(ledger: Ledger) -> bytes:
    """Return the newest messages and refusals as an HTML document in UTF-8; times are UTC."""
    with ledger.lock:
        messages, refusals = list(ledger.messages.values()), list(ledger.refusals)
    counted = "1 message" if len(messages) == 1 else f"{len(messages)} messages"
    rows = [
        Row((moment(m.received), m.type, m.id, str(m.data.get("kind", "")), str(m.times)))
        for m in reversed(messages[-SHOWN:])
    ]
    listing = Listing(("Received (UTC)", "Type", "Id", "Action", "Times"), rows, numbers=frozenset({"Times"}))
    told = f"{counted}, {len(refusals)} refused."
    return arrivals.page("Platform sandbox", told, [listing, arrivals.refused(refusals)])
