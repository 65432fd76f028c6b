"""The made-up service: its accounts, what they send over the year, and what is true about it."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from PIL import Image

from demo.edits import EDITS
from demo.inflow import at_some_time, moments
from demo.photographs import Picture
from tutela.casework.case import Classification
from tutela.regimes.eu_users import EuBasis, Party
from tutela.regimes.services import Encryption, Service, ServiceRegion, ServiceType

CHAT = Service(
    "lantern-chat",
    "Lantern Chat",
    ServiceType.NUMBER_INDEPENDENT_MESSAGING,
    Encryption.IN_TRANSIT,
    ServiceRegion.WORLD,
)
DRIVE = Service("lantern-drive", "Lantern Drive", ServiceType.HOSTING, Encryption.IN_TRANSIT, ServiceRegion.WORLD)

YEAR = 2025
END = datetime(YEAR, 12, 31, 15, tzinfo=UTC)
"""Where the simulation ends, and the console goes on."""
KNOWN = 42
GOLDEN = 6
"""Pictures that are kept apart: seniors make golden items of them."""
Nature = Literal["material", "harmless", "lawful"]
"""What a listed picture really is: what it is listed as, a mistake of the list, or lawful where the operator is."""
_VIRAL, _LATE, _DOUBTFUL, _LAWFUL = 0, 1, (2, 3), 4
"""Which of the listed pictures is no material: two that are widely shared, two that look like some, a lawful one."""
_MORE, _AGAIN = 0.4, 0.06
"""How often the next copy comes from the same account in the same hour, and the same file once more."""
_WAITING = 6
"""How many known pictures of the last hours nobody has looked at yet."""
_CLASSES = (Classification.A1, Classification.A2, Classification.B1, Classification.B2)
_CLASS_WEIGHTS = (2, 3, 5, 6)

_COUNTRIES = ("SE", "DE", "FR", "ES", "IT", "PL", "NL", "GR", "IE", "FI", "NO", "US", "GB", "BR")
_LONGEST_SIDE = 1280


@dataclass(frozen=True, slots=True)
class Truth:
    """What the simulation knows of an item and Tutela does not.

    `tempting`: how often a hurried look takes it for material, though it is none.
    """

    picture: str
    edit: str
    listed: bool
    nature: Nature
    classification: Classification | None = None
    tempting: float = 0.0

    @property
    def material(self) -> bool:
        """Whether it is what it is listed as."""
        return self.nature == "material"


@dataclass(frozen=True, slots=True)
class Sent:
    """An item of the stream."""

    number: int
    at: datetime
    service: Service
    sender: Party
    recipients: tuple[Party, ...]
    data: bytes
    truth: Truth


@dataclass(frozen=True, slots=True)
class Listed:
    """A picture on the list, with the class that the list gives it."""

    name: str
    data: bytes
    classification: Classification


@dataclass(frozen=True, slots=True)
class World:
    """Everything that will happen: the listed pictures, the year's items by time, and pictures for golden items."""

    listed: tuple[Listed, ...]
    items: tuple[Sent, ...]
    golden: tuple[bytes, ...]


def make_world(pictures: Sequence[Picture], generator: random.Random) -> World:
    """Return a year: copies of the listed pictures by some accounts, ordinary pictures by all, and broken files.

    The edits are made in two processes; the same pictures and seed give the same year.
    """
    shuffled = list(pictures)
    generator.shuffle(shuffled)
    listed, golden, ordinary = shuffled[:KNOWN], shuffled[KNOWN : KNOWN + GOLDEN], shuffled[KNOWN + GOLDEN :]
    masters = {p.name: _master(p.content) for p in shuffled}
    jobs: list[tuple[bytes, Truth, int]] = []
    known = []
    for number, picture in enumerate(listed):
        class_ = generator.choices(_CLASSES, _CLASS_WEIGHTS)[0]
        known.append(Listed(picture.name, masters[picture.name], class_))
        edits = ["shared"] * 8 if number in (_VIRAL, _LATE) else list(EDITS)
        jobs += [
            (masters[picture.name], _truth(picture.name, number, edit, class_), generator.getrandbits(32))
            for edit in edits
        ]
    for picture in ordinary:
        for edit in generator.sample(sorted(EDITS), generator.choice((1, 1, 2, 3))):
            truth = Truth(picture.name, edit, listed=False, nature="harmless")
            jobs.append((masters[picture.name], truth, generator.getrandbits(32)))
    with ProcessPoolExecutor(2) as pool:
        edited = list(pool.map(_edited, jobs, chunksize=16))
    contents = [(data, truth) for (_, truth, _), data in zip(jobs, edited, strict=True) if truth.edit != "shared"]
    contents += [(d, Truth(name, "broken", listed=False, nature="harmless")) for name, d in _broken(masters)]
    shared = [(data, truth) for (_, truth, _), data in zip(jobs, edited, strict=True) if truth.edit == "shared"]
    items = _sent(contents, generator) + _viral(shared, known, generator) + _last_hours(contents, generator)
    return World(tuple(known), tuple(sorted(items, key=lambda s: s.at)), tuple(masters[p.name] for p in golden))


