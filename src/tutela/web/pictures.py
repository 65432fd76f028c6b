"""What a browser gets to see of an item: never its bytes, always a small picture made anew."""

from __future__ import annotations

import io
import threading

from PIL import Image

from tutela.content.decode import OverLimit, Undecodable, Unsupported
from tutela.content.item import Limits
from tutela.content.opening.looking import picture_at
from tutela.content.place import WHOLE, Place

SIDE = 640
"""The longest side of what is sent, in pixels."""
_decoding = threading.BoundedSemaphore(2)


class CannotBeShown(ValueError):
    """The item cannot be decoded; the message says why."""


def small_picture(data: bytes, limits: Limits, place: Place = WHOLE) -> bytes:
    """Return a JPEG of the picture at a place of an item, as it is stored, without any of its metadata.

    Raises CannotBeShown.
    """
    # A large picture takes hundreds of megabytes while it is decoded: two at once are enough.
    with _decoding:
        try:
            pixels = picture_at(data, place, limits)
        except (OverLimit, Undecodable, Unsupported) as error:
            raise CannotBeShown(str(error)) from error
        image = Image.fromarray(pixels)
        image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
        encoded = io.BytesIO()
        image.save(encoded, "JPEG", quality=82)
    return encoded.getvalue()
