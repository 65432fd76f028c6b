"""`tutela hash --every-frame`: the fingerprints of a video, frame by frame and as a whole."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

from tutela.cli.output import err, out, print_json
from tutela.content.decode import OverLimit, Undecodable, Unsupported
from tutela.content.item import Kind, Limits
from tutela.content.sniff import SNIFF_BYTES, kind_of
from tutela.content.video import Frame, Video, opened
from tutela.detection.fingerprints.video.frame_choice import at_rate
from tutela.detection.fingerprints.video.tmk import FRAMES_PER_SECOND, Tmk, summed
from tutela.detection.fingerprints.video.tmk_file import written
from tutela.detection.fingerprints.video.vpdq import FrameHash, frame_hash


def is_clip(path: Path) -> bool:
    """Return whether a file can be read and begins as a video."""
    try:
        with path.open("rb") as file:
            return kind_of(file.read(SNIFF_BYTES)) is Kind.VIDEO
    except OSError:
        return False


def print_clip(path: Path, *, as_json: bool) -> bool:
    """Print the published text form of vPDQ, a line a frame, or one JSON object. Return whether nothing went wrong.

    JSON: `vpdq`, a list of `frame`, `time` in seconds, `quality` and `pdq`; `tmk`, the published file in base64. A
    video that breaks off is printed as far as it goes, with `error` and no `tmk`.
    """
    hashes: list[FrameHash] = []
    value, error = None, None
    try:
        with opened(path, Limits()) as video:
            value = _hashed(video, hashes)
    except OSError as failure:
        error = failure.strerror or str(failure)
    except (Undecodable, Unsupported, OverLimit) as failure:
        error = str(failure)
    if as_json:
        print_json(_row(path, hashes, value, error))
    else:
        for one in hashes:
            out.print(one.line, markup=False)
    if error is not None:
        err.print(f"tutela: {path}: {error}", markup=False)
    return error is None


def _hashed(video: Video, hashes: list[FrameHash]) -> Tmk | None:
    """Hash each frame on its way into the value of the whole, so that it is decoded once."""

    def each() -> Iterator[Frame]:
        for frame in video.frames():
            hashes.append(frame_hash(frame))
            yield frame

    return summed(at_rate(each(), video.rate, FRAMES_PER_SECOND))


def _row(path: Path, hashes: list[FrameHash], value: Tmk | None, error: str | None) -> dict[str, object]:
    row: dict[str, object] = {"path": str(path), "md5": _digest(path, "md5"), "sha256": _digest(path, "sha256")}
    row["vpdq"] = [
        {"frame": one.frame, "time": round(one.seconds, 3), "quality": one.quality, "pdq": one.value.hex()}
        for one in hashes
    ]
    row["tmk"] = base64.b64encode(written(value)).decode() if value is not None else None
    if error is not None:
        row["error"] = error
    return row


def _digest(path: Path, name: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, name).hexdigest()
