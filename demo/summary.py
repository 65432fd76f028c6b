"""What the demonstration found: for people, and as `summary.json`."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from demo.edits import EDITS
from demo.world import World
from demo.year import Happened
from tutela.content.item import Outcome
from tutela.statistics.figure import Status
from tutela.statistics.provider_return.compilation import YearlyReturn
from tutela.storage.case_reader import CaseReader
from tutela.storage.workplace import Workplace


def summarise(
    place: Workplace, world: World, happened: Happened, compiled: YearlyReturn, arrived: int
) -> dict[str, Any]:
    """Return the summary; `arrived` is the number of finished reports that the sandbox itself counts."""
    outcomes = Counter(answer.recorded.outcome for _, answer in happened.answers)
    by_edit = {
        name: {
            "label": edit.label,
            "planted": sum(s.truth.listed and s.truth.edit == name for s, _ in happened.answers),
            "found": sum(
                s.truth.listed and s.truth.edit == name and a.recorded.outcome is Outcome.MATCH
                for s, a in happened.answers
            ),
        }
        for name, edit in EDITS.items()
    }
    reader = CaseReader(place.database)
    states = reader.counts()
    return {
        "items": len(happened.answers),
        "outcomes": {outcome.value: outcomes[outcome] for outcome in Outcome},
        "cases": sum(states.values()),
        "cases_by_state": {state.value: count for state, count in states.items()},
        "referrals_filed": len(reader.referrals("filed")),
        "reports_finished_at_sandbox": arrived,
        "failed_attempts": happened.failed_attempts,
        "disagreements": happened.disagreements,
        "complaints": happened.complaints,
        "false_matches": sum(not s.truth.listed and a.recorded.outcome is Outcome.MATCH for s, a in happened.answers),
        "listed_pictures": len(world.listed),
        "by_edit": by_edit,
        "return_figures": {
            f.id: f.value for f in compiled.figures if f.status is Status.VALUE and not isinstance(f.value, str)
        },
    }


def write_summary(summary: dict[str, Any], path: Path) -> None:
    """Write it as JSON."""
    path.write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n", "utf-8")


def print_summary(summary: dict[str, Any], console: Console) -> None:
    """Print what was found and missed by kind of edit, and what came of it."""
    table = Table(title="Copies of known pictures, by kind of edit", title_justify="left", box=None, pad_edge=False)
    table.add_column("edit")
    for column in ("planted", "found", "missed"):
        table.add_column(column, justify="right")
    for row in summary["by_edit"].values():
        table.add_row(row["label"], str(row["planted"]), str(row["found"]), str(row["planted"] - row["found"]))
    console.print()
    console.print(table)
    outcomes = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in summary["outcomes"].items() if count)
    states = ", ".join(f"{count} {name}" for name, count in summary["cases_by_state"].items() if count)
    console.print(f"\n{summary['items']:,} items: {outcomes}; {summary['false_matches']} matched by chance")
    console.print(f"{summary['cases']} cases: {states}")
    console.print(
        f"{summary['referrals_filed']} reports filed, {summary['reports_finished_at_sandbox']} finished at the "
        f"sandbox; {summary['failed_attempts']} attempts failed on the way and were tried again"
    )
    console.print(f"{summary['disagreements']} disagreements, {summary['complaints']} complaints")
    console.print(f"{len(summary['return_figures'])} figures of the yearly return have a number")
