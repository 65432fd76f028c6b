"""Whatever is done to a picture's bytes: pixels within the limits, or one of the three refusals, and no warning."""

import subprocess
import sys
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.content.pictures import encoded, texture
from tutela.content.decode import OverLimit, Undecodable, Unsupported, decode_image
from tutela.content.item import Limits

LIMITS = Limits(max_pixels=100_000)
FILES = {
    **{f: encoded(texture(48, 40), f) for f in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "PPM", "QOI", "ICO", "JPEG2000")},
    "TIFF": encoded(texture(48, 40), "TIFF"),
    "TIFF lzw": encoded(texture(48, 40), "TIFF", compression="tiff_lzw"),
    "TIFF deflate": encoded(texture(48, 40), "TIFF", compression="tiff_adobe_deflate"),
    "PNG palette": encoded(texture(48, 40).convert("P"), "PNG", transparency=bytes(range(256))),
    "MPO": encoded(texture(48, 40), "MPO", save_all=True, append_images=[texture(48, 40, seed=2)]),
    "GIF animated": encoded(texture(48, 40), "GIF", save_all=True, append_images=[texture(48, 40, seed=2)]),
    "ICO of BMP": encoded(texture(48, 40), "ICO", bitmap_format="bmp"),
}
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["set", "set", "set", "drop", "put", "cut"]),
        st.one_of(st.integers(0, 80), st.integers(0, 20_000)),
        st.one_of(st.sampled_from([0, 1, 127, 128, 255]), st.integers(0, 255)),
    ),
    min_size=1,
    max_size=12,
)


def edited(data: bytes, edits: list[tuple[str, int, int]]) -> bytes:
    result = bytearray(data)
    for what, place, byte in edits:
        at = place % (len(result) + 1)
        if what == "set" and at < len(result):
            result[at] = byte
        elif what == "drop":
            del result[at : at + 1 + byte % 8]
        elif what == "put":
            result.insert(at, byte)
        elif what == "cut" and at > len(result) // 4:
            del result[at:]
    return bytes(result)


def check(data: bytes) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            pixels = decode_image(data, LIMITS)
        except (Undecodable, Unsupported, OverLimit) as error:
            pixels, said = None, str(error)
        else:
            said = "pixels"
        assert 0 < len(said) < 400
        if pixels is not None:
            assert pixels.dtype == np.uint8
            assert pixels.ndim == 3
            assert pixels.shape[2] == 3
            assert 0 < pixels.shape[0] * pixels.shape[1] <= LIMITS.max_pixels
    assert caught == []


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=60)
@given(edits=EDITS)
def test_a_damaged_picture_is_decoded_or_refused(name: str, edits: list[tuple[str, int, int]]) -> None:
    check(edited(FILES[name], edits))


@given(
    magic=st.sampled_from([data[:12] for data in FILES.values()] + [b"8BPS\0\1", b"P1\n", b"P7\n", b"Pf\n", b"qoif"]),
    rest=st.binary(max_size=300),
)
@settings(max_examples=300)
def test_random_bytes_behind_a_valid_beginning_are_decoded_or_refused(magic: bytes, rest: bytes) -> None:
    check(magic + rest)


@given(data=st.binary(max_size=300))
def test_random_bytes_are_decoded_or_refused(data: bytes) -> None:
    check(data)


BOMB = """
import resource, struct, sys, zlib
from tutela.content.decode import OverLimit, decode_image
from tutela.content.item import Limits
def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
side, allowed = int(sys.argv[1]), int(sys.argv[2])
packer, body = zlib.compressobj(1), b""
for _ in range(side):
    body += packer.compress(bytes(side + 1))
body += packer.flush()
header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
data = b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
if sys.argv[3:] == ["in an icon"]:
    data = b"\\0\\0\\1\\0\\1\\0" + struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(data), 22) + data
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    print(decode_image(data, Limits(max_pixels=allowed)).shape[0], end=" ")
except OverLimit:
    print("over", end=" ")
print(len(data), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


def bomb(side: int, allowed: int, *how: str) -> tuple[str, int, int]:
    command = [sys.executable, "-c", BOMB, str(side), str(allowed), *how]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    said, size, grown = ran.stdout.split()
    return said, int(size), int(grown)


@pytest.mark.parametrize("how", [(), ("in an icon",)])
def test_a_bomb_above_the_limit_is_refused_without_being_expanded(how: tuple[str, ...]) -> None:
    said, size, grown = bomb(8000, 63_999_999, *how)
    assert said == "over"
    assert size < 1_000_000
    assert grown < 8_000_000, "64 MB of zeros were expanded"


DEEP = """
import io, resource
import numpy as np
from PIL import Image
from tutela.content.decode import decode_image
from tutela.content.item import Limits
stream = io.BytesIO()
Image.fromarray(np.ones((3000, 3000), dtype=np.float32)).save(stream, "TIFF")
data = stream.getvalue()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
decode_image(data, Limits())
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / 9_000_000)
"""


def test_a_floating_point_picture_needs_no_more_than_16_bytes_a_pixel() -> None:
    ran = subprocess.run([sys.executable, "-c", DEEP], capture_output=True, text=True, check=True)
    assert float(ran.stdout) <= 16


def test_a_bomb_within_the_limit_needs_memory_in_proportion_to_its_pixels() -> None:
    said, size, grown = bomb(3000, 9_000_000)
    assert said == "3000"
    assert size < 100_000
    assert grown < 9_000_000 * 12, "more than 12 bytes a pixel"
