"""The PDQ of a clip's frames as one value, packed: 37 bytes a frame, and the texts in which others publish it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutela.detection.fingerprints.fingerprint import BadFingerprint, parse_hex

_ROW = np.dtype([("milliseconds", "<u4"), ("quality", "u1"), ("value", "u1", (32,))])
MOST_FRAMES = 100_000
"""Of one clip in a list: more than a day at one a second."""
_LONGEST = 2**32 - 1


@dataclass(frozen=True)
class FrameHashes:
    """The n frames of a clip by time: `seconds` (n,), `qualities` (n,), 0 to 100, and `values` (n, 32)."""

    seconds: NDArray[np.float64]
    qualities: NDArray[np.uint8]
    values: NDArray[np.uint8]

    def __len__(self) -> int:
        """Return n."""
        return len(self.seconds)

    @cached_property
    def row(self) -> NDArray[np.intp]:
        """Which of `distinct` each frame has."""
        return self._distinct[1]

    @cached_property
    def distinct(self) -> list[bytes]:
        """The hashes, each once, in the order in which they are met: as published, a hash counts once."""
        return self._distinct[0]

    @cached_property
    def _distinct(self) -> tuple[list[bytes], NDArray[np.intp]]:
        numbers: dict[bytes, int] = {}
        row = [numbers.setdefault(value.tobytes(), len(numbers)) for value in self.values]
        return list(numbers), np.array(row, dtype=np.intp)

    def clear(self, quality: int) -> NDArray[np.bool_]:
        """Return for each of `distinct` whether one of its frames has at least this quality."""
        found = np.zeros(len(self.distinct), dtype=np.bool_)
        found[self.row[self.qualities >= quality]] = True
        return found


def packed(frames: Iterable[tuple[float, int, bytes]]) -> bytes:
    """Return the value of frames, each with seconds, quality and 32 bytes."""
    rows = [(min(_LONGEST, round(seconds * 1000)), quality, list(value)) for seconds, quality, value in frames]
    return np.array(rows, dtype=_ROW).tobytes()


def unpacked(value: bytes) -> FrameHashes:
    """Return the frames of a value. Raises BadFingerprint for what is none."""
    if not value or len(value) % _ROW.itemsize:
        raise BadFingerprint(f"the frames of a clip are {_ROW.itemsize} bytes each")
    rows = np.frombuffer(value, _ROW)
    return FrameHashes(rows["milliseconds"] / 1000, rows["quality"], rows["value"])


def read(text: str) -> bytes:
    """Return the value that a text writes; raises BadFingerprint.

    The packed form in hexadecimal digits is one. Three others are in use: lines `frame,quality,hash,seconds`, as the
    published C++ writes them; a JSON list of texts `hash,quality,seconds` or of such lines, as python-threatexchange
    does; a JSON list of objects with `pdq`, `quality` and `time`, as `tutela hash` does.
    """
    stripped = text.strip()
    if len(stripped) >= 2 * _ROW.itemsize and "," not in stripped[: 2 * _ROW.itemsize] and not stripped.startswith("["):
        return _of_digits(stripped)
    written: list[Any]
    if stripped.startswith("["):
        try:
            written = json.loads(stripped)
        except (ValueError, RecursionError) as error:
            raise BadFingerprint("the frames of a clip are a list in JSON that ends, or lines") from error
    else:
        written = [line for line in stripped.splitlines() if line.strip()]
    if not 1 <= len(written) <= MOST_FRAMES:
        raise BadFingerprint(f"a clip has 1 to {MOST_FRAMES:,} frames, not {len(written):,}")
    frames = [_frame(one, number) for number, one in enumerate(written, 1)]
    return packed(sorted(frames, key=lambda frame: frame[0]))


def written_as_json(value: bytes) -> str:
    """Return the text of a value as python-threatexchange writes it: a JSON list of `hash,quality,seconds`."""
    return json.dumps([
        f"{one['value'].tobytes().hex()},{one['quality']},{one['milliseconds'] / 1000:.3f}"
        for one in np.frombuffer(value, _ROW)
    ])  # fmt: skip


def _of_digits(digits: str) -> bytes:
    if len(digits) > 2 * MOST_FRAMES * _ROW.itemsize:
        raise BadFingerprint(f"a clip has 1 to {MOST_FRAMES:,} frames")
    try:
        value = bytes.fromhex(digits)
    except ValueError as error:
        raise BadFingerprint("the frames of a clip are lines, a list in JSON, or hexadecimal digits") from error
    if any(quality > 100 for quality in unpacked(value).qualities.tolist()):
        raise BadFingerprint("the quality of a frame is 0 to 100")
    return value


def _frame(one: Any, number: int) -> tuple[float, int, bytes]:
    try:
        if isinstance(one, dict):
            seconds, quality, digits = float(one["time"]), int(one["quality"]), str(one["pdq"])
        else:
            parts = [part.strip() for part in one.split(",")]
            if len(parts) == 4:
                _, second, digits, third = parts
            else:
                digits, second, third = parts
            quality, seconds = int(second), float(third)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadFingerprint(
            f"frame {number}: `frame,quality,hash,seconds`, `hash,quality,seconds`, or an object with `pdq`, `quality` "
            "and `time`"
        ) from error
    if not 0 <= quality <= 100 or not 0 <= seconds * 1000 <= _LONGEST:
        raise BadFingerprint(f"frame {number}: the quality is 0 to 100, the time seconds from the first frame")
    return seconds, quality, parse_hex("pdq", digits, 32)
