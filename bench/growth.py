"""How the time of a query grows with the list: `python -m bench.growth` measures, draws and keeps the figures.

Each size is a contest of its own (bench/matching.py), in processes of its own. Writes bench/results/growth.json and
docs/images/scale.svg; `--redraw` draws from the figures kept.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

if not __package__:
    # Run by its path: the package is then found from the top of the repository.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench.chart import Line, draw
from bench.contest import FLAT, OURS, PYTX
from bench.matching import show

Figures = dict[str, Any]

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
RESULTS = Path("bench/results/growth.json")
CHART = Path("docs/images/scale.svg")
_KEPT = (
    "entries data vs_faiss_flat_single vs_pytx recall bytes_per_entry resident_bytes_per_entry build_entries_per_s "
    "queries_per_s batch_queries_per_s vs_faiss_flat_batch batch_vs_faiss_flat_single vs_faiss_flat_single_cpu "
    "vs_pytx_cpu left_out oracle_pairs oracle_queries planted_found planted_asked radius seed runs"
)


def condensed(figures: Figures) -> Figures:
    """Return of a contest what is worth keeping: the ratios, and the figures of each engine without its single runs."""
    engines = {
        name: {
            key: {k: v for k, v in value.items() if k != "runs"} if isinstance(value, dict) else value
            for key, value in each.items()
        }
        for name, each in figures["engines"].items()
    }
    return {key: figures[key] for key in _KEPT.split()} | {"engines": engines, "machine": figures["machine"]}


def lines(points: list[Figures]) -> list[Line]:
    """Return what the chart shows of condensed contests."""
    wanted = (
        ("Tutela", OURS, "single", False),
        ("Tutela, batch", OURS, "batch", True),
        ("faiss flat", FLAT, "single", False),
        ("faiss flat, batch", FLAT, "batch", True),
        ("pytx PDQIndex", PYTX, "single", False),
    )
    return [
        Line(
            name,
            [
                (point["entries"], point["engines"][engine][how]["microseconds"])
                for point in points
                if how in point["engines"].get(engine, {})
            ],
            dashed,
        )
        for name, engine, how, dashed in wanted
    ]


def measure(sizes: list[int], rest: list[str]) -> list[Figures]:
    """Hold a contest of each size; raises CalledProcessError where one fails."""
    points = []
    for size in sizes:
        command = [sys.executable, "-m", "bench.matching", "--json", "--entries", str(size), *rest]
        run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1])
        points.append(condensed(json.loads(run.stdout)))
    return points


def main() -> int:
    """Measure, keep and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=lambda text: int(float(text)), nargs="+", default=list(SIZES))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--chart", type=Path, default=CHART)
    parser.add_argument("--redraw", action="store_true", help="draw from the figures kept, measure nothing")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options, rest = parser.parse_known_args()
    if options.redraw:
        points = json.loads(options.results.read_text(encoding="utf-8"))
    else:
        points = measure(sorted(options.sizes), rest)
        options.results.parent.mkdir(parents=True, exist_ok=True)
        options.results.write_text(json.dumps(points, indent=1) + "\n", encoding="utf-8")
    cores = points[-1]["machine"]["cores"]
    title = f"Time of one query, radius 31 (one thread; batches: {cores} cores)"
    draw(options.chart, title, "entries of the list", "time a query", lines(points))
    if options.json:
        print(json.dumps(points))
        return 0
    print(f"{'entries':>12}" + "".join(f"{line.name:>20}" for line in lines(points)) + "   (us/query)")
    for point in points:
        cells = [dict(line.points).get(point["entries"]) for line in lines(points)]
        print(f"{point['entries']:>12,}" + "".join(f"{show(cell):>20}" for cell in cells))
    return 0


if __name__ == "__main__":
    sys.exit(main())
