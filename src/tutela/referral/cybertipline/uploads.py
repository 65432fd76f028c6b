"""Files on their way: streamed, never held whole, and counted by their MD5 while they go."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_CHUNK = 64 * 1024
# Readers of forms limit their headers; the whole name of a file is told with its details.
_MOST_NAME = 200


@dataclass(frozen=True, slots=True)
class Chunks:
    """Bytes from anywhere. Each call of `open` returns all of them anew, so that a retry does not send nothing.

    `size`, in bytes, is sent ahead where it is known.
    """

    open: Callable[[], Iterable[bytes]]
    size: int | None = None


Source = bytes | str | os.PathLike[str] | BinaryIO | Chunks
"""What can be uploaded: bytes, a path, a binary file (from its start where it can be wound back), `Chunks`."""


_NOTHING = Chunks(lambda: ())


class FileUpload:
    """The form of an upload: iterate over it once. `md5` is that of the file's bytes, when all are sent.

    Raises ValueError for a file without a byte, since the service refuses it and it is what a spent stream looks like,
    and for one that turns out to have another size than was announced.
    """

    def __init__(self, report_id: int, source: Source, name: str | None) -> None:
        self._chunks = _chunks(source)
        if self._chunks.size == 0:
            raise ValueError("there is nothing to upload: the file is empty")
        self._digest = hashlib.md5(usedforsecurity=False)
        told = _quoted(_name(source, name)[-_MOST_NAME:])
        boundary = secrets.token_hex(16)
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="id"\r\n\r\n{report_id}\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{told}"'
            "\r\nContent-Type: application/octet-stream\r\n\r\n"
        ).encode("utf-8", "replace")
        self._tail = f"\r\n--{boundary}--\r\n".encode()

    @property
    def length(self) -> int | None:
        """The length of the form in bytes, where it is known before it is sent."""
        size = self._chunks.size
        return None if size is None else len(self._head) + size + len(self._tail)

    @property
    def md5(self) -> str:
        """The MD5 of what was sent so far, lower-case hexadecimal."""
        return self._digest.hexdigest()

    def release(self) -> None:
        """Let go of the file: whoever still holds the request does not hold its bytes."""
        self._chunks = _NOTHING

    def __iter__(self) -> Iterator[bytes]:
        chunks = (chunk for chunk in self._chunks.open() if chunk)
        first = next(chunks, None)
        if first is None:
            raise ValueError("there is nothing to upload: the file is empty, or was read before")
        yield self._head
        sent, size = 0, self._chunks.size
        for chunk in _and_then(first, chunks):
            sent += len(chunk)
            if size is not None and sent > size:
                raise ValueError(f"the file has more than the {size} bytes that were announced")
            self._digest.update(chunk)
            yield chunk
        if size is not None and sent < size:
            raise ValueError(f"the file has {sent} bytes, and {size} were announced")
        yield self._tail


def _and_then(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _chunks(source: Source) -> Chunks:
    if isinstance(source, Chunks):
        return source
    if isinstance(source, bytes):
        return Chunks(lambda: _sliced(source), len(source))
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        return Chunks(lambda: _of_path(path), path.stat().st_size)
    return _of_file(source)


def _sliced(data: bytes) -> Iterator[bytes]:
    view = memoryview(data)
    return (bytes(view[start : start + _CHUNK]) for start in range(0, len(data), _CHUNK))


def _of_path(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(_CHUNK), b"")


def _of_file(file: BinaryIO) -> Chunks:
    if not file.seekable():
        return Chunks(lambda: iter(lambda: file.read(_CHUNK), b""))
    size = file.seek(0, io.SEEK_END)

    def again() -> Iterator[bytes]:
        file.seek(0)
        return iter(lambda: file.read(_CHUNK), b"")

    return Chunks(again, size)


def _name(source: Source, name: str | None) -> str:
    if name is not None:
        return name
    return Path(source).name if isinstance(source, str | os.PathLike) else "file"


def _quoted(name: str) -> str:
    # As browsers write it (WHATWG HTML, multipart/form-data encoding algorithm).
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
