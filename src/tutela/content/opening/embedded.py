"""What a picture carries: thumbnails (EXIF, Photoshop), further pictures (MPF), and the clip of a motion photo.

A thumbnail is that of the picture which was there when it was made: who paints over a picture, or puts another one in
its place, may leave it as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from PIL import ExifTags, Image, JpegImagePlugin

from tutela.content import jpeg_xl
from tutela.content.decode import OverLimit, Undecodable, Unsupported, opened
from tutela.content.item import Kind
from tutela.content.opening.budget import Budget
from tutela.content.opening.part import FilePart, Part
from tutela.content.place import Step, Within
from tutela.content.sniff import SNIFF_BYTES, kind_of

_JPEG = b"\xff\xd8"
_JPEG_END = b"\xff\xd9"
_CLIP = b"ftyp"
"""Stands in the fifth byte of an MP4 (ISO/IEC 14496-12, 4.3)."""
_PADDING = 4096
_FILL, _START_OF_SCAN, _END_OF_IMAGE = 0xFF, 0xDA, 0xD9
_BARE = (0x01, *range(0xD0, 0xD8))
_OF_INTEREST = {0xE1: b"Exif\0", 0xE2: b"MPF\0", 0xED: b"Photoshop"}
_OFFSET, _LENGTH = 0x0201, 0x0202
_EXIF_HEADER = b"Exif\0\0"
_PHOTOSHOP = (0x0409, 0x040C)
"""The resources of thumbnails (Adobe Photoshop File Formats Specification, image resource IDs)."""
_PHOTOSHOP_HEADER = 28
_MPF = b"MPF\0"
_MPF_ENTRIES = 0xB002
"""The list of pictures in a file (CIPA DC-007, 5.2.3.3)."""


class Embedded:
    """Reads JPEGs that lie in a picture's metadata or behind it, and a clip that does."""

    NAME: ClassVar[str] = "thumbnail"

    def claims(self, data: bytes) -> bool:
        """Return whether it is a picture that may carry another one."""
        if data.startswith(_JPEG):
            return _has_metadata(data) or not _ends_as_jpeg(data)
        return kind_of(data[:SNIFF_BYTES]) is Kind.IMAGE and not jpeg_xl.begins(data)

    def parts(self, data: bytes, budget: Budget) -> Iterator[Part]:
        """Yield thumbnails, then further pictures. What cannot be read in metadata is no picture, and left out."""
        found: list[FilePart] = []
        try:
            with opened(data, budget.limits) as image:
                thumbnails = dict.fromkeys((*_of_exif(image), *_of_photoshop(image)))
                for number, content in enumerate(thumbnails, 1):
                    found.append(FilePart((Step(Within.THUMBNAIL, "", number),), content))
                for number, content in enumerate(_of_mpf(image, data), 2):
                    found.append(FilePart((Step(Within.PICTURE, "", number),), content))
        except (OverLimit, Undecodable, Unsupported):
            pass
        found += _behind(data)
        for one in found:
            budget.part()
            budget.expand(len(one.data))
            yield one


def _has_metadata(data: bytes) -> bool:
    """Return whether a JPEG has a segment of those read here: most photographs that are sent have lost them."""
    at = 2
    while data[at : at + 1] == b"\xff" and at + 4 <= len(data):
        marker = data[at + 1]
        if marker in (_START_OF_SCAN, _END_OF_IMAGE):
            return False
        if marker in _OF_INTEREST and data.startswith(_OF_INTEREST[marker], at + 4):
            return True
        # Fill bytes may stand before a marker, and some markers have no length.
        at += 1 if marker == _FILL else 2 if marker in _BARE else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return True  # what is not understood is looked at


def _ends_as_jpeg(data: bytes) -> bool:
    return data[-_PADDING:].rstrip(b"\0\r\n ").endswith(_JPEG_END)


def _behind(data: bytes) -> Iterator[FilePart]:
    """Yield the clip that a telephone lays behind a photograph (a motion photo)."""
    if not data.startswith(_JPEG) or _ends_as_jpeg(data):
        return
    start = data.find(_CLIP) - 4
    if start > 0:
        yield FilePart((Step(Within.FILE, "", 1),), data[start:])


def _of_exif(image: Image.Image) -> Iterator[bytes]:
    raw = image.info.get("exif")
    if not isinstance(raw, bytes):
        return
    directory = image.getexif().get_ifd(ExifTags.IFD.IFD1)
    start, length = directory.get(_OFFSET), directory.get(_LENGTH)
    if isinstance(start, int) and isinstance(length, int):
        content = raw.removeprefix(_EXIF_HEADER)[start : start + length]
        if content.startswith(_JPEG):
            yield content


def _of_photoshop(image: Image.Image) -> Iterator[bytes]:
    resources = image.info.get("photoshop")
    if not isinstance(resources, dict):
        return
    for name in _PHOTOSHOP:
        content = resources.get(name)
        if isinstance(content, bytes) and content[_PHOTOSHOP_HEADER:].startswith(_JPEG):
            yield content[_PHOTOSHOP_HEADER:]


def _of_mpf(image: Image.Image, data: bytes) -> Iterator[bytes]:
    if not isinstance(image, JpegImagePlugin.JpegImageFile) or "mp" not in image.info:
        return
    header = next((content for name, content in image.applist if name == "APP2" and content.startswith(_MPF)), b"")
    offsets_from = data.find(header) + len(_MPF)
    # Pillow reads the list and has no other door to it.
    listed = image._getmp()
    for entry in (listed or {}).get(_MPF_ENTRIES, ())[1:]:
        start = offsets_from + entry["DataOffset"]
        content = data[start : start + entry["Size"]]
        if entry["DataOffset"] and content.startswith(_JPEG):
            yield content
