"""Cuts photographs into tiles, and chooses which ones to cut."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence

from PIL import Image

from demo.photographs.likeness import Seen
from demo.photographs.photograph import Photograph, Picture, Tile
from demo.photographs.texture import texture_and_contrast
from demo.photographs.unavailable import PhotographsUnavailableError

TILE_SIDE = 384
"""Pixels a side of a tile, unless told otherwise: enough for a hash of the full picture to be stable."""

TILED_FROM = 4
"""A photograph is cut up only where it gives at least this many tiles; it is worth more whole otherwise."""

_MIN_TEXTURE = 60.0
_MIN_CONTRAST = 10.0


def tiles(photographs: Iterable[Photograph], size: int = TILE_SIDE, limit: int | None = None) -> list[Tile]:
    """Square tiles of `size` pixels that do not overlap, at most `limit` of them, each with good texture.

    In the order of the photographs, and within one from the richest texture to the poorest. Flat parts (sky,
    water, snow) and parts that look like one taken before are left out. A photograph given here should not be
    used whole beside its tiles: they are crops of it. `pictures` keeps the two apart.

    Raises ValueError where `size` is below 64.
    """
    _refuse_small(size)
    taken: list[Tile] = []
    if limit is not None and limit <= 0:
        return taken
    seen = Seen()
    for photograph in photographs:
        for tile in _tiles_of(photograph, size, seen):
            taken.append(tile)
            if limit is not None and len(taken) >= limit:
                return taken
    return taken


def pictures(photographs: Sequence[Photograph], wanted: int, size: int = TILE_SIDE) -> list[Picture]:
    """Exactly `wanted` different pictures: photographs whole, and tiles of as few others as need be.

    Photographs are cut up in their order, and only those that give several tiles; one that is cut up is not
    used whole. Whole photographs come first. The same arguments give the same pictures.

    Raises ValueError where `size` is below 64, PhotographsUnavailableError where the photographs do not give
    that many.
    """
    _refuse_small(size)
    whole = list(photographs)
    cut: list[Tile] = []
    seen = Seen()
    for photograph in photographs:
        if len(whole) + len(cut) >= wanted:
            break
        if (photograph.width // size) * (photograph.height // size) < TILED_FROM:
            continue
        parts = list(_tiles_of(photograph, size, seen))
        if len(parts) < TILED_FROM:
            continue
        whole.remove(photograph)
        cut.extend(parts[: wanted - len(whole) - len(cut)])
    together: list[Picture] = [*whole, *cut]
    if len(together) < wanted:
        raise PhotographsUnavailableError(
            f"{len(photographs)} photographs give {len(together)} different pictures, not {wanted}: "
            "ask for fewer, for smaller tiles, or gather more photographs"
        )
    return together[:wanted]


def _refuse_small(size: int) -> None:
    if size < 64:
        raise ValueError(f"a tile of {size} pixels is too small to recognise: ask for 64 or more")


def grid(photograph: Photograph, size: int) -> Iterator[tuple[int, int, Image.Image]]:
    """Left, top and pixels of each square of `size` pixels that fits into a photograph without overlap."""
    columns, rows = photograph.width // size, photograph.height // size
    if columns == 0 or rows == 0:
        return
    with Image.open(photograph.path) as opened:
        image = opened.convert("RGB")
    # What the grid does not cover is left over evenly at both edges.
    x0, y0 = (photograph.width - columns * size) // 2, (photograph.height - rows * size) // 2
    for top in range(y0, y0 + rows * size, size):
        for left in range(x0, x0 + columns * size, size):
            yield left, top, image.crop((left, top, left + size, top + size))


def _tiles_of(photograph: Photograph, size: int, seen: Seen) -> Iterator[Tile]:
    ranked: list[tuple[float, int, int, Image.Image]] = []
    for left, top, part in grid(photograph, size):
        texture, contrast = texture_and_contrast(part)
        if texture >= _MIN_TEXTURE and contrast >= _MIN_CONTRAST:
            ranked.append((-texture, top, left, part))
    for _, top, left, part in sorted(ranked, key=lambda entry: entry[:3]):
        if not seen.is_new(part):
            continue
        encoded = io.BytesIO()
        part.save(encoded, "JPEG", quality=95)
        yield Tile(
            name=f"{photograph.name}@{left},{top}",
            package=photograph.package,
            licence=photograph.licence,
            photograph=photograph.name,
            left=left,
            top=top,
            width=size,
            height=size,
            content=encoded.getvalue(),
        )
