"""From measured figures to a provider's year: `python -m bench.scale [--json | --write]`.

Reads what bench.growth and bench.scan kept, and answers how many cores, machines and bytes a load needs and what a
million items cost. Nothing here is measured; every assumption is an option and is printed with the answer. `--write`
puts the table into docs/explanation/scale.md.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

if not __package__:
    # Run by its path: the package is then found from the top of the repository.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench.growth import RESULTS as GROWTH
from bench.scan import RESULTS as SCAN

Figures = dict[str, Any]

PAGE = Path("docs/explanation/scale.md")
BEGIN, END = "<!-- begin: python -m bench.scale --write -->", "<!-- end -->"
PICTURE = "![Time of one query against the size of the list, Tutela and its peers](../images/scale.svg)"
YEAR_SECONDS = 365 * 86_400


@dataclass(frozen=True)
class Point:
    """What one size of list gave: core microseconds a query, bytes an entry, entries a second while building."""

    entries: int
    query_core_microseconds: float
    disk_bytes_per_entry: float
    memory_bytes_per_entry: float
    build_entries_per_second: float


@dataclass(frozen=True)
class Load:
    """What has to be done. `queries_per_item` is 8: a picture is compared in all flips and rotations."""

    items_per_year: float = 12.3e9
    peak_factor: float = 3.0
    entries: int = 100_000_000
    queries_per_item: int = 8


@dataclass(frozen=True)
class Machine:
    """What it is done on: cores, the share of them that may be busy at the peak, and what a core costs an hour."""

    cores: int = 16
    utilisation: float = 0.6
    core_hour_price: float = 0.04
    spares: int = 1


@dataclass(frozen=True)
class Answer:
    """What it takes. Rates are per second, bytes are of one machine, which holds the whole list."""

    items_per_second: float
    peak_items_per_second: float
    query_core_microseconds: float
    query_is_extrapolated: bool
    item_core_milliseconds: float
    core_seconds_per_million_items: float
    cores_at_peak: float
    machines: int
    index_memory_bytes: float
    index_disk_bytes: float
    build_seconds: float
    core_hours_per_million_items: float
    price_per_million_items: float
    machine_hours_per_year: float
    price_per_year_as_used: float
    price_per_year_as_kept: float


def carry_on(points: Sequence[Point], entries: int) -> tuple[float, bool]:
    """Return core microseconds a query at `entries`, and whether no measurement reaches that far.

    Between and beyond the measured sizes the time follows the power law of the two nearest; beyond, never one that
    grows less than the square root or more than in proportion, so that a lucky pair of figures cannot promise more
    than the method can give. Raises ValueError for fewer than two sizes.
    """
    ordered = sorted(points, key=lambda point: point.entries)
    if len(ordered) < 2:
        raise ValueError("two sizes of list are needed to say how a query grows with it")
    for point in ordered:
        if point.entries == entries:
            return point.query_core_microseconds, False
    above = next((i for i, point in enumerate(ordered) if point.entries > entries), len(ordered))
    beyond = above == len(ordered)
    low, high = ordered[max(0, min(above, len(ordered) - 1) - 1)], ordered[max(1, min(above, len(ordered) - 1))]
    slope = math.log(high.query_core_microseconds / low.query_core_microseconds) / math.log(high.entries / low.entries)
    if beyond:
        slope = min(max(slope, 0.5), 1.0)
    nearest = high if beyond else low
    return nearest.query_core_microseconds * (entries / nearest.entries) ** slope, beyond


def answer(points: Sequence[Point], item_core_seconds: float, load: Load, machine: Machine) -> Answer:
    """Return what the load takes. `item_core_seconds` is of one item without its queries: decoding, hashing, recording.

    Raises ValueError for assumptions that cannot be.
    """
    if not 0 < machine.utilisation <= 1 or machine.cores < 1 or load.peak_factor < 1:
        raise ValueError("utilisation is above 0 and at most 1, cores at least 1, the peak factor at least 1")
    query, extrapolated = carry_on(points, load.entries)
    item = item_core_seconds + load.queries_per_item * query / 1e6
    average = load.items_per_year / YEAR_SECONDS
    cores = average * load.peak_factor * item
    machines = math.ceil(cores / (machine.cores * machine.utilisation)) + machine.spares
    largest = max(points, key=lambda point: point.entries)
    kept_hours = machines * YEAR_SECONDS / 3600
    million = 1e6 * item
    return Answer(
        items_per_second=average,
        peak_items_per_second=average * load.peak_factor,
        query_core_microseconds=query,
        query_is_extrapolated=extrapolated,
        item_core_milliseconds=1000 * item,
        core_seconds_per_million_items=million,
        cores_at_peak=cores,
        machines=machines,
        index_memory_bytes=largest.memory_bytes_per_entry * load.entries,
        index_disk_bytes=largest.disk_bytes_per_entry * load.entries,
        build_seconds=load.entries / largest.build_entries_per_second,
        core_hours_per_million_items=million / 3600,
        price_per_million_items=million / 3600 * machine.core_hour_price,
        machine_hours_per_year=kept_hours,
        price_per_year_as_used=load.items_per_year * item / 3600 * machine.core_hour_price,
        price_per_year_as_kept=kept_hours * machine.cores * machine.core_hour_price,
    )


def points_of(growth: Sequence[Mapping[str, Any]]) -> list[Point]:
    """Return the points of what bench.growth kept."""
    return [
        Point(
            entries=one["entries"],
            query_core_microseconds=one["engines"]["tutela"]["single"]["cpu_microseconds"],
            disk_bytes_per_entry=one["bytes_per_entry"],
            memory_bytes_per_entry=one["resident_bytes_per_entry"],
            build_entries_per_second=one["build_entries_per_s"],
        )
        for one in growth
    ]


def item_seconds(scan: Mapping[str, Any], points: Sequence[Point], queries_per_item: int) -> float:
    """Return core seconds of an item without its queries, from a whole scan with one worker (bench.scan).

    All processes of the scan count; what it takes to start does not, since a provider's workers run on.
    """
    queries = queries_per_item * carry_on(points, scan["entries"])[0] / 1e6
    return max(0.0, float(scan["tutela"]["one"]["cpu_seconds_per_item"]) - queries)


def table(result: Answer, load: Load, machine: Machine, item: float, megapixels: float) -> str:
    """Return the answer as a Markdown table, with every assumption in it."""
    estimated = "carried on" if result.query_is_extrapolated else "measured"
    rows = [
        ("items a year, assumed", f"{load.items_per_year:,.0f}"),
        ("items a second, mean", f"{result.items_per_second:,.0f}"),
        (f"items a second, peak (assumed {load.peak_factor:g} times the mean)", f"{result.peak_items_per_second:,.0f}"),
        ("entries of the list, assumed", f"{load.entries:,}"),
        (f"one item without its queries, {megapixels:.2f} megapixels (measured)", f"{1000 * item:,.1f} core-ms"),
        (f"one query ({estimated})", f"{result.query_core_microseconds:,.0f} core-µs"),
        (f"one item with its {load.queries_per_item} queries", f"{result.item_core_milliseconds:,.1f} core-ms"),
        ("a million items", f"{result.core_seconds_per_million_items:,.0f} core-seconds"),
        ("cores busy at the peak", f"{result.cores_at_peak:,.1f}"),
        (
            f"machines of {machine.cores} cores, at most {machine.utilisation:.0%} busy, {machine.spares} to spare",
            f"{result.machines}",
        ),
        ("memory for the list, each machine", f"{result.index_memory_bytes / 1e9:,.1f} GB"),
        ("disk for the list, each machine", f"{result.index_disk_bytes / 1e9:,.1f} GB"),
        ("building the list from nothing", f"{result.build_seconds / 60:,.0f} minutes"),
        (
            f"a million items at {machine.core_hour_price:g} a core-hour (assumed), cores paid while busy",
            f"{result.price_per_million_items:,.2f}",
        ),
        ("the year, cores paid while busy", f"{result.price_per_year_as_used:,.0f}"),
        ("the year, all machines kept running", f"{result.price_per_year_as_kept:,.0f}"),
    ]
    return "\n".join(["| | |", "|---|---:|", *(f"| {name} | {value} |" for name, value in rows)])


def replaced(page: str, block: str) -> str:
    """Return the page with `block` between its two marks. Raises ValueError where they are not there."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN} and {END}")
    return f"{before}{begin}\n{block}\n{end}{after}"


