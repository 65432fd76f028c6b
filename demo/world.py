"""The made-up service: its accounts, what they send over the year, and what is true about it."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from PIL import Image

from demo.edits import EDITS
from demo.photographs import Picture
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
KNOWN = 48
WRONGLY_LISTED = 2
"""Of the known: pictures that the list's owner took for known by mistake. Reviewers find them to be harmless."""

_COUNTRIES = ("SE", "DE", "FR", "ES", "IT", "PL", "NL", "GR", "IE", "FI", "NO", "US", "GB", "BR")
_LONGEST_SIDE = 1280


@dataclass(frozen=True, slots=True)
class Truth:
    """What the simulation knows of an item and Tutela does not: its picture, its edit, and whether it is material."""

    picture: str
    edit: str
    listed: bool
    material: bool


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
class World:
    """Everything that will happen: the listed pictures with their bytes, and the year's items by time."""

    listed: tuple[tuple[str, bytes], ...]
    harmless: frozenset[str]
    items: tuple[Sent, ...]


def make_world(pictures: Sequence[Picture], generator: random.Random) -> World:
    """Return a year: copies of the listed pictures by some accounts, ordinary pictures by all, and broken files.

    The edits are made in two processes; the same pictures and seed give the same year.
    """
    shuffled = list(pictures)
    generator.shuffle(shuffled)
    listed, ordinary = shuffled[:KNOWN], shuffled[KNOWN:]
    harmless = frozenset(p.name for p in listed[:WRONGLY_LISTED])
    jobs: list[tuple[str, bytes, str, int, bool]] = []
    masters = {p.name: _master(p.content) for p in shuffled}
    for picture in listed:
        jobs += [(picture.name, masters[picture.name], edit, generator.getrandbits(32), True) for edit in EDITS]
    for picture in ordinary:
        for edit in generator.sample(sorted(EDITS), generator.randint(1, 3)):
            jobs.append((picture.name, masters[picture.name], edit, generator.getrandbits(32), False))
    with ProcessPoolExecutor(2) as pool:
        edited = list(pool.map(_edited, jobs, chunksize=16))
    contents = [
        (data, Truth(name, edit, is_listed, is_listed and name not in harmless))
        for (name, _, edit, _, is_listed), data in zip(jobs, edited, strict=True)
    ]
    contents += [(data, Truth(name, "broken", listed=False, material=False)) for name, data in _broken(masters)]
    items = tuple(_sent(contents, generator))
    return World(tuple((p.name, masters[p.name]) for p in listed), harmless, items)


def _master(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as image:
        picture = image.convert("RGB")
    picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def _edited(job: tuple[str, bytes, str, int, bool]) -> bytes:
    _, content, edit, seed, _ = job
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


def _sent(contents: list[tuple[bytes, Truth]], generator: random.Random) -> Iterator[Sent]:
    accounts = [_account(number, generator) for number in range(160)]
    offenders = accounts[:22]
    start = datetime(YEAR, 1, 1, tzinfo=UTC)
    seconds = int((datetime(YEAR + 1, 1, 1, tzinfo=UTC) - start).total_seconds())
    moments = sorted(start + timedelta(seconds=generator.randrange(seconds)) for _ in contents)
    generator.shuffle(contents)
    for number, (moment, (data, truth)) in enumerate(zip(moments, contents, strict=True)):
        sender = generator.choice(offenders if truth.listed else accounts)
        others = [account for account in accounts if account is not sender]
        service = DRIVE if generator.random() < 0.1 else CHAT
        recipients = tuple(generator.sample(others, generator.randint(1, 3))) if service is CHAT else ()
        yield Sent(number, moment, service, sender, recipients, data, truth)


def _account(number: int, generator: random.Random) -> Party:
    name = f"user-{number:04}"
    if generator.random() < 0.04:
        return Party(name)
    basis = generator.choice([EuBasis.DECLARED, EuBasis.DECLARED, EuBasis.PAYMENT, EuBasis.IP_ADDRESS])
    return Party(name, generator.choice(_COUNTRIES), basis)
