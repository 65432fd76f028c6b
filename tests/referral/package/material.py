"""Material of reports, as tests of packages and of recipients need it."""

from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime

from tutela.casework.evidence import ItemRecord, PartyRecord
from tutela.referral.material import FileMaterial, Reporter, ReportMaterial
from tutela.regimes.eu_users import EuBasis
from tutela.regimes.services import ServiceType

FOUND = datetime(2025, 6, 1, 12, tzinfo=UTC)


def record(data: bytes, **changes: object) -> ItemRecord:
    """Return the record of a file with these bytes."""
    usual = ItemRecord(
        service="chat",
        service_name="Chat",
        service_type=ServiceType.NUMBER_INDEPENDENT_MESSAGING,
        name="bridge.png",
        kind="image",
        size=len(data),
        fingerprints={
            "md5": hashlib.md5(data).hexdigest(),
            "sha256": hashlib.sha256(data).hexdigest(),
            "pdq": "0f" * 32,
        },
        sender=PartyRecord(account="anna@chat", country="SE", basis=EuBasis.DECLARED),
        recipients=(PartyRecord(account="bo@chat", country=None, basis=EuBasis.UNKNOWN),),
        sent_at=datetime(2025, 6, 1, 9, 30, tzinfo=UTC),
        found_at=FOUND,
        identity="message-71",
    )
    return usual.model_copy(update=changes)


def file_of(data: bytes, **changes: object) -> FileMaterial:
    """Return a confirmed item with these bytes."""
    return FileMaterial(
        item=str(uuid.uuid4()),
        record=record(data, **changes),
        verdict="known",
        classification="A1",
        viewed=True,
        load=lambda: data,
    )


def material_of(*contents: bytes) -> ReportMaterial:
    """Return a report of files with these bytes."""
    return ReportMaterial(
        referral=str(uuid.uuid4()),
        case=str(uuid.uuid4()),
        reporter=Reporter("Lantern Ltd", "Dan", "Compliance", "reports@lantern.example"),
        items=tuple(file_of(data) for data in contents),
        suspension=None,
    )
