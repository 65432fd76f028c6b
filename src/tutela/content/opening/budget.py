"""How much of one item is looked into."""

from __future__ import annotations

from typing import Protocol

from tutela.content.decode import OverLimit
from tutela.content.item import Limits

FREE_BYTES = 64 * 1024 * 1024
"""How much may be expanded before the ratio counts: a page of text may well be a thousand times its packed size."""
_CHUNK = 256 * 1024


class Exhausted(OverLimit):
    """An item holds more than is looked into: nothing further in it is opened."""


class Readable(Protocol):
    """A stream of unpacked bytes."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        ...


class Budget:
    """What has been spent on one item, over everything in it however deep. `size` is that of the item, in bytes."""

    def __init__(self, limits: Limits, size: int) -> None:
        self.limits = limits
        self._most_bytes = min(limits.max_expanded, FREE_BYTES + limits.max_ratio * size)
        self._parts = 0
        self._bytes = 0
        self._pixels = 0

    def part(self) -> None:
        """Count a part; raises Exhausted beyond the limit."""
        self._parts += 1
        if self._parts > self.limits.max_parts:
            raise Exhausted(f"more than {self.limits.max_parts:,} parts")

    def expand(self, count: int) -> None:
        """Count bytes that were unpacked, or are about to be; raises Exhausted beyond the limit."""
        self._bytes += count
        if self._bytes > self._most_bytes:
            raise Exhausted(f"it unpacks to more than {self._most_bytes:,} bytes")

    def draw(self, width: int, height: int) -> None:
        """Count a picture of so many pixels.

        Raises OverLimit for one picture that is too large, Exhausted beyond the limit of all of them together.
        """
        if width * height > self.limits.max_pixels:
            raise OverLimit(
                f"{width} x {height} = {width * height:,} pixels, at most {self.limits.max_pixels:,} are decoded"
            )
        self._pixels += width * height
        if self._pixels > self.limits.max_area:
            raise Exhausted(f"its pictures have more than {self.limits.max_area:,} pixels in all")

    def read(self, stream: Readable) -> bytes:
        """Return all that a stream unpacks to. Raises OverLimit for more than a file may have, Exhausted as above."""
        chunks: list[bytes] = []
        size = 0
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            self.expand(len(chunk))
            if size > self.limits.max_bytes:
                raise OverLimit(f"more than {self.limits.max_bytes:,} bytes")
            chunks.append(chunk)
        return b"".join(chunks)
