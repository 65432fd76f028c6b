"""PDF, by PDFium (the extra `documents`): each page as it looks, the pictures in it as they are, and attached files."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from tutela.content.decode import RGB, OverLimit, Undecodable, Unsupported
from tutela.content.item import Outcome
from tutela.content.opening.budget import Budget, Exhausted
from tutela.content.opening.part import FilePart, Part, PicturePart, UnseenPart, shown_name
from tutela.content.place import Step, Within

if TYPE_CHECKING:
    from pypdfium2 import PdfBitmap, PdfDocument, PdfImage, PdfPage

_HEADER = b"%PDF-"
_SEARCHED = 1024
"""Within so many bytes readers look for the header (ISO 32000-1, annex H.3.4.1)."""
SIDE = 1024
"""The longer side of a page as it is drawn, in pixels: four times what PDQ needs to see a picture on half of it."""
_FILES = {"DCTDecode": b"\xff\xd8", "JPXDecode": b""}
"""Filters whose data is a file of its own, and how it begins."""
_PASSWORD = 4
_one_at_a_time = threading.RLock()
"""PDFium is not made for threads."""


class Pdf:
    """Reads pages and what they hold. Scripts are never run, and nothing is fetched."""

    NAME: ClassVar[str] = "PDF"

    def claims(self, data: bytes) -> bool:
        """Return whether its header stands where readers look for it."""
        return data.find(_HEADER, 0, _SEARCHED + len(_HEADER)) >= 0

    def parts(self, data: bytes, budget: Budget) -> Iterator[Part]:
        """Yield what is on each page, then the attached files. A picture on several pages is given once."""
        try:
            import pypdfium2
        except ImportError as error:
            raise Unsupported("PDF documents need pypdfium2: pip install 'tutela[documents]'") from error
        with _one_at_a_time:
            try:
                document = pypdfium2.PdfDocument(data)
                pages = len(document)
            except pypdfium2.PdfiumError as error:
                if getattr(error, "err_code", None) == _PASSWORD:
                    raise Unsupported("it is encrypted") from error
                raise Undecodable(f"the PDF cannot be opened: {error}") from error
            except _BROKEN as error:
                raise Undecodable(f"the PDF cannot be opened: {error}") from error
        try:
            seen: set[bytes] = set()
            for number in range(1, min(pages, budget.limits.max_pages) + 1):
                with _one_at_a_time:
                    found = list(_page(document, number, budget, seen))
                yield from found
            if pages > budget.limits.max_pages:
                step = Step(Within.PAGE, "", budget.limits.max_pages + 1)
                yield UnseenPart((step,), Outcome.OVER_LIMIT, f"more than {budget.limits.max_pages:,} pages")
            yield from _attached(document, budget)
        finally:
            with _one_at_a_time:
                document.close()


_BROKEN = (RuntimeError, ValueError, OSError, TypeError, OverflowError, IndexError, MemoryError)


def _page(document: PdfDocument, number: int, budget: Budget, seen: set[bytes]) -> Iterator[Part]:
    here = Step(Within.PAGE, "", number)
    budget.part()
    try:
        page = document[number - 1]
    except _BROKEN as error:
        yield UnseenPart((here,), Outcome.UNDECODABLE, f"the page cannot be read: {error}")
        return
    try:
        yield from _drawn(page, here, budget)
        yield from _pictures(page, here, budget, seen)
    finally:
        page.close()


def _drawn(page: PdfPage, here: Step, budget: Budget) -> Iterator[Part]:
    """Yield the page without its margins: a picture that is drawn in strips or lines is only seen so."""
    try:
        width, height = page.get_size()
        if not (width > 0 and height > 0):
            return
        scale = SIDE / max(width, height)
        budget.draw(max(1, round(width * scale)), max(1, round(height * scale)))
        pixels = _pixels(page.render(scale=scale, may_draw_forms=False))
    except OverLimit:
        raise
    except _BROKEN as error:
        yield UnseenPart((here,), Outcome.UNDECODABLE, f"the page cannot be drawn: {error}")
        return
    shown = without_margins(pixels)
    if shown is not None:
        yield PicturePart((here,), shown)


def _pictures(page: PdfPage, here: Step, budget: Budget, seen: set[bytes]) -> Iterator[Part]:
    import pypdfium2.raw

    number = 0
    try:
        for one in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]):
            number += 1
            budget.part()
            part = _picture(one, (here, Step(Within.PICTURE, "", number)), budget, seen)
            if part is not None:
                yield part
    except Exhausted:
        raise
    except _BROKEN as error:
        reason = f"what is on the page cannot be read: {error}"
        yield UnseenPart((here, Step(Within.PICTURE, "", number + 1)), Outcome.UNDECODABLE, reason)


def _picture(image: PdfImage, steps: tuple[Step, ...], budget: Budget, seen: set[bytes]) -> Part | None:
    try:
        filters = image.get_filters()
        packed = bytes(image.get_data(decode_simple=False))
        size = image.get_px_size()
        mark = hashlib.blake2b(packed, digest_size=16, person=repr(size).encode()[:16]).digest()
        if mark in seen:
            return None
        seen.add(mark)
        if len(filters) == 1 and filters[0] in _FILES and packed.startswith(_FILES[filters[0]]):
            budget.expand(len(packed))
            return FilePart(steps, packed)
        budget.draw(*size)
        return PicturePart(steps, _pixels(image.get_bitmap()))
    except Exhausted:
        raise
    except OverLimit as error:
        return UnseenPart(steps, Outcome.OVER_LIMIT, str(error))
    except _BROKEN as error:
        return UnseenPart(steps, Outcome.UNDECODABLE, f"the picture cannot be read: {error}")


def _attached(document: PdfDocument, budget: Budget) -> Iterator[Part]:
    with _one_at_a_time:
        count = document.count_attachments()
    for index in range(count):
        budget.part()
        step = Step(Within.ATTACHMENT, "", index + 1)
        try:
            with _one_at_a_time:
                one = document.get_attachment(index)
                step = Step(Within.ATTACHMENT, shown_name(one.get_name()), index + 1)
                content = bytes(one.get_data())
        except _BROKEN as error:
            yield UnseenPart((step,), Outcome.UNDECODABLE, f"the attached file cannot be read: {error}")
            continue
        budget.expand(len(content))
        yield FilePart((step,), content)


def _pixels(bitmap: PdfBitmap) -> RGB:
    """Return a copy of a picture of PDFium's as RGB. Its colours stand the other way round."""
    pixels = bitmap.to_numpy()
    if pixels.ndim == 2 or pixels.shape[2] == 1:
        return np.repeat(pixels.reshape(*pixels.shape[:2], 1), 3, axis=2)
    return np.array(pixels[:, :, :3] if bitmap.rev_byteorder else pixels[:, :, 2::-1], order="C")


def without_margins(pixels: RGB) -> RGB | None:
    """Return what remains once the rows and columns at the edges that are of the corner's colour are cut off.

    None where nothing remains: an empty page.
    """
    inked = np.any(pixels != pixels[0, 0], axis=2)
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if not rows.size:
        return None
    return np.ascontiguousarray(pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
