"""The kinds of fingerprint that are installed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from tutela.detection.fingerprints.fingerprint import FingerprintKind

GROUP = "tutela.fingerprints"


@cache
def installed_kinds() -> Mapping[str, FingerprintKind]:
    """Return an instance of each installed kind by its name, sorted.

    Raises ValueError if two packages register one name: which would match is nobody's guess.
    """
    found: dict[str, FingerprintKind] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        kind: FingerprintKind = point.load()()
        if point.name in found or point.name != kind.KIND:
            raise ValueError(f"entry point {point.value!r} claims the fingerprint {point.name!r} wrongly or twice")
        found[point.name] = kind
    return found
