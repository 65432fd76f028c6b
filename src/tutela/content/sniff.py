"""The type of a file from its first bytes."""

from __future__ import annotations

from tutela.content import heif
from tutela.content.item import Kind

_IMAGE_PREFIXES = (
    b"\xff\xd8\xff",  # JPEG
    b"\x89PNG\r\n\x1a\n",
    b"GIF87a",
    b"GIF89a",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"II\0*",  # TIFF with its magic number the wrong way round, which decoders take
    b"MM*\0",
    b"II+\0",
    b"MM\0+",
    b"\0\0\0\x0cjP  \r\n\x87\n",  # JPEG 2000
    b"\xff\x4f\xff\x51",  # JPEG 2000 codestream
    b"\0\0\0\x0cJXL \r\n\x87\n",  # JPEG XL
    b"\xff\x0a",  # JPEG XL codestream
    b"qoif",
    b"8BPS",
    b"\0\0\x01\0",  # ICO
)
_VIDEO_PREFIXES = (b"\x1aE\xdf\xa3", b"\0\0\x01\xba", b"\0\0\x01\xb3", b"FLV\x01")
_AUDIO_PREFIXES = (
    b"ID3",
    b"fLaC",
    b"\xff\xfb",
    b"\xff\xfa",
    b"\xff\xf3",
    b"\xff\xf2",
    b"\xff\xf1",
    b"\xff\xf9",
    b"#!AMR",
    b"caff",
)
_HEIF_IMAGE_BRANDS = (b"avif", b"avis", b"mif1", b"msf1", *heif.BRANDS)
_AUDIO_BRANDS = (b"M4A ", b"M4B ", b"M4P ")

SNIFF_BYTES = 64
"""How many first bytes `kind_of` wants."""


def kind_of(head: bytes) -> Kind:
    """Return what kind of thing begins with these bytes (give at least SNIFF_BYTES where there are as many)."""
    if head.startswith(_IMAGE_PREFIXES) or (head[:1] == b"P" and head[1:2] in b"123456f" and head[2:3].isspace()):
        return Kind.IMAGE
    if head[:4] == b"RIFF":
        form = head[8:12]
        return {b"WEBP": Kind.IMAGE, b"AVI ": Kind.VIDEO, b"WAVE": Kind.AUDIO}.get(form, Kind.OTHER)
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in _HEIF_IMAGE_BRANDS:
            return Kind.IMAGE
        return Kind.AUDIO if brand in _AUDIO_BRANDS else Kind.VIDEO
    if head.startswith(_VIDEO_PREFIXES):
        return Kind.VIDEO
    if head.startswith(_AUDIO_PREFIXES):
        return Kind.AUDIO
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return Kind.AUDIO
    if head[:4] == b"OggS":
        return Kind.VIDEO if b"theora" in head else Kind.AUDIO
    return Kind.OTHER