def _truth(name: str, number: int, edit: str, class_: Classification) -> Truth:
    tempting = 0.95 if number in (_VIRAL, _LATE) else 0.5
    if number in (_VIRAL, _LATE, *_DOUBTFUL):
        return Truth(name, edit, listed=True, nature="harmless", classification=class_, tempting=tempting)
    nature: Nature = "lawful" if number == _LAWFUL else "material"
    return Truth(name, edit, listed=True, nature=nature, classification=class_)


def _master(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as image:
        picture = image.convert("RGB")
    picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def _edited(job: tuple[bytes, Truth, int]) -> bytes:
    content, truth, seed = job
    edit = "reencode" if truth.edit == "shared" else truth.edit
    return EDITS[edit](content, random.Random(seed))


def _broken(masters: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    for name, data in list(masters.items())[:6]:
        yield f"{name} cut off", data[: len(data) // 3]
    yield "an empty file", b""
    yield "a text", b"Good morning, how are you?" * 20
    yield "a huge claim", _png_header(60_000, 60_000)


def _png_header(width: int, height: int) -> bytes:
    """Return a PNG that declares a size and holds no picture."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = struct.pack(">I", len(header) - 4) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + body + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))


def _sent(contents: list[tuple[bytes, Truth]], generator: random.Random) -> list[Sent]:
    accounts = [_account(number, generator) for number in range(420)]
    some = accounts[:130]
    generator.shuffle(contents)
    times = moments(len(contents), date(YEAR, 1, 1), END, generator)
    found: list[Sent] = []
    last: Sent | None = None
    for number, (at, (data, truth)) in enumerate(zip(times, contents, strict=True)):
        if truth.listed and last is not None and generator.random() < _MORE:
            # Who sends one often sends more.
            soon = last.at + timedelta(minutes=generator.uniform(1, 40))
            one = _one(number, soon, data, truth, last.sender, accounts, generator)
            one = replace(one, service=last.service, recipients=last.recipients)
        else:
            one = _one(
                number, at, data, truth, generator.choice(some if truth.listed else accounts), accounts, generator
            )
        found.append(one)
        if truth.listed:
            last = one
            if generator.random() < _AGAIN:
                again = one.at + timedelta(minutes=generator.uniform(2, 240))
                found.append(replace(one, number=20_000 + number, at=again))
    return [sent for sent in found if sent.at < END]


def _viral(shared: list[tuple[bytes, Truth]], known: Sequence[Listed], generator: random.Random) -> list[Sent]:
    """Return what happens with two pictures that go round: a few at first, many in a day or two, then fewer again."""
    accounts = [_account(1000 + number, generator) for number in range(120)]
    waves = {
        known[_VIRAL].name: ((date(YEAR, 4, 8), 3), (date(YEAR, 4, 9), 2), (date(YEAR, 4, 12), 26),
                             (date(YEAR, 4, 13), 10), (date(YEAR, 4, 16), 4), (date(YEAR, 4, 24), 2)),
        known[_LATE].name: ((date(YEAR, 12, 30), 9), (date(YEAR, 12, 31), 18)),
    }  # fmt: skip
    found: list[Sent] = []
    free = iter(accounts)
    for name, days in waves.items():
        variants = [(data, truth) for data, truth in shared if truth.picture == name]
        for day, number in days:
            hours = range(8, 15) if day == END.date() else range(24)
            for _ in range(number):
                data, truth = generator.choice(variants)
                at = at_some_time(day, generator, hours)
                found.append(_one(50_000 + len(found), at, data, truth, next(free), accounts, generator))
    return found


def _last_hours(contents: Sequence[tuple[bytes, Truth]], generator: random.Random) -> list[Sent]:
    """Return a few known pictures that came after the last work: they wait for whoever opens the console."""
    accounts = [_account(2000 + number, generator) for number in range(12)]
    certain = sorted(
        (c for c in contents if c[1].edit == "copy" and c[1].nature == "material"), key=lambda c: c[1].picture
    )
    return [
        _one(
            60_000 + number, at_some_time(END.date(), generator, range(9, 15)), data, truth, sender, accounts, generator
        )
        for number, (sender, (data, truth)) in enumerate(
            zip(accounts, generator.sample(certain, _WAITING), strict=False)
        )
    ]


def _one(
    number: int,
    at: datetime,
    data: bytes,
    truth: Truth,
    sender: Party,
    accounts: Sequence[Party],
    generator: random.Random,
) -> Sent:
    others = generator.sample(accounts, 4)
    service = DRIVE if generator.random() < 0.18 else CHAT
    recipients = tuple(other for other in others[: generator.randint(1, 3)] if other is not sender)
    return Sent(number, at, service, sender, recipients if service is CHAT else (), data, truth)


def _account(number: int, generator: random.Random) -> Party:
    name = f"user-{number:04}"
    if generator.random() < 0.04:
        return Party(name)
    basis = generator.choice([EuBasis.DECLARED, EuBasis.DECLARED, EuBasis.PAYMENT, EuBasis.IP_ADDRESS])
    return Party(name, generator.choice(_COUNTRIES), basis)
