"""What is known to be harmless is not flagged, even though another list has it or something near it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from tutela.content.place import Place


class Near(Protocol):
    """A detection: by which technology, how far, and how far that is beside the threshold."""

    @property
    def technology(self) -> str:
        """The technology."""
        ...

    @property
    def threshold(self) -> int:
        """The threshold; 0 where values are equal or not."""
        ...

    @property
    def place(self) -> Place:
        """What in the item it is of."""
        ...

    @property
    def share(self) -> float:
        """The distance as a share of the threshold."""
        ...


D = TypeVar("D", bound=Near)


def without_overruled(flagged: Sequence[D], harmless: Sequence[D]) -> tuple[list[D], list[D]]:
    """Return the detections that stand, and those that are overruled by what harmless lists say of the item.

    Bytes that a harmless list knows are harmless whatever else is said, with all that is in them. Otherwise what is
    said of one place says nothing of another: a harmless file beside a listed one hides nothing. A picture that is
    near one on a harmless list overrules what is not nearer: of a copy of listed material, the listed entry is nearer
    than a harmless picture that resembles it, and the copy is still flagged. Bytes that a list knows are never
    overruled by a resemblance.
    """
    standing: list[D] = []
    overruled: list[D] = []
    for one in flagged:
        about = [h for h in harmless if one.place.lies_in(h.place) and (h.threshold == 0 or h.place == one.place)]
        same_bytes = any(h.threshold == 0 for h in about)
        nearest = min((h.share for h in about), default=None)
        resembles = nearest is not None and one.threshold > 0 and nearest <= one.share
        (overruled if same_bytes or resembles else standing).append(one)
    return standing, overruled
