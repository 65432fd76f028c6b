"""Limits so low that few entries reach every way through the index."""

import os

import pytest

from tutela.detection.matching.directory import compaction, writer
from tutela.detection.matching.disk import RealDisk
from tutela.detection.matching.segments import building


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "LOG_ROWS", 6)
    monkeypatch.setattr(writer, "LOG_BYTES", 4000)
    monkeypatch.setattr(writer, "BULK_ROWS", 20)
    monkeypatch.setattr(writer, "MOST_ROWS", 30)
    monkeypatch.setattr(compaction, "LOG_ROWS", 6)
    monkeypatch.setattr(compaction, "MOST_ROWS", 60)
    monkeypatch.setattr(compaction, "FANOUT", 3)
    monkeypatch.setattr(building, "TABLES_FROM", 40)


@pytest.fixture
def fast_syncs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(RealDisk, "settle", lambda disk, path, _: disk.sync(path))
