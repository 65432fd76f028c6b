"""What reduced decoding costs: PDQ of variants of real photographs, decoded in full and reduced.

`python -m bench.accuracy --photographs FOLDER [--json]` pairs the fingerprint of each photograph, the reference way,
with those of its variants (bench/variants.py). For each bound on the reduced picture's shorter side it prints how many
bits reduced decoding moves, and the share of variants that lie within 31 bits of their photograph in any of the 8
orientations:

* `full`: decoded in full;
* `reduced`: decoded reduced, and nothing else;
* `decided`: reduced first, and what is found computed again in full, which decides. This is what Tutela does. A variant
  that is too small to be reduced, or is no JPEG, is decoded in full at once.

`lost` is the share that `full` finds and `decided` does not, with exact 95 % bounds and, since the variants of one
photograph are alike, with those of a bootstrap over photographs. FOLDER holds the photographs, at any depth
(`demo.photographs` gathers them).
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

if not __package__:
    # Run by its path: the package is then found from the top of the repository.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.pictures import SUFFIXES
from bench.variants import variants
from tutela.content.decode import decode_image, decode_reduced
from tutela.content.item import Limits
from tutela.detection.fingerprints.fingerprint import Fingerprint
from tutela.detection.fingerprints.pdq import Pdq
from tutela.detection.matcher import QUALITY_MARGIN
from tutela.statistics.interval import exact_rate

THRESHOLD = 31
BOUNDS = (128, 192, 240, 256, 384, 512)
_LIMITS = Limits(max_pixels=400_000_000)
_RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Way:
    """One way to decode a variant, against its photograph and against itself in full."""

    distance: int  # bits to the photograph, the least over 8 orientations
    moved: int  # bits to the full-size fingerprint, upright
    quality: int
    other: int  # bits to the nearest of the other photographs, the least over 8 orientations


@dataclass(frozen=True, slots=True)
class Pair:
    """A photograph and one variant of it: `full`, each `reduced` by its shrink, and `small`, the published code on
    the reduced picture as if it were the whole one."""

    photograph: str
    group: str
    variant: str
    size: tuple[int, int]
    full: Way
    reduced: dict[int, Way]
    small: dict[int, Way]

    def shrink(self, bound: int) -> int:
        """Return by how much the decoder shrinks for a bound; 1 where the picture is decoded in full."""
        return max((s for s in self.reduced if min(self.size) >= s * bound), default=1)

    def way(self, bound: int) -> Way:
        """Return the way that the variant is decoded for a bound."""
        return self.reduced.get(self.shrink(bound), self.full)


def _words(values: bytes) -> NDArray[np.uint64]:
    return np.frombuffer(values, np.uint64).reshape(-1, 4)


def _least(values: bytes, listed: NDArray[np.uint64]) -> int:
    apart = np.bitwise_count(_words(values)[:, None] ^ listed[None]).sum(axis=2)
    return int(apart.min(initial=256))


def _joined(made: Sequence[Fingerprint]) -> tuple[bytes, int]:
    """Return the values of the 8 orientations, upright first, and the quality."""
    return b"".join(f.value for f in made), made[0].quality or 0


def _reference(path: Path) -> tuple[bytes, int]:
    values, quality = _joined(Pdq().of_pixels(decode_image(path.read_bytes(), _LIMITS)))
    return values[: Pdq.BYTES], quality


def _pairs_of(path: Path, own: bytes, others: bytes, seed: int) -> list[Pair]:
    mine, theirs = _words(own), _words(others)

    def way(values: bytes, quality: int, full: bytes) -> Way:
        moved = _least(values[: Pdq.BYTES], _words(full[: Pdq.BYTES]))
        return Way(_least(values, mine), moved, quality, _least(values, theirs))

    pairs = []
    for group, name, data in variants(path.read_bytes(), random.Random(seed)):
        pixels = decode_image(data, _LIMITS)
        height, width = pixels.shape[:2]
        full, quality = _joined(Pdq().of_pixels(pixels))
        reduced: dict[int, Way] = {}
        small: dict[int, Way] = {}
        for shrink in (2, 4, 8):
            picture = decode_reduced(data, _LIMITS, max(1, min(height, width) // shrink))
            if picture is None or picture.shrink != shrink:
                continue
            reduced[shrink] = way(*_joined(Pdq().of_reduced(picture)), full)
            small[shrink] = way(*_joined(Pdq().of_pixels(np.repeat(picture.luminance[:, :, None], 3, axis=2))), full)
        pairs.append(Pair(path.name, group, name, (width, height), way(full, quality, full), reduced, small))
    return pairs


def study(files: Sequence[Path], jobs: int, progress: bool) -> list[Pair]:
    """Return every pair. Photographs whose own quality is too low to be matched are left out."""
    pairs: list[Pair] = []
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        made = list(zip(files, pool.map(_reference, files), strict=True))
        listed = {path: value for path, (value, quality) in made if quality >= Pdq.MINIMUM_QUALITY}
        futures = [
            pool.submit(_pairs_of, path, value, b"".join(v for p, v in listed.items() if p != path), seed)
            for seed, (path, value) in enumerate(listed.items())
        ]
        for done, future in enumerate(futures, start=1):
            pairs += future.result()
            if progress:
                sys.stderr.write(f"\r{done} of {len(futures)} photographs, {len(pairs):,} pairs ")
    return pairs


def _found(way: Way) -> bool:
    return way.quality >= Pdq.MINIMUM_QUALITY and way.distance <= THRESHOLD


def _again(way: Way, distance: int, margin: int) -> bool:
    """Return whether the full picture is asked, as the matcher decides it."""
    if abs(way.quality - Pdq.MINIMUM_QUALITY) <= QUALITY_MARGIN:
        return True
    return way.quality >= Pdq.MINIMUM_QUALITY and distance <= THRESHOLD + margin


def _bits(moved: Iterable[int]) -> dict[str, float]:
    values = np.array(list(moved))
    if not len(values):
        return {}
    return {
        "mean": round(float(values.mean()), 2),
        "p95": int(np.percentile(values, 95)),
        "p99": int(np.percentile(values, 99)),
        "max": int(values.max()),
    }


def _bootstrap(pairs: Sequence[Pair], lost: Sequence[bool]) -> tuple[float, float]:
    """Return 95 % bounds of the share that is lost, resampling photographs."""
    names = {name: i for i, name in enumerate(dict.fromkeys(p.photograph for p in pairs))}
    at = np.array([names[p.photograph] for p in pairs])
    count = np.bincount(at, minlength=len(names))
    bad = np.bincount(at, weights=np.array(lost, dtype=float), minlength=len(names))
    drawn = np.random.default_rng(0).integers(0, len(names), (_RESAMPLES, len(names)))
    low, high = np.percentile(bad[drawn].sum(axis=1) / count[drawn].sum(axis=1), (2.5, 97.5))
    return float(low), float(high)


def row(pairs: Sequence[Pair], bound: int, margin: int = 0) -> dict[str, object]:
    """Return the figures for a bound, looking `margin` bits beyond the threshold for what full size then decides."""
    ways = [p.way(bound) for p in pairs]
    full = [_found(p.full) for p in pairs]
    seen = [f if w is p.full else _again(w, w.distance, margin) for p, w, f in zip(pairs, ways, full, strict=True)]
    lost = [f and not s for f, s in zip(full, seen, strict=True)]
    n = len(pairs)
    exact = exact_rate(sum(lost), n)
    assert exact is not None  # noqa: S101 - there are pairs
    shrunk = [(p, w) for p, w in zip(pairs, ways, strict=True) if p.shrink(bound) > 1]
    return {
        "bound": bound,
        "margin": margin,
        "pairs": n,
        "shrunk": len(shrunk),
        "bits_moved_where_shrunk": _bits(w.moved for _, w in shrunk),
        "bits_moved_by_the_published_filter_on_the_small_picture": _bits(
            p.small[p.shrink(bound)].moved for p, _ in shrunk
        ),
        "quality_moved_max": max(abs(w.quality - p.full.quality) for p, w in zip(pairs, ways, strict=True)),
        "recall_full_pct": round(100 * sum(full) / n, 3),
        "recall_reduced_pct": round(100 * sum(_found(w) for w in ways) / n, 3),
        "recall_decided_pct": round(100 * sum(f and s for f, s in zip(full, seen, strict=True)) / n, 3),
        "lost": sum(lost),
        "lost_pct": round(100 * sum(lost) / n, 3),
        "lost_pct_exact": [round(100 * exact.low, 3), round(100 * exact.high, 3)],
        "lost_pct_bootstrap": [round(100 * x, 3) for x in _bootstrap(pairs, lost)],
        # Against the other photographs every variant is an unlisted item: what full size then has to rule out.
        "again_per_1000_unlisted": round(1000 * sum(_again(w, w.other, margin) for _, w in shrunk) / n, 2),
    }


def _pair(written: dict[str, Any]) -> Pair:
    ways = {name: {int(s): Way(**w) for s, w in written[name].items() if s != "1"} for name in ("reduced", "small")}
    return Pair(
        written["photograph"],
        written["group"],
        written["variant"],
        tuple(written["size"]),
        Way(**written["full"]),
        **ways,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the study."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photographs", type=Path, metavar="FOLDER")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--limit", type=int, help="take that many photographs only")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="write each pair as a line of JSON")
    parser.add_argument("--kept", type=Path, metavar="FILE", help="take pairs that were kept, and no photographs")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    if options.kept:
        pairs = [_pair(json.loads(line)) for line in options.kept.read_text("utf-8").splitlines()]
    elif options.photographs:
        Image.MAX_IMAGE_PIXELS = None
        files = sorted(f for f in options.photographs.rglob("*") if f.suffix.lower() in SUFFIXES)[: options.limit]
        pairs = study(files, options.jobs, progress=sys.stderr.isatty())
    else:
        parser.error("give --photographs or --kept")
    if not pairs:
        sys.stderr.write(f"{options.photographs} holds no photographs: gather them with demo.photographs\n")
        return 2
    if options.keep:
        options.keep.write_text("".join(json.dumps(asdict(p)) + "\n" for p in pairs), "utf-8")
    groups = {"all": pairs, **{g: [p for p in pairs if p.group == g] for g in ("services", "edits")}}
    rows = {
        group: [row(some, bound, margin) for bound in BOUNDS for margin in ((0, 1, 4) if bound == Pdq.ENOUGH else (0,))]
        for group, some in groups.items()
    }
    result = {
        "photographs": len({p.photograph for p in pairs}),
        "pairs": len(pairs),
        "threshold": THRESHOLD,
        "chosen_bound": Pdq.ENOUGH,
        **rows,
    }
    if options.json:
        print(json.dumps(result))
        return 0
    print(f"{result['photographs']} photographs, {len(pairs):,} pairs, threshold {THRESHOLD}")
    for group, some_rows in rows.items():
        print(f"\n{group}")
        for one in some_rows:
            stream = io.StringIO()
            for key, value in one.items():
                stream.write(f"  {key} {value}")
            print(stream.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())
