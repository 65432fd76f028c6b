"""The Commission's report in two languages, which lies beside the checkout and is not part of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.dataset_file import packaged
from tutela.statistics.union.seed.raw_tables import RawDocument, read_document
from tutela.statistics.union.tables.report import tables


@pytest.fixture(scope="session")
def seeds(reference: Path) -> dict[str, str]:
    """The two texts by language."""
    place = reference.parent / "seeds"
    texts = [path.read_text("utf-8") for path in sorted(place.glob("*.txt"))]
    if len(texts) != 2:
        pytest.skip(f"no seed documents: {place} has {len(texts)} texts")
    return {"sv" if "Tabell nr 1" in text else "en": text for text in texts}


@pytest.fixture(scope="session")
def printed(seeds: dict[str, str]) -> dict[str, RawDocument]:
    """Their tables as they are printed."""
    return {language: read_document(text, tables()) for language, text in seeds.items()}


@pytest.fixture(scope="session")
def report() -> Dataset:
    """The data set that ships with the package."""
    return packaged("com-2023-797")
