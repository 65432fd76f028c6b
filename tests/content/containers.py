"""Containers made for tests, of files that are given."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from email.message import EmailMessage

from PIL import Image


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def tarred(files: Mapping[str, bytes], others: tuple[tarfile.TarInfo, ...] = ()) -> bytes:
    """Return a TAR, with entries besides that hold nothing."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        for other in others:
            archive.addfile(other)
    return file.getvalue()


def mailed(files: Mapping[str, bytes], body: str = "Good morning") -> bytes:
    """Return an e-mail with attachments."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "Pictures"
    message.set_content(body)
    for name, data in files.items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def document(*pages: Image.Image) -> bytes:
    """Return a PDF, a picture a page."""
    file = io.BytesIO()
    pages[0].convert("RGB").save(file, "PDF", save_all=True, append_images=[page.convert("RGB") for page in pages[1:]])
    return file.getvalue()


def with_thumbnail(picture: Image.Image, thumbnail: bytes) -> bytes:
    """Return a JPEG whose EXIF holds a thumbnail."""
    start = 8 + 2 + 12 + 4
    data = start + 2 + 2 * 12 + 4
    exif = b"".join(
        (
            b"Exif\0\0II*\0" + struct.pack("<I", 8),
            struct.pack("<HHHIII", 1, 0x0112, 3, 1, 1, start),
            struct.pack("<HHHIIHHIII", 2, 0x0201, 4, 1, data, 0x0202, 4, 1, len(thumbnail), 0),
            thumbnail,
        )
    )
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif)
    return file.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}
