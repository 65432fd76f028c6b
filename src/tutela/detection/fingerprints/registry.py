"""The kinds of fingerprint that are installed, and those that the operator's settings add."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from tutela.detection.fingerprints.embedding import Embedding, EmbeddingSettings
from tutela.detection.fingerprints.fingerprint import FingerprintKind

GROUP = "tutela.fingerprints"


@cache
def installed_kinds(embedding: EmbeddingSettings | None = None) -> Mapping[str, FingerprintKind]:
    """Return an instance of each installed kind by its name, sorted; an embedding only where one is configured.

    Made once in each process for the same settings, since a model takes a while to load. Raises ValueError if two
    packages register one name (which would match is nobody's guess), BadModel for a model that cannot be used.
    """
    found: dict[str, FingerprintKind] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        kind: FingerprintKind = point.load()()
        if point.name in found or point.name != kind.KIND:
            raise ValueError(f"entry point {point.value!r} claims the fingerprint {point.name!r} wrongly or twice")
        found[point.name] = kind
    if embedding is not None:
        configured = Embedding(embedding)
        found[configured.KIND] = configured
    return dict(sorted(found.items()))
