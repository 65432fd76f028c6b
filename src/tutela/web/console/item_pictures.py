"""The pictures of an item: the parts that matched, and the item itself where it is one."""

from __future__ import annotations

from tutela.casework.evidence import EvidenceGone, FoundRecord, ItemRecord, bytes_name, record_name
from tutela.content.item import Kind
from tutela.content.place import WHOLE, Place, Step
from tutela.web.current import Running
from tutela.web.pictures import small_picture


def places_of(server: Running, case_id: str, item_id: str) -> list[Place]:
    """Return the places of an item that can be asked for: where entries were found, nearest first, then itself.

    What was found by bytes alone may be no picture; asking for it says so. Raises EvidenceGone.
    """
    case, item = server.place.quality.reader.evidence_of(case_id, item_id)
    try:
        record = ItemRecord.model_validate_json(server.place.vault.get(case, record_name(item)))
    except EvidenceGone:
        return [WHOLE]
    places = list(dict.fromkeys(_place(found) for found in record.found))
    return places if places and record.kind == Kind.OTHER else [*places, WHOLE]


def small_picture_of(server: Running, case_id: str, item_id: str, place: Place) -> bytes:
    """Return the small picture of what is at a place. Raises EvidenceGone, BrokenEvidence, CannotBeShown."""
    # A planted case has no evidence of its own: what it shows lies where it was taken from.
    case, item = server.place.quality.reader.evidence_of(case_id, item_id)
    return small_picture(server.place.vault.get(case, bytes_name(item)), server.place.showing, place)


def _place(found: FoundRecord) -> Place:
    return Place(tuple(Step(step.within, step.name, step.number) for step in found.steps), found.seconds)
