"""The files of an index: their names, and the removal of those that no manifest names."""

from __future__ import annotations

from pathlib import Path

from tutela.detection.matching.directory.manifest import TEMPORARY, Manifest, read_manifest
from tutela.detection.matching.disk import Disk

OF_WRITERS = ("log", "segment", TEMPORARY)
"""Files that only who holds the lock for writing makes and removes."""
OF_COMPACTIONS = ("merged",)
"""Files that only who holds the lock for compacting makes and removes."""


def log_name(identity: str, version: int) -> str:
    """Return the name of the log that begins with a version of the manifest."""
    return f"log-{version}-{identity}"


def segment_name(manifest: Manifest, number: int) -> str:
    """Return the name of a new segment, to be named by the next manifest."""
    return f"segment-{manifest.version + 1}-{number}-{manifest.identity}"


def merged_name(manifest: Manifest, number: int) -> str:
    """Return the name of a segment that is merged from some of a manifest."""
    return f"merged-{manifest.version + 1}-{number}-{manifest.identity}"


def clean(folder: Path, disk: Disk, kinds: tuple[str, ...]) -> None:
    """Remove files of some kinds that no manifest names: replaced, or left by a process that was killed.

    Readers keep what they have mapped.
    """
    try:
        manifest = read_manifest(folder)
    except FileNotFoundError:
        keep = set()
    else:
        keep = {manifest.log, *(s.file for s in manifest.segments)}
    left = [p for p in folder.iterdir() if p.name.partition("-")[0] in kinds and p.name not in keep]
    if left:
        # The process that was killed may have swapped the manifest and not yet made that durable.
        disk.sync_folder(folder)
    for path in left:
        disk.remove(path)
