"""All marks of a picture file."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

from PIL import ExifTags, Image

from tutela.detection.classifiers.marks.generators import marks_in_texts
from tutela.detection.classifiers.marks.manifest import marks_in_manifest
from tutela.detection.classifiers.marks.mark import Mark, Source
from tutela.detection.classifiers.marks.xmp import marks_in_xmp

_SIGNED = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "TIFF", "GIF")
"""Formats in which a manifest is looked for."""
_TAGS = {
    ExifTags.Base.Software: "Software",
    ExifTags.Base.ImageDescription: "ImageDescription",
    ExifTags.Base.UserComment: "UserComment",
}
_UNICODE = b"UNICODE\0"
_CODES = (b"ASCII\0\0\0", _UNICODE, b"JIS\0\0\0\0\0", b"\0" * 8)
"""How EXIF says in which code a comment is written (Exif 2.32, table 9)."""


def marks_of(data: bytes, anchors: str = "") -> tuple[Mark, ...]:
    """Return what a picture file says of its making, signed statements first; nothing is decoded but its metadata.

    Nothing for what cannot be opened: the caller has said so elsewhere. `anchors`: manifest.marks_in_manifest.
    """
    with warnings.catch_warnings():
        # Pillow warns of broken metadata, which says nothing, and of sizes, which are not decoded.
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data)) as image:
                signed = marks_in_manifest(data, image.get_format_mimetype() or "", anchors)
                found = [*(signed if image.format in _SIGNED else ()), *_unsigned(image)]
        except Exception:  # noqa: BLE001 - Pillow's readers of metadata document no closed set of errors
            return ()
    return tuple(dict.fromkeys(found))


def _unsigned(image: Image.Image) -> Iterator[Mark]:
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    yield from marks_in_xmp(packet.encode() if isinstance(packet, str) else bytes(packet))
    texts = {key: value for key, value in image.info.items() if isinstance(key, str) and isinstance(value, str)}
    yield from marks_in_texts(texts, Source.TEXT)
    exif = image.getexif()
    tags = {**exif, **exif.get_ifd(ExifTags.IFD.Exif)}
    written = {name: _comment(tags[tag]) for tag, name in _TAGS.items() if tag in tags}
    yield from marks_in_texts(written, Source.EXIF)


def _comment(value: object) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, bytes):
        return ""
    text = value[8:] if value[:8] in _CODES else value
    if value.startswith(_UNICODE):
        # Its byte order should be the file's, and often is not: letters of programs have a zero before or after them.
        return text.decode("utf-16-be" if text[:1] == b"\0" else "utf-16-le", "replace")
    return text.decode("utf-8", "replace")
