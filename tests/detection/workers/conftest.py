"""Workers that have the planted decoders installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.content.pictures import encoded
from tests.detection.workers.planted import Planted
from tutela.content.item import Limits
from tutela.detection.fingerprinting import Fingerprinted
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.workers.budget import Budget
from tutela.detection.workers.engine import Workers

MEGABYTE = 1024**2
KINDS = (*installed_kinds().values(), Planted())


@pytest.fixture(scope="session")
def planted_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the planted decoders are installed, as a package would have them."""
    folder = tmp_path_factory.mktemp("planted")
    (folder / "planted_decoders.py").write_bytes(Path(__file__).with_name("planted.py").read_bytes())
    information = folder / "planted_decoders-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: planted-decoders\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[tutela.fingerprints]\nplanted = planted_decoders:Planted\n")
    return folder


Opening = Callable[..., Workers]


@pytest.fixture
def opening(planted_path: Path) -> Iterator[Opening]:
    """Opens workers: `opening(2, seconds=1)`."""
    opened: list[Workers] = []

    def open_(count: int = 1, **budget: float) -> Workers:
        given = Budget(**{"memory": 256 * MEGABYTE, "seconds": 60.0, **budget})  # type: ignore[arg-type]
        opened.append(Workers(count, Limits(), given, python_path=(planted_path,)))
        return opened[-1]

    yield open_
    for workers in opened:
        workers.close()


def item(deed: str) -> bytes:
    """Return a picture whose first row names what the planted decoder does with it."""
    row = np.zeros(64, np.uint8)
    row[: len(deed)] = list(deed.encode())
    return encoded(Image.fromarray(np.repeat(row[None, :, None], 3, axis=2).repeat(8, axis=0)), "PNG")


def told(made: Fingerprinted) -> str:
    """Return what the planted decoder says came of it."""
    (one,) = made.of("planted")
    return one.value.rstrip(b"\0").decode()
