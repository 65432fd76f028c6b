"""Frames at a constant rate, chosen as the published pipeline of TMK+PDQF chooses them.

The published values were made of what `ffmpeg -r 15` gave out. Its rule is not the one that one would write: it looks
at how far a frame's time lies from the next tick, allows a tick and a tenth either way, and so lets the first frames
of a faster video all through before it begins to drop. Frames chosen otherwise give other averages (0.987 against the
published values of a short clip, where this rule gives 0.9999999).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from tutela.content.video import Frame

_SLACK = 1.1
_BEHIND = 0.6


def at_rate(frames: Iterable[Frame], rate: Fraction, wanted: int) -> Iterator[tuple[Frame, int]]:
    """Yield frames, each with how often it counts in a row at `wanted` a second, from a video of `rate` a second."""
    length = float(wanted / rate)
    given = 0
    before: Frame | None = None
    for frame in frames:
        late = frame.seconds * wanted - given
        end = late + length
        times, of_before = 1, 0
        if end < -_SLACK:
            times = 0
        elif end > _SLACK:
            times = round(end)
            if before is not None and late > _SLACK:
                of_before = min(times, round(late - _BEHIND))
        if before is not None and of_before:
            yield before, of_before
        if times > of_before:
            yield frame, times - of_before
        given += times
        before = frame
