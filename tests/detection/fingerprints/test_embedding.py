"""Embeddings by an operator's model: near for alike pictures, apart from other models, clear where it fails."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.content.pictures import rgb, texture
from tests.detection.fingerprints.backbones import SIDE, VALUES, backbone, blots, settings
from tutela.detection.fingerprints.embedding import Embedding, EmbeddingSettings
from tutela.detection.fingerprints.fingerprint import BadFingerprint, Orientation
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.matching.memory import MemoryIndex
from tutela.detection.matching.shape import shape_of
from tutela.detection.onnx_models.loading import BadModel

PICTURE = texture(200, 150, seed=4, grain=6)


def value(kind: Embedding, picture: Image.Image, orientation: Orientation = Orientation.UPRIGHT) -> bytes:
    (found,) = [f.value for f in kind.of_pixels(rgb(picture)) if f.orientation is orientation]
    return found


def distance(kind: Embedding, one: bytes, other: bytes) -> int:
    ((hit,),) = MemoryIndex.of(shape_of(kind), [(1, one, "list", True)]).search([other], 2_000_000)
    return hit.distance


def test_alike_pictures_are_near_and_others_far() -> None:
    kind = blots()
    known = value(kind, PICTURE)
    alike = [PICTURE.resize((90, 70)), PICTURE.point(lambda light: int(light * 0.95)), PICTURE.convert("P")]
    assert max(distance(kind, known, value(kind, one.convert("RGB"))) for one in alike) < 20_000
    others = [texture(200, 150, seed=seed, grain=6) for seed in range(5, 25)]
    assert min(distance(kind, known, value(kind, one)) for one in others) > 100_000


@pytest.mark.parametrize("transposition", Image.Transpose)
def test_a_turned_picture_is_found_under_one_orientation(transposition: Image.Transpose) -> None:
    kind = blots()
    square = PICTURE.resize((64, 64))
    turned = value(kind, square.transpose(transposition))
    distances = {f.orientation: distance(kind, f.value, turned) for f in kind.of_pixels(rgb(square))}
    names = {
        Image.Transpose.FLIP_LEFT_RIGHT: Orientation.FLIPPED_LEFT_RIGHT,
        Image.Transpose.FLIP_TOP_BOTTOM: Orientation.FLIPPED_TOP_BOTTOM,
        Image.Transpose.ROTATE_90: Orientation.ROTATED_90,
        Image.Transpose.ROTATE_180: Orientation.ROTATED_180,
        Image.Transpose.ROTATE_270: Orientation.ROTATED_270,
        Image.Transpose.TRANSPOSE: Orientation.TRANSPOSED,
        Image.Transpose.TRANSVERSE: Orientation.TRANSVERSED,
    }
    assert distances[names[transposition]] < 100
    assert min(d for o, d in distances.items() if o is not names[transposition]) > 20_000


def test_values_are_unit_float32_little_endian_of_the_models_size() -> None:
    kind = blots()
    vector = np.frombuffer(value(kind, PICTURE), "<f4")
    assert vector.shape == (VALUES,)
    assert abs(np.linalg.norm(vector.astype(np.float64)) - 1) < 1e-6
    assert kind.BYTES == 4 * VALUES


def test_layout_output_and_fit_do_what_they_say(tmp_path: Path) -> None:
    plain = Embedding(settings(tmp_path))
    turned = Embedding(settings(tmp_path, layout="NHWC"))
    assert distance(plain, value(plain, PICTURE), value(turned, PICTURE)) == 0
    other = Embedding(settings(tmp_path, output="other"))
    assert distance(plain, value(plain, PICTURE), value(other, PICTURE)) == 2_000_000
    # A crop to 3/4 of the middle square is what the same cut by hand comes to.
    cropped = Embedding(settings(tmp_path, fit="crop", resize=SIDE * 4 // 3 + 1))
    edge = 150 * SIDE / (SIDE * 4 // 3 + 1)
    box = ((200 - edge) / 2, (150 - edge) / 2, (200 + edge) / 2, (150 + edge) / 2)
    by_hand = PICTURE.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=box)
    assert value(cropped, PICTURE) == value(plain, by_hand)
    # All of the picture counts when it is stretched, and the middle alone when it is cropped.
    framed = ImageOps.expand(PICTURE.crop((25, 0, 175, 150)), (300, 0), fill=(255, 0, 0))
    middle = Embedding(settings(tmp_path, fit="crop"))
    assert distance(plain, value(middle, framed), value(middle, PICTURE)) < 30_000
    assert distance(plain, value(plain, framed), value(plain, PICTURE)) > 100_000


def test_a_model_or_other_settings_are_a_kind_of_their_own(tmp_path: Path) -> None:
    usual = settings(tmp_path)
    others = [
        settings(tmp_path, seed=2),
        replace(usual, mean=(0.4, 0.5, 0.5)),
        replace(usual, std=(0.2, 0.25, 0.25)),
        replace(usual, fit="crop"),
        replace(usual, fit="crop", resize=40),
        replace(usual, side=SIDE * 2),
        replace(usual, output="other"),
        replace(usual, layout="NHWC"),
    ]
    assert len({one.identity for one in [usual, *others]}) == len(others) + 1
    moved = replace(usual, threshold=5, model=tmp_path / "elsewhere.onnx")
    assert moved.identity == usual.identity
    kind = Embedding(usual)
    assert f"embedding-{usual.identity}" == kind.KIND
    assert hashlib.sha256(usual.model.read_bytes()).hexdigest()[:12] == kind.VERSION
    assert set(installed_kinds(usual)) == {*installed_kinds(), kind.KIND}
    assert not any(name.startswith("embedding") for name in installed_kinds())


def test_vectors_of_other_lists_are_scaled_and_what_is_none_is_refused() -> None:
    kind = blots()
    known = np.frombuffer(value(kind, PICTURE), "<f4")
    written = base64.b64encode((known * np.float32(7)).tobytes()).decode()
    assert distance(kind, kind.parse(written), known.tobytes()) == 0
    assert kind.parse(kind.parse(written).hex()) == kind.parse(written)
    for bad in (np.zeros(VALUES, "<f4"), np.full(VALUES, np.nan, "<f4"), np.full(VALUES, np.inf, "<f4")):
        with pytest.raises(BadFingerprint, match="a direction"):
            kind.parse(bad.tobytes().hex())
    with pytest.raises(BadFingerprint, match=rf"{2 * kind.BYTES} hexadecimal digits.* or 128 characters of base64"):
        kind.parse(base64.b64encode(bytes(4 * VALUES - 4)).decode())


def test_a_picture_that_the_model_says_nothing_of_has_no_value(tmp_path: Path) -> None:
    kind = Embedding(settings(tmp_path, mean=(0.0, 0.0, 0.0)))
    assert kind.of_pixels(rgb(Image.new("RGB", (50, 40)))) == []
    assert len(kind.of_pixels(rgb(PICTURE))) == 8


def test_the_smallest_and_the_narrowest_pictures_have_values() -> None:
    for size in ((1, 1), (1, 900), (2000, 1)):
        assert len(blots().of_pixels(rgb(texture(*size)))) == 8


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"sha256": "0" * 64}, "its sha256 is"),
        ({"output": "logits"}, "no output 'logits': embedding, other"),
        ({"side": SIDE // 2}, "does not take one picture of 16 x 16"),
        ({"layout": "NHWC"}, "as NHWC float32"),
        ({"std": (1e-44, 1e-44, 1e-44)}, "check mean and std"),
    ],
)
def test_a_model_that_does_not_fit_its_settings_is_refused_at_once(
    tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    with pytest.raises(BadModel, match=told):
        Embedding(replace(settings(tmp_path), **change))


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.onnx"
    with pytest.raises(BadModel, match="No such file"):
        Embedding(EmbeddingSettings(file, "0" * 64, 5))
    file.write_bytes(b"not a model")
    with pytest.raises(BadModel, match="no model that ONNX Runtime can run"):
        Embedding(EmbeddingSettings(file, hashlib.sha256(b"not a model").hexdigest(), 5))
    digest = backbone(file, values=1)
    with pytest.raises(BadModel, match="gives 1 values"):
        Embedding(EmbeddingSettings(file, digest, 5, side=SIDE))


def test_a_model_whose_batch_is_open_serves_as_well(tmp_path: Path) -> None:
    file = tmp_path / "open.onnx"
    usual = settings(tmp_path)
    opened = Embedding(replace(usual, model=file, sha256=backbone(file, batch="n")))
    assert value(opened, PICTURE) == value(blots(), PICTURE)


def test_the_same_picture_gives_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    known = settings(tmp_path)
    script = (
        "import sys; from pathlib import Path; import numpy as np\n"
        "from tutela.detection.fingerprints.embedding import Embedding, EmbeddingSettings\n"
        f"kind = Embedding(EmbeddingSettings(Path(sys.argv[1]), '{known.sha256}', 5, side={SIDE}))\n"
        "made = kind.of_pixels(np.random.default_rng(3).integers(0, 256, (90, 120, 3), dtype=np.uint8))\n"
        "print(made[3].hex)\n"
    )
    runs = [
        subprocess.run([sys.executable, "-c", script, known.model], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert len(runs[0]) == 8 * VALUES + 1
