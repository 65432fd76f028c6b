"""Coverage-guided: `python -m bench.malformed.fuzzing --seconds N [--corpus DIR]`, with atheris (libFuzzer for Python).

It goes for what is written in Python: headers, metadata and the walk through an item. What the C decoders do is left to
the mutations of `bench.malformed`, since they are not built to be measured. It runs in one process without workers, so
that what it finds has a trace: anything but a fingerprint or one of the three refusals ends it, and the file is kept.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.malformed.sources import sources

_LONGEST = 65_536


def main(arguments: list[str] | None = None) -> int:
    """Fuzz until the time is over or something is found; libFuzzer prints the account and ends the process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--corpus", type=Path, help="kept between runs; a temporary one if not given")
    parser.add_argument("--found", type=Path, default=Path(), help="where files that broke something are kept")
    options = parser.parse_args(arguments)
    try:
        atheris: Any = import_module("atheris")
    except ImportError:
        print("coverage-guided fuzzing needs atheris: pip install atheris")
        return 1
    with atheris.instrument_imports(include=["PIL", "tutela.content", "tutela.detection.fingerprinting"]):
        from tutela.content.item import Limits, Outcome
        from tutela.detection.fingerprinting import fingerprint
        from tutela.detection.fingerprints.registry import installed_kinds
    kinds = tuple(installed_kinds().values())
    limits = Limits(max_bytes=_LONGEST, max_pixels=1_000_000)
    known = (None, Outcome.UNDECODABLE, Outcome.UNSUPPORTED, Outcome.OVER_LIMIT)

    def one(data: bytes) -> None:
        made = fingerprint(data, kinds, limits, reduced=len(data) % 2 == 0)
        if made.failure not in known or made.size != len(data):
            raise RuntimeError(f"an item of {len(data)} bytes ended as {made.failure}")

    with tempfile.TemporaryDirectory() as temporary:
        corpus = options.corpus or Path(temporary)
        corpus.mkdir(parents=True, exist_ok=True)
        for data in sources(options.seed).values():
            if len(data) <= _LONGEST:
                (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
        flags = [f"-max_total_time={options.seconds}", f"-max_len={_LONGEST}", f"-seed={options.seed}"]
        flags += ["-timeout=60", "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={options.found}/"]
        atheris.Setup([sys.argv[0], *flags, str(corpus)], one)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
