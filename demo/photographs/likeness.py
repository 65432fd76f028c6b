"""Tells a new picture from one that looks like an earlier one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

NEAR_DUPLICATE_BITS = 40
"""Two pictures whose difference hashes (256 bits) lie at most this far apart count as the same picture."""

SAME_LAYOUT_BITS = 16
"""So do two whose light and dark halves (256 bits) differ by at most this much: one coast like another."""


class Seen:
    """Two coarse hashes of each picture so far."""

    def __init__(self) -> None:
        self._steps: list[npt.NDArray[np.bool_]] = []
        self._layouts: list[npt.NDArray[np.bool_]] = []

    def is_new(self, image: Image.Image) -> bool:
        """Whether no picture so far looks like this one; remembers it if so."""
        small = np.asarray(image.convert("L").resize((17, 16), Image.Resampling.BOX), dtype=np.int16)
        steps: npt.NDArray[np.bool_] = (small[:, 1:] > small[:, :-1]).ravel()
        layout: npt.NDArray[np.bool_] = (small > np.median(small))[:, 1:].ravel()
        for bits, earlier, limit in (
            (steps, self._steps, NEAR_DUPLICATE_BITS),
            (layout, self._layouts, SAME_LAYOUT_BITS),
        ):
            if earlier and int(np.count_nonzero(np.stack(earlier) != bits, axis=1).min()) <= limit:
                return False
        self._steps.append(steps)
        self._layouts.append(layout)
        return True
