"""Which records a report rests on, and whom they name."""

from __future__ import annotations

from collections.abc import Iterable

from tutela.casework.evidence import ItemRecord, PartyRecord
from tutela.referral.material import ReportMaterial
from tutela.regimes.services import ServiceType


def kept_records(material: ReportMaterial) -> list[ItemRecord]:
    """Return the records of the items, and those that are left of what is withdrawn."""
    kept = [one.record for one in material.withdrawn if one.record is not None]
    return [*(file.record for file in material.items), *kept]


def all_records(material: ReportMaterial) -> list[ItemRecord]:
    """Return those, and the records of repeats."""
    return [*(one for file in material.items for one in file.records), *kept_records(material)[len(material.items) :]]


def is_messenger(record: ItemRecord) -> bool:
    """Return whether an item was sent in private messages."""
    return record.service_type in (ServiceType.NUMBER_INDEPENDENT_MESSAGING, ServiceType.NUMBER_BASED_MESSAGING)


def parties_of(record: ItemRecord) -> list[PartyRecord]:
    """Return everybody whom a record names."""
    return [*([record.sender] if record.sender else []), *record.recipients]


def distinct(parties: Iterable[tuple[PartyRecord, ItemRecord]]) -> list[tuple[PartyRecord, ItemRecord]]:
    """Return each account once, as it was named last, with the record that names it."""
    return list({party.account: (party, record) for party, record in parties}.values())
