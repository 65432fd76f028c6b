"""One contest: the same entries and queries for all engines, each in its own process, their runs taking turns."""

from __future__ import annotations

import contextlib
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench import answers, machine
from bench.answers import Agreement, Found
from bench.contestant import Contestant, GaveUpError
from bench.datasets import RADIUS, Data, queries, source, write_entries
from bench.engine import MissingPeerError, Values

Figures = dict[str, Any]
Progress = Callable[[str], None]

OURS, FLAT, PYTX = "tutela", "faiss_flat", "pytx"
ON_DISK = (OURS, FLAT)
PEAK_BYTES_AN_ENTRY = {PYTX: 1000, FLAT: 80, OURS: 400}
BATCH = 10_000
SINGLES = 2_000
PROBES = 20
ORACLE_SHARE = 4
"""A batch may take so many times the seconds of a single run, for the oracle answers in it."""


@dataclass(frozen=True)
class Plan:
    """What is measured. `seconds` is what one run of a slow engine may take; `limit` what one order may."""

    entries: int
    data: Data = "uniform"
    seed: int = 20260801
    runs: int = 5
    seconds: float = 3.0
    limit: float = 900.0
    engines: tuple[str, ...] = (PYTX, FLAT, OURS)
    work: Path | None = None


@dataclass
class _Place:
    """One engine's part in the contest; counts are of queries in a run."""

    name: str
    figures: Figures = field(default_factory=dict)
    contestant: Contestant | None = None
    singles: int = 0
    batch: int = 0
    times: list[int] = field(default_factory=list)
    single_runs: list[float] = field(default_factory=list)
    single_cpu: list[float] = field(default_factory=list)
    batch_runs: list[float] = field(default_factory=list)
    batch_cpu: list[float] = field(default_factory=list)

    def give_up(self, why: object) -> None:
        self.figures["skipped"] = str(why)
        self.leave()

    def leave(self) -> None:
        if self.contestant:
            self.contestant.stop()
        self.contestant = None


