"""May this service's items be processed today, and under what law?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tutela.events.catalogue.base import Region
from tutela.regimes.regime import RegimeTable
from tutela.regimes.services import Encryption, Service

NO_DEROGATION_NEEDED = "no-derogation-needed"
"""The regime written to items that are nobody's communications or concern no EU user."""


@dataclass(frozen=True, slots=True)
class OtherGround:
    """A legal ground besides the regimes that the operator relies on, as its own counsel wrote it down.

    `id` goes into each event; `text` is the reference that the return quotes.
    """

    id: str
    text: str

    def __post_init__(self) -> None:
        if not self.id or not self.text.strip():
            raise ValueError("another ground needs an id and the reference that it rests on")


@dataclass(frozen=True, slots=True)
class Permit:
    """Processing may go on under `regime` (the id of a regime or of another ground)."""

    regime: str
    excludes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Processing is refused; `reason` tells the operator why and what would change it."""

    reason: str


def permission(
    service: Service, region: Region, day: date, table: RegimeTable, other_ground: OtherGround | None = None
) -> Permit | Refusal:
    """Decide whether items of a service in a region may be processed on a day.

    Communications that concern EU users, or may concern them, need a regime in force on that day, or another
    ground that the operator configured. A regime may exclude end-to-end encrypted services as a whole.
    """
    if not service.is_communication or region == "non_eu":
        return Permit(NO_DEROGATION_NEEDED)
    if not service.in_scope_of_return:
        if other_ground:
            return Permit(other_ground.id)
        return Refusal(
            f"{service.id} is a number-based service: the derogation covers number-independent ones alone. "
            "Configure another legal ground (TUTELA_OTHER_GROUND) if you have one."
        )
    regime = table.on(day)
    if regime is None:
        if other_ground:
            return Permit(other_ground.id)
        before, after = table.around(day)
        ended = f"{before.title} ended on {before.last}" if before else "none was in force before"
        begins = f"{after.title} begins on {after.first}" if after else "none is known to begin"
        return Refusal(
            f"no legal regime covers EU communications on {day}: {ended}; {begins}. "
            "Nothing was read. Configure another legal ground (TUTELA_OTHER_GROUND) if you have one."
        )
    if service.encryption is Encryption.END_TO_END and "end_to_end" in regime.excludes:
        if other_ground:
            return Permit(other_ground.id)
        return Refusal(f"{service.id} is end-to-end encrypted, which {regime.title} excludes. Nothing was read.")
    return Permit(regime.id, regime.excludes)
