"""The manifest: which segments and which log make up the index. One small file, swapped by rename."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutela.detection.matching.disk import Disk
from tutela.detection.matching.segments.layout import CorruptSegment
from tutela.detection.matching.shape import Shape

NAME = "MANIFEST"
TEMPORARY = f"{NAME}.tmp"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class SegmentName:
    """A segment of the index: its file and its rows."""

    file: str
    rows: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A state of the index, without what the log adds to it.

    `position` and `stamp` are the caller's own number and name of the last change that the segments hold. `labels`
    are texts that the rows refer to by their place. `segments` come oldest first: where two hold one entry, the later
    row counts. `identity` is drawn when the index is made and part of every file's name, so that no name ever stands
    for other bytes, even after the folder was deleted and made again.
    """

    shape: Shape
    identity: str
    version: int
    position: int
    labels: tuple[str, ...]
    segments: tuple[SegmentName, ...]
    log: str
    stamp: str = ""

    def encode(self) -> bytes:
        """Return the file's bytes: the CRC-32 of the second line, and the second line."""
        text = json.dumps(
            {
                "format": FORMAT,
                "kind": self.shape.kind,
                "metric": self.shape.metric,
                "width": self.shape.width,
                "identity": self.identity,
                "version": self.version,
                "position": self.position,
                "stamp": self.stamp,
                "labels": self.labels,
                "segments": [[s.file, s.rows] for s in self.segments],
                "log": self.log,
            }
        ).encode()
        return b"%08x\n%b\n" % (zlib.crc32(text), text)


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of an index. Raises FileNotFoundError where there is none, CorruptSegment if damaged."""
    path = folder / NAME
    return decode(path.read_bytes(), path)


def decode(raw: bytes, path: Path) -> Manifest:
    """Return a manifest from its bytes; `path` is for the message. Raises CorruptSegment."""
    crc, _, text = raw.partition(b"\n")
    text = text.removesuffix(b"\n")
    if crc != b"%08x" % zlib.crc32(text):
        raise CorruptSegment(path, "the manifest is damaged")
    data: dict[str, Any] = json.loads(text)
    if data["format"] != FORMAT:
        raise CorruptSegment(path, f"written by another version of Tutela (format {data['format']})")
    return Manifest(
        Shape(data["kind"], data["metric"], data["width"]),
        data["identity"],
        data["version"],
        data["position"],
        tuple(data["labels"]),
        tuple(SegmentName(file, rows) for file, rows in data["segments"]),
        data["log"],
        data["stamp"],
    )


def swap_manifest(folder: Path, manifest: Manifest, disk: Disk) -> None:
    """Make a manifest the index's own. What it names must be durable; so is the swap on return."""
    # The names of the files that it refers to, before the name of the manifest.
    disk.sync_folder(folder)
    temporary = folder / TEMPORARY
    disk.write(temporary, manifest.encode())
    disk.rename(temporary, folder / NAME)
    disk.sync_folder(folder)