def main(arguments: list[str] | None = None) -> int:
    """Print the answer, or write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    load, machine = Load(), Machine()
    parser.add_argument("--growth", type=Path, default=GROWTH)
    parser.add_argument("--scan", type=Path, default=SCAN)
    parser.add_argument("--items-per-year", type=float, default=load.items_per_year)
    parser.add_argument("--peak-factor", type=float, default=load.peak_factor)
    parser.add_argument("--entries", type=lambda text: int(float(text)), default=load.entries)
    parser.add_argument("--cores", type=int, default=machine.cores, help="of one machine")
    parser.add_argument("--utilisation", type=float, default=machine.utilisation)
    parser.add_argument("--price", type=float, default=machine.core_hour_price, help="of a core for an hour, yours")
    parser.add_argument("--spares", type=int, default=machine.spares)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help=f"put chart and table into {PAGE}")
    options = parser.parse_args(arguments)
    load = Load(options.items_per_year, options.peak_factor, options.entries)
    machine = Machine(options.cores, options.utilisation, options.price, options.spares)
    try:
        growth = json.loads(options.growth.read_text(encoding="utf-8"))
        scan = json.loads(options.scan.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        parser.error(f"{error.filename} is not there: python -m bench.growth and python -m bench.scan --keep make it")
    try:
        points = points_of(growth)
        item = item_seconds(scan, points, load.queries_per_item)
        result = answer(points, item, load, machine)
    except (ValueError, KeyError) as error:
        parser.error(f"the figures cannot be used: {error}")
    text = table(result, load, machine, item, scan["megapixels_per_item"])
    if options.write:
        PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), f"{PICTURE}\n\n{text}"), encoding="utf-8")
    if options.json:
        assumed = {"load": asdict(load), "machine": asdict(machine), "item_core_seconds": item}
        print(json.dumps({"assumed": assumed, "points": [asdict(point) for point in points], **asdict(result)}))
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
