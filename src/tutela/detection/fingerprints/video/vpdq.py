"""vPDQ (Meta, "vPDQ: video hashing with PDQ", 2022): the PDQ of frames, with quality and time."""

from __future__ import annotations

from dataclasses import dataclass

from tutela.content.video import Frame
from tutela.detection.fingerprints.pdq import Pdq

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
