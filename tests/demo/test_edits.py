import io
import random

import numpy as np
import pytest
from PIL import Image

from demo.edits import EDITS, suffix_of


def picture(width: int = 320, height: int = 240) -> Image.Image:
    noise = np.random.default_rng(7).integers(0, 256, (height // 20, width // 20, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def opened(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        return image


def pixels(image: Image.Image) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    return np.asarray(image.convert("RGB"), dtype=np.float64)


def difference(one: Image.Image, other: Image.Image) -> float:
    return float(np.abs(pixels(one) - pixels(other)).mean())


ORIGINAL = encoded(picture(), quality=95)


def many(name: str, content: bytes = ORIGINAL, times: int = 20) -> list[bytes]:
    return [EDITS[name](content, random.Random(seed)) for seed in range(times)]


@pytest.mark.parametrize("name", EDITS)
def test_the_same_seed_gives_the_same_bytes_and_others_vary(name: str) -> None:
    first = EDITS[name](ORIGINAL, random.Random(3))
    assert EDITS[name](ORIGINAL, random.Random(3)) == first
    assert opened(first).format in {"JPEG", "PNG", "WEBP"}
    if name == "copy":
        assert first == ORIGINAL
    else:
        assert first != ORIGINAL
        assert len(set(many(name))) > 1


@pytest.mark.parametrize("name", EDITS)
@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "CMYK", "1"])
def test_every_kind_of_picture_can_be_edited(name: str, mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    edited = EDITS[name](encoded(picture().convert(mode), kind), random.Random(1))
    assert opened(edited).width > 0


@pytest.mark.parametrize("name", EDITS)
def test_the_tiniest_picture_can_be_edited(name: str) -> None:
    assert opened(EDITS[name](encoded(Image.new("RGB", (1, 1)), "PNG"), random.Random(1))).size == (1, 1)


@pytest.mark.parametrize("name", [name for name in EDITS if name != "copy"])
def test_what_is_no_picture_is_refused(name: str) -> None:
    for content in (b"", b"no picture", ORIGINAL[: len(ORIGINAL) // 2]):
        with pytest.raises(ValueError, match="no picture that can be edited"):
            EDITS[name](content, random.Random(1))


def test_the_table_is_in_order_and_its_labels_are_plain() -> None:
    assert next(iter(EDITS)) == "copy"
    assert all(name == edit.name for name, edit in EDITS.items())
    labels = [edit.label for edit in EDITS.values()]
    assert len(set(labels)) == len(labels) == 12


def test_reencoding_keeps_size_and_look() -> None:
    for content in many("reencode"):
        image = opened(content)
        assert (image.size, image.format) == ((320, 240), "JPEG")
        assert difference(image, picture()) < 12
    assert len({len(content) for content in many("reencode")}) > 5


def test_a_change_of_format_gives_png_and_webp() -> None:
    assert {opened(content).format for content in many("format")} == {"PNG", "WEBP"}
    assert {suffix_of(content) for content in many("format")} == {".png", ".webp"}


def test_resizing_keeps_the_shape_within_its_range() -> None:
    for content in many("resize"):
        width, height = opened(content).size
        assert 0.29 * 320 <= width <= 0.81 * 320
        assert abs(width / height - 4 / 3) < 0.03


def test_light_changes_clearly() -> None:
    assert all(difference(opened(content), picture()) > 10 for content in many("light"))


def test_blur_softens_edges() -> None:
    noise = np.random.default_rng(8).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    sharp = Image.fromarray(noise).resize((320, 240), Image.Resampling.NEAREST)
    before = np.abs(np.diff(pixels(sharp), axis=1)).max()
    for content in many("blur", encoded(sharp, "PNG")):
        assert np.abs(np.diff(pixels(opened(content)), axis=1)).max() < 0.9 * before


def test_a_caption_touches_only_a_band_at_the_top_or_bottom() -> None:
    edges = set()
    for content in many("caption"):
        changed = np.abs(pixels(opened(content)) - pixels(picture())).mean(axis=(1, 2))
        assert changed[40:200].max() < 10
        edges.add("top" if changed[:30].max() > changed[-30:].max() else "bottom")
    assert edges == {"top", "bottom"}


@pytest.mark.parametrize(("name", "least", "most"), [("crop_light", 0.94, 0.985), ("crop_heavy", 0.79, 0.81)])
def test_a_crop_removes_its_share_of_each_side(name: str, least: float, most: float) -> None:
    for content in many(name):
        width, height = opened(content).size
        assert least <= width / 320 <= most
        assert least <= height / 240 <= most


def test_flips_and_turns_are_exact_up_to_encoding() -> None:
    original = opened(ORIGINAL)
    flipped = [
        original.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        original.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    ]
    turned = [
        original.transpose(way)
        for way in (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
    ]
    for name, expected in (("flip", flipped), ("turn", turned)):
        matched = set()
        for content in many(name, times=40):
            near = [
                number
                for number, image in enumerate(expected)
                if image.size == opened(content).size and difference(opened(content), image) < 5
            ]
            assert len(near) == 1
            matched.add(near[0])
        assert matched == set(range(len(expected)))


def test_a_tilt_has_no_empty_corners_and_keeps_the_shape() -> None:
    white = encoded(Image.new("RGB", (320, 240), "white"), "PNG")
    for content in many("tilt", white):
        image = opened(content)
        assert 0.6 * 320 < image.width < 0.93 * 320
        assert abs(image.width / image.height - 4 / 3) < 0.02
        assert pixels(image).min() > 200


def test_a_rotation_noted_in_the_file_is_carried_out_and_metadata_dropped() -> None:
    notes = Image.Exif()
    notes[0x0112] = 6
    notes[0x010E] = "private words"
    sideways = encoded(picture(), exif=notes)
    edited = opened(EDITS["reencode"](sideways, random.Random(1)))
    assert edited.size == (240, 320)
    assert dict(edited.getexif()) == {}


def test_a_suffix_is_known_only_for_the_formats_that_edits_give() -> None:
    assert suffix_of(ORIGINAL) == ".jpg"
    with pytest.raises(ValueError, match="neither a JPEG"):
        suffix_of(b"GIF89a")
