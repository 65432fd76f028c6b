"""JPEG XL, by libjxl (the extra `jxl`)."""

from __future__ import annotations

import numpy as np

from tutela.content.pixels import RGB

_CODESTREAM = b"\xff\x0a"
_CONTAINER = b"\0\0\0\x0cJXL \r\n\x87\n"


class NotInstalled(RuntimeError):
    """The package that decodes it is not there; the message says which."""


def begins(data: bytes) -> bool:
    """Return whether the bytes are a JPEG XL file."""
    return data.startswith((_CODESTREAM, _CONTAINER))


def size_of(data: bytes) -> tuple[int, int]:
    """Return width and height as the header declares them, with nothing decoded.

    Raises NotInstalled, ValueError or RuntimeError for a header that cannot be read.
    """
    try:
        import pylibjxl
    except ImportError as error:
        raise NotInstalled("JPEG XL pictures need pylibjxl: pip install 'tutela[jxl]'") from error
    told = pylibjxl.probe(data)
    return int(told["width"]), int(told["height"])


def pixels_of(data: bytes) -> RGB:
    """Return the pixels, (height, width, 3) of uint8. Call `size_of` first. Raises as it does."""
    import pylibjxl

    # One thread: how many items are decoded at once is the caller's to say.
    with pylibjxl.JXL(threads=1) as decoder:
        pixels = decoder.decode(data)
    pixels = pixels.reshape(*pixels.shape[:2], -1)
    return np.repeat(pixels[:, :, :1], 3, axis=2) if pixels.shape[2] < 3 else np.ascontiguousarray(pixels[:, :, :3])
