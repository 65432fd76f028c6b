"""Pictures, lists, people and a short way through the public doors, for tests of what comes after detection.

The pictures are random textures.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from PIL import Image
from sqlalchemy import select

from tests.databases import SteppableClock
from tutela.access.roles import Person, Role
from tutela.casework.case import Case
from tutela.casework.intake import Recorded, Taken
from tutela.casework.ports import Batch
from tutela.casework.review import Ground
from tutela.content.item import Limits, Provenance
from tutela.detection.fingerprinting import Fingerprinted, fingerprint
from tutela.detection.fingerprints.fingerprint import Fingerprint, FingerprintKind
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.hashlists.hashlist import HashList, NewEntry
from tutela.events.catalogue.base import Verdict
from tutela.regimes.eu_users import EuBasis, Party
from tutela.regimes.services import Encryption, Service, ServiceRegion, ServiceType
from tutela.storage import schema
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.database import Database
from tutela.storage.workplace import Workplace

CHAT = Service("chat", "Chat", ServiceType.NUMBER_INDEPENDENT_MESSAGING, Encryption.IN_TRANSIT, ServiceRegion.WORLD)
MAIL = Service("mail", "Mail", ServiceType.NUMBER_INDEPENDENT_MESSAGING, Encryption.IN_TRANSIT, ServiceRegion.EU)
DRIVE = Service("drive", "Drive", ServiceType.HOSTING, Encryption.NONE, ServiceRegion.WORLD)
REVIEWER = Person("rosa", "Rosa", frozenset({Role.REVIEWER}))
REVIEWER_2 = Person("ravi", "Ravi", frozenset({Role.REVIEWER}))
SENIOR = Person("sven", "Sven", frozenset({Role.SENIOR}))
OFFICER = Person("carla", "Carla", frozenset({Role.COMPLAINTS_OFFICER, Role.REFERRAL_OFFICER}))
DPO = Person("dora", "Dora", frozenset({Role.DATA_PROTECTION_OFFICER}))
AUDITOR = Person("anna", "Anna", frozenset({Role.AUDITOR}))

EXACT = range(100)
"""Seeds of pictures whose SHA-256 is listed by `Rig`, as far as they are used."""


@cache
def picture(seed: int, side: int = 96, kind: str = "PNG") -> bytes:
    """Return a picture of a random texture."""
    noise = np.random.default_rng(seed).integers(0, 256, (side // 8, side // 8, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(noise).resize((side, side), Image.Resampling.BICUBIC).save(stream, kind)
    return stream.getvalue()


@cache
def known_of(data: bytes) -> Fingerprinted:
    """Return what is known of bytes, computed once."""
    return fingerprint(data, installed_kinds().values(), Limits())


def fingerprinted_here(
    data: bytes,
    kinds: Iterable[FingerprintKind],
    excludes: frozenset[str] = frozenset(),
    given: Sequence[Fingerprint] = (),
    *,
    reduced: bool = False,
) -> Fingerprinted:
    """Fingerprint an item in this process, for tests of what comes after."""
    return fingerprint(data, kinds, Limits(), excludes, given, reduced=reduced)


def listed_exactly(data: bytes) -> NewEntry:
    """Return an entry that these bytes match by their digest."""
    found = known_of(data).upright("sha256")
    assert found is not None
    return NewEntry("sha256", found.value, "A1", ("One", "Two"), "ref")


def listed_nearly(data: bytes, bits: int = 9) -> NewEntry:
    """Return an entry that these bytes match by their look alone, some bits away."""
    found = known_of(data).upright("pdq")
    assert found is not None
    value = int.from_bytes(found.value, "big") ^ ((1 << bits) - 1)
    return NewEntry("pdq", value.to_bytes(32, "big"), "B2", ("One",))


def party(account: str, country: str | None = "SE") -> Party:
    """Return a party whose country was declared, or is unknown."""
    return Party(account, country, EuBasis.DECLARED if country else EuBasis.UNKNOWN)


@dataclass
class Rig:
    """An installation with services, lists and people. Pictures 0-39 are listed exactly, 40-79 nearly, others not."""

    place: Workplace
    clock: SteppableClock
    known: Sequence[int] = range(6)
    near: Sequence[int] = range(40, 46)
    _batches: dict[tuple[str, str], Batch] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for service in (CHAT, MAIL, DRIVE):
            self.place.register_service(service)
        self.place.lists.create(HashList("known", "Owner", "made up", "test", "A1"))
        self.place.lists.add(
            "known",
            [*(listed_exactly(picture(n)) for n in self.known), *(listed_nearly(picture(n)) for n in self.near)],
        )

    def batch(self, service: Service, name: str = "batch") -> Batch:
        """Return an open batch."""
        if (service.id, name) not in self._batches:
            self._batches[service.id, name] = self.place.intake.open_batch(service, name)
        return self._batches[service.id, name]

    def taken(self, identity: str, data: bytes, provenance: Provenance, service: Service = CHAT) -> Taken:
        """Return an item after detection."""
        permit = self.place.intake.permit(service, provenance.region)
        judgement = self.place.current_matcher().judge(known_of(data))
        return Taken(identity, provenance, known_of(data), judgement, permit, lambda: data)

    def take(
        self,
        identity: str,
        data: bytes,
        provenance: Provenance | None = None,
        service: Service = CHAT,
        batch: str = "batch",
    ) -> Recorded:
        """Take one item in."""
        given = provenance or Provenance(sender=party("sender"), name=f"{identity}.png")
        (one,) = self.place.intake.record(self.batch(service, batch), service, [self.taken(identity, data, given)])
        return one

    def close(self, service: Service = CHAT, batch: str = "batch") -> None:
        """Close a batch."""
        self.place.intake.close(self._batches.pop((service.id, batch)))

    def look(self, case: str, item: str, person: Person = REVIEWER) -> None:
        """Look at an item, picture and all: to decide it, or for a complaint where that is over."""
        waits = CaseReader(self.place.database).one(case).state.awaits_decision
        view = self.place.desk.view(person, case, item, "review" if waits else "complaint")
        self.place.desk.shown(person, view.id)

    def confirm(self, action: str, actor: str = "platform") -> None:
        """Say as the platform that what is asked for is done."""
        state = CaseReader(self.place.database).action(action).state
        self.place.desk.confirm_action(actor, action, "carried_out" if state == "ordered" else "reversed")

    def complain(self, action: str, channel: str = "internal") -> str:
        """Complain of an action as its user, or enter that a court was asked."""
        if channel == "judicial":
            return self.place.redress.enter(OFFICER, action)
        return self.place.redress.lodge("platform", action)

    def decide(
        self, case: str, item: str, verdict: Verdict, person: Person = REVIEWER, *, remarks: str = "", view: bool = True
    ) -> Case:
        """View and decide, and leave the case to others if something in it still waits."""
        if view:
            self.look(case, item, person)
        ground: Ground | None = "error" if verdict == "not" else None
        after = self.place.desk.decide(person, case, item, verdict, remarks=remarks, ground=ground)
        self.place.claiming.leave(person, case)
        return after

    def confirmed(self, account: str = "sender", items: int = 1, first: int = 0) -> str:
        """Return a case with some items, all decided as known."""
        sent = [self.take(f"{account}-{n}", picture(first + n), Provenance(party(account))) for n in range(items)]
        case = sent[0].case
        assert case is not None
        for one in sent:
            assert one.item is not None
            self.decide(case, one.item, "known")
        return case

    def actions(self, case: str) -> list[str]:
        """Return the ids of a case's actions."""
        return [a.id for a in CaseReader(self.place.database).one(case).actions]


def dump(database: Database, *, only_projections: bool = True) -> dict[str, list[dict[str, Any]]]:
    """Return every row of the projections, or of every table, in the order of its primary key."""
    tables = schema.PROJECTIONS if only_projections else schema.metadata.sorted_tables
    with database.read() as connection:
        return {
            table.name: [
                dict(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            ]
            for table in tables
        }
