"""A whole item on one core, from the file to the judgement, against python-threatexchange's PDQ of the same file.

Ours reads the file, computes MD5 and SHA-256, decodes, computes PDQ in 8 orientations and looks all of them up among N
entries. Theirs is `PdqSignal.hash_from_bytes` of what was read: PDQ in one orientation, no digest, no lookup.
"""

from __future__ import annotations

import hashlib
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.engine import MissingPeerError
from bench.pictures import jpegs
from tutela.content.decode import decode_reduced
from tutela.content.item import Limits
from tutela.detection.fingerprinting import Fingerprinted, fingerprint
from tutela.detection.fingerprints.fingerprint import FingerprintKind
from tutela.detection.fingerprints.pdq import Pdq
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.hashlists.hashlist import HashList
from tutela.detection.hashlists.label import Label
from tutela.detection.matcher import Matcher
from tutela.detection.matching.directory.reader import IndexReader
from tutela.detection.matching.directory.writer import Change, IndexWriter
from tutela.detection.matching.shape import shape_of
from tutela.detection.recognition import recognise

SIZES = {"1_6mp": (1600, 1000, 90), "12mp": (4000, 3000, 90), "1_6mp_as_sent": (1600, 1000, 75)}
"""Width, height, JPEG quality: as a camera or an editor leaves a file, and as a service sends it on."""
KINDS = ("md5", "pdq", "sha256")
LIST = "random"


def random_matcher(entries: int, folder: Path) -> Matcher:
    """Return a matcher over that many random PDQ entries, in an index that is built in `folder`."""
    pdq = Pdq()
    values = np.random.default_rng(1).integers(0, 256, (entries, pdq.BYTES), dtype=np.uint8)
    change = Change(
        Label(LIST, None).text(),
        np.arange(1, entries + 1, dtype=np.uint64),
        values,
        np.ones(entries, np.bool_),
        np.zeros(entries, np.bool_),
    )
    with IndexWriter(folder, shape_of(pdq)) as writer:
        writer.apply([change], 1)
    kinds = {name: installed_kinds()[name] for name in KINDS}
    return Matcher(kinds, {"pdq": IndexReader(folder)}, [HashList(LIST, "bench", "random", "SE", None)])


def _kinds() -> Sequence[FingerprintKind]:
    return [installed_kinds()[name] for name in KINDS]


def _seconds(call: Callable[[], object]) -> float:
    # Processor time: what other processes on the machine do is not counted.
    began = time.process_time()
    call()
    return time.process_time() - began


def _ours(path: Path, matcher: Matcher, limits: Limits) -> None:
    data = path.read_bytes()

    def made(*, reduced: bool = False) -> Fingerprinted:
        return fingerprint(data, _kinds(), limits, reduced=reduced)

    recognise(made(reduced=True), matcher, made)


def _steps(path: Path, matcher: Matcher, limits: Limits) -> dict[str, float]:
    """Return the seconds of each step, taken apart."""
    data, pdq = path.read_bytes(), Pdq()
    picture = decode_reduced(data, limits, pdq.ENOUGH)
    if picture is None:
        raise ValueError(f"{path} is no JPEG")
    made = fingerprint(data, _kinds(), limits, reduced=True)
    return {
        "read": _seconds(path.read_bytes),
        "md5": _seconds(lambda: hashlib.md5(data, usedforsecurity=False).digest()),
        "sha256": _seconds(lambda: hashlib.sha256(data).digest()),
        "decode": _seconds(lambda: decode_reduced(data, limits, pdq.ENOUGH)),
        "pdq": _seconds(lambda: pdq.of_reduced(picture)),
        "match": _seconds(lambda: matcher.judge(made)),
    }


def _pytx() -> Callable[[bytes], str]:
    try:
        from threatexchange.signal_type.pdq.signal import PdqSignal
    except ImportError as error:
        raise MissingPeerError(f"threatexchange: {error}; requirements/bench.lock holds it") from error
    hashed: Callable[[bytes], str] = PdqSignal.hash_from_bytes
    return hashed


def measure(entries: int, photographs: Path | None, count: int, runs: int, folder: Path) -> dict[str, Any]:
    """Return milliseconds of processor time an item, the mean over `count` files of the least of `runs`, and ratios.

    Ours and theirs take turns, file by file and run by run. Raises MissingPeerError without threatexchange.
    """
    theirs, limits = _pytx(), Limits()
    matcher = random_matcher(entries, folder / "index")
    result: dict[str, Any] = {"entries": entries, "files": count, "runs": runs}
    for name, (width, height, quality) in SIZES.items():
        rows, ratios, sizes = [], [], []
        for number, data in enumerate(jpegs(photographs, width, height, quality, count)):
            path = folder / f"{name}-{number}.jpg"
            path.write_bytes(data)
            taken: dict[str, list[float]] = {}
            for _ in range(runs + 1):  # the first one warms up
                taken.setdefault("item", []).append(_seconds(lambda p=path: _ours(p, matcher, limits)))  # type: ignore[misc]
                taken.setdefault("pytx", []).append(_seconds(lambda p=path: theirs(p.read_bytes())))  # type: ignore[misc]
                for step, seconds in _steps(path, matcher, limits).items():
                    taken.setdefault(step, []).append(seconds)
            least = {step: 1000 * min(all_[1:]) for step, all_ in taken.items()}
            rows.append(least)
            ratios.append(least["pytx"] / least["item"])
            sizes.append(len(data))
            path.unlink()
        result[f"vs_pytx_{name}"] = round(
            statistics.mean(r["pytx"] for r in rows) / statistics.mean(r["item"] for r in rows), 1
        )
        result[f"vs_pytx_{name}_each"] = [round(ratio, 1) for ratio in ratios]
        result[f"ms_{name}"] = {step: round(statistics.mean(row[step] for row in rows), 2) for step in rows[0]}
        result[f"kilobytes_{name}"] = [size // 1000 for size in sizes]
    return result
