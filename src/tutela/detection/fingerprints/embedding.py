"""Embeddings: what an image backbone of the operator's own says of a picture, as one direction in many dimensions.

Tutela brings no model. The operator exports one to ONNX, and ONNX Runtime runs it here, on the processor.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from tutela.content.decode import RGB
from tutela.detection.fingerprints.fingerprint import (
    BadFingerprint,
    Fingerprint,
    Orientation,
    parse_hex_or_base64,
)
from tutela.detection.onnx_models.loading import BadModel, chosen_output, opened
from tutela.detection.onnx_models.picture_input import IMAGENET_MEAN, IMAGENET_STD, PictureInput

LONGEST = 65_536
_UNIT_LENGTH = 1e-5
_PROBE_SEED = 9


@dataclass(frozen=True, slots=True)
class EmbeddingSettings:
    """A model and how pictures are put to it.

    `sha256` is the model file's, in hexadecimal. A picture is scaled to `side` x `side` samples: all of it
    (`fit="stretch"`), or the middle square of it scaled to `resize` first (`fit="crop"`). Each channel, 0 to 1, loses
    its `mean` and is divided by its `std`. `output` names the model's output; its first one if None. `threshold` is in
    millionths of cosine distance, 1 to 2,000,000.
    """

    model: Path
    sha256: str
    threshold: int
    side: int = 224
    resize: int | None = None
    fit: Literal["stretch", "crop"] = "stretch"
    layout: Literal["NCHW", "NHWC"] = "NCHW"
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    output: str | None = None

    def __post_init__(self) -> None:
        if len(self.sha256) != 64 or set(self.sha256) - set("0123456789abcdef"):
            raise ValueError("sha256 is the model file's SHA-256: 64 hexadecimal digits in lower case")
        if not 1 <= self.threshold <= 2_000_000:
            raise ValueError("threshold is 1 to 2,000,000 millionths of cosine distance")
        _ = self.input  # which refuses what cannot be fed

    @property
    def input(self) -> PictureInput:
        """How a picture is put to the model; raises ValueError."""
        return PictureInput(self.side, self.resize, self.fit, self.layout, self.mean, self.std)

    @property
    def identity(self) -> str:
        """12 hexadecimal digits of all that decides a value: equal ones come of the same model, fed the same way."""
        return hashlib.sha256(json.dumps([self.sha256, *self.input.said, self.output]).encode()).hexdigest()[:12]


class Embedding:
    """A kind named after its settings, `embedding-` and 12 digits: values of another model are another kind.

    A value is little-endian float32, scaled to length 1. It is made on one thread, in the 8 orientations, one after
    another, so that it depends on the picture alone (and in its last bits on the processor's make).
    """

    METRIC: ClassVar[Literal["cosine"]] = "cosine"
    UNIT: ClassVar[str] = "millionths"
    NEEDS: ClassVar[Literal["pixels"]] = "pixels"
    MINIMUM_QUALITY: ClassVar[int] = 0

    def __init__(self, settings: EmbeddingSettings) -> None:
        """Load the model and try it once. Raises BadModel."""
        self._settings = settings
        self.KIND = f"embedding-{settings.identity}"
        self.VERSION = settings.sha256[:12]
        self.THRESHOLD = settings.threshold
        self._fed_with = settings.input
        self._session = opened(settings.model, settings.sha256, "embeddings")
        self._input = self._session.get_inputs()[0].name
        self._output = chosen_output(self._session, settings.model, settings.output)
        self.BYTES = 4 * len(self._probe())

    def parse(self, text: str) -> bytes:
        """Return the value that base64 or hexadecimal digits write; raises BadFingerprint.

        A vector of another length than 1 is scaled to it; one of length 0 or with no numbers in it is refused.
        """
        value = parse_hex_or_base64(self.KIND, text, self.BYTES)
        written = np.frombuffer(value, dtype="<f4")
        scaled = _unit(written)
        if scaled is None:
            raise BadFingerprint(f"{self.KIND} is a direction: numbers that are finite and not all 0")
        # A value that is near enough stays as it is, so that what is written is read again to the last bit.
        kept = abs(float(np.linalg.norm(written.astype(np.float64))) - 1) <= _UNIT_LENGTH
        return value if kept else scaled.tobytes()

    def of_bytes(self, data: bytes) -> Fingerprint:
        """Raise TypeError: an embedding is of pixels."""
        raise TypeError(f"{self.KIND} is computed from pixels, not from {len(data)} bytes")

    def of_pixels(self, pixels: RGB) -> Sequence[Fingerprint]:
        """Return 8 fingerprints, upright first; `pixels` has the shape (height, width, 3), uint8.

        Returns none where the model has no direction for the picture, in any orientation.
        """
        square = self._fed_with.square(pixels)
        made: list[Fingerprint] = []
        for orientation, turned in _turned(square).items():
            value = _unit(self._run(turned))
            if value is None:
                return []
            made.append(Fingerprint(self.KIND, value.tobytes(), orientation))
        return made

    def _run(self, square: NDArray[np.uint8]) -> NDArray[np.float32]:
        (made,) = self._session.run([self._output], {self._input: self._fed_with.fed(square[None])})
        flat: NDArray[np.float32] = np.asarray(made, dtype=np.float32).reshape(-1)
        return flat

    def _probe(self) -> NDArray[np.float32]:
        side, file = self._settings.side, self._settings.model
        picture = np.random.default_rng(_PROBE_SEED).integers(0, 256, (side, side, 3), dtype=np.uint8)
        try:
            made = self._run(picture)
        except Exception as error:
            raise BadModel(
                f"{file} does not take one picture of {side} x {side} as {self._settings.layout} float32: "
                f"{str(error).splitlines()[0][:200]}"
            ) from error
        if not 2 <= len(made) <= LONGEST:
            raise BadModel(f"{file} gives {len(made):,} values for a picture, and not 2 to {LONGEST:,}")
        if _unit(made) is None:
            raise BadModel(f"{file} gives no finite numbers, or only 0, for a picture of noise: check mean and std")
        return made


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Return a vector scaled to length 1, little-endian; None where it has no direction."""
    wide = vector.astype(np.float64)
    norm = float(np.linalg.norm(wide))
    if not math.isfinite(norm) or norm == 0:
        return None
    scaled: NDArray[np.float32] = (wide / norm).astype("<f4")
    return scaled


def _turned(square: NDArray[np.uint8]) -> dict[Orientation, NDArray[np.uint8]]:
    swapped = square.transpose(1, 0, 2)
    return {
        Orientation.UPRIGHT: square,
        Orientation.ROTATED_90: np.rot90(square),
        Orientation.ROTATED_180: np.rot90(square, 2),
        Orientation.ROTATED_270: np.rot90(square, 3),
        Orientation.FLIPPED_LEFT_RIGHT: square[:, ::-1],
        Orientation.FLIPPED_TOP_BOTTOM: square[::-1],
        Orientation.TRANSPOSED: swapped,
        Orientation.TRANSVERSED: np.rot90(square, 2).transpose(1, 0, 2),
    }
