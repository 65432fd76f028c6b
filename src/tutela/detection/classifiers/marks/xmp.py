"""IPTC's digital source type in an XMP packet, read with limits and without reaching for anything outside it."""

from __future__ import annotations

from collections.abc import Iterator
from xml.parsers import expat

from tutela.detection.classifiers.marks.mark import LONGEST, Mark, Source
from tutela.detection.classifiers.marks.source_types import making_of

LARGEST = 1024 * 1024
"""Bytes of a packet that is read."""
_DEEPEST = 200
_BETWEEN = " "
"""What the parser puts between a namespace and a name."""
_TYPE = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/ DigitalSourceType"
_RESOURCE = "http://www.w3.org/1999/02/22-rdf-syntax-ns# resource"
_TOOL = "http://ns.adobe.com/xap/1.0/ CreatorTool"


def marks_in_xmp(packet: bytes) -> Iterator[Mark]:
    """Yield what a packet says; nothing for one that is too large, broken, or declares a document type."""
    reading = _Reading()
    if len(packet) > LARGEST or not reading.read(packet):
        return
    said = (making_of(value) for value in reading.found[_TYPE])
    tool = next((value.strip() for value in reading.found[_TOOL] if value.strip()), "")
    for making in dict.fromkeys(said):
        if making is not None:
            yield Mark(Source.XMP, making, tool[:LONGEST])


class _Refused(Exception):
    pass


class _Reading:
    """Both forms in which a property stands: as an attribute, and as an element with its text or with a reference."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {_TYPE: [], _TOOL: []}
        self._open: list[str] = []

    def read(self, packet: bytes) -> bool:
        """Return whether the packet is well-formed and harmless; what it says is in `found`."""
        parser = expat.ParserCreate(namespace_separator=_BETWEEN)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            # Writers pad a packet with zeros.
            parser.Parse(packet.strip(b"\0"), True)  # noqa: FBT003 - the parser takes it by position alone
        except (expat.ExpatError, _Refused, LookupError):
            return False
        return True

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._open.append(name)
        if len(self._open) > _DEEPEST:
            raise _Refused
        for key, values in self.found.items():
            if key in attributes:
                values.append(attributes[key])
        if name in self.found:
            self.found[name].append(attributes.get(_RESOURCE, ""))

    def _end(self, _: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        if self._open and self._open[-1] in self.found:
            self.found[self._open[-1]][-1] += text

    def _doctype(self, *_: object) -> None:
        raise _Refused
