"""Disks for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tutela.detection.matching.disk import RealDisk


class Unsynced(RealDisk):
    """Writes and never waits: for tests of what an index finds, not of what a crash leaves."""

    def settle(self, path: Path, filled: NDArray[np.uint8]) -> None: ...

    def write(self, path: Path, data: bytes) -> None:
        path.write_bytes(data)

    def append(self, path: Path, data: bytes) -> None:
        with path.open("ab") as stream:
            stream.write(data)

    def sync_folder(self, folder: Path) -> None: ...
