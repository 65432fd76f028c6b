"""A prototype in one C++ file, compiled with every instruction of this machine: what is possible without comfort."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

CHUNKS = 11
_LINE = re.compile(
    r"build (?P<build>[\d.]+)s us/q (?P<us>[\d.]+) .*recall (?P<found>\d+)/(?P<asked>\d+) .*B/hash (?P<bytes>[\d.]+)"
)


def prototype(source: Path, entries: int) -> dict[str, float]:
    """Compile `source`, run it on `entries` random entries of its own, return what it prints of itself.

    Raises subprocess.CalledProcessError where it does not compile or run.
    """
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "prototype"
        subprocess.run(["c++", "-O3", "-march=native", "-o", program, source], check=True)  # noqa: S607
        run = subprocess.run([program, str(entries), str(CHUNKS)], check=True, capture_output=True, text=True)
    found = _LINE.search(run.stdout)
    if found is None:
        raise ValueError(f"the prototype printed something else: {run.stdout!r}")
    return {
        "microseconds": float(found["us"]),
        "build_seconds": float(found["build"]),
        "bytes_per_entry": float(found["bytes"]),
        "recall": int(found["found"]) / int(found["asked"]),
    }
