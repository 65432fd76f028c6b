"""The queues as one person sees them."""

from __future__ import annotations

from tutela.casework.case import CaseState
from tutela.storage.casework.queue_reader import QueueReader
from tutela.storage.workplace import Workplace


def queue(place: Workplace, person: str, state: CaseState | None = None) -> list[str]:
    """Return the cases that a person finds in the queues, of one state if asked."""
    reader = QueueReader(place.database, place.settings.queues)
    pages = [reader.page(one, limit=200, person=person) for one in place.settings.queues.ids]
    return sorted({row.id for page in pages for row in page.rows if state in (None, row.state)})
