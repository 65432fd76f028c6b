"""Reads files out of Qt's binary resource files (`.rcc`)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable

from demo.photographs.limits import MEMBER_LIMIT
from demo.photographs.unavailable import PhotographsUnavailableError


def read_resources(content: bytes, paths: Iterable[str]) -> dict[str, bytes]:
    """The files at `paths` in a Qt resource file (`.rcc`).

    Raises PhotographsUnavailableError where the file is damaged, lacks one of the paths, or one is too large.
    """
    try:
        found = _ResourceFile(content)
        return {path: found.read(path) for path in paths}
    except (struct.error, IndexError, UnicodeDecodeError, zlib.error) as error:
        raise PhotographsUnavailableError(f"a Qt resource file cannot be read: {error}") from error


class _ResourceFile:
    """Qt's binary resource format: a tree of nodes, a table of names, and the data they point to."""

    _FOLDER = 2
    _DEFLATED = 1
    _ZSTANDARD = 4

    def __init__(self, content: bytes) -> None:
        if content[:4] != b"qres":
            raise PhotographsUnavailableError("a file that should be a Qt resource file is none")
        self._content = content
        offsets: tuple[int, int, int, int] = struct.unpack_from(">IIII", content, 4)
        version, self._tree, self._data, self._names = offsets
        # From version 2 on, each node ends in a time of 8 bytes.
        self._node_bytes = 14 if version < 2 else 22

    def read(self, path: str) -> bytes:
        """The file at `path`; IndexError or struct.error where the tables point outside the file."""
        node = 0
        for part in path.split("/"):
            node = self._child(node, part, path)
        flags = self._flags(node)
        if flags & (self._FOLDER | self._ZSTANDARD):
            raise PhotographsUnavailableError(f"{path} in a Qt resource file is a folder, or packed in a way not read")
        (offset,) = struct.unpack_from(">I", self._content, self._at(node) + 10)
        (size,) = struct.unpack_from(">I", self._content, self._data + offset)
        start = self._data + offset + 4
        if size > MEMBER_LIMIT or start + size > len(self._content):
            raise PhotographsUnavailableError(f"{path} in a Qt resource file is too large or cut off")
        content = self._content[start : start + size]
        if not flags & self._DEFLATED:
            return content
        # The first four bytes are the unpacked size, which is not to be trusted.
        inflater = zlib.decompressobj()
        unpacked = inflater.decompress(content[4:], MEMBER_LIMIT + 1)
        if len(unpacked) > MEMBER_LIMIT:
            raise PhotographsUnavailableError(f"{path} in a Qt resource file is too large")
        return unpacked

    def _at(self, node: int) -> int:
        return self._tree + node * self._node_bytes

    def _flags(self, node: int) -> int:
        flags: int = struct.unpack_from(">H", self._content, self._at(node) + 4)[0]
        return flags

    def _name(self, node: int) -> str:
        (offset,) = struct.unpack_from(">I", self._content, self._at(node))
        (length,) = struct.unpack_from(">H", self._content, self._names + offset)
        # Two bytes of length and four of a hash stand before the text.
        start = self._names + offset + 6
        return self._content[start : start + 2 * length].decode("utf-16-be")

    def _child(self, node: int, name: str, path: str) -> int:
        if self._flags(node) & self._FOLDER:
            count, first = struct.unpack_from(">II", self._content, self._at(node) + 6)
            for child in range(first, first + count):
                if self._name(child) == name:
                    return child
        raise PhotographsUnavailableError(f"a Qt resource file lacks {path}, which it should carry")
