"""What the report of a case would lack, said before anything is sent, from what identifies nobody.

The same builder and the same rules say it as of the report itself (`actionable`): they get stand-ins that tell no more
than whether something is known. No evidence is read, so that it can be said whenever a case is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tutela.casework.evidence import DetailsRecord, IpEventRecord, ItemRecord, PartyRecord
from tutela.referral.cybertipline.actionable import Lack, lacks
from tutela.referral.cybertipline.building import build_file_details, build_report
from tutela.referral.material import FileMaterial, Reporter, ReportMaterial
from tutela.regimes.eu_users import EuBasis
from tutela.regimes.party_details import Known
from tutela.regimes.services import ServiceType

_WHEN = datetime(2000, 1, 1, tzinfo=UTC)
_SOMEWHERE = "SE"
_NOBODY = Reporter("-", "-", "-", "-")


@dataclass(frozen=True, slots=True)
class Foreseen:
    """An item that is confirmed, or would be. `sender` is a pseudonym or none; `located`: its country is known.

    `known` is what kinds of things the platform told of the sender with it.
    """

    sender: str | None
    located: bool
    viewed: bool
    known: frozenset[str] = frozenset()


def foreseen_lacks(items: Sequence[Foreseen]) -> tuple[Lack, ...]:
    """Return what a report of these items would lack, in the order of `Lack`; nothing is best.

    Items come in the order in which they were flagged. Of none at all nothing can be said.
    """
    if not items:
        return ()
    files = tuple(_stand_in(number, item) for number, item in enumerate(items))
    material = ReportMaterial("-", "-", _NOBODY, files, None)
    return lacks(build_report(material), [build_file_details(1, file.item, file) for file in files])


def _stand_in(number: int, item: Foreseen) -> FileMaterial:
    country, basis = (_SOMEWHERE, EuBasis.DECLARED) if item.located else (None, EuBasis.UNKNOWN)
    record = ItemRecord(
        service="-",
        service_name="-",
        service_type=ServiceType.HOSTING,
        name="",
        kind="other",
        size=0,
        fingerprints={},
        sender=(
            PartyRecord(account=item.sender, country=country, basis=basis, details=_details(item.known))
            if item.sender
            else None
        ),
        recipients=(),
        sent_at=None,
        found_at=_WHEN,
    )
    return FileMaterial(str(number), record, "known", None, item.viewed, lambda: b"")


def _details(known: frozenset[str]) -> DetailsRecord:
    return DetailsRecord(
        first_name="-" if Known.NAME in known else None,
        emails=("-",) if Known.EMAIL in known else (),
        phones=("-",) if Known.PHONE in known else (),
        screen_name="-" if Known.PROFILE in known else None,
        ip_events=(IpEventRecord(address="127.0.0.1"),) if Known.IP_ADDRESS in known else (),
        devices=(("-", "-"),) if Known.DEVICE in known else (),
    )
