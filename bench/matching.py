"""Matching against named peers: `python -m bench.matching --entries N [--data D] [--json]`.

Radius 31. One thread and one query at a time, unless a figure says batch. Nine queries in ten are not among the
entries, one is an entry with 0 to 31 bits flipped. Ratios are the median of five runs that take turns with the peers'.
What the figures mean, and what is unfair in them: bench/README.md.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import Any, get_args

if not __package__:
    # Run by its path: the package is then found from the top of the repository.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import machine
from bench.contest import FLAT, OURS, PYTX, Contest, Plan
from bench.datasets import RADIUS, Data
from bench.prototype import prototype
from bench.real import DEFAULT_FOLDER, fingerprints
from demo.photographs import PhotographsUnavailableError

Figures = dict[str, Any]


def progress(text: str) -> None:
    """Tell the one who waits."""
    print(text, file=sys.stderr, flush=True)


def measure(plan: Plan, photographs: Path = DEFAULT_FOLDER, prototype_source: Path | None = None) -> Figures:
    """Return the figures; a key whose peer was left out is None. Raises PhotographsUnavailableError if clustered."""
    taken_on = machine.machine()
    real = fingerprints(photographs, progress) if plan.data == "clustered" else None
    held = Contest(plan, real, progress).hold()
    engines = held["engines"]
    ours = engines.get(OURS, {})
    flat_single = ratios(engines, FLAT, "single")
    pytx_single = ratios(engines, PYTX, "single")
    recalls = [held["agreement"][how]["recall"] for how in ("single", "batch")]
    single = _of(ours, "single", "microseconds")
    figures: Figures = {
        "entries": plan.entries,
        "data": plan.data,
        "vs_faiss_flat_single": _median(flat_single),
        "vs_pytx": _median(pytx_single),
        "recall": None if None in recalls else min(recalls),
        "bytes_per_entry": _per(ours.get("disk_bytes"), plan.entries),
        "build_entries_per_s": _per(plan.entries, ours.get("build_seconds")),
        "queries_per_s": _per(1e6, single),
        "vs_faiss_flat_batch": _median(ratios(engines, FLAT, "batch")),
        "batch_vs_faiss_flat_single": _per(_of(engines.get(FLAT), "single", "microseconds"),
                                           _of(ours, "batch", "microseconds")),
        "vs_faiss_flat_single_cpu": _per(_of(engines.get(FLAT), "single", "cpu_microseconds"),
                                         _of(ours, "single", "cpu_microseconds")),
        "vs_pytx_cpu": _per(_of(engines.get(PYTX), "single", "cpu_microseconds"),
                            _of(ours, "single", "cpu_microseconds")),
        "batch_queries_per_s": _per(1e6, _of(ours, "batch", "microseconds")),
        "resident_bytes_per_entry": _per(ours.get("resident_bytes"), plan.entries),
        "vs_faiss_flat_single_runs": flat_single,
        "vs_pytx_runs": pytx_single,
        "left_out": {name: each["skipped"] for name, each in engines.items() if "skipped" in each},
        "radius": RADIUS,
        "seed": plan.seed,
        "runs": plan.runs,
        "real_fingerprints": None if real is None else len(real),
        "machine": taken_on,
    } | held  # fmt: skip
    if prototype_source is not None:
        progress("compiling and running the prototype")
        figures["prototype"] = prototype(prototype_source, plan.entries)
        figures["vs_prototype"] = _per(figures["prototype"]["microseconds"], single)
    return figures


def ratios(engines: Figures, peer: str, how: str) -> list[float]:
    """Return how many times longer than ours the peer took for a query, run by run."""
    theirs, ours = (_of(engines.get(name), how, "runs") or [] for name in (peer, OURS))
    return [their / our for their, our in zip(theirs, ours, strict=False)]


def _of(engine: Figures | None, how: str, key: str) -> Any:
    return (engine or {}).get(how, {}).get(key)


def _median(values: list[float]) -> float | None:
    return statistics.median(values) if values else None


def _per(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below else None


def table(figures: Figures) -> str:
    """Return the figures as an aligned table for a person."""
    lines = [
        f"{figures['entries']:,} entries ({figures['data']}), radius {figures['radius']}, "
        f"median of {figures['runs']} runs on {figures['machine']['cores']} cores",
        f"{'':12}{'us/query':>12}{'p50':>12}{'p99':>12}{'batch us':>12}{'build s':>10}{'open s':>9}"
        f"{'disk B/e':>10}{'RAM B/e':>10}{'peak B/e':>10}",
    ]
    count = figures["entries"]
    for name, each in figures["engines"].items():
        if "skipped" in each:
            lines.append(f"{name:12}left out: {each['skipped']}")
            continue
        cells = (
            (_of(each, "single", "microseconds"), 12),
            (_of(each, "single", "p50_microseconds"), 12),
            (_of(each, "single", "p99_microseconds"), 12),
            (_of(each, "batch", "microseconds"), 12),
            (each.get("build_seconds"), 10),
            (each.get("open_seconds"), 9),
            (_per(each.get("disk_bytes"), count), 10),
            (_per(each.get("resident_bytes"), count), 10),
            (_per(each.get("build_peak_bytes"), count), 10),
        )
        lines.append(f"{name:12}" + "".join(f"{show(value):>{width}}" for value, width in cells))
    lines.append(
        f"times faster than faiss flat {show(figures['vs_faiss_flat_single'])}, than pytx {show(figures['vs_pytx'])} "
        f"(in processor time {show(figures['vs_faiss_flat_single_cpu'])} and {show(figures['vs_pytx_cpu'])}); "
        f"batch against flat's batch {show(figures['vs_faiss_flat_batch'])}, "
        f"against its single {show(figures['batch_vs_faiss_flat_single'])}; recall {figures['recall']}, "
        f"{figures['agreement']['single']['wrong'] + figures['agreement']['batch']['wrong']} wrong pairs, "
        f"{figures['oracle_pairs']:,} pairs to {figures['oracle_queries']:,} queries in the oracle"
    )
    if "prototype" in figures:
        lines.append(
            f"prototype {show(figures['prototype']['microseconds'])} us/query: {show(figures['vs_prototype'])}"
        )
    return "\n".join(lines)


def show(value: float | None) -> str:
    """Return a number with three digits that count, or a dash where there is none."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def main(arguments: list[str] | None = None) -> int:
    """Print the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=lambda text: int(float(text)), default=100_000, help="1e6 is understood")
    parser.add_argument("--data", choices=get_args(Data), default="uniform")
    parser.add_argument("--photographs", type=Path, default=DEFAULT_FOLDER, help="for clustered; gathered if absent")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="what one run of a slow peer may take")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds after which a peer is given up")
    parser.add_argument("--seed", type=int, default=20260801)
    parser.add_argument("--only", nargs="+", choices=(OURS, FLAT, PYTX), default=(PYTX, FLAT, OURS))
    parser.add_argument("--prototype", type=Path, metavar="CPP", help="also compile and run this prototype")
    parser.add_argument("--work", type=Path, help="a folder for the files, about 500 bytes an entry while it runs")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    if options.entries < 1:
        parser.error("--entries is at least 1")
    plan = Plan(
        entries=options.entries,
        data=options.data,
        seed=options.seed,
        runs=options.runs,
        seconds=options.seconds,
        limit=options.limit,
        engines=tuple(name for name in (PYTX, FLAT, OURS) if name in options.only),
        work=options.work,
    )
    try:
        figures = measure(plan, options.photographs, options.prototype)
    except PhotographsUnavailableError as error:
        progress(str(error))
        return 1
    print(json.dumps(figures) if options.json else table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
