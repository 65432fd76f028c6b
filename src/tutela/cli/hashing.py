"""`tutela hash`: fingerprints of files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from tutela.cli.clip_hashing import is_clip, print_clip
from tutela.cli.exits import Exit
from tutela.cli.output import err, fail, out, print_json
from tutela.cli.place import settings
from tutela.content.item import Outcome
from tutela.detection.fingerprinting import Fingerprinted
from tutela.detection.fingerprints.fingerprint import FingerprintKind, LongValued
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.onnx_models.loading import BadModel
from tutela.detection.workers.engine import Workers
from tutela.detection.workers.nursing import NoWorkers


def hash_files(
    files: Annotated[list[Path], typer.Argument(help="Files.", metavar="FILE...")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    every_frame: Annotated[
        bool, typer.Option("--every-frame", help="Of videos the PDQ of each frame (vPDQ) and TMK+PDQF.")
    ] = False,
) -> None:
    """Print the fingerprints of files: md5, sha256, pdq and its quality. Exit code 3 if one could not be made.

    The JSON lines hold the embedding too, where one is configured, and of videos vPDQ (a frame a second) and
    TMK+PDQF; `tutela hashlist import` reads them as they are.
    Nothing is stored or compared.
    """
    kinds = _kinds()
    chosen = settings()
    with Workers(1, chosen.limits, chosen.budget, chosen.embedding) as workers:
        try:
            partly = _all_hashed(files, kinds, workers, as_json=as_json, every_frame=every_frame)
        except NoWorkers as error:
            fail(str(error))
    raise typer.Exit(int(Exit.PARTLY if partly else Exit.DONE))


def _all_hashed(
    files: Iterable[Path], kinds: Mapping[str, FingerprintKind], workers: Workers, *, as_json: bool, every_frame: bool
) -> bool:
    """Print what is known of each file; return whether one could not be hashed."""
    partly = False
    for path in files:
        if every_frame and is_clip(path):
            partly = not print_clip(path, as_json=as_json) or partly
            continue
        result = _fingerprint(path, kinds, workers)
        partly = partly or isinstance(result, str) or result.failure is not None
        if isinstance(result, str):
            err.print(f"tutela: {path}: {result}", markup=False)
            if as_json:
                print_json({"path": str(path), **dict.fromkeys(_columns(kinds)), "quality": None, "error": result})
            continue
        row = _row(path, result, kinds)
        if as_json:
            print_json(row | _of_clip(result, kinds))
        else:
            quality = "-" if row["quality"] is None else row["quality"]
            shown = str(path).encode("utf-8", "backslashreplace").decode()
            out.print(f"{row['md5'] or '-':32}  {row['pdq'] or '-':64}  {quality:>3}  {shown}", markup=False)
        if result.failure is not None:
            err.print(f"tutela: {path}: {result.failure.value}: {result.reason}", markup=False)
    return partly


def _kinds() -> dict[str, FingerprintKind]:
    try:
        kinds = installed_kinds(settings().embedding)
    except BadModel as error:
        fail(f"[embedding]: {error}", Exit.USAGE)
    return {name: kinds[name] for name in (*_columns(kinds), *_OF_CLIPS)}


_OF_CLIPS = ("vpdq", "tmk")


def _of_clip(result: Fingerprinted, kinds: Mapping[str, FingerprintKind]) -> dict[str, str]:
    """Return the values of a clip as lists take them, of which there are none of anything else."""
    found: dict[str, str] = {}
    for name in _OF_CLIPS:
        kind, upright = kinds[name], result.upright(name)
        if upright is not None and isinstance(kind, LongValued):
            found[name] = kind.written(upright.value)
    return found


def _columns(kinds: Iterable[str]) -> list[str]:
    return ["md5", "sha256", "pdq", *(name for name in kinds if name.startswith("embedding-"))]


def _fingerprint(path: Path, kinds: Mapping[str, FingerprintKind], workers: Workers) -> Fingerprinted | str:
    try:
        if not path.is_file():
            return "no such file" if not path.exists() else "not a regular file"
    except OSError as error:
        return error.strerror or str(error)
    made = workers.submit(path, kinds.values()).result()
    return made.reason if made.failure is Outcome.ERROR else made


def _row(path: Path, result: Fingerprinted, kinds: Iterable[str]) -> dict[str, object]:
    row: dict[str, object] = {"path": str(path)}
    for kind in _columns(kinds):
        upright = result.upright(kind)
        row[kind] = upright.hex if upright else None
    row["quality"] = result.quality
    if result.failure is not None:
        row["error"] = f"{result.failure.value}: {result.reason}"
    return row
