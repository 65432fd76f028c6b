"""Which records a report rests on, and whom they name."""

from __future__ import annotations

from collections.abc import Iterable

from tutela.casework.evidence import ItemRecord, PartyRecord
from tutela.referral.material import ReportMaterial


def kept_records(material: ReportMaterial) -> list[ItemRecord]:
    """Return the records of the items, and those that are left of what is withdrawn."""
    kept = [one.record for one in material.withdrawn if one.record is not None]
    return [*(file.record for file in material.items), *kept]


def parties_of(record: ItemRecord) -> list[PartyRecord]:
    """Return everybody whom a record names."""
    return [*([record.sender] if record.sender else []), *record.recipients]


def distinct(parties: Iterable[tuple[PartyRecord, ItemRecord]]) -> list[tuple[PartyRecord, ItemRecord]]:
    """Return each account once, as it was named last, with the record that names it."""
    return list({party.account: (party, record) for party, record in parties}.values())
