"""Hashing on one core: PDQ of decoded pixels, and whole items from the file to the judgement.

`python -m bench.hashing [--entries N] [--photographs FOLDER] [--json]` prints milliseconds of processor time and ratios
against named peers in the same run:

* PDQ alone, of the same pixels, in 8 orientations: ours, compiled and in NumPy, against the published implementation
  (`pdqhash`);
* whole items (bench/items.py): ours with MD5, SHA-256, PDQ in 8 orientations and the match among N entries, against
  python-threatexchange's PDQ alone. Without photographs, of noisy textures.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

if not __package__:
    # Run by its path: the package is then found from the top of the repository.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np  # noqa: E402 - the threads must be set before it is imported
from PIL import Image  # noqa: E402

from bench import items, machine  # noqa: E402
from bench.engine import MissingPeerError  # noqa: E402
from bench.pictures import texture  # noqa: E402
from tutela.detection.compiled import COMPILED  # noqa: E402
from tutela.detection.fingerprints import pdq_numpy  # noqa: E402
from tutela.detection.fingerprints.pdq import Pdq  # noqa: E402

SIZES = ((512, 512), (1024, 1024), (1600, 1000), (4000, 3000))
ENTRIES = 100_000


def milliseconds(call: Callable[[], object], runs: int) -> float:
    """Return the least processor time of a call, after one that is not counted."""
    call()
    times = []
    for _ in range(runs):
        began = time.process_time()
        call()
        times.append(time.process_time() - began)
    return 1000 * min(times)


def pdq_alone(runs: int) -> list[dict[str, Any]]:
    """Return a row for each size. Raises MissingPeerError without pdqhash."""
    try:
        import pdqhash
    except ImportError as error:
        raise MissingPeerError(
            "pdqhash is not installed: it needs a C++ compiler (make test installs it where there is one)"
        ) from error
    rows: list[dict[str, Any]] = []
    for width, height in SIZES:
        pixels = texture(width, height)
        ours = milliseconds(lambda pixels=pixels: Pdq().of_pixels(pixels), runs)  # type: ignore[misc]
        plain = milliseconds(lambda p=pixels, h=height, w=width: pdq_numpy.pdq(p, h, w, 1), runs)  # type: ignore[misc]
        theirs = milliseconds(lambda pixels=pixels: pdqhash.compute_dihedral(pixels), runs)  # type: ignore[misc]
        bits, _ = pdqhash.compute(pixels)
        rows.append(
            {
                "width": width,
                "height": height,
                "tutela_ms": round(ours, 2),
                "numpy_ms": round(plain, 2),
                "pdqhash_ms": round(theirs, 2),
                "vs_pdqhash": round(theirs / ours, 1),
                "numpy_vs_pdqhash": round(theirs / plain, 1),
                "equal": Pdq().of_pixels(pixels)[0].value == np.packbits(bits).tobytes(),
            }
        )
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measurements; 1 where a peer is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--entries", type=lambda text: int(float(text)), default=ENTRIES, help="1e7 needs 1.5 GB on disk"
    )
    parser.add_argument("--photographs", type=Path, help="a folder of photographs, at any depth")
    parser.add_argument("--files", type=int, default=8, help="pictures of each size")
    options = parser.parse_args(arguments)
    Image.MAX_IMAGE_PIXELS = None
    result: dict[str, Any] = {"machine": machine.machine(), "compiled": COMPILED}
    missing = 0
    try:
        result["pdq"] = pdq_alone(options.runs)
    except MissingPeerError as error:
        sys.stderr.write(f"{error}\n")
        missing = 1
    try:
        with tempfile.TemporaryDirectory(prefix="tutela-bench-") as folder:
            result |= items.measure(options.entries, options.photographs, options.files, options.runs, Path(folder))
    except MissingPeerError as error:
        sys.stderr.write(f"{error}\n")
        missing = 1
    if options.json:
        print(json.dumps(result))
        return missing
    if "pdq" in result:
        print(f"{'pixels':>12} {'Tutela ms':>10} {'NumPy ms':>9} {'pdqhash ms':>11} {'ratio':>7}  equal")
    for row in result.get("pdq", ()):
        size = f"{row['width']}x{row['height']}"
        print(
            f"{size:>12} {row['tutela_ms']:>10} {row['numpy_ms']:>9} {row['pdqhash_ms']:>11} {row['vs_pdqhash']:>7}  "
            f"{row['equal']}"
        )
    for name in items.SIZES:
        if f"vs_pytx_{name}" in result:
            print(f"\nwhole item, {name}, {result['entries']:,} entries: {result[f'vs_pytx_{name}']} times pytx")
            print(f"  each file: {result[f'vs_pytx_{name}_each']}; kilobytes: {result[f'kilobytes_{name}']}")
            print(f"  milliseconds: {result[f'ms_{name}']}")
    return missing


if __name__ == "__main__":
    sys.exit(main())
