"""All that an item holds, place by place, and what is at one place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tutela.content.decode import RGB, OverLimit, Undecodable, Unsupported, decode_image
from tutela.content.item import DEEPEST, Kind, Limits, Outcome
from tutela.content.opening.budget import Budget, Exhausted
from tutela.content.opening.embedded import Embedded
from tutela.content.opening.frames import Frames
from tutela.content.opening.mail import Mail
from tutela.content.opening.packed import Packed
from tutela.content.opening.part import Opener, PicturePart, UnseenPart
from tutela.content.opening.pdf import Pdf
from tutela.content.opening.tarred import Tar
from tutela.content.opening.unopened import Unopened
from tutela.content.opening.zipped import Zip
from tutela.content.place import WHOLE, Place, Within
from tutela.content.sniff import SNIFF_BYTES, kind_of
from tutela.content.video import frame_at

PICTURES: tuple[Opener, ...] = (Embedded(), Frames())
"""Openers of what a picture holds besides itself."""
CONTAINERS: tuple[Opener, ...] = (Zip(), Tar(), Packed(), Pdf(), Mail(), Unopened())
"""Openers of what holds files or pages. Each is asked of everything: a file may be two things at once."""


@dataclass(frozen=True, slots=True)
class FileAt:
    """A file: the item itself or one within it. `opened` says whether an opener knows it as a container."""

    place: Place
    data: bytes
    kind: Kind
    opened: bool


@dataclass(frozen=True, slots=True)
class PictureAt:
    """A picture that is no file of its own."""

    place: Place
    pixels: RGB


@dataclass(frozen=True, slots=True)
class UnseenAt:
    """What could not be looked at, the outcome of the item for it, and why."""

    place: Place
    outcome: Outcome
    reason: str


At = FileAt | PictureAt | UnseenAt


def look(data: bytes, limits: Limits, excludes: frozenset[str] = frozenset()) -> Iterator[At]:
    """Yield the item and all that is in it, each before what it holds, nothing beyond the limits. Raises nothing.

    What is given is not held: one file is in memory for each step into the item. With "audio" in `excludes`, sound is
    neither given nor opened, wherever it lies.
    """
    yield from _Look(limits, excludes, Budget(limits, len(data))).at(data, WHOLE, ())


def picture_at(data: bytes, place: Place, limits: Limits) -> RGB:
    """Return the pixels of the picture at a place. Raises Unsupported, Undecodable, OverLimit, also where none is."""
    looking = _Look(limits, frozenset(), Budget(limits, len(data)), towards=Place(place.steps))
    for found in looking.at(data, WHOLE, ()):
        if found.place.steps != place.steps:
            continue
        if isinstance(found, PictureAt):
            return found.pixels
        if isinstance(found, FileAt) and found.kind is Kind.VIDEO:
            return frame_at(found.data, place.seconds[0] if place.seconds else 0.0, limits)
        if isinstance(found, FileAt):
            return decode_image(found.data, limits)
        raise Undecodable(found.reason)
    raise Undecodable("there is no picture at this place of the item")


class _Look:
    def __init__(self, limits: Limits, excludes: frozenset[str], budget: Budget, towards: Place | None = None) -> None:
        self._limits = limits
        self._excludes = excludes
        self._budget = budget
        self._towards = towards
        self._spent = False

    def at(self, data: bytes, place: Place, around: Sequence[bytes]) -> Iterator[At]:
        kind = kind_of(data[:SNIFF_BYTES])
        if kind is Kind.AUDIO and "audio" in self._excludes:
            return
        if place.steps and place.steps[-1].within is Within.THUMBNAIL:
            yield FileAt(place, data, kind, opened=False)
            return
        containers = [one for one in CONTAINERS if one.claims(data)]
        yield FileAt(place, data, kind, bool(containers))
        if containers and len(around) >= self._limits.max_depth:
            reason = f"more than {self._limits.max_depth} containers in one another"
            yield UnseenAt(place, Outcome.OVER_LIMIT, reason)
            return
        # What a picture carries may carry pictures again, as thumbnails do, but not for ever.
        pictures = [one for one in PICTURES if one.claims(data)] if len(around) < DEEPEST + 2 else []
        for opener in (*pictures, *containers):
            yield from self._opened(opener, data, place, around)
            if self._spent:
                return

    def _opened(self, opener: Opener, data: bytes, place: Place, around: Sequence[bytes]) -> Iterator[At]:
        inner = (*around, data)
        try:
            for part in opener.parts(data, self._budget):
                here = Place((*place.steps, *part.steps))
                if self._towards is not None and not self._towards.lies_in(here):
                    continue
                if isinstance(part, PicturePart):
                    yield PictureAt(here, part.pixels)
                elif isinstance(part, UnseenPart):
                    yield UnseenAt(here, part.outcome, part.reason)
                # A container that holds itself holds nothing new.
                elif part.data and part.data not in inner:
                    yield from self.at(part.data, here, inner)
                if self._spent:
                    return
        except Exhausted as error:
            self._spent = True
            yield UnseenAt(place, Outcome.OVER_LIMIT, str(error))
        except OverLimit as error:
            yield UnseenAt(place, Outcome.OVER_LIMIT, str(error))
        except Unsupported as error:
            yield UnseenAt(place, Outcome.UNSUPPORTED, str(error))
        except Undecodable as error:
            yield UnseenAt(place, Outcome.UNDECODABLE, str(error))
