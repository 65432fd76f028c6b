"""Where in an item something is: in the item itself, or in a picture, page, file or stretch of time within it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self


class Within(StrEnum):
    """What a step into an item leads to."""

    FILE = "file"
    """A file of an archive, by its name in it."""
    ATTACHMENT = "attachment"
    """A part of an e-mail, by its name or else by its number, from 1."""
    PICTURE = "picture"
    """A picture that a document embeds, by its number, from 1."""
    PAGE = "page"
    """A page of a document or of a picture that has several, from 1."""
    FRAME = "frame"
    """A frame of an animation, from 1."""
    THUMBNAIL = "thumbnail"
    """The small picture that a picture carries in its metadata."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step into an item. `name` is what the container calls it, `number` counts from 1; either may be missing."""

    within: Within
    name: str = ""
    number: int = 0

    @property
    def text(self) -> str:
        """The step in words, for command lines."""
        if self.within is Within.THUMBNAIL:
            return "thumbnail"
        if self.within in (Within.FILE, Within.ATTACHMENT) and self.name:
            return self.name
        return f"{self.within.value} {self.number:,}"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in an item: the steps into it, outermost first, and in a video from which to which second.

    `seconds` count from the video's first frame. Raises ValueError for a stretch that ends before it begins.
    """

    steps: tuple[Step, ...] = ()
    seconds: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.seconds is not None and not 0 <= self.seconds[0] <= self.seconds[1]:
            raise ValueError(f"a stretch of time goes from its beginning to its end, not {self.seconds}")

    def into(self, step: Step) -> Self:
        """Return the place one step further in."""
        return replace(self, steps=(*self.steps, step))

    def lies_in(self, other: Place) -> bool:
        """Return whether it is the other place or somewhere within it."""
        within = self.steps[: len(other.steps)] == other.steps
        return within and (other.seconds in (None, self.seconds) or self.steps != other.steps)

    @property
    def text(self) -> str:
        """The place in words, for command lines: `a.zip > page 3 > 1:02.500-1:04.000`; empty for the item itself."""
        words = [step.text for step in self.steps]
        return " > ".join([*words, self.time] if self.time else words)

    @property
    def time(self) -> str:
        """The stretch of time as a clock shows it: `1:02.500-1:04.000`; empty where there is none."""
        return "-".join(_clock(moment) for moment in self.seconds or ())


WHOLE = Place()
"""The item itself."""


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    short = f"{rest // 1000:02}.{rest % 1000:03}"
    return f"{hours}:{minutes:02}:{short}" if hours else f"{minutes}:{short}"
