import io
import wave
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.content.pictures import encoded, texture
from tutela.content.decode import _FORMATS, Undecodable, Unsupported, decode_image
from tutela.content.item import Kind, Limits
from tutela.content.sniff import SNIFF_BYTES, kind_of

IMAGES = ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM", "QOI", "ICO", "MPO"]


def sound() -> bytes:
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(200))
    return stream.getvalue()


def archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("picture.jpg", encoded(texture(), "JPEG"))
    return stream.getvalue()


def box(brand: bytes) -> bytes:
    return b"\0\0\0\x20ftyp" + brand + bytes(20)


@pytest.mark.parametrize("format_", IMAGES)
def test_every_image_format_that_pillow_writes_is_an_image(format_: str) -> None:
    data = encoded(texture(), format_)
    assert kind_of(data[:SNIFF_BYTES]) is Kind.IMAGE
    if format_ != "ICO":  # an icon is scaled down as it is written
        assert decode_image(data, Limits()).shape == (80, 96, 3)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "F"])
def test_every_netpbm_form_is_an_image(mode: str) -> None:
    data = encoded(texture().convert(mode), "PPM")
    assert kind_of(data[:SNIFF_BYTES]) is Kind.IMAGE


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"II*\0" + bytes(28), Kind.IMAGE),
        (b"MM\0*" + bytes(28), Kind.IMAGE),
        (b"II\0*" + bytes(28), Kind.IMAGE),
        (b"MM*\0" + bytes(28), Kind.IMAGE),
        (b"II+\0" + bytes(28), Kind.IMAGE),
        (b"8BPS\0\1" + bytes(26), Kind.IMAGE),
        (b"P3\n1 1\n255\n0 0 0\n", Kind.IMAGE),
        (box(b"avif"), Kind.IMAGE),
        (box(b"heic"), Kind.IMAGE),
        (box(b"isom"), Kind.VIDEO),
        (box(b"mp42"), Kind.VIDEO),
        (box(b"qt  "), Kind.VIDEO),
        (box(b"M4A "), Kind.AUDIO),
        (b"\x1aE\xdf\xa3" + bytes(28), Kind.VIDEO),
        (b"RIFF\0\0\0\0AVI LIST", Kind.VIDEO),
        (b"OggS" + bytes(24) + b"\x80theora", Kind.VIDEO),
        (b"OggS" + bytes(24) + b"OpusHead", Kind.AUDIO),
        (b"ID3\4" + bytes(28), Kind.AUDIO),
        (b"\xff\xfb\x90" + bytes(29), Kind.AUDIO),
        (b"\xff\xf2\x90" + bytes(29), Kind.AUDIO),
        (b"fLaC" + bytes(28), Kind.AUDIO),
        (b"FORM\0\0\0\0AIFFCOMM", Kind.AUDIO),
        (b"caff\0\1", Kind.AUDIO),
        (b"#!AMR\n", Kind.AUDIO),
        (sound(), Kind.AUDIO),
        (archive(), Kind.OTHER),
        (b"RIFF\0\0\0\0ACON", Kind.OTHER),
        (b"%PDF-1.7", Kind.OTHER),
        (b"\xff\xfeh\0i\0", Kind.OTHER),
        (b"P5: a letter", Kind.OTHER),
        (b"an ordinary text", Kind.OTHER),
        (b"\0" * 32, Kind.OTHER),
        (b"", Kind.OTHER),
    ],
)
def test_kinds_by_their_first_bytes(head: bytes, kind: Kind) -> None:
    assert kind_of(head[:SNIFF_BYTES]) is kind


@given(head=st.binary(max_size=SNIFF_BYTES), more=st.binary(max_size=20))
def test_what_follows_the_first_bytes_changes_nothing(head: bytes, more: bytes) -> None:
    padded = head.ljust(SNIFF_BYTES, b"\0")
    assert kind_of((padded + more)[:SNIFF_BYTES]) is kind_of(padded)


PREFIXES = st.sampled_from(
    [encoded(texture(16, 16), f)[:16] for f in IMAGES] + [b"MM*\0", b"II\0*", b"P6\n", b"8BPS", b""]
)


@given(start=PREFIXES, cut=st.integers(0, 16), rest=st.binary(max_size=40))
def test_nothing_that_a_decoder_opens_is_sniffed_as_something_else(start: bytes, cut: int, rest: bytes) -> None:
    head = (start[:cut] + rest)[:SNIFF_BYTES]
    accepted = [name for name in _FORMATS if (accept := Image.OPEN[name][1]) is not None and accept(head[:16])]
    if accepted and not head.startswith(b"P"):
        assert kind_of(head) is Kind.IMAGE, accepted
    if kind_of(head) is not Kind.IMAGE:
        with pytest.raises((Unsupported, Undecodable)):
            decode_image(head or b"x", Limits())
