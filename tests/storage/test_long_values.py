"""Values as long as an embedding's: kept to the last bit on both databases, or refused before anything is imported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.detection.fingerprints.backbones import settings
from tutela.detection.hashlists.hashlist import HashList, NewEntry
from tutela.storage.settings import BadSettings
from tutela.storage.workplace import POSTGRES_BYTES, Workplace


def test_the_longest_value_is_kept_with_the_longest_names(place: Workplace) -> None:
    name, kind = "l" * 63, "k" * 40
    values = [np.random.default_rng(seed).bytes(POSTGRES_BYTES) for seed in range(3)]
    place.lists.create(HashList(name, "o", "s", "SE", None))
    assert place.lists.add(name, [NewEntry(kind, value) for value in values]).added == 3
    assert place.lists.add(name, [NewEntry(kind, value) for value in values]).already_there == 3
    assert [entry.value for entry in place.lists.entries([name], enabled_only=True)] == values


def test_an_embedding_that_postgresql_cannot_hold_is_refused(place: Workplace, tmp_path: Path) -> None:
    for count, fits in ((POSTGRES_BYTES // 4, True), (POSTGRES_BYTES // 4 + 1, False)):
        folder = tmp_path / str(count)
        folder.mkdir()
        with Workplace(replace(place.settings, embedding=settings(folder, values=count)), place.clock) as opened:
            if fits or opened.database.engine.dialect.name == "sqlite":
                assert max(kind.BYTES for kind in opened.kinds.values()) == 4 * count
            else:
                with pytest.raises(BadSettings, match="gives 641 values, and on PostgreSQL an entry holds at most 640"):
                    assert opened.kinds
