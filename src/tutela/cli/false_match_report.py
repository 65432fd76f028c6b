"""What `tutela bench false-matches` tells: figures, a table for reading, a plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from tutela.cli.distance_plot import Series, distance_plot
from tutela.cli.output import cells, out
from tutela.detection.error_rates import Split, against, coin_flips, mean_over_groups, pair_bound, split
from tutela.detection.false_matches import Compared, Pictures
from tutela.detection.fingerprints.fingerprint import Orientation
from tutela.statistics.interval import exact_rate

CONFIDENCE = 0.95
SHOWN_PAIRS = 20
_BIN = 2
"""Bits drawn as one: PDQ sets half of its bits, so two of them lie an even number of bits apart."""


@dataclass(frozen=True, slots=True)
class RandomList:
    """What came of a list of random fingerprints: comparisons made, those within the radius, a sample by distance."""

    entries: int
    comparisons: int
    within: int
    sample: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Report:
    """All that was measured. `names` are the pictures' paths; `left_out` counts files that were not compared."""

    technology: str
    version: str
    radius: int
    seed: int
    list_entries: int
    names: Sequence[str]
    pictures: Pictures
    compared: Compared
    left_out: dict[str, int]
    random: RandomList | None

    def figures(self) -> dict[str, Any]:
        """Return everything as one JSON object; rates and bounds are between 0 and 1."""
        groups = self.pictures.groups
        count, sources = len(groups), len(np.unique(groups))
        hits = self.compared.hits
        parts = split(groups, hits, self.seed)
        scanned = _spread(self.compared.scanned, self.radius)
        per_item = _per_item(parts)
        return {
            "type": "false_matches",
            "technology": self.technology,
            "version": self.version,
            "radius": self.radius,
            "seed": self.seed,
            "confidence": CONFIDENCE,
            "pictures": count,
            "folders": sources,
            "left_out": self.left_out,
            "upright": _spread(self.compared.upright, self.radius),
            "scanned": scanned,
            "pictures_hit": len(np.unique(hits.item)),
            "folders_hit": len(np.unique(groups[hits.item])),
            "bound_per_comparison": {
                "folders_independent": pair_bound(mean_over_groups(groups, hits), sources, CONFIDENCE),
                "pictures_independent": pair_bound(len(hits) / scanned["comparisons"], count, CONFIDENCE),
            },
            "items_against_a_list": {
                "entries": parts.entries,
                "items": parts.items,
                "items_hit": parts.hit_items,
                "folders": parts.groups,
                "folders_hit": parts.hit_groups,
                "bound_per_item": per_item,
            },
            "bound_per_item_against": {
                "entries": self.list_entries,
                **{assumed: against(bound, parts.entries, self.list_entries) for assumed, bound in per_item.items()},
            },
            "random": self._random(),
            "pairs": [self._named(pair) for pair in self._pairs()],
        }

    def print(self, figures: dict[str, Any]) -> None:
        """Print for reading."""
        left = ", ".join(f"{count:,} {why}" for why, count in self.left_out.items() if count)
        out.print(
            f"{figures['pictures']:,} pictures of {figures['folders']:,} folders, {self.technology} "
            f"{self.version}, radius {self.radius} of {self.pictures.bits} bits"
        )
        if left:
            out.print(f"left out: {left}")
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("compared")
        for name in ("comparisons", "within the radius", "nearest", "mean"):
            table.add_column(name, justify="right")
        for words, row in (
            ("upright fingerprints, each pair once", figures["upright"]),
            ("an item in 8 orientations and an entry", figures["scanned"]),
        ):
            numbers = (f"{row['comparisons']:,}", f"{row['within']:,}", str(row["nearest"]), f"{row['mean']:.1f}")
            table.add_row(*cells(words, *numbers))
        if (chance := figures["random"]) is not None:
            words = f"the same with {chance['entries']:,} random entries"
            numbers = (f"{chance['comparisons']:,}", f"{chance['within']:,}", "", "")
            table.add_row(*cells(words, *numbers))
        out.print(table)
        out.print(
            f"{figures['pictures_hit']:,} pictures, of {figures['folders_hit']:,} folders, hit one of another folder"
        )
        self._print_bounds(figures)
        if pairs := figures["pairs"]:
            out.print(
                f"\n{len(pairs):,} pairs of pictures within the radius; look at them, some may be one picture twice:"
            )
            near = Table("bits", "item", "entry", "the item was", box=None, pad_edge=False, header_style="bold")
            for pair in pairs[:SHOWN_PAIRS]:
                turned = pair["orientation"].replace("_", " ")
                near.add_row(*cells(str(pair["distance"]), pair["item"], pair["entry"], turned))
            out.print(near)
            if len(pairs) > SHOWN_PAIRS:
                out.print(f"  ... and {len(pairs) - SHOWN_PAIRS:,} more (--json lists them all)")

    def plot(self) -> str:
        """Return the distances as SVG."""
        measured = [
            ("pairs of pictures, both upright", self.compared.upright, "#0072b2"),
            ("an item in 8 orientations and an entry", self.compared.scanned, "#d55e00"),
        ]
        if self.random is not None:
            measured.append(("pictures and random entries, a sample", self.random.sample, "#009e73"))
        series = [Series(name, _binned(counts / counts.sum()), colour) for name, counts, colour in measured]
        series.append(Series("fair coins (computed)", _binned(coin_flips(self.pictures.bits)), "#777777", dashed=True))
        folders = len(np.unique(self.pictures.groups))
        title = f"{self.technology} distances of {len(self.pictures):,} pictures from {folders:,} folders"
        least = 1 / max(1, int(self.compared.scanned.sum()))
        return distance_plot(title, series, self.radius, least, _BIN)

    def _print_bounds(self, figures: dict[str, Any]) -> None:
        parts, comparison = figures["items_against_a_list"], figures["bound_per_comparison"]
        wanted = figures["bound_per_item_against"]
        table = Table(f"upper bounds, {CONFIDENCE:.0%}", box=None, pad_edge=False, header_style="bold")
        table.add_column("if pictures are independent", justify="right")
        table.add_column("if only folders are", justify="right")
        rows = (
            ("a comparison of an item and an entry hits", comparison),
            (f"an item hits a list of {parts['entries']:,} entries", parts["bound_per_item"]),
            (f"an item hits a list of {wanted['entries']:,} entries", wanted),
        )
        for words, bounds in rows:
            numbers = (_rate(bounds["pictures_independent"]), _rate(bounds["folders_independent"]))
            table.add_row(*cells(words, *numbers))
        out.print()
        out.print(table)
        out.print(
            f"({parts['items_hit']:,} of {parts['items']:,} items, of {parts['folders_hit']:,} of {parts['folders']:,} "
            f"folders, hit the other half as a list of {parts['entries']:,} entries.)"
        )

    def _random(self) -> dict[str, Any] | None:
        if self.random is None:
            return None
        chance = float(coin_flips(self.pictures.bits)[: self.radius + 1].sum())
        return {
            "entries": self.random.entries,
            "comparisons": self.random.comparisons,
            "within": self.random.within,
            "expected_within": chance * self.random.comparisons,
            "sample": _spread(self.random.sample, self.radius),
        }

    def _pairs(self) -> list[tuple[int, int, int, int]]:
        """Return distance, item, entry and orientation of each two pictures within the radius, nearest first."""
        hits = self.compared.hits
        rows = zip(
            hits.distance.tolist(), hits.item.tolist(), hits.entry.tolist(), hits.orientation.tolist(), strict=True
        )
        nearest: dict[tuple[int, int], tuple[int, int, int, int]] = {}
        for row in rows:
            pair = (min(row[1], row[2]), max(row[1], row[2]))
            nearest[pair] = min(row, nearest.get(pair, row))
        return sorted(nearest.values())

    def _named(self, pair: tuple[int, int, int, int]) -> dict[str, Any]:
        distance, item, entry, orientation = pair
        return {
            "distance": distance,
            "item": self.names[item],
            "entry": self.names[entry],
            "orientation": list(Orientation)[orientation].value,
        }


