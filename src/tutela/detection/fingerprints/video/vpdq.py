"""vPDQ (Meta, "vPDQ: video hashing with PDQ", 2022): the PDQ of frames, with quality and time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from tutela.content.decode import RGB
from tutela.content.video import Frame
from tutela.detection.fingerprints.fingerprint import Fingerprint
from tutela.detection.fingerprints.pdq import Pdq
from tutela.detection.fingerprints.video import frame_hashes

_PDQ = Pdq()


@dataclass(frozen=True, slots=True)
class FrameHash:
    """The PDQ of a frame as it is shown: 32 bytes, quality 0 to 100. `seconds` count from the first frame."""

    frame: int
    seconds: float
    quality: int
    value: bytes

    @property
    def line(self) -> str:
        """The line of the published text form: number, quality, hexadecimal value, seconds."""
        return f"{self.frame},{self.quality},{self.value.hex()},{self.seconds:.3f}"


def frame_hash(frame: Frame) -> FrameHash:
    """Return the hash of a frame, whole and in colour, as the published code does where nothing is scaled down."""
    upright = _PDQ.of_pixels(frame.pixels())[0]
    return FrameHash(frame.number, frame.seconds, upright.quality or 0, upright.value)


class _OfFrames:
    BYTES: ClassVar[int] = 32
    METRIC: ClassVar[Literal["hamming"]] = "hamming"
    UNIT: ClassVar[str] = "bits"
    THRESHOLD: ClassVar[int] = 31
    NEEDS: ClassVar[Literal["video"]] = "video"
    MINIMUM_QUALITY: ClassVar[int] = 50

    def of_bytes(self, data: bytes) -> Fingerprint:
        """Raise TypeError: it is of a video."""
        raise TypeError(f"vpdq is computed from a video's frames, not from {len(data)} bytes")

    def of_pixels(self, pixels: RGB) -> Sequence[Fingerprint]:
        """Raise TypeError: it is of a video."""
        raise TypeError(f"vpdq and pdq-frame are computed from a video's frames, not from {pixels.shape} pixels")


class Vpdq(_OfFrames):
    """vPDQ as it is matched: frames of a clip against those of listed clips. BYTES is of one frame's hash."""

    KIND: ClassVar[str] = "vpdq"
    VERSION: ClassVar[str] = "1"

    def parse(self, text: str) -> bytes:
        """Return the frames that a text writes (frame_hashes.read); raises BadFingerprint."""
        return frame_hashes.read(text)

    def written(self, value: bytes) -> str:
        """Return the text of a value, a JSON list as python-threatexchange writes it."""
        return frame_hashes.written_as_json(value)

    def rows(self, value: bytes) -> Sequence[bytes]:
        """Return the hashes of its frames, each once."""
        return frame_hashes.unpacked(value).distinct


class PdqOfFrame(_OfFrames):
    """Frames of a video against listed pictures: the entries of `pdq`, and a technology of its own.

    A clip has as many chances to resemble a picture by accident as it has frames, so that what is told of the errors
    of pictures says nothing of it.
    """

    KIND: ClassVar[str] = "pdq-frame"
    VERSION: ClassVar[str] = "1"
    ENTRIES: ClassVar[str] = "pdq"

    def parse(self, text: str) -> bytes:
        """Return the 32 bytes of a frame; raises BadFingerprint."""
        return _PDQ.parse(text)
