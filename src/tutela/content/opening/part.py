"""What an opener finds, and the interface of an opener."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Protocol

from tutela.content.decode import RGB
from tutela.content.item import Outcome
from tutela.content.opening.budget import Budget
from tutela.content.place import Step

_LONGEST_NAME = 500
# Control characters, and those that turn the direction of writing: a name is shown to people and in terminals.
_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file within a container. `steps` lead to it from the container; its bytes are compared and looked into."""

    steps: tuple[Step, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class PicturePart:
    """A picture that is no file of its own: a frame, a page, a picture that a document holds as bare pixels."""

    steps: tuple[Step, ...]
    pixels: RGB


@dataclass(frozen=True, slots=True)
class UnseenPart:
    """What is there and could not be looked at, with the outcome that the item ends in if nothing else matches."""

    steps: tuple[Step, ...]
    outcome: Outcome
    reason: str


Part = FilePart | PicturePart | UnseenPart


class Opener(Protocol):
    """Opens one kind of container. It keeps nothing between calls, writes no file and opens no connection."""

    NAME: ClassVar[str]
    """What it opens, in a word or two."""

    def claims(self, data: bytes) -> bool:
        """Return whether the bytes are such a container, or carry one. Cheap: it is asked of everything."""
        ...

    def parts(self, data: bytes, budget: Budget) -> Iterator[Part]:
        """Yield what is in it, one part at a time; nothing is expanded that the budget does not allow.

        No two files or pictures have the same steps. Raises `decode.Undecodable` where the container is broken, also
        after parts were given, `decode.Unsupported` where it cannot be opened here, `budget.Exhausted` as the budget
        says.
        """
        ...


def shown_name(name: str) -> str:
    """Return a name as it can be shown and stored: no control characters, no halves of characters, 500 at most.

    It never becomes a path: nothing within an item is written to a disk.
    """
    written = name.encode("utf-8", "backslashreplace").decode()
    return _UNSHOWN.sub("\ufffd", written)[:_LONGEST_NAME]
