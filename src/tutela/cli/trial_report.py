"""What `tutela try` prints of a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from tutela.cli.matchers import detection_line
from tutela.cli.output import cells, out
from tutela.cli.output import print_json as json_line
from tutela.detection.matcher import Detection
from tutela.detection.proposal import FIRST_SUPPOSED, SupposedList
from tutela.detection.trying import Difference, Distances, Trial

SHOWN_ROWS = 50
_WIDEST_BAR = 40


class TrialReport:
    """Names supposed entries by their file and their number in it, counted from 1."""

    def __init__(self, units: Mapping[str, str], files: Sequence[Path], supposed: Sequence[SupposedList]) -> None:
        self._units = units
        self._files: dict[str, tuple[str, int]] = {}
        first = FIRST_SUPPOSED
        for file, one in zip(files, supposed, strict=True):
            self._files[one.hashlist.id] = (str(file), first - 1)
            first += len(one.entries)

    def print_json(self, trial: Trial) -> None:
        """Write a line for each item that differs, then the summary."""
        for one in trial.differences:
            json_line({"type": "item", "path": one.name, "change": _change(one), **self._both(one)})
        json_line(
            {
                "type": "summary",
                "items": trial.items,
                "matches": asdict(trial.matches),
                "overruled": asdict(trial.overruled),
                "low_quality": asdict(trial.low_quality),
                "by_list": [
                    {"list": self._files.get(name, (name, 0))[0], "technology": technology, **asdict(counts)}
                    for (name, technology), counts in sorted(trial.by_list.items())
                ],
                "distances": [
                    {
                        "technology": name,
                        "unit": self._units[name],
                        "threshold_now": distances.threshold_now,
                        "threshold_then": distances.threshold_then,
                        "steps": [asdict(step) for step in distances.steps()],
                    }
                    for name, distances in trial.distances.items()
                ],
            }
        )

    def print(self, trial: Trial) -> None:
        """Write what differs as tables."""
        self._items(trial)
        table = _table("items", "now", "then", "gained", "lost")
        for name, counts in (
            ("that match", trial.matches),
            ("with a match that is overruled", trial.overruled),
            ("of too little structure", trial.low_quality),
        ):
            table.add_row(*cells(name, *(f"{n:,}" for n in asdict(counts).values())))
        for (hashlist, technology), counts in sorted(trial.by_list.items()):
            name = f"{self._files.get(hashlist, (hashlist, 0))[0]} by {technology}"
            table.add_row(*cells(name, *(f"{n:,}" for n in asdict(counts).values())))
        out.print(table)
        for technology, distances in trial.distances.items():
            if distances.now or distances.then:
                self._histogram(technology, distances)
        out.print(f"{trial.items:,} items judged twice; nothing was recorded or changed")

    def _items(self, trial: Trial) -> None:
        if not trial.differences:
            return
        table = _table("change", "path", "now", "then")
        for one in trial.differences[:SHOWN_ROWS]:
            now = self._why(one.now.detections, one.now.overruled)
            table.add_row(*cells(_change(one), one.name, now, self._why(one.then.detections, one.then.overruled)))
        out.print(table)
        if len(trial.differences) > SHOWN_ROWS:
            out.print(f"... and {len(trial.differences) - SHOWN_ROWS:,} more (--json lists them all)")

    def _why(self, standing: Sequence[Detection], overruled: Sequence[Detection]) -> str:
        if not standing and not overruled:
            return "no match"
        nearest = (standing or overruled)[0]
        hashlist, entry = self._place(nearest)
        unit = self._units[nearest.technology]
        away = f"{nearest.technology} {nearest.distance:,} {unit} from" if unit else f"same {nearest.technology} as"
        return f"{'' if standing else 'overruled: '}{away} {hashlist} #{entry}"

    def _both(self, one: Difference) -> dict[str, Any]:
        return {
            when: {
                "outcome": judgement.outcome.value,
                "matches": [self._detection(d) for d in judgement.detections],
                "overruled": [self._detection(d) for d in judgement.overruled],
            }
            for when, judgement in (("now", one.now), ("then", one.then))
        }

    def _detection(self, found: Detection) -> dict[str, Any]:
        hashlist, entry = self._place(found)
        line = detection_line(found)
        return {**line, "list": hashlist, "entry": entry, "unit": self._units[found.technology]}

    def _place(self, found: Detection) -> tuple[str, int]:
        file, before = self._files.get(found.hashlist, (found.hashlist, 0))
        return file, found.entry - before

    def _histogram(self, technology: str, distances: Distances) -> None:
        unit = self._units[technology]
        out.print(f"\nnearest entry by {technology}, in {unit}: items now, then", markup=False)
        most = max(max(step.now, step.then) for step in distances.steps())
        for step in distances.steps():
            marks = [
                name
                for name, limit in (("now", distances.threshold_now), ("then", distances.threshold_then))
                if limit == step.last
            ]
            bar = "#" * -(-_WIDEST_BAR * step.then // max(1, most))
            limit = f"  <- threshold {' and '.join(marks)}" if marks else ""
            where = f"{step.first:,}" if step.first == step.last else f"{step.first:,}-{step.last:,}"
            out.print(f"  {where:>21} {step.now:>7,} {step.then:>7,} {bar}{limit}", markup=False)


def _change(one: Difference) -> str:
    if one.gained:
        return "gained"
    return "lost" if one.lost else "other"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, overflow="fold", justify="right" if name in ("gained", "lost") else "left")
    return table