def _per_item(parts: Split) -> dict[str, float]:
    """Return the bounds of the chance that an item hits the list.

    The share of folders with any hit is above the mean share of their items, so its bound holds for items too.
    """
    # A two-sided interval of 90 % has the upper bound of a one-sided one of 95 %.
    both_sides = 2 * CONFIDENCE - 1
    items = exact_rate(parts.hit_items, parts.items, both_sides)
    folders = exact_rate(parts.hit_groups, parts.groups, both_sides)
    return {
        "pictures_independent": items.high if items else 1.0,
        "folders_independent": folders.high if folders else 1.0,
    }


def _spread(counts: NDArray[np.int64], radius: int) -> dict[str, Any]:
    there = np.flatnonzero(counts)
    total = int(counts.sum())
    return {
        "comparisons": total,
        "within": int(counts[: radius + 1].sum()),
        "nearest": int(there[0]) if total else None,
        "mean": float(np.arange(len(counts)) @ counts / total) if total else None,
        "histogram": counts.tolist(),
    }


def _binned(shares: NDArray[np.float64]) -> list[float]:
    padded = np.append(shares, np.zeros(-len(shares) % _BIN))
    binned: list[float] = padded.reshape(-1, _BIN).sum(axis=1).tolist()
    return binned


def _rate(rate: float) -> str:
    return "no bound" if rate >= 1 else f"{rate:.2g}"
