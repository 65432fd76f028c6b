"""From a video's bytes to its fingerprints: frames at one a second or keyframes, and the clip as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from tutela.content.decode import OverLimit, Undecodable, Unsupported
from tutela.content.item import Limits, Outcome
from tutela.content.place import WHOLE, Place
from tutela.content.video import Frame, Sampling, Video, opened
from tutela.detection.fingerprints.fingerprint import Fingerprint, FingerprintKind, Orientation
from tutela.detection.fingerprints.pdq import Pdq
from tutela.detection.fingerprints.video.frame_choice import at_rate
from tutela.detection.fingerprints.video.frame_hashes import packed
from tutela.detection.fingerprints.video.tmk import FRAMES_PER_SECOND, Tmk, summed
from tutela.detection.fingerprints.video.tmk_file import written
from tutela.detection.fingerprints.video.tmk_kind import TmkPdqf
from tutela.detection.fingerprints.video.vpdq import Vpdq

GAP = Fraction(1)
"""Seconds between frames that are hashed: the published default of vPDQ."""
EVERY_SECOND = "a frame a second"
KEYFRAMES = "keyframes"
"""What `computed` says of the frames that were looked at."""


@dataclass(frozen=True, slots=True)
class ClipFingerprints:
    """The fingerprints of a video, as far as it goes. `failure` is None where it goes to its end."""

    fingerprints: tuple[Fingerprint, ...]
    failure: Outcome | None = None
    reason: str = ""


def clip_fingerprints(
    data: bytes, limits: Limits, place: Place = WHOLE, kinds: Iterable[FingerprintKind] | None = None
) -> ClipFingerprints:
    """Return vPDQ of a video in the 8 orientations, and its TMK+PDQF, at a place. Never raises for the bytes.

    Of one that breaks off, or that has more than the limits allow, the frames of before; then there is no TMK+PDQF,
    which is of a whole. `kinds`, if given, are the ones that are wanted.
    """
    hashing = _Hashing()
    failure: tuple[Outcome, str] | None = None
    value: Tmk | None = None
    wanted = None if kinds is None else {kind.KIND for kind in kinds if kind.NEEDS == "video"}
    whole = limits.video.tmk and not limits.video.keyframes and (wanted is None or TmkPdqf.KIND in wanted)
    try:
        with opened(data, limits) as video:
            if wanted is not None and not wanted:
                # Nothing is made of it, and still it is told whether it is a video that can be decoded.
                hashing.add(next(video.keyframes()))
                return ClipFingerprints(())
            value = _read(video, hashing, limits, whole=whole)
    except OverLimit as error:
        failure = Outcome.OVER_LIMIT, str(error)
    except Unsupported as error:
        failure = Outcome.UNSUPPORTED, str(error)
    except Undecodable as error:
        failure = Outcome.UNDECODABLE, str(error)
    except StopIteration:
        failure = Outcome.UNDECODABLE, "the video has no frames"
    if failure is None and not hashing.seen:
        failure = Outcome.UNDECODABLE, "the video has no frames"
    found = hashing.fingerprints(place, KEYFRAMES if limits.video.keyframes else EVERY_SECOND)
    if value is not None and failure is None:
        found = (*found, Fingerprint(TmkPdqf.KIND, written(value), place=place))
    return ClipFingerprints(found, *(failure or (None, "")))


def _read(video: Video, hashing: _Hashing, limits: Limits, *, whole: bool) -> Tmk | None:
    if not whole:
        for frame in video.keyframes() if limits.video.keyframes else video.sampled(GAP):
            hashing.add(frame)
        return None
    value = summed(at_rate(_hashed_on_the_way(video, hashing), video.rate, FRAMES_PER_SECOND))
    return value if value is not None and value.average.any() else None


def _hashed_on_the_way(video: Video, hashing: _Hashing) -> Iterator[Frame]:
    """Yield every frame, hashing those that stand at a tick: the video is decoded once for both."""
    sampling = Sampling(GAP)
    for frame in video.frames():
        if sampling.takes(frame):
            hashing.add(frame)
        yield frame


class _Hashing:
    def __init__(self) -> None:
        self._pdq = Pdq()
        self._frames: dict[Orientation, list[tuple[float, int, bytes]]] = {o: [] for o in Orientation}
        self._best = 0

    @property
    def seen(self) -> bool:
        """Whether there was a frame."""
        return bool(self._frames[Orientation.UPRIGHT])

    def add(self, frame: Frame) -> None:
        for one in self._pdq.of_pixels(frame.pixels()):
            quality = one.quality or 0
            self._frames[one.orientation].append((frame.seconds, quality, one.value))
            self._best = max(self._best, quality)

    def fingerprints(self, place: Place, computed: str) -> tuple[Fingerprint, ...]:
        if not self.seen:
            return ()
        return tuple(
            # Its quality is that of its best frame: below the minimum, there is none to be matched.
            Fingerprint(Vpdq.KIND, packed(frames), orientation, self._best, computed, place)
            for orientation, frames in self._frames.items()
        )
