"""What people send to break it: bombs, quines, names that climb, links, locked and broken things, two things in one."""

from __future__ import annotations

import binascii
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.content.containers import document, mailed, tarred, with_thumbnail, zipped
from tests.content.pictures import encoded, rgb, texture
from tutela.content.decode import OverLimit, Undecodable
from tutela.content.item import Limits, Outcome
from tutela.content.opening.looking import At, FileAt, PictureAt, UnseenAt, look, picture_at
from tutela.content.place import WHOLE, Place, Step, Within

PICTURE = encoded(texture(seed=9), "PNG")


def places(data: bytes, limits: Limits | None = None) -> list[str]:
    return [one.place.text for one in look(data, limits or Limits()) if not isinstance(one, UnseenAt)][1:]


def unseen(found: Iterable[At]) -> list[tuple[str, Outcome]]:
    return [(one.place.text, one.outcome) for one in found if isinstance(one, UnseenAt)]


def refused(data: bytes, limits: Limits | None = None) -> list[tuple[str, Outcome]]:
    return unseen(look(data, limits or Limits()))


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "..\\..\\boot.ini", "C:\\x.png", "a\x1b[31mb", "é" * 200, "x/"]
)
def test_a_name_is_only_a_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for data in (zipped({name: PICTURE}), tarred({name: PICTURE}), mailed({name: PICTURE})):
        (shown,) = [p for p in places(data) if p != "attachment 1"]
        assert "\x1b" not in shown
        shown.encode()
    assert list(tmp_path.iterdir()) == []


def test_names_that_are_no_text_are_shown_all_the_same() -> None:
    utf8 = bytearray(zipped({"é.png": PICTURE, "b.png": PICTURE}))
    broken = bytes(utf8.replace("é.png".encode(), b"\xff\xfe.png"))
    assert len(places(broken)) + len(refused(broken)) == 2
    assert any(place == "b.png" for place in places(broken))
    (name,) = places(tarred({"\udcff.png": PICTURE}))
    name.encode()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_two_places() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for data in (PICTURE, encoded(texture(seed=3), "PNG")):
            archive.writestr("a.png", data)
    found = [one.place for one in look(file.getvalue(), Limits()) if isinstance(one, FileAt)]
    assert len(set(found)) == 3


def test_links_and_devices_in_a_tar_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "private.png"
    outside.write_bytes(PICTURE)
    entries = []
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
        entry = tarfile.TarInfo(f"link-{kind.decode()}")
        entry.type, entry.linkname = kind, str(outside)
        entries.append(entry)
    assert places(tarred({"a.png": PICTURE}, tuple(entries))) == ["a.png"]


def test_containers_are_opened_so_deep_and_no_deeper() -> None:
    data = PICTURE
    for _ in range(5):
        data = zipped({"in": data})
    assert places(data, Limits(max_depth=5))[-1] == " > ".join(["in"] * 5)
    assert refused(data, Limits(max_depth=4)) == [(" > ".join(["in"] * 4), Outcome.OVER_LIMIT)]


def test_a_container_that_holds_itself_holds_nothing_new(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped({"a": b"b"})
    monkeypatch.setattr(zipfile.ZipExtFile, "read", _once(data))
    assert places(data) == []
    assert refused(data) == []


def _once(data: bytes) -> Callable[[zipfile.ZipExtFile, int], bytes]:
    def read(self: zipfile.ZipExtFile, size: int = -1) -> bytes:
        given = getattr(self, "given", False)
        self.given = True  # type: ignore[attr-defined]
        return b"" if given else data

    return read


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: lzma.compress(data, preset=0)], ids=["gzip", "xz"])
@pytest.mark.parametrize(
    ("limits", "size"),
    [
        (Limits(max_bytes=1_000_000), 3_000_000),
        (Limits(max_expanded=1_000_000), 3_000_000),
        (Limits(max_ratio=1), 70 * 1024 * 1024),
    ],
    ids=["one file", "all files", "ratio"],
)
def test_a_bomb_is_not_unpacked(pack: Callable[[bytes], bytes], limits: Limits, size: int) -> None:
    data = pack(bytes(size))
    for bomb in (data, zipped({"a": data}), mailed({"a": data})):
        assert {outcome for _, outcome in refused(bomb, limits)} == {Outcome.OVER_LIMIT}


