"""One engine in a process of its own, `python -m bench.worker NAME`, told what to do by JSON lines.

bench/contestant.py is the other side. A process each keeps the memory of one apart from that of the others, while
their runs take turns.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np  # noqa: E402 - the threads must be set before it is imported

from bench import machine  # noqa: E402
from bench.engine import Engine, MissingPeerError, Pairs  # noqa: E402
from bench.ours import Ours  # noqa: E402
from bench.peers import FaissFlat, Pytx  # noqa: E402

ENGINES: dict[str, Callable[[], Engine]] = {"tutela": Ours, "faiss_flat": FaissFlat, "pytx": Pytx}

Order = dict[str, Any]


class Worker:
    """Carries out orders on one engine; each answer is a JSON object."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._bare = machine.resident() or 0

    def build(self, order: Order) -> Order:
        """Build from the file `values` into `folder`: wall and processor seconds, and the peak of memory."""
        values = np.load(order["values"], mmap_mode="r", allow_pickle=False)
        began, cpu = time.perf_counter(), time.process_time()
        self._engine.build(values, Path(order["folder"]))
        return {
            "seconds": time.perf_counter() - began,
            "cpu_seconds": time.process_time() - cpu,
            "peak_bytes": (machine.peak() or 0) - self._bare,
        }

    def open(self, order: Order) -> Order:
        """Open what is in `folder`: seconds, or null where there is no such form."""
        began = time.perf_counter()
        opened = self._engine.open(Path(order["folder"]))
        return {"seconds": time.perf_counter() - began if opened else None}

    def warm(self, order: Order) -> Order:
        """Read what is open once: seconds."""
        del order
        began = time.perf_counter()
        self._engine.warm()
        return {"seconds": time.perf_counter() - began}

    def single(self, order: Order) -> Order:
        """Ask the queries `first` to `last` one at a time: nanoseconds of each, processor seconds of all."""
        queries = np.load(order["queries"], mmap_mode="r", allow_pickle=False)[order["first"] : order["last"]]
        prepared = [self._engine.prepare(query.tobytes()) for query in queries]
        radius, search, clock = order["radius"], self._engine.search, time.perf_counter_ns
        answers, times = [], []
        cpu = time.process_time()
        for query in prepared:
            began = clock()
            answer = search(query, radius)
            times.append(clock() - began)
            answers.append(answer)
        cpu = time.process_time() - cpu
        _save(order["answers"], self._engine.pairs(answers))
        return {"nanoseconds": times, "cpu_seconds": cpu}

    def batch(self, order: Order) -> Order:
        """Ask the queries `first` to `last` at once: wall and processor seconds; null where it is not asked so."""
        queries = np.load(order["queries"], allow_pickle=False)[order["first"] : order["last"]]
        began, cpu = time.perf_counter(), time.process_time()
        pairs = self._engine.search_many(queries, order["radius"], order["threads"])
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        if pairs is None:
            return {"seconds": None, "cpu_seconds": None}
        _save(order["answers"], pairs)
        return {"seconds": seconds, "cpu_seconds": cpu}

    def about(self, order: Order) -> Order:
        """Say what this is, and how much memory it holds now beyond a bare process."""
        del order
        return {"resident_bytes": (machine.resident() or 0) - self._bare, "versions": self._engine.versions()}


def _save(file: str, pairs: Pairs) -> None:
    np.savez(file, query=pairs.query, entry=pairs.entry, distance=pairs.distance)


def main() -> int:
    """Carry out one order a line until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What a library prints must not stand among the answers.
    os.dup2(2, 1)
    try:
        worker = Worker(ENGINES[sys.argv[1]]())
    except MissingPeerError as error:
        print(json.dumps({"missing": str(error)}), file=answers, flush=True)
        return 0
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = getattr(worker, order["do"])(order)
        except MemoryError:
            answer = {"failed": "out of memory"}
        print(json.dumps(answer), file=answers, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
