"""The record beside gathered photographs that lets a later call use them as they lie there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from demo.photographs.photograph import Photograph

Entry: TypeAlias = dict[str, Any]
"""What is recorded of one photograph."""

_MANIFEST = "photographs.json"


def entry_of(photograph: Photograph, content: bytes) -> Entry:
    """What is recorded of `photograph`, whose file was written with `content`."""
    return {
        "name": photograph.name,
        "package": photograph.package,
        "licence": photograph.licence,
        "file": photograph.path.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "width": photograph.width,
        "height": photograph.height,
    }


def write_manifest(folder: Path, work: Path, table: str, entries: Sequence[Entry]) -> None:
    """Records in `folder` which photographs lie there, and the `table` that they were gathered from.

    `work` is a folder on the same disk, where the record is made before it is moved into place.
    """
    # Written last and swapped in at once: whoever finds this file finds every picture that it names.
    manifest = work / _MANIFEST
    manifest.write_text(json.dumps({"table": table, "photographs": entries}, indent=1), encoding="utf-8")
    manifest.replace(folder / _MANIFEST)


def read_manifest(folder: Path, table: str) -> list[Photograph] | None:
    """The photographs recorded in `folder`; None where they are of another table, absent or damaged."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if manifest["table"] != table:
            return None
        for entry in manifest["photographs"]:
            if hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() != entry["sha256"]:
                return None
        return [_photograph(folder, entry) for entry in manifest["photographs"]]
    except (OSError, ValueError, KeyError, TypeError):
        # Absent, half copied or written by another version: gathering again is the remedy for all of them.
        return None


def _photograph(folder: Path, entry: Mapping[str, Any]) -> Photograph:
    return Photograph(
        name=entry["name"],
        package=entry["package"],
        licence=entry["licence"],
        path=folder / entry["file"],
        width=entry["width"],
        height=entry["height"],
    )
