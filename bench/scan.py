"""A whole scan of a folder against a list of N entries: `python -m bench.scan --entries N --items M [--json]`.

Ours is the command as a user gives it, `tutela scan`, timed from its start to its end. Beside it: hashing and asking
with python-threatexchange, and hashing alone with imagehash (its phash is another fingerprint of 64 bits).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

if not __package__:
    # Run by its path: the package is then found from the top of the repository.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import numpy as np
from PIL import Image

from bench import machine
from bench.datasets import source, write_entries
from bench.engine import MissingPeerError
from bench.matching import progress, show
from bench.peers import peer
from bench.real import DEFAULT_FOLDER
from demo.edits import EDITS, suffix_of
from demo.photographs import PhotographsUnavailableError, Picture, gather, pictures
from tutela.content.decode import decode_image
from tutela.content.item import Limits
from tutela.detection.fingerprints.pdq import Pdq

Figures = dict[str, Any]

LIST = "bench"
LISTED_SHARE = 10
RESULTS = Path("bench/results/scan.json")
_TUTELA = Path(sys.executable).with_name("tutela")


@dataclass(frozen=True)
class Folder:
    """The files to scan; one picture in ten is in the list."""

    path: Path
    items: int
    listed: list[bytes]
    megapixels: float


def folder_of(path: Path, photographs: Path, items: int, seed: int) -> Folder:
    """Write `items` files: photographs and tiles of them, each with an everyday edit, a copy of none."""
    generator = random.Random(seed)
    gathered = gather(photographs, progress)
    try:
        sources: list[Picture] = pictures(gathered, items)
    except PhotographsUnavailableError:
        sources = list(gathered)
    edits = cycle([edit for name, edit in EDITS.items() if name != "copy"])
    pdq, listed, pixels = Pdq(), [], 0
    for number, (picture, edit) in enumerate(zip(islice(cycle(sources), items), edits, strict=False)):
        content = edit(picture.content, generator)
        (path / f"{number:06}{suffix_of(content)}").write_bytes(content)
        decoded = decode_image(content, Limits())
        pixels += decoded.shape[0] * decoded.shape[1]
        if number % LISTED_SHARE == 0:
            listed.append(pdq.of_pixels(decoded)[0].value)
    return Folder(path, items, listed, pixels / items / 1e6)


def run_tutela(arguments: list[str], data: Path) -> tuple[float, float, str]:
    """Run the command: wall seconds, processor seconds of it and its workers, and what it printed."""
    environment: Mapping[str, str] = os.environ | {"TUTELA_DATA": str(data), "OMP_NUM_THREADS": "1"}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run = subprocess.run([_TUTELA, *arguments], env=environment, stdout=subprocess.PIPE, text=True, check=False)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode:
        raise RuntimeError(f"tutela {arguments[0]} ended with {run.returncode}; what it said stands above")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, run.stdout


def ours(folder: Folder, values: Path, work: Path, runs: int) -> Figures:
    """Import the list and scan the folder with one worker and with all cores; the median of the runs."""
    data, text = work / "data", work / "list.txt"
    entries = np.load(values, mmap_mode="r", allow_pickle=False)
    with text.open("w", encoding="ascii") as stream:
        stream.writelines(value.tobytes().hex() + "\n" for value in entries)
    lists = ["--owner", "bench", "--source", "random", "--jurisdiction", "SE"]
    run_tutela(["hashlist", "create", LIST, *lists], data)
    progress(f"importing {len(entries):,} entries")
    imported, _, _ = run_tutela(["hashlist", "import", LIST, str(text), "--kind", "pdq"], data)
    empty = work / "empty"
    empty.mkdir()
    figures: Figures = {"import_seconds": imported}
    for name, jobs in (("one", 1), ("all", machine.cores())):
        # Nothing to scan: what starting, opening the list and ending take.
        walls, cpus, starts = [], [], []
        for run in range(runs):
            progress(f"tutela scan, {jobs} worker(s), run {run + 1} of {runs}")
            scan = ["--list", LIST, "--jobs", str(jobs), "--json", "--dry-run"]
            start, start_cpu, _ = run_tutela(["scan", str(empty), *scan], data)
            wall, cpu, printed = run_tutela(["scan", str(folder.path), *scan], data)
            starts.append(start)
            walls.append(wall)
            cpus.append(cpu - start_cpu)
        figures[name] = _row(walls, folder.items, statistics.median(starts)) | {
            "jobs": jobs,
            "cpu_seconds_per_item": max(statistics.median(cpus), 0.0) / folder.items,
            "outcomes": json.loads(printed.splitlines()[-1])["outcomes"],
        }
    recorded, _, _ = run_tutela(["scan", str(folder.path), "--list", LIST, "--jobs", str(machine.cores())], data)
    return figures | {"recorded_seconds": recorded, "data_bytes": _size(data)}


def _row(walls: list[float], items: int, start: float) -> Figures:
    wall = statistics.median(walls)
    return {
        "seconds": wall,
        "start_seconds": start,
        "milliseconds_per_item": 1000 * wall / items,
        "milliseconds_per_item_without_start": 1000 * max(wall - start, 0.0) / items,
        "runs": walls,
    }


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def in_process_of_its_own(name: str, folder: Folder, values: Path, runs: int) -> Figures:
    """Run a peer (`pytx`, `imagehash`); the figures, or `skipped` with the reason."""
    progress(name)
    command = [
        sys.executable,
        "-m",
        "bench.scan",
        "--peer",
        name,
        "--folder",
        str(folder.path),
        "--values",
        str(values),
    ]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    place = Path(__file__).parents[1]
    run = subprocess.run(
        [*command, "--runs", str(runs)], stdout=subprocess.PIPE, env=environment, cwd=place, check=False
    )
    if run.returncode:
        return {"skipped": f"{name} ended with code {run.returncode} (-9 is often a lack of memory)"}
    figures: Figures = json.loads(run.stdout)
    return figures


def pytx(folder: Path, values: Path, runs: int) -> Figures:
    """Build the index of the list and hash and ask each file, on one thread."""
    signal = peer("threatexchange.signal_type.pdq.signal", "threatexchange").PdqSignal
    peer("faiss", "faiss-cpu").omp_set_num_threads(1)
    entries = np.load(values, mmap_mode="r", allow_pickle=False)
    began = time.perf_counter()
    index = signal.get_index_cls().build([(value.tobytes().hex(), i) for i, value in enumerate(entries)])
    built = time.perf_counter() - began
    files = sorted(folder.iterdir())
    walls, cpus = [], []
    for _ in range(runs):
        matched = failed = 0
        began, cpu = time.perf_counter(), time.process_time()
        for file in files:
            try:
                value = signal.hash_from_bytes(file.read_bytes())
            except Exception:  # noqa: BLE001 - it names no errors of its own, and each is an item that it cannot read
                failed += 1
                continue
            matched += bool(value and index.query(value))
        walls.append(time.perf_counter() - began)
        cpus.append(time.process_time() - cpu)
    return _row(walls, len(files), 0.0) | {
        "build_seconds": built,
        "cpu_seconds_per_item": statistics.median(cpus) / len(files),
        "matched": matched,
        "failed": failed,
    }


def imagehash_phash(folder: Path, runs: int) -> Figures:
    """Hash each file with phash and look nothing up."""
    imagehash = peer("imagehash", "imagehash")
    files = sorted(folder.iterdir())
    walls = []
    for _ in range(runs):
        began = time.perf_counter()
        for file in files:
            with Image.open(file) as image:
                imagehash.phash(image)
        walls.append(time.perf_counter() - began)
    return _row(walls, len(files), 0.0)


def measure(entries: int, items: int, photographs: Path, runs: int, seed: int) -> Figures:
    """Return the figures; raises PhotographsUnavailableError."""
    with tempfile.TemporaryDirectory(prefix="tutela-bench-") as place:
        work = Path(place)
        (work / "items").mkdir()
        progress(f"writing {items:,} files")
        folder = folder_of(work / "items", photographs, items, seed)
        values = write_entries(work / "values.npy", source("uniform"), entries, seed)
        listed = np.frombuffer(b"".join(folder.listed), dtype=np.uint8).reshape(-1, 32)
        # Those of the folder stand spread among the others, as they would.
        values[np.linspace(0, entries - 1, len(listed)).astype(np.int64)] = listed
        # What is mapped is written to the file here, before others read it.
        del values
        figures: Figures = {
            "entries": entries,
            "items": items,
            "megapixels_per_item": folder.megapixels,
            "seed": seed,
            "machine": machine.machine(),
            "tutela": ours(folder, work / "values.npy", work, runs),
        }
        for name in ("pytx", "imagehash"):
            figures[name] = in_process_of_its_own(name, folder, work / "values.npy", runs)
    each = figures["tutela"]["one"]["milliseconds_per_item_without_start"]
    for name in ("pytx", "imagehash"):
        theirs = figures[name].get("milliseconds_per_item")
        figures[f"vs_{name}"] = theirs / each if theirs and each else None
    cpu, theirs = figures["tutela"]["one"]["cpu_seconds_per_item"], figures["pytx"].get("cpu_seconds_per_item")
    figures["vs_pytx_cpu"] = theirs / cpu if theirs and cpu else None
    return figures


def table(figures: Figures) -> str:
    """Return the figures as an aligned table for a person."""
    head = (
        f"{figures['items']:,} files of {figures['megapixels_per_item']:.2f} megapixels "
        f"against {figures['entries']:,} entries"
    )
    lines = [head, f"{'':34}{'seconds':>10}{'start s':>10}{'ms/item':>10}{'ms/item, no start':>20}"]
    rows = [(f"tutela scan, {figures['tutela'][k]['jobs']} worker(s)", figures["tutela"][k]) for k in ("one", "all")]
    rows += [("pytx: hash and PDQIndex, 1 thread", figures["pytx"]), ("imagehash: phash alone", figures["imagehash"])]
    for name, row in rows:
        if "skipped" in row:
            lines.append(f"{name:34}left out: {row['skipped']}")
            continue
        start = row.get("build_seconds", row["start_seconds"])
        lines.append(
            f"{name:34}{show(row['seconds']):>10}{show(start):>10}{show(row['milliseconds_per_item']):>10}"
            f"{show(row['milliseconds_per_item_without_start']):>20}"
        )
    lines.append(
        f"one worker against pytx: {show(figures['vs_pytx'])} times (processor time {show(figures['vs_pytx_cpu'])}), "
        f"against imagehash: {show(figures['vs_imagehash'])} times; "
        f"import of the list {show(figures['tutela']['import_seconds'])} s"
    )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Print the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=lambda text: int(float(text)), default=100_000)
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--photographs", type=Path, default=DEFAULT_FOLDER, help="gathered if absent")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=20260801)
    parser.add_argument("--keep", action="store_true", help=f"write {RESULTS}, which bench.scale reads")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--peer", choices=("pytx", "imagehash"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--values", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        if options.peer:
            one = pytx if options.peer == "pytx" else lambda folder, _, runs: imagehash_phash(folder, runs)
            print(json.dumps(one(options.folder, options.values, options.runs)))
            return 0
        figures = measure(options.entries, options.items, options.photographs, options.runs, options.seed)
    except MissingPeerError as error:
        print(json.dumps({"skipped": str(error)}))
        return 0
    except PhotographsUnavailableError as error:
        progress(str(error))
        return 1
    if options.keep:
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        RESULTS.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures) if options.json else table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
