"""What the demonstration works with: photographs, and tiles of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class Picture(Protocol):
    """What the demonstration works with: a whole photograph or a tile of one."""

    @property
    def name(self) -> str:
        """A name that is unique among the pictures gathered together."""

    @property
    def package(self) -> str:
        """The package that the picture comes from."""

    @property
    def licence(self) -> str:
        """The licence that the package states."""

    @property
    def width(self) -> int:
        """Width in pixels."""

    @property
    def height(self) -> int:
        """Height in pixels."""

    @property
    def content(self) -> bytes:
        """The encoded picture, as a file would hold it."""


@dataclass(frozen=True)
class Photograph:
    """A whole photograph on disk; width and height in pixels."""

    name: str
    package: str
    licence: str
    path: Path
    width: int
    height: int

    @property
    def content(self) -> bytes:
        """The bytes of the file, as the package carries them."""
        return self.path.read_bytes()


@dataclass(frozen=True)
class Tile:
    """A square part of a photograph, encoded as JPEG; `left` and `top` are pixels in that photograph."""

    name: str
    package: str
    licence: str
    photograph: str
    left: int
    top: int
    width: int
    height: int
    content: bytes
