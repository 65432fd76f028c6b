"""Whole files of every format that is decoded, made here: what the malformed ones are made of."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

_SIDE = 96
_WAYS: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "jpeg": ("JPEG", "RGB", {}),
    "jpeg_progressive": ("JPEG", "RGB", {"progressive": True}),
    "jpeg_grey": ("JPEG", "L", {}),
    "jpeg_cmyk": ("JPEG", "CMYK", {}),
    "png": ("PNG", "RGB", {}),
    "png_palette": ("PNG", "P", {}),
    "png_alpha": ("PNG", "RGBA", {}),
    "png_deep": ("PNG", "I;16", {}),
    "gif": ("GIF", "P", {}),
    "webp": ("WEBP", "RGB", {}),
    "webp_lossless": ("WEBP", "RGBA", {"lossless": True}),
    "avif": ("AVIF", "RGB", {}),
    "jpeg2000": ("JPEG2000", "RGB", {}),
    "tiff": ("TIFF", "RGB", {}),
    "tiff_deflate": ("TIFF", "RGB", {"compression": "tiff_adobe_deflate"}),
    "tiff_lzw": ("TIFF", "P", {"compression": "tiff_lzw"}),
    "tiff_jpeg": ("TIFF", "RGB", {"compression": "jpeg"}),
    "tiff_group4": ("TIFF", "1", {"compression": "group4"}),
    "tiff_float": ("TIFF", "F", {}),
    "bmp": ("BMP", "RGB", {}),
    "ppm": ("PPM", "RGB", {}),
    "qoi": ("QOI", "RGB", {}),
    "ico": ("ICO", "RGBA", {}),
}
_ANIMATED = {"gif_animated": "GIF", "webp_animated": "WEBP", "png_animated": "PNG", "tiff_pages": "TIFF"}
_VIDEOS = {
    "mp4": ("mp4", "mpeg4"),
    "matroska": ("matroska", "mpeg4"),
    "avi": ("avi", "mjpeg"),
    "mpegts": ("mpegts", "mpeg2video"),
}


def sources(seed: int) -> dict[str, bytes]:
    """Return a file of each format by its name; formats that this installation cannot write are left out."""
    picture = _picture(seed)
    made: dict[str, bytes] = {}
    for name, (form, mode, options) in _WAYS.items():
        try:
            made[name] = _encoded(_in_mode(picture, mode), form, **options)
        except (OSError, KeyError, ValueError):
            continue
    frames = [_picture(seed + n) for n in range(4)]
    for name, form in _ANIMATED.items():
        made[name] = _encoded(frames[0], form, save_all=True, append_images=frames[1:])
    exif = Image.Exif()
    exif[274] = 6
    made["jpeg_exif"] = _encoded(picture, "JPEG", exif=exif)
    made["psd"] = _psd(picture)
    made["zip"] = _zip({name: made[name] for name in ("jpeg", "png", "gif")})
    made["pdf"] = _pdf(made["jpeg"])
    made["mail"] = _mail(made["jpeg"])
    for name, (container, codec) in _VIDEOS.items():
        clip = _clip(frames * 4, container, codec)
        if clip is not None:
            made[name] = clip
    return made


def _picture(seed: int) -> Image.Image:
    blots = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    return Image.fromarray(blots).resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)


def _in_mode(picture: Image.Image, mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)
    return picture.convert(mode)


def _encoded(picture: Image.Image, form: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, form, **options)
    return stream.getvalue()


def _psd(picture: Image.Image) -> bytes:
    head = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, picture.height, picture.width, 8, 3)
    planes = b"".join(np.asarray(picture)[:, :, channel].tobytes() for channel in range(3))
    return head + struct.pack(">IIIH", 0, 0, 0, 0) + planes


def _zip(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return stream.getvalue()


def _pdf(jpeg: bytes) -> bytes:
    text = zlib.compress(b"q 96 0 0 96 0 0 cm /P Do Q")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 96 96]/Contents 4 0 R/Resources<</XObject<</P 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(text), text),
        b"<</Type/XObject/Subtype/Image/Width 96/Height 96/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode"
        b"/Length %d>>stream\n%b\nendstream" % (len(jpeg), jpeg),
    ]
    body = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return (
        body + head + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(body))
    )


def _mail(jpeg: bytes) -> bytes:
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.test", "b@example.test", "a picture"
    mail.set_content("See what is attached.")
    mail.add_attachment(jpeg, maintype="image", subtype="jpeg", filename="a.jpg")
    # A boundary is drawn by chance unless it is given.
    mail.set_boundary("boundary-of-the-parts")
    return mail.as_bytes()


def _clip(frames: list[Image.Image], container: str, codec: str) -> bytes | None:
    try:
        import av
    except ImportError:
        return None
    stream = io.BytesIO()
    with av.open(stream, "w", format=container, container_options={"fflags": "+bitexact"}) as out:
        track: Any = out.add_stream(codec, rate=8)
        track.width = track.height = _SIDE
        track.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for frame in frames:
            out.mux(track.encode(av.VideoFrame.from_ndarray(np.asarray(frame), format="rgb24")))
        out.mux(track.encode(None))
    return stream.getvalue()
