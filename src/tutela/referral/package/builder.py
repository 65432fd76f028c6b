"""From records to the manifest. Pure: nothing is stated that no record carries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from tutela.casework.evidence import ItemRecord, PartyRecord
from tutela.referral.material import FileMaterial, ReportMaterial, WithdrawnMaterial
from tutela.referral.package.manifest import (
    AddresseePart,
    FilePart,
    ItemPart,
    LegalityPart,
    Manifest,
    PartyPart,
    ReporterPart,
    SendingPart,
    WithdrawnPart,
)


def build_manifest(
    material: ReportMaterial,
    files: Mapping[str, FilePart],
    *,
    package: str,
    to: AddresseePart,
    signed_by: str,
    made_at: datetime,
) -> Manifest:
    """Return the manifest of a report. `files` says how each item lies in the package.

    Raises ValueError where a record cannot be stated in the form, and KeyError where an item has no file.
    """
    return Manifest(
        form="tutela-package-1",
        package=package,
        referral=material.referral,
        case=material.case,
        made_at=moment(made_at),
        to=to,
        signed_by=signed_by,
        reporter=ReporterPart(
            organisation=_clean(material.reporter.organisation),
            first_name=_clean(material.reporter.first_name),
            last_name=_clean(material.reporter.last_name),
            email=_clean(material.reporter.email),
        ),
        items=tuple(_item(file, files[file.item]) for file in material.items),
        account_suspended_at=None if material.suspension is None else moment(material.suspension.at),
        earlier=material.prior,
        withdrawn=tuple(_withdrawn(one) for one in material.withdrawn),
    )


def moment(at: datetime) -> str:
    """Return a time as the form writes it: UTC, milliseconds."""
    # A year before 1000 has fewer than four digits in some C libraries' strftime; isoformat has not.
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _item(file: FileMaterial, packed: FilePart) -> ItemPart:
    return ItemPart(
        item=file.item,
        file=packed,
        kind=file.record.kind,
        hashes=dict(sorted(file.record.fingerprints.items())),
        verdict=file.verdict,
        classification=file.classification,
        viewed=file.viewed,
        signs=tuple(sorted(file.signs)),
        urgent=file.urgent,
        legality=tuple(LegalityPart(jurisdiction=place, status=status) for place, status in file.legality),
        sendings=tuple(_sending(record) for record in file.records),
    )


def _withdrawn(one: WithdrawnMaterial) -> WithdrawnPart:
    return WithdrawnPart(
        item=one.item,
        package=one.report_id,
        file=one.file_id,
        service_name=_clean(one.service_name),
        flagged_at=moment(one.flagged_at),
        decided_at=None if one.decided_at is None else moment(one.decided_at),
        sending=None if one.record is None else _sending(one.record),
    )


def _sending(record: ItemRecord) -> SendingPart:
    return SendingPart(
        service=record.service,
        service_name=_clean(record.service_name),
        service_type=record.service_type,
        name=_clean(record.name) or None,
        identity=None if record.identity is None else _clean(record.identity),
        sent_at=None if record.sent_at is None else moment(record.sent_at),
        found_at=moment(record.found_at),
        sender=None if record.sender is None else _party(record.sender),
        recipients=tuple(_party(one) for one in record.recipients),
    )


def _party(party: PartyRecord) -> PartyPart:
    return PartyPart(account=_clean(party.account), country=party.country, basis=party.basis)


def _clean(text: str) -> str:
    """Return a text without lone surrogates, which UTF-8 cannot carry: they become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
