"""ZIP, and what is a ZIP by another name: Office files (OOXML, ODF), EPUB, program packages, books of comics."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import ClassVar

from tutela.content.decode import OverLimit, Undecodable
from tutela.content.item import Outcome
from tutela.content.opening.budget import Budget, Exhausted
from tutela.content.opening.part import FilePart, Part, UnseenPart, shown_name
from tutela.content.place import Step, Within

_FILE, _ENTRY, _END, _LOCATOR = b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\6\7"
_END_BYTES = 22
_LONGEST_COMMENT = 65_535
_ENCRYPTED = 0x1
_UTF8 = 0x800
_MOST_ENTRIES = 10
"""How many times the parts that are looked at a directory may list; a longer one is not read at all."""
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, struct.error, MemoryError)


class Zip:
    """Reads members by the directory at the end, so also of a ZIP that begins within another file."""

    NAME: ClassVar[str] = "ZIP"

    def claims(self, data: bytes) -> bool:
        """Return whether it begins as a ZIP or ends as one."""
        return data.startswith((_FILE, _END)) or _ends_as_zip(data)

    def parts(self, data: bytes, budget: Budget) -> Iterator[Part]:
        """Yield the members in the order of the directory, by their names in it."""
        if data.count(_ENTRY) > _MOST_ENTRIES * budget.limits.max_parts:
            raise Exhausted(f"its directory lists more than {_MOST_ENTRIES * budget.limits.max_parts:,} files")
        with _opened(data) as archive:
            for number, member in enumerate(archive.infolist(), 1):
                budget.part()
                if member.is_dir() and not member.file_size:
                    continue
                step = (Step(Within.FILE, shown_name(member.filename), number),)
                if member.flag_bits & _ENCRYPTED:
                    yield UnseenPart(step, Outcome.UNSUPPORTED, "it is encrypted")
                    continue
                try:
                    with archive.open(member) as stream:
                        content = budget.read(stream)
                except Exhausted:
                    raise
                except OverLimit as error:
                    yield UnseenPart(step, Outcome.OVER_LIMIT, str(error))
                except NotImplementedError as error:
                    yield UnseenPart(step, Outcome.UNSUPPORTED, f"{error}")
                except _BROKEN as error:
                    yield UnseenPart(step, Outcome.UNDECODABLE, f"it cannot be unpacked: {error}")
                else:
                    yield FilePart(step, content)


def _opened(data: bytes) -> zipfile.ZipFile:
    try:
        try:
            return zipfile.ZipFile(io.BytesIO(data))
        except UnicodeDecodeError:
            # One name that is not the UTF-8 it is said to be would hide every member.
            return zipfile.ZipFile(io.BytesIO(_without_utf8(data)))
    except _BROKEN as error:
        raise Undecodable(f"the ZIP cannot be opened: {error}") from error


def _without_utf8(data: bytes) -> bytes:
    """Return the bytes with every entry of a directory saying that its name is not UTF-8."""
    changed = bytearray(data)
    at = data.find(_ENTRY)
    while at >= 0:
        if at + 10 <= len(data):
            (flags,) = struct.unpack_from("<H", data, at + 8)
            struct.pack_into("<H", changed, at + 8, flags & ~_UTF8)
        at = data.find(_ENTRY, at + 4)
    return bytes(changed)


def _ends_as_zip(data: bytes) -> bool:
    """Return whether a directory stands where the end says: those four bytes alone occur in other files by chance."""
    end = data.rfind(_END, max(0, len(data) - _END_BYTES - _LONGEST_COMMENT))
    if end < 0 or end + _END_BYTES > len(data):
        return False
    length, comment = struct.unpack_from("<I4xH", data, end + 12)
    if data[257:262] == b"ustar" and end + _END_BYTES + comment < len(data):
        return False  # the last file of a TAR, which ends in zeros
    before = data[max(0, end - 20) : end]
    return data[end - length : end - length + 4] == _ENTRY if length <= end else before.startswith(_LOCATOR)
