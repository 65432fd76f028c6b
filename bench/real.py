"""Real fingerprints of ordinary photographs: tiles of them and their everyday edits."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.engine import Values
from demo.edits import EDITS
from demo.photographs import PhotographsUnavailableError, gather, tiles
from tutela.content.decode import decode_image
from tutela.content.item import Limits
from tutela.detection.fingerprints.pdq import Pdq

SIZES = (384, 256, 192)
DEFAULT_FOLDER = Path(".demo-cache/photographs")


def fingerprints(folder: Path, progress: Callable[[str], None], seed: int = 0) -> Values:
    """Return PDQ fingerprints, shape (n, 32), of tiles in several sizes with their edits, in 8 orientations each.

    All of a photograph stand together, so that the halves of the result come from different photographs. They are
    kept beside the photographs for the next time. Raises PhotographsUnavailableError.
    """
    photographs = gather(folder, progress)
    recipe = repr((SIZES, sorted(EDITS), seed, [p.name for p in photographs], Pdq.VERSION))
    kept = folder / f"pdq-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}.npy"
    if kept.is_file():
        values: Values = np.load(kept, allow_pickle=False)
        return values
    generator, pdq = random.Random(seed), Pdq()
    found: list[bytes] = []
    for number, photograph in enumerate(photographs):
        progress(f"fingerprinting tiles of photograph {number + 1} of {len(photographs)}")
        for size in SIZES:
            for tile in tiles([photograph], size):
                for edit in EDITS.values():
                    pixels = decode_image(edit(tile.content, generator), Limits())
                    found += [f.value for f in pdq.of_pixels(pixels) if (f.quality or 0) >= pdq.MINIMUM_QUALITY]
    values = np.frombuffer(b"".join(dict.fromkeys(found)), dtype=np.uint8).reshape(-1, 32)
    if len(values) < 100:
        raise PhotographsUnavailableError(f"{folder} gives only {len(values)} fingerprints")
    np.save(kept, values)
    return values
