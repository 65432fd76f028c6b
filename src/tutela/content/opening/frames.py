"""Animations frame by frame, pictures with several pages page by page, icons size by size."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import ClassVar

from PIL import IcoImagePlugin, Image

from tutela.content import jpeg_xl
from tutela.content.decode import RGB, OverLimit, Undecodable, Unsupported, opened, stored
from tutela.content.item import Kind, Outcome
from tutela.content.opening.budget import Budget, Exhausted
from tutela.content.opening.part import FilePart, Part, PicturePart, UnseenPart
from tutela.content.place import Step, Within
from tutela.content.sniff import SNIFF_BYTES, kind_of

_JPEG = b"\xff\xd8"
_PNG = b"\x89PNG\r\n\x1a\n"
_CALLED = {"TIFF": Within.PAGE, "HEIF": Within.PICTURE}
"""What one of several pictures in a file is called; a frame where nothing is said."""


class Frames:
    """Reads every picture of a file but the first, which is the file's own.

    A frame that repeats one before it, pixel for pixel, is left out. A JPEG has one picture; what it carries besides is
    `embedded`'s.
    """

    NAME: ClassVar[str] = "animation or pages"

    def claims(self, data: bytes) -> bool:
        """Return whether it is a picture of a format that may hold several."""
        return not data.startswith(_JPEG) and kind_of(data[:SNIFF_BYTES]) is Kind.IMAGE and not jpeg_xl.begins(data)

    def parts(self, data: bytes, budget: Budget) -> Iterator[Part]:
        """Yield the pictures, from the second. What the first one lacks is told where it is decoded, not here."""
        try:
            with opened(data, budget.limits) as image:
                budget.draw(*image.size)
                if isinstance(image, IcoImagePlugin.IcoImageFile):
                    yield from _sizes(image, data, budget)
                elif _has_second(image):
                    yield from _following(image, budget)
        except Exhausted:
            raise
        except (OverLimit, Undecodable, Unsupported):
            return


def _has_second(image: Image.Image) -> bool:
    try:
        image.seek(1)
        image.seek(0)
    except EOFError:
        return False
    return True


def _following(image: Image.Image, budget: Budget) -> Iterator[Part]:
    within = _CALLED.get(image.format or "", Within.FRAME)
    most = budget.limits.max_pages if within is Within.PAGE else budget.limits.max_frames
    seen = {_mark(stored(image))}
    number = 1
    while True:
        number += 1
        step = (Step(within, "", number),)
        try:
            image.seek(number - 1)
        except EOFError:
            return
        except Exception as error:  # noqa: BLE001 - Pillow's decoders document no closed set of errors
            yield UnseenPart(step, Outcome.UNDECODABLE, f"it breaks off: {type(error).__name__}: {error}"[:200])
            return
        if number > most:
            yield UnseenPart(step, Outcome.OVER_LIMIT, f"more than {most:,} of them")
            return
        budget.part()
        pixels: RGB
        try:
            budget.draw(*image.size)
            pixels = stored(image)
        except Exhausted:
            raise
        except OverLimit as error:
            yield UnseenPart(step, Outcome.OVER_LIMIT, str(error))
            continue
        except Exception as error:  # noqa: BLE001 - as above
            yield UnseenPart(step, Outcome.UNDECODABLE, f"it cannot be read: {type(error).__name__}: {error}"[:200])
            # The frames of an animation build on one another; pages do not.
            if within is Within.FRAME:
                return
            continue
        mark = _mark(pixels)
        if mark not in seen:
            seen.add(mark)
            yield PicturePart(step, pixels)


def _mark(pixels: RGB) -> bytes:
    return hashlib.blake2b(pixels.data, digest_size=16, person=str(pixels.shape).encode()[:16]).digest()


def _sizes(image: IcoImagePlugin.IcoImageFile, data: bytes, budget: Budget) -> Iterator[Part]:
    for number, entry in enumerate(image.ico.entry[1:], 2):
        budget.part()
        step = (Step(Within.PICTURE, "", number),)
        content = data[entry.offset : entry.offset + entry.size]
        if content.startswith(_PNG):
            budget.expand(len(content))
            yield FilePart(step, content)
            continue
        try:
            with Image.open(io.BytesIO(content), formats=("DIB",)) as inside:
                budget.draw(*inside.size)
            yield PicturePart(step, stored(image.ico.frame(number - 1)))
        except Exhausted:
            raise
        except OverLimit as error:
            yield UnseenPart(step, Outcome.OVER_LIMIT, str(error))
        except Exception as error:  # noqa: BLE001 - as above
            yield UnseenPart(step, Outcome.UNDECODABLE, f"it cannot be read: {type(error).__name__}: {error}"[:200])
