"""PDQ of decoded pixels: Tutela's in NumPy against the published implementation (`pdqhash`), one thread each.

`python -m bench.hashing [--json]` prints milliseconds for a picture in all 8 orientations, the median of the runs, and
the ratio. Both get the same pixels; decoding is not measured.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402 - the threads must be set before it is imported
from PIL import Image  # noqa: E402

from tutela.content.decode import RGB  # noqa: E402
from tutela.detection.fingerprints.pdq import Pdq  # noqa: E402

SIZES = ((512, 512), (1024, 1024), (1600, 1000), (4000, 3000))


def picture(width: int, height: int) -> RGB:
    """Return a textured picture, the same each time."""
    coarse = np.random.default_rng(0).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def milliseconds(call: Callable[[], object], runs: int) -> float:
    """Return the median time of a call, after one that is not counted."""
    call()
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)


def measure(runs: int) -> list[dict[str, float | int | bool]]:
    """Return a row for each size."""
    import pdqhash

    rows: list[dict[str, float | int | bool]] = []
    for width, height in SIZES:
        pixels = picture(width, height)
        ours = milliseconds(lambda pixels=pixels: Pdq().of_pixels(pixels), runs)  # type: ignore[misc]
        theirs = milliseconds(lambda pixels=pixels: pdqhash.compute_dihedral(pixels), runs)  # type: ignore[misc]
        bits, _ = pdqhash.compute(pixels)
        equal = Pdq().of_pixels(pixels)[0].value == np.packbits(bits).tobytes()
        rows.append(
            {
                "width": width,
                "height": height,
                "tutela_ms": round(ours, 2),
                "pdqhash_ms": round(theirs, 2),
                "vs_pdqhash": round(theirs / ours, 2),
                "equal": equal,
            }
        )
    return rows


def main() -> int:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    try:
        rows = measure(options.runs)
    except ModuleNotFoundError:
        sys.stderr.write(
            "pdqhash is not installed: it needs a C++ compiler (make test installs it where there is one)\n"
        )
        return 1
    if options.json:
        print(json.dumps(rows))
        return 0
    print(f"{'pixels':>12} {'Tutela ms':>10} {'pdqhash ms':>11} {'ratio':>7}  equal")
    for row in rows:
        size = f"{row['width']}x{row['height']}"
        print(f"{size:>12} {row['tutela_ms']:>10} {row['pdqhash_ms']:>11} {row['vs_pdqhash']:>7}  {row['equal']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
