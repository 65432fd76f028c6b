"""An installation with a service, lists made of textures, and people: what every test of the web starts from."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tutela.access.roles import Person, Role
from tutela.casework.stream import Answer, Arrived
from tutela.content.decode import decode_image
from tutela.content.item import Limits, Provenance
from tutela.detection.fingerprints.pdq import Pdq
from tutela.detection.hashlists.hashlist import HashList, NewEntry
from tutela.regimes.eu_users import EuBasis, Party
from tutela.regimes.services import Encryption, Service, ServiceRegion, ServiceType
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

PASSWORD = "a bridge over a river"
SERVICE = Service("chat", "Chat", ServiceType.NUMBER_INDEPENDENT_MESSAGING, Encryption.IN_TRANSIT, ServiceRegion.WORLD)
PEOPLE = {
    "rita": ("Rita Reviewer", {Role.REVIEWER}),
    "sven": ("Sven Senior", {Role.SENIOR}),
    "sara": ("Sara Senior", {Role.SENIOR}),
    "cora": ("Cora Officer", {Role.COMPLAINTS_OFFICER, Role.REFERRAL_OFFICER, Role.AUDITOR}),
    "ruth": ("Ruth Referrals", {Role.REFERRAL_OFFICER}),
    "adam": ("Adam Auditor", {Role.AUDITOR}),
    "nora": ("Nora Nobody", set[Role]()),
}


@dataclass
class SteppedClock:
    """A clock that moves only when it is told to."""

    now: datetime = datetime(2025, 6, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def step(self, **span: float) -> None:
        self.now += timedelta(**span)


def texture(seed: int, size: tuple[int, int] = (480, 360)) -> Image.Image:
    """Return gradients, soft blotches and noise: enough structure for a fingerprint of good quality."""
    return Image.fromarray(_texture(seed, size))


@cache
def _texture(seed: int, size: tuple[int, int]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return its pixels, (height, width, 3); made once, since a large one takes a second."""
    generator = np.random.default_rng(seed)
    width, height = size
    y, x = np.mgrid[0:height, 0:width] / max(size)
    channels = []
    for _ in range(3):
        field_ = np.zeros((height, width))
        for _ in range(9):
            kx, ky = generator.uniform(-22, 22, 2)
            field_ += generator.uniform(0.4, 1) * np.sin(kx * x + ky * y + generator.uniform(0, 6.3))
        field_ += generator.normal(0, 0.15, field_.shape)
        channels.append((field_ - field_.min()) / np.ptp(field_) * 255)
    return np.stack(channels, axis=-1).astype(np.uint8)


def encoded(image: Image.Image, form: str = "PNG", **options: int) -> bytes:
    """Return the picture as a file."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


@dataclass
class Scene:
    """An opened installation, its clock, and short ways to put things into it."""

    place: Workplace
    clock: SteppedClock
    sent: int = field(default=0)

    def person(self, name: str) -> Person:
        """Return one of the registered people."""
        return self.place.person(name)

    def list_picture(self, picture: bytes, name: str = "trial-list", classification: str | None = "A1") -> None:
        """Add the PDQ of a picture to a list."""
        fingerprint = Pdq().of_pixels(decode_image(picture, Limits()))[0]
        assert (fingerprint.quality or 0) >= Pdq.MINIMUM_QUALITY
        self.place.lists.add(name, [NewEntry("pdq", fingerprint.value, classification, ("a", "b"))])

    def send(self, data: bytes, account: str = "user-1", country: str = "SE") -> Answer:
        """Take an item in as a platform would."""
        self.sent += 1
        party = Party(account, country, EuBasis.DECLARED)
        arrived = Arrived(f"item-{self.sent}", data, Provenance(sender=party))
        return self.place.stream().take(SERVICE, [arrived], "platform")[0]

    def flagged(self, data: bytes, account: str = "user-1") -> tuple[str, str]:
        """Take an item in that must be flagged, and return its case and its id."""
        recorded = self.send(data, account).recorded
        assert recorded.case
        assert recorded.item
        return recorded.case, recorded.item

    def look(self, name: str, case: str, item: str) -> None:
        """Look at an item, picture and all: to decide it, or for a complaint where that is over."""
        person, desk = self.person(name), self.place.desk
        waits = CaseReader(self.place.database).one(case).state.awaits_decision
        desk.shown(person, desk.view(person, case, item, "review" if waits else "complaint").id)


def build(folder: Path, clock: SteppedClock | None = None, database_url: str = "", settings: str = "") -> Scene:
    """Make an installation in an empty folder, on SQLite or on a database that is empty, with more settings."""
    folder.mkdir(parents=True, exist_ok=True)
    elsewhere = f'database_url = "{database_url}"\n' if database_url else ""
    (folder / "tutela.toml").write_text(
        f'{elsewhere}[reporter]\norganisation = "Example"\nfirst_name = "Anna"\nlast_name = "Example"\n'
        f'email = "desk@example.org"\n[access]\nsecond_factor = "optional"\n[limits]\nmax_bytes = 2000000\n{settings}',
        "utf-8",
    )
    scene = reopen(folder, clock)
    scene.place.register_service(SERVICE)
    for name, (full_name, roles) in PEOPLE.items():
        scene.place.people.register(Person(name, full_name, frozenset(roles)), PASSWORD)
    scene.place.lists.create(HashList("trial-list", "Example", "made for tests", "SE", "A1"))
    return scene


def reopen(folder: Path, clock: SteppedClock | None = None) -> Scene:
    """Open an installation that `build` made."""
    clock = clock or SteppedClock()
    return Scene(Workplace(load_settings(folder, {}), clock), clock)