def test_entries_that_share_their_bytes_are_counted_each_time() -> None:
    """The bomb of D. Fifield, "A better zip bomb", 2019, in small: many entries of one packed file."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packed.compress(bytes(1_000_000)) + packed.flush()
    name, crc = b"a", zlib.crc32(bytes(1_000_000))
    shared = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, crc, len(body), 1_000_000, len(name), 0)
    local = b"PK\3\4" + shared + name + body
    entry = b"PK\1\2" + struct.pack("<H", 20) + shared + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    count = 200
    directory = entry * count
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(local), 0)
    data = local + directory + end
    assert len(data) < 20_000
    found = list(look(data, Limits(max_expanded=5_000_000)))
    assert unseen(found)[-1][1] is Outcome.OVER_LIMIT
    assert sum(isinstance(one, FileAt) for one in found) <= 6


def test_a_directory_of_a_hundred_thousand_empty_files_ends() -> None:
    data = zipped({str(n): b"" for n in range(20_000)}, zipfile.ZIP_STORED)
    assert refused(data, Limits(max_parts=5_000)) == [("", Outcome.OVER_LIMIT)]
    assert refused(data, Limits(max_parts=100)) == [("", Outcome.OVER_LIMIT)]  # not even its directory is read
    assert refused(data, Limits(max_parts=30_000)) == []


def test_the_holes_of_a_sparse_file_are_not_filled() -> None:
    header = tarfile.TarInfo("sparse.png")
    header.type = tarfile.GNUTYPE_SPARSE
    block = bytearray(header.tobuf(tarfile.GNU_FORMAT))
    block[386:398], block[398:410] = b"%011o\0" % 0, b"%011o\0" % 0
    block[483:495] = b"%011o\0" % (8 * 1024**3 - 1)  # eight gigabytes, of which there is nothing
    block[148:156] = b"        "
    block[148:156] = b"%06o\0 " % sum(block)
    assert refused(bytes(block) + bytes(1024)) == [("sparse.png", Outcome.OVER_LIMIT)]


def test_what_is_locked_says_so() -> None:
    data = bytearray(zipped({"a.png": PICTURE, "b.png": PICTURE}))
    for signature, flags in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        data[data.find(signature) + flags] |= 1
    assert refused(bytes(data)) == [("a.png", Outcome.UNSUPPORTED)]
    assert places(bytes(data)) == ["b.png"]


def test_a_member_that_is_broken_does_not_hide_the_others() -> None:
    data = bytearray(zipped({"a.png": PICTURE, "b.png": PICTURE}))
    data[data.find(b"a.png") + 20] ^= 0xFF
    assert refused(bytes(data)) == [("a.png", Outcome.UNDECODABLE)]
    assert places(bytes(data)) == ["b.png"]


def test_a_packed_file_that_breaks_off_is_looked_at_as_far_as_it_goes() -> None:
    data = gzip.compress(tarred({"a.png": PICTURE, "b.png": encoded(texture(seed=3), "PNG")}))
    assert "file 1 > a.png" in places(data[: len(data) * 3 // 4])
    assert ("", Outcome.UNDECODABLE) in refused(data[: len(data) * 3 // 4])


@pytest.mark.parametrize("first", ["JPEG", "GIF", "PNG"])
def test_a_file_that_is_two_things_is_looked_into_as_each(first: str) -> None:
    both = encoded(texture(seed=4), first) + zipped({"a.png": PICTURE})
    assert "a.png" in places(both)
    in_document = document(texture()) + zipped({"a.png": PICTURE})
    assert {"page 1", "a.png"} <= set(places(in_document))


def test_four_bytes_at_the_end_of_a_photograph_do_not_make_it_a_zip() -> None:
    data = encoded(texture(seed=4), "JPEG") + b"PK\5\6" + bytes(18)
    assert refused(data) == []


def test_a_page_of_absurd_size_is_drawn_small() -> None:
    data = document(texture()).replace(b"/MediaBox [ 0 0", b"/MediaBox [ 0 0", 1)
    start = data.index(b"/MediaBox")
    end = data.index(b"]", start)
    huge = data[:start] + b"/MediaBox[0 0 9e6 9]".ljust(end + 1 - start)[: end + 1 - start] + data[end + 1 :]
    for one in look(huge, Limits()):
        if isinstance(one, PictureAt):
            assert max(one.pixels.shape) <= 1024


def test_pages_and_frames_beyond_the_limit_are_told() -> None:
    frames = [texture(seed=seed) for seed in range(6)]
    assert refused(document(*frames), Limits(max_pages=4)) == [("page 5", Outcome.OVER_LIMIT)]
    film = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert refused(film, Limits(max_frames=4)) == [("frame 5", Outcome.OVER_LIMIT)]
    assert refused(film, Limits(max_area=3 * 96 * 80)) == [("", Outcome.OVER_LIMIT)]


def test_a_frame_that_repeats_another_is_left_out() -> None:
    one, other = texture(seed=1), texture(seed=2)
    film = encoded(one, "PNG", save_all=True, append_images=[other, one, other], duration=50)
    assert places(film) == ["frame 2"]


def test_an_e_mail_of_ten_thousand_nested_parts_ends() -> None:
    depth = 10_000
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    data = b"From: a@example.org\nSubject: x\nMIME-Version: 1.0\n" + opening + b"\n\nhello"
    assert refused(data) == [("", Outcome.OVER_LIMIT)]


def test_messages_in_messages_count_as_containers() -> None:
    message = mailed({"a.png": PICTURE})
    for _ in range(6):
        outer = b"From: a@example.org\nSubject: x\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n"
        message = outer + message
    assert places(message)[-1].endswith("a.png")
    assert refused(message, Limits(max_depth=3))[-1][1] is Outcome.OVER_LIMIT


def test_uuencoded_files_and_mailboxes_are_read() -> None:
    lines = b"".join(binascii.b2a_uu(PICTURE[at : at + 45]) for at in range(0, len(PICTURE), 45))
    body = "hi\n\nbegin 644 old.png\n" + lines.decode() + "`\nend\n"
    message = mailed({}, body)
    assert places(message)[-1].endswith("old.png")
    mailbox = b"".join(b"From a@example.org Thu Jan  1 00:00:00 2026\n" + mailed({"a.png": PICTURE}) for _ in range(2))
    assert [p for p in places(mailbox) if p.endswith("a.png")] == ["attachment 1 > a.png", "attachment 2 > a.png"]


def test_a_picture_is_found_again_by_its_place() -> None:
    inner = with_thumbnail(texture(seed=4), encoded(texture(seed=5), "JPEG"))
    data = zipped({"x.txt": b"hello", "in.tar": tarred({"b.jpg": inner})})
    for one in look(data, Limits()):
        if isinstance(one, FileAt) and one.kind.value == "image":
            assert picture_at(data, one.place, Limits()).shape == (80, 96, 3)
    assert (picture_at(PICTURE, WHOLE, Limits()) == rgb(texture(seed=9))).all()
    with pytest.raises(Undecodable, match="no picture at this place"):
        picture_at(data, Place((Step(Within.FILE, "gone", 9),)), Limits())
    with pytest.raises(OverLimit):
        picture_at(data, WHOLE, Limits(max_bytes=10))


def test_excluded_sound_is_not_given_wherever_it_lies() -> None:
    data = zipped({"a.mp3": b"ID3" + bytes(100), "b.png": PICTURE})
    assert [one.place.text for one in look(data, Limits(), frozenset({"audio"}))] == ["", "b.png"]
