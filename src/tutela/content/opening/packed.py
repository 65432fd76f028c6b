"""One file packed: gzip, bzip2, xz and the older LZMA."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import ClassVar

from tutela.content.decode import OverLimit, Undecodable
from tutela.content.opening.budget import Budget, Readable
from tutela.content.opening.part import FilePart, Part, shown_name
from tutela.content.place import Step, Within

_LZMA_MEMORY = 128 * 1024 * 1024
"""What the dictionary of an xz file may take; the strongest preset takes 65 MiB."""
_NAMED = 0x08
_EXTRA = 0x04
_BROKEN = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, MemoryError)


class Packed:
    """Reads the file, by the name that gzip keeps of it if it does."""

    NAME: ClassVar[str] = "packed file"

    def claims(self, data: bytes) -> bool:
        """Return whether it begins as one of them."""
        return _way(data) is not None

    def parts(self, data: bytes, budget: Budget) -> Iterator[Part]:
        """Yield the file; of one that breaks off, what there is."""
        way = _way(data)
        if way is None:
            return
        budget.part()
        stream = _Remembered(way(data))
        try:
            content = budget.read(stream)
        except OverLimit:
            raise
        except _BROKEN as error:
            if stream.given:
                yield FilePart((Step(Within.FILE, _name(data), 1),), b"".join(stream.given))
            raise Undecodable(f"it cannot be unpacked: {error}") from error
        yield FilePart((Step(Within.FILE, _name(data), 1),), content)


class _Remembered:
    """A stream that keeps what it gave: what was unpacked before a packed file breaks off is looked at too."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self.given: list[bytes] = []

    def read(self, size: int, /) -> bytes:
        chunk = self._stream.read(size)
        self.given.append(chunk)
        return chunk


class _AsItComes:
    """A stream that gives what it has, before it finds that there is no more."""

    def __init__(self, file: gzip.GzipFile | bz2.BZ2File) -> None:
        self._file = file

    def read(self, size: int, /) -> bytes:
        return self._file.read1(size)


class _Xz:
    """An xz file or several one after the other, unpacked with a bound on memory, which `lzma.open` does not have."""

    def __init__(self, data: bytes) -> None:
        self._rest = data
        self._one = self._next()

    def read(self, size: int, /) -> bytes:
        while True:
            if self._one.eof:
                # Between two streams may lie zeros, and after the last.
                self._rest = self._one.unused_data.lstrip(b"\0")
                if not self._rest:
                    return b""
                self._one = self._next()
            chunk = self._one.decompress(self._rest, size)
            self._rest = b""
            if chunk:
                return chunk
            if not self._one.eof:
                raise EOFError("it breaks off")

    @staticmethod
    def _next() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(memlimit=_LZMA_MEMORY)


def _way(data: bytes) -> Callable[[bytes], Readable] | None:
    if data.startswith(b"\x1f\x8b\x08"):
        return lambda packed: _AsItComes(gzip.GzipFile(fileobj=io.BytesIO(packed)))
    if data.startswith(b"BZh") and data[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):
        return lambda packed: _AsItComes(bz2.BZ2File(io.BytesIO(packed)))
    if data.startswith((b"\xfd7zXZ\0", b"\x5d\0\0\x80\0", b"\x5d\0\0\0\x04")):
        return _Xz
    return None


def _name(data: bytes) -> str:
    """Return the name in a gzip header (RFC 1952), without folders; empty where there is none."""
    if not data.startswith(b"\x1f\x8b") or not data[3] & _NAMED:
        return ""
    start = 10
    if data[3] & _EXTRA:
        start += 2 + int.from_bytes(data[10:12], "little")
    name = data[start : start + 1000].partition(b"\0")[0]
    return shown_name(PurePosixPath(name.decode("latin-1")).name)
