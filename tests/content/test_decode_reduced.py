"""A JPEG decoded at a fraction of its size: never below what is asked, never enlarged, refused where it is in full."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.content.pictures import encoded, texture
from tests.content.test_decode_hostile import EDITS, edited
from tutela.content.decode import OverLimit, Undecodable, Unsupported, decode_image, decode_reduced
from tutela.content.item import Limits

LIMITS = Limits()
LUMA = np.array([0.299, 0.587, 0.114])


def jpeg(width: int, height: int, **options: object) -> bytes:
    return encoded(texture(width, height, seed=2, grain=12), "JPEG", **{"quality": 95, **options})


def means(data: bytes, shrink: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    """Return the mean luminance of each block that lies wholly within the picture decoded in full."""
    luminance = decode_image(data, LIMITS) @ LUMA
    height, width = (side // shrink for side in luminance.shape)
    whole = luminance[: height * shrink, : width * shrink]
    return np.asarray(whole.reshape(height, shrink, width, shrink).mean(axis=(1, 3)))


@settings(max_examples=60)
@given(width=st.integers(1, 700), height=st.integers(1, 700), enough=st.integers(1, 300))
def test_no_side_falls_below_what_is_enough_and_none_grows(width: int, height: int, enough: int) -> None:
    made = decode_reduced(jpeg(width, height), LIMITS, enough)
    if made is None:
        assert min(width, height) < 2 * enough
        return
    assert (made.height, made.width) == (height, width)
    assert made.shrink in {2, 4, 8}
    assert made.luminance.shape == (-(-height // made.shrink), -(-width // made.shrink))
    assert made.luminance.dtype == np.uint8
    assert min(made.luminance.shape) >= enough
    assert made.shrink == 8 or min(width, height) < 2 * made.shrink * enough


@pytest.mark.parametrize("shrink", [2, 4, 8])
@pytest.mark.parametrize(
    "options",
    [{"subsampling": 0}, {"subsampling": 1}, {"subsampling": 2}, {"progressive": True}, {"keep_rgb": True}],
)
@pytest.mark.parametrize(("width", "height"), [(640, 480), (509, 331)])
def test_a_reduced_pixel_is_the_mean_of_those_it_stands_for(
    shrink: int, options: dict[str, object], width: int, height: int
) -> None:
    data = jpeg(width, height, **options)
    made = decode_reduced(data, LIMITS, min(width, height) // shrink)
    assert made is not None
    assert made.shrink == shrink
    expected = means(data, shrink)
    apart = np.abs(made.luminance[: expected.shape[0], : expected.shape[1]] - expected)
    assert apart.mean() < 1
    assert apart.max() <= 6


def test_a_grey_jpeg_is_its_own_luminance() -> None:
    data = encoded(texture(300, 200).convert("L"), "JPEG")
    made = decode_reduced(data, LIMITS, 100)
    assert made is not None
    assert np.abs(made.luminance - means(data, 2)).max() <= 6


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pixels_are_taken_as_stored_whatever_the_orientation_tag_says(orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    plain, tagged = (decode_reduced(jpeg(320, 200, **o), LIMITS, 64) for o in ({}, {"exif": exif.tobytes()}))
    assert plain is not None
    assert tagged is not None
    assert (tagged.height, tagged.width, tagged.shrink) == (200, 320, 2)
    assert np.array_equal(plain.luminance, tagged.luminance)


def test_a_camera_s_multi_picture_file_counts_with_its_first_picture() -> None:
    data = encoded(texture(256, 256), "MPO", save_all=True, append_images=[Image.new("RGB", (256, 256))])
    made = decode_reduced(data, LIMITS, 64)
    assert made is not None
    assert made.shrink == 4
    assert np.abs(made.luminance - means(data, 4)).mean() < 1


@pytest.mark.parametrize("format_", ["PNG", "WEBP", "GIF", "TIFF", "BMP", "JPEG2000"])
def test_other_formats_are_left_to_full_decoding(format_: str) -> None:
    assert decode_reduced(encoded(texture(), format_), LIMITS, 8) is None


def test_a_jpeg_without_luminance_is_left_to_full_decoding() -> None:
    assert decode_reduced(encoded(texture().convert("CMYK"), "JPEG"), LIMITS, 8) is None


def test_limits_are_those_of_the_full_picture() -> None:
    data = jpeg(400, 300)
    assert decode_reduced(data, Limits(max_bytes=len(data), max_pixels=400 * 300), 30) is not None
    with pytest.raises(OverLimit):
        decode_reduced(data, Limits(max_pixels=400 * 300 - 1), 30)
    with pytest.raises(OverLimit):
        decode_reduced(data, Limits(max_bytes=len(data) - 1), 30)


def outcome(data: bytes, enough: int | None) -> str:
    try:
        if enough is None or decode_reduced(data, LIMITS, enough) is None:
            decode_image(data, LIMITS)
    except (Undecodable, Unsupported, OverLimit) as error:
        return type(error).__name__
    return "decoded"


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
@pytest.mark.parametrize("cut", [2, 20, 50, 75, 95, 99])
def test_a_truncated_file_is_refused_as_it_is_in_full(cut: int, options: dict[str, object]) -> None:
    data = jpeg(300, 260, **options)
    data = data[: len(data) * cut // 100]
    assert outcome(data, 32) == outcome(data, None) == "Undecodable"


@settings(max_examples=150)
@given(edits=EDITS, progressive=st.booleans())
def test_a_damaged_file_has_the_outcome_that_it_has_in_full(
    edits: list[tuple[str, int, int]], progressive: bool
) -> None:
    data = edited(encoded(texture(64, 48), "JPEG", progressive=progressive), edits)
    assert outcome(data, 8) == outcome(data, None)
