"""Images to RGB pixels, with limits that hold before anything is expanded.

Convention (docs/explanation/orientation.md): pixels are taken as they are stored, EXIF orientation is not
applied. The fingerprint is matched in all 8 flips and rotations, so an EXIF flag can never hide a match.
Transparent pixels keep their colour; alpha is dropped, as the reference implementations do.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import IcoImagePlugin, Image, TiffImagePlugin, UnidentifiedImageError

from tutela.content import heif, jpeg_xl
from tutela.content.item import Limits
from tutela.content.pixels import RGB, to_rgb

__all__ = [
    "RGB",
    "OverLimit",
    "Reduced",
    "Undecodable",
    "Unsupported",
    "decode_image",
    "decode_reduced",
    "opened",
    "stored",
]


@dataclass(frozen=True, slots=True)
class Reduced:
    """The luminance of a picture of `height` x `width` pixels, 0 to 255, each value the mean of `shrink` x `shrink`.

    Shape (height / shrink, width / shrink), rounded up. `shrink` is 2, 4 or 8.
    """

    luminance: NDArray[np.uint8]
    height: int
    width: int
    shrink: int


class Undecodable(ValueError):
    """The bytes claim to be an image and are not, or break off."""


class Unsupported(ValueError):
    """The bytes are of a kind that nothing here decodes."""


class OverLimit(ValueError):
    """The item is larger than the limits allow; nothing was expanded."""


_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM", "QOI", "PSD", "ICO")
# What Pillow raises on malformed input, besides its own errors; its decoders document no closed set.
_BROKEN = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, struct.error, zlib.error,
           AttributeError, OverflowError, ZeroDivisionError, RuntimeError, MemoryError)  # fmt: skip


_ICON = b"\0\0\1\0"
_JPEG = b"\xff\xd8"
_ORIENTATION = 274  # the EXIF tag
# What undoes the turn that each value of the tag asks for.
_AS_STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def decode_image(data: bytes, limits: Limits) -> RGB:
    """Return the pixels of an image's first frame, (height, width, 3) of uint8, as stored.

    Raises OverLimit before decoding if bytes or declared pixels exceed the limits, Unsupported if no decoder
    knows the format, Undecodable if one does and fails, also on a truncated file.
    """
    if jpeg_xl.begins(data):
        return _jpeg_xl(data, limits)
    with opened(data, limits) as image:
        return stored(image)


def stored(image: Image.Image) -> RGB:
    """Return the pixels of a picture that is open, in the frame where it stands, as they are stored."""
    # Pillow turns a TIFF as its tag says, other formats not.
    turned = image.tag_v2.get(_ORIENTATION) if isinstance(image, TiffImagePlugin.TiffImageFile) else None
    image.load()
    return to_rgb(image.transpose(_AS_STORED[turned]) if turned in _AS_STORED else image)


def _jpeg_xl(data: bytes, limits: Limits) -> RGB:
    if len(data) > limits.max_bytes:
        raise OverLimit(f"{len(data):,} bytes, at most {limits.max_bytes:,} are decoded")
    try:
        width, height = jpeg_xl.size_of(data)
        _check_pixels(width, height, limits)
        return jpeg_xl.pixels_of(data)
    except jpeg_xl.NotInstalled as error:
        raise Unsupported(str(error)) from error
    except OverLimit:
        raise
    except _BROKEN as error:
        raise Undecodable(f"the picture cannot be read: {_short(error)}") from error


def decode_reduced(data: bytes, limits: Limits, enough: int) -> Reduced | None:
    """Return the luminance of a JPEG at the least of 1/2, 1/4 and 1/8 of its size whose sides are at least `enough`
    pixels, as stored. None where the picture is too small for any of them, is no JPEG, or is a JPEG without luminance
    of its own (CMYK): use `decode_image`.

    A JPEG holds its luminance apart, and libjpeg makes a block's means of fewer numbers than its pixels: colour and
    detail are never computed. Raises as `decode_image` does.
    """
    if not data.startswith(_JPEG):
        return None
    with opened(data, limits) as image:
        width, height = image.size
        shrink = next((s for s in (8, 4, 2) if min(width, height) >= s * enough), 1)
        if shrink == 1 or image.format not in ("JPEG", "MPO"):
            return None
        if image.draft("L", (width // shrink, height // shrink)) is None or image.mode != "L":
            return None
        return Reduced(np.asarray(image), height, width, shrink)


@contextmanager
def opened(data: bytes, limits: Limits) -> Iterator[Image.Image]:
    """Give the image with its size checked and nothing decoded; what breaks in the block is raised as said above.

    Whatever Pillow raises in the block becomes Undecodable; OverLimit, Unsupported and Undecodable pass as they are.
    """
    if len(data) > limits.max_bytes:
        raise OverLimit(f"{len(data):,} bytes, at most {limits.max_bytes:,} are decoded")
    if not data:
        raise Undecodable("the file is empty")
    with warnings.catch_warnings():
        # Pillow warns of sizes that our own limit judges, and of broken metadata that we do not read.
        warnings.simplefilter("ignore")
        taught = heif.begins(data) and heif.register()
        try:
            if data.startswith(_ICON):
                _check_icon(data, limits)
            # Pillow knows of HEIF only once it was taught.
            formats = (*_FORMATS, "HEIF") if taught else _FORMATS
            image = Image.open(io.BytesIO(data), formats=formats)
        except Image.DecompressionBombError as error:
            raise OverLimit(str(error)) from error
        except UnidentifiedImageError as error:
            if taught or _claimed(data):
                raise Undecodable("the header is broken") from error
            raise Unsupported(heif.MISSING if heif.begins(data) else "no decoder knows this format") from error
        except OverLimit:
            raise
        except _BROKEN as error:
            raise Undecodable(f"the header cannot be read: {_short(error)}") from error
        with image:
            width, height = image.size
            if width < 1 or height < 1:
                raise Undecodable("the picture has no pixels")
            _check_pixels(width, height, limits)
            try:
                yield image
            except Image.DecompressionBombError as error:
                raise OverLimit(str(error)) from error
            except (OverLimit, Unsupported, Undecodable):
                raise
            except _BROKEN as error:
                raise Undecodable(f"the picture cannot be read: {_short(error)}") from error


def _check_pixels(width: int, height: int, limits: Limits) -> None:
    if width * height > limits.max_pixels:
        raise OverLimit(f"{width} x {height} = {width * height:,} pixels, at most {limits.max_pixels:,} are decoded")


def _check_icon(data: bytes, limits: Limits) -> None:
    """Raise OverLimit if the picture in an icon is too large: Pillow decodes it in open, whatever the icon declares."""
    header = IcoImagePlugin.IcoFile(io.BytesIO(data)).entry[0]
    with Image.open(io.BytesIO(data[header.offset :]), formats=("PNG", "DIB")) as inside:
        _check_pixels(*inside.size, limits)


def _claimed(data: bytes) -> bool:
    """Return whether the bytes begin as a format that is decoded here."""
    accepts = (Image.OPEN[name][1] for name in _FORMATS if name in Image.OPEN)
    return any(accept is not None and accept(data[:16]) is True for accept in accepts)


def _short(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:200]
