"""Malformed files of every format: each is accounted for, nothing grows, nothing stops. `make soak` runs 100,000."""

from __future__ import annotations

import os

import pytest

from bench.malformed.files import malformed
from bench.malformed.running import run
from tutela.content.item import Limits, Outcome
from tutela.detection.workers.budget import Budget
from tutela.detection.workers.engine import Workers

SOAK = bool(os.environ.get("TUTELA_SOAK"))
FILES = int(os.environ.get("TUTELA_SOAK_FILES", "100000")) if SOAK else 500
MEGABYTE = 1024**2
pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200 if SOAK else 240)]


def test_every_malformed_file_is_accounted_for() -> None:
    budget = Budget(seconds=60, cpu_seconds=20)
    with Workers(2, Limits(), budget) as workers:
        account = run(malformed(FILES, 20261122), FILES, workers, print)
        counts = workers.counts
    print(account)  # noqa: T201
    assert account.files == FILES == sum(account.outcomes.values()) == counts.items
    assert set(account.outcomes) <= {"fingerprinted", *Outcome}
    assert "error" not in account.outcomes
    # Workers are new for their number of items and for what was lost, and for nothing else that would make them slow.
    assert counts.begun <= 2 + FILES // budget.items + 2 * sum(counts.lost.values()) + FILES // 500
    if account.early and account.end:
        assert account.end.here < account.early.here + 32 * MEGABYTE
        assert account.end.worker < account.early.worker + budget.growth + 64 * MEGABYTE


def test_the_same_seed_makes_the_same_files() -> None:
    first, again = list(malformed(200, 5)), list(malformed(200, 5))
    assert first == again
    assert len({one.data for one in first}) > 190
    assert len({one.source for one in first}) == len({one.source for one in malformed(200, 6)}) > 30
