import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.content.pictures import encoded, rgb, texture
from tutela.content.decode import OverLimit, Undecodable, Unsupported, decode_image
from tutela.content.item import Limits
from tutela.detection.fingerprints.pdq import Pdq

NAMES = ["1.png", "CMYK.jpg", "F.webp", "HSV.webp", "I.webp", "L.png", "LA.png", "LAB.webp", "P.png", "PA.webp",
         "RGB.jpg", "RGBA.png", "YCbCr.jpg"]  # fmt: skip
LIMITS = Limits()


def distance(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def pdq(data: bytes) -> bytes:
    return Pdq().of_pixels(decode_image(data, LIMITS))[0].value


def greyscale(image: Image.Image) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    return np.asarray(image.convert("L"))


def lab(image: Image.Image) -> Image.Image:
    turned = ImageCms.profileToProfile(
        image, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert turned is not None
    return turned


ORIGINAL = texture(200, 160, seed=3, grain=12)
MODES: dict[str, Image.Image] = {
    **{mode: ORIGINAL.convert(mode) for mode in ("L", "LA", "P", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr")},
    "LAB": lab(ORIGINAL),
    "PA": ORIGINAL.convert("P").convert("PA"),
    "I;16": Image.fromarray(greyscale(ORIGINAL).astype(np.uint16) * 257),
    "I": Image.fromarray(greyscale(ORIGINAL).astype(np.int32) * 257),
    "I within a byte": Image.fromarray(greyscale(ORIGINAL).astype(np.int32)),
    "I beyond 16 bits": Image.fromarray(greyscale(ORIGINAL).astype(np.int32) * 65536),
    "F within a byte": Image.fromarray(greyscale(ORIGINAL).astype(np.float32)),
    "F from 0 to 1": Image.fromarray(greyscale(ORIGINAL).astype(np.float32) / 255),
}


@pytest.mark.parametrize("name", NAMES)
def test_every_pixel_mode_stays_near_the_original(name: str, pdq_conformance: Path) -> None:
    modes = pdq_conformance / "modes"
    assert {p.name for p in modes.iterdir()} == {*NAMES, "original.jpg"}
    found = distance(pdq((modes / name).read_bytes()), pdq((modes / "original.jpg").read_bytes()))
    assert found <= (63 if name == "1.png" else 31)


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_of_tiff_stays_near_the_original(mode: str) -> None:
    assert distance(pdq(encoded(MODES[mode], "TIFF")), pdq(encoded(ORIGINAL, "PNG"))) <= 31
    assert decode_image(encoded(MODES[mode], "TIFF"), LIMITS).shape == (160, 200, 3)


def test_a_16_bit_png_is_scaled_and_not_cut_off() -> None:
    pixels = decode_image(encoded(MODES["I;16"], "PNG"), LIMITS)
    assert np.array_equal(pixels, np.repeat(greyscale(ORIGINAL)[:, :, None], 3, axis=2))


def test_alpha_is_dropped_and_the_colour_below_it_kept() -> None:
    see_through = ORIGINAL.copy()
    see_through.putalpha(0)
    assert np.array_equal(decode_image(encoded(see_through, "PNG"), LIMITS), rgb(ORIGINAL))


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG", "TIFF"])
def test_the_first_frame_of_an_animation_counts(format_: str) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ((250, 10, 10), (10, 250, 10), (10, 10, 250))]
    options = {"lossless": True} if format_ == "WEBP" else {}
    data = encoded(frames[0], format_, save_all=True, append_images=frames[1:], **options)
    assert np.array_equal(decode_image(data, LIMITS), rgb(frames[0]))


def test_a_camera_s_multi_picture_file_counts_with_its_first_picture() -> None:
    data = encoded(texture(), "MPO", save_all=True, append_images=[Image.new("RGB", (96, 80))])
    assert distance(pdq(data), pdq(encoded(texture(), "JPEG"))) == 0


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", ["PNG", "TIFF", "WEBP"])
def test_pixels_are_taken_as_stored_whatever_the_orientation_tag_says(format_: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    options = {"lossless": True} if format_ == "WEBP" else {}
    data = encoded(texture(), format_, exif=exif.tobytes(), **options)
    assert np.array_equal(decode_image(data, LIMITS), rgb(texture()))


def test_pixels_are_uint8_of_three_channels() -> None:
    pixels = decode_image(encoded(Image.new("1", (1, 1)), "PNG"), LIMITS)
    assert pixels.dtype == np.uint8
    assert pixels.shape == (1, 1, 3)


# Limits


def png(width: int, height: int, body: bytes = b"", colour: int = 2) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def icon(picture: bytes, side: int = 16) -> bytes:
    return b"\0\0\1\0\1\0" + struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(picture), 22) + picture


@pytest.mark.parametrize(
    ("width", "height"), [(60_000, 60_000), (2**31 - 1, 2**31 - 1), (120_000_001, 1), (20_000, 6_001)]
)
def test_a_few_bytes_that_declare_a_huge_picture_are_over_the_limit(width: int, height: int) -> None:
    data = png(width, height)
    assert len(data) < 100
    with pytest.raises(OverLimit, match="pixels"):
        decode_image(data, LIMITS)


def test_the_limits_are_exact() -> None:
    data = encoded(texture(96, 80), "PNG")
    exact = Limits(max_bytes=len(data), max_pixels=96 * 80)
    assert decode_image(data, exact).shape == (80, 96, 3)
    with pytest.raises(OverLimit, match="bytes"):
        decode_image(data, Limits(len(data) - 1, 96 * 80))
    with pytest.raises(OverLimit, match="96 x 80 = 7,680 pixels, at most 7,679"):
        decode_image(data, Limits(len(data), 96 * 80 - 1))


def test_an_icon_cannot_hide_a_picture_larger_than_it_declares() -> None:
    inside = encoded(Image.new("L", (400, 300)), "PNG")
    assert decode_image(icon(inside), Limits(max_pixels=400 * 300)).shape == (300, 400, 3)
    with pytest.raises(OverLimit, match="400 x 300"):
        decode_image(icon(inside), Limits(max_pixels=400 * 300 - 1))
    with pytest.raises(OverLimit, match="pixels"):
        decode_image(icon(png(60_000, 60_000)), LIMITS)


# What is no picture, or no longer one


def test_nothing_is_undecodable() -> None:
    with pytest.raises(Undecodable, match="empty"):
        decode_image(b"", LIMITS)


@pytest.mark.parametrize(
    "format_", ["PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "PPM", "QOI", "JPEG2000", "AVIF", "ICO"]
)
def test_a_file_that_breaks_off_is_undecodable(format_: str) -> None:
    whole = encoded(texture(160, 120, grain=40), format_)
    for sixteenth in range(1, 16):
        with pytest.raises(Undecodable):
            decode_image(whole[: len(whole) * sixteenth // 16], LIMITS)


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "GIF", "TIFF", "BMP", "JPEG2000", "ICO"])
def test_a_beginning_with_nothing_behind_it_is_undecodable(format_: str) -> None:
    start = encoded(texture(), format_)[:12]
    for rest in (b"", bytes(100), bytes(range(256)) * 4, b"\xff" * 300):
        with pytest.raises(Undecodable):
            decode_image(start + rest, LIMITS)


@pytest.mark.parametrize(
    "data",
    [
        b"a text that somebody renamed to holiday.jpg",
        b"PK\x03\x04" + bytes(200),
        b"%PDF-1.7\n",
        b"\0",
        b"\x1aE\xdf\xa3" + bytes(60),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    ],
)
def test_what_no_decoder_knows_is_unsupported(data: bytes) -> None:
    with pytest.raises(Unsupported):
        decode_image(data, LIMITS)


def tiff(**changes: tuple[int, int, int]) -> bytes:
    """Return an 8 x 8 grey TIFF; `changes` are directory entries as (type, count, value) under t<tag>."""
    tags = {256: (3, 1, 8), 257: (3, 1, 8), 258: (3, 1, 8), 259: (3, 1, 1), 262: (3, 1, 1), 273: (4, 1, 8),
            277: (3, 1, 1), 278: (3, 1, 8), 279: (4, 1, 64)}  # fmt: skip
    tags |= {int(name[1:]): entry for name, entry in changes.items()}
    directory = b"".join(struct.pack("<HHII", tag, *entry) for tag, entry in sorted(tags.items()))
    return b"II*\0" + struct.pack("<I", 72) + bytes(64) + struct.pack("<H", len(tags)) + directory + bytes(4)


def test_the_handmade_tiff_is_good() -> None:
    assert decode_image(tiff(), LIMITS).shape == (8, 8, 3)


@pytest.mark.parametrize(
    "changes",
    [
        {"t273": (4, 1, 0xFFFFFFFF)},
        {"t273": (4, 1, 0x7FFFFFF0)},
        {"t273": (4, 0x10000000, 8)},
        {"t258": (3, 1, 65535)},
        {"t256": (3, 1, 0)},
        {"t259": (3, 1, 65000)},
        {"t262": (3, 1, 999)},
        {"t277": (3, 1, 65535)},
        {"t278": (4, 1, 0), "t273": (4, 1, 0xFFFF)},
        {"t324": (4, 1, 0xFFFFFFFF), "t322": (4, 1, 0xFFFFFFF), "t323": (4, 1, 0xFFFFFFF), "t273": (4, 1, 1 << 30)},
    ],
)
def test_a_tiff_that_points_nowhere_is_undecodable(changes: dict[str, tuple[int, int, int]]) -> None:
    with pytest.raises(Undecodable):
        decode_image(tiff(**changes), LIMITS)


def test_a_tiff_of_absurd_size_is_over_the_limit() -> None:
    with pytest.raises(OverLimit):
        decode_image(tiff(t256=(4, 1, 0x7FFFFFFF), t257=(4, 1, 0x7FFFFFFF)), LIMITS)


@pytest.mark.parametrize("change", [-40, -1, 1, 40, 4000])
def test_a_jpeg_that_lies_about_its_height_gives_no_more_than_it_declares(change: int) -> None:
    data = bytearray(encoded(texture(96, 80), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    height = 80 + change
    data[at : at + 2] = struct.pack(">H", height)
    try:
        pixels = decode_image(bytes(data), LIMITS)
    except Undecodable:
        assert change > 0
    else:
        assert pixels.shape == (height, 96, 3)


def test_a_floating_point_picture_with_no_numbers_is_undecodable() -> None:
    nowhere = np.full((8, 8), np.nan, dtype=np.float32)
    with pytest.raises(Undecodable, match="not numbers"):
        decode_image(encoded(Image.fromarray(nowhere), "TIFF"), LIMITS)


def test_a_png_with_more_data_than_it_declares_is_not_expanded_beyond_its_size() -> None:
    assert decode_image(png(10, 10, zlib.compress(bytes(30_000_000), 1)), LIMITS).shape == (10, 10, 3)
    with pytest.raises(Undecodable):
        decode_image(png(5000, 5000, zlib.compress(bytes(1000))), LIMITS)


def test_decoding_leaves_the_bytes_alone() -> None:
    data = encoded(texture(), "PNG")
    copy = bytes(bytearray(data))
    decode_image(data, LIMITS)
    assert data == copy
    assert io.BytesIO(data).read() == copy
