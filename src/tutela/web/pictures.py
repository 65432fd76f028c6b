"""What a browser gets to see of an item: never its bytes, always a small picture made anew."""

from __future__ import annotations

import io

from PIL import Image

from tutela.content.place import WHOLE, Place
from tutela.detection.workers.engine import NotShown, Workers

SIDE = 640
"""The longest side of what is sent, in pixels."""


class CannotBeShown(ValueError):
    """The item cannot be decoded; the message says why."""


def small_picture(data: bytes, workers: Workers, place: Place = WHOLE) -> bytes:
    """Return a JPEG of the picture at a place of an item, as it is stored, without any of its metadata.

    A worker decodes it and hands over pixels, which are encoded here: nothing that a decoder wrote reaches a browser.
    Raises CannotBeShown.
    """
    try:
        pixels = workers.small_picture(data, SIDE, place)
    except NotShown as error:
        raise CannotBeShown(str(error)) from error
    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, "JPEG", quality=82)
    return encoded.getvalue()
