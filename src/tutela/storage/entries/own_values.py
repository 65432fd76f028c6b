"""Which values of confirmed material an own list keeps."""

from __future__ import annotations

from collections.abc import Mapping

from tutela.detection.fingerprinting import Fingerprinting
from tutela.detection.fingerprints.fingerprint import FingerprintKind
from tutela.detection.matcher import minimum_quality_of

DIGEST = "sha256"
"""The one digest that is listed: others (MD5, SHA-1) can be made to collide."""


class OwnValues:
    """Implements casework.entries.ports.Fingerprinter with the kinds of this installation."""

    def __init__(
        self, kinds: Mapping[str, FingerprintKind], compared: Mapping[str, int], fingerprint: Fingerprinting
    ) -> None:
        """`compared` are the thresholds of the kinds that items are compared by."""
        self._kinds = {
            name: kind
            for name, kind in kinds.items()
            if name == DIGEST or (kind.METRIC != "equal" and kind.NEEDS != "video" and name in compared)
        }
        self._minimum = minimum_quality_of(kinds, {})
        self._fingerprint = fingerprint

    def __call__(self, data: bytes) -> dict[str, bytes]:
        """Return the SHA-256 of the bytes, and what says how they look where there is enough structure for it."""
        known = self._fingerprint(data, self._kinds.values())
        found: dict[str, bytes] = {}
        for name in self._kinds:
            upright = known.upright(name)
            if upright is not None and (upright.quality is None or upright.quality >= self._minimum[name]):
                found[name] = upright.value
        return found
