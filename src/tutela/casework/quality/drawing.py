"""Draws at random that nobody can foresee, and that come out alike however often they are tried."""

from __future__ import annotations

import hashlib
import hmac
import random

from tutela.casework.quality.rules import MILLION


class Draw:
    """Draws by a key. The same words give the same draw, so that a crash between draw and record changes nothing."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def happens(self, ppm: int, *words: str) -> bool:
        """Return whether it happens, as it does in `ppm` of a million."""
        return int.from_bytes(self._digest(words)[:8], "big") * MILLION < ppm << 64

    def generator(self, *words: str) -> random.Random:
        """Return a generator for these words."""
        return random.Random(self._digest(words))

    def _digest(self, words: tuple[str, ...]) -> bytes:
        return hmac.new(self._key, "\0".join(words).encode(), hashlib.sha256).digest()
