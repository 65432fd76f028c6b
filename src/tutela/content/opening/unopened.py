"""Containers that are known by their first bytes and not opened: they say so, and do not pass for something empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from tutela.content.decode import Unsupported
from tutela.content.opening.budget import Budget
from tutela.content.opening.part import Part

_KNOWN = {
    b"Rar!\x1a\x07": "a RAR archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
    b"MSCF\0\0\0\0": "a CAB archive",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an Office file of before 2007 or an encrypted one, or an Outlook message",
    b"!<arch>\n": "an ar archive",
    b"xar!": "a xar archive",
    b"LZIP\x01": "an lzip file",
    b"\x04\x22\x4d\x18": "an LZ4 file",
    b"ITSF": "a CHM file",
    b"\x78\x9f\x3e\x22": "a TNEF attachment (winmail.dat)",
}


class Unopened:
    """Opens nothing, and says what it is."""

    NAME: ClassVar[str] = "container that is not opened"

    def claims(self, data: bytes) -> bool:
        """Return whether it begins as one of them."""
        return data.startswith(tuple(_KNOWN))

    def parts(self, data: bytes, budget: Budget) -> Iterator[Part]:  # noqa: ARG002 - the interface
        """Raise Unsupported."""
        name = next(name for magic, name in _KNOWN.items() if data.startswith(magic))
        raise Unsupported(f"{name}: not opened here, matched by digest alone")
