"""A made-up Union beside the made-up service: what its report would say, what is true, and what can be proved of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tutela.statistics.simulation.as_json import simulated_as_json
from tutela.statistics.simulation.regime import Simulated, simulate
from tutela.statistics.union.dataset_file import written
from tutela.statistics.union.publishing.article9 import report_of
from tutela.statistics.union.publishing.folder import files_of

EVENTS = 1000


def tell_union(seed: int, folder: Path) -> dict[str, Any]:
    """Write the truth of a made-up Union, the data set of what it was told, and the report compiled from that.

    Return how many questions were asked, of how many the bounds hold the truth, and how far off the published numbers
    are.
    """
    one = simulate(seed, 1, EVENTS)
    folder.mkdir(parents=True)
    truth = json.dumps(simulated_as_json(one), ensure_ascii=False, indent=1) + "\n"
    files = {"truth.json": truth.encode(), "dataset.json": written(one.data)}
    for name, content in {**files, **files_of(report_of(one.data, "en"), ["html"])}.items():
        (folder / name).write_bytes(content)
    return _counted(one)


def _counted(one: Simulated) -> dict[str, Any]:
    off = [abs(held.off_by / held.truth) for held in one.held if held.off_by and held.truth]
    return {
        "questions": len(one.held),
        "proved": sum(held.holds and not held.missed for held in one.held),
        "published_wrong": sum(bool(held.off_by) for held in one.held),
        "most_off_percent": round(100 * max(off, default=0)),
    }