class Contest:
    """Holds the contest; `figures` after `hold` are microseconds a query, bytes and seconds."""

    def __init__(self, plan: Plan, real: Values | None, progress: Progress) -> None:
        self._plan = plan
        self._progress = progress
        self._source = source(plan.data, real)
        self._places = {name: _Place(name) for name in plan.engines}
        self._ours = {"single": Agreement(), "batch": Agreement()}
        self._theirs = Agreement()
        self._planted = [0, 0]
        self._oracle = [0, 0]

    def hold(self) -> Figures:
        """Build, open, run and compare; return the figures."""
        with (
            tempfile.TemporaryDirectory(prefix="tutela-bench-", dir=self._plan.work) as folder,
            contextlib.ExitStack() as stack,
        ):
            self._folder = Path(folder)
            self._prepare()
            for place in self._places.values():
                stack.callback(place.leave)
                try:
                    self._enter(place)
                except (MissingPeerError, GaveUpError) as error:
                    place.give_up(error)
                    self._progress(f"{place.name} is left out: {error}")
            for run in range(self._plan.runs):
                self._progress(f"run {run + 1} of {self._plan.runs}")
                self._run(run)
            for place in self._places.values():
                if place.contestant:
                    place.figures |= place.contestant.tell("about")
        return self._summary()

    def _prepare(self) -> None:
        self._progress(f"drawing {self._plan.entries:,} entries ({self._plan.data})")
        values = write_entries(self._folder / "values.npy", self._source, self._plan.entries, self._plan.seed)
        # One block of queries for warming up, then a fresh one for each run: none is asked twice.
        self._queries = queries(self._source, values, BATCH * (self._plan.runs + 1), self._plan.seed)
        np.save(self._folder / "queries.npy", self._queries.values)

    def _enter(self, place: _Place) -> None:
        need, free = self._plan.entries * PEAK_BYTES_AN_ENTRY[place.name], machine.available()
        if free is not None and need > free:
            raise GaveUpError(f"{place.name} needs about {need / 1e9:.1f} GB of memory, {free / 1e9:.1f} GB are free")
        folder = self._folder / place.name
        folder.mkdir()
        self._progress(f"building {place.name}")
        place.contestant = Contestant(place.name, self._plan.limit)
        built = place.contestant.tell("build", values=str(self._folder / "values.npy"), folder=str(folder))
        place.figures |= {f"build_{key}": value for key, value in built.items()}
        if place.name in ON_DISK:
            # Another process opens it, so that what building took does not count as what searching holds.
            place.contestant.stop()
            place.contestant = Contestant(place.name, self._plan.limit)
            place.figures["disk_bytes"] = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
        place.figures["open_seconds"] = place.contestant.tell("open", folder=str(folder))["seconds"]
        place.figures["warm_seconds"] = place.contestant.tell("warm")["seconds"]
        self._calibrate(place)

    def _calibrate(self, place: _Place) -> None:
        probed = self._ask(place, "single", 0, PROBES)["nanoseconds"]
        place.figures["first_query_microseconds"] = probed[0] / 1000
        each = statistics.mean(probed[1:]) / 1e9
        place.singles = _tens(self._plan.seconds / each, SINGLES)
        self._ask(place, "single", PROBES, min(PROBES + place.singles, BATCH))
        place.batch = (
            0 if place.name == PYTX else _tens(ORACLE_SHARE * self._plan.seconds / each * machine.cores(), BATCH)
        )
        if place.batch:
            self._ask(place, "batch", 0, place.batch)

    def _ask(self, place: _Place, do: str, first: int, last: int) -> Figures:
        assert place.contestant is not None  # noqa: S101 - only those that are in the contest are asked
        return place.contestant.tell(
            do,
            queries=str(self._folder / "queries.npy"),
            first=first,
            last=last,
            radius=RADIUS,
            threads=machine.cores(),
            answers=str(self._folder / f"{place.name}-{do}.npz"),
        )

    def _run(self, run: int) -> None:
        first = BATCH * (run + 1)
        order = list(self._places.values())
        # Another one begins each time, so that none always follows the same.
        order = order[run % len(order) :] + order[: run % len(order)]
        for place in order:
            if place.contestant is None:
                continue
            try:
                single = self._ask(place, "single", first, first + place.singles)
                place.times += single["nanoseconds"]
                place.single_runs.append(sum(single["nanoseconds"]) / 1000 / place.singles)
                place.single_cpu.append(1e6 * single["cpu_seconds"] / place.singles)
                if place.batch:
                    batch = self._ask(place, "batch", first, first + place.batch)
                    place.batch_runs.append(1e6 * batch["seconds"] / place.batch)
                    place.batch_cpu.append(1e6 * batch["cpu_seconds"] / place.batch)
            except GaveUpError as error:
                place.give_up(error)
        self._compare(first)

    def _compare(self, first: int) -> None:
        ours, flat, pytx = (self._running(name) for name in (OURS, FLAT, PYTX))
        single = self._answers(ours, "single") if ours else set()
        for number in range(ours.singles if ours else 0):
            entry, flips = int(self._queries.entry[first + number]), int(self._queries.flips[first + number])
            if entry >= 0:
                self._planted[0] += (number, entry, flips) in single
                self._planted[1] += 1
        if flat is None:
            return
        truth = self._answers(flat, "batch")
        self._oracle[0] += len(truth)
        self._oracle[1] += flat.batch
        if ours:
            self._ours["single"].add(single, truth, min(ours.singles, flat.batch))
            self._ours["batch"].add(self._answers(ours, "batch"), truth, min(ours.batch, flat.batch))
        if pytx:
            self._theirs.add(self._answers(pytx, "single"), truth, min(pytx.singles, flat.batch))

    def _running(self, name: str) -> _Place | None:
        place = self._places.get(name)
        return place if place and place.contestant else None

    def _answers(self, place: _Place, do: str) -> Found:
        return answers.read(self._folder / f"{place.name}-{do}.npz")

    def _summary(self) -> Figures:
        for place in self._places.values():
            if place.single_runs:
                place.figures["single"] = {
                    "microseconds": statistics.median(place.single_runs),
                    "cpu_microseconds": statistics.median(place.single_cpu),
                    "p50_microseconds": float(np.percentile(place.times, 50)) / 1000,
                    "p99_microseconds": float(np.percentile(place.times, 99)) / 1000,
                    "queries_a_run": place.singles,
                    "runs": place.single_runs,
                }
            if place.batch_runs:
                place.figures["batch"] = {
                    "microseconds": statistics.median(place.batch_runs),
                    "cpu_microseconds": statistics.median(place.batch_cpu),
                    "queries_a_run": place.batch,
                    "threads": machine.cores(),
                    "runs": place.batch_runs,
                }
        return {
            "engines": {name: place.figures for name, place in self._places.items()},
            "agreement": {how: _counts(a) for how, a in self._ours.items()} | {PYTX: _counts(self._theirs)},
            "planted_found": self._planted[0],
            "planted_asked": self._planted[1],
            "oracle_pairs": self._oracle[0],
            "oracle_queries": self._oracle[1],
        }


def _counts(agreement: Agreement) -> Figures:
    return vars(agreement) | {"recall": agreement.recall}


def _tens(wanted: float, most: int) -> int:
    return int(min(max(PROBES, 10 * round(wanted / 10)), most))
