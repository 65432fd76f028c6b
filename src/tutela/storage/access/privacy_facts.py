"""What the running configuration says, gathered once for the data protection officer's pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tutela.access.governance import GovernanceRecord
from tutela.access.inspection import Inspection
from tutela.access.roles import Person
from tutela.detection.hashlists.hashlist import ListSummary
from tutela.detection.matcher import thresholds_of
from tutela.regimes.regime import Regime
from tutela.regimes.services import Service
from tutela.storage import schema
from tutela.storage.record.audit import ChainState
from tutela.storage.settings import Settings
from tutela.storage.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Technology:
    """A kind of fingerprint; `threshold` is None where it is not compared."""

    name: str
    version: str
    threshold: int | None
    unit: str
    configured: bool


@dataclass(frozen=True, slots=True)
class PrivacyFacts:
    """What the pack is made of. `keys` are the API keys with their scopes."""

    now: datetime
    installation: str
    database: str
    settings: Settings
    services: tuple[Service, ...]
    regimes: tuple[Regime, ...]
    technologies: tuple[Technology, ...]
    lists: tuple[ListSummary, ...]
    people: tuple[Person, ...]
    keys: Mapping[str, tuple[str, ...]]
    records: tuple[GovernanceRecord, ...]
    inspections: tuple[Inspection, ...]
    chain: ChainState

    def answer(self, row: str) -> GovernanceRecord | None:
        """Return the record in force today that answers a row of the standard form."""
        today = self.now.date()
        return next((r for r in self.records if row in r.answers and r.effective_from <= today), None)

    def of_kind(self, kind: str) -> list[GovernanceRecord]:
        """Return the records of a kind that apply."""
        return [r for r in self.records if r.kind == kind]


def gather(place: Workplace) -> PrivacyFacts:
    """Return the facts as they are now."""
    now = place.clock()
    compared = thresholds_of(place.kinds, place.settings.thresholds)
    with place.database.read() as connection:
        installation = connection.execute(select(schema.installation.c.id)).scalar_one()
        keys = connection.execute(select(schema.api_keys).where(schema.api_keys.c.revoked_at.is_(None))).all()
    return PrivacyFacts(
        now=now,
        installation=installation,
        database=place.database.engine.dialect.name,
        settings=place.settings,
        services=tuple(place.services()),
        regimes=tuple(place.regimes.within(now.date(), now.date())),
        technologies=tuple(
            Technology(name, kind.VERSION, compared.get(name), kind.UNIT, name in place.settings.thresholds)
            for name, kind in sorted(place.kinds.items())
        ),
        lists=tuple(place.lists.summaries()),
        people=tuple(p for p in place.people.all() if p.active),
        keys={row.id: tuple(row.scopes) for row in keys},
        records=tuple(place.governance.all()),
        inspections=tuple(i for i in place.inspections.all() if i.is_open(now)),
        chain=place.audit.state(),
    )
