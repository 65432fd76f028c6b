"""Fixtures of the tests of lookups, dry runs and indexes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.commands import InProcess, Tutela
from tests.databases import REPORTER


@pytest.fixture
def listing(tmp_path: Path, _sqlite_template: Path) -> Tutela:
    """The command on an installation of its own, in this process."""
    folder = tmp_path / "installation"
    folder.mkdir(mode=0o700)
    shutil.copy(_sqlite_template, folder / "tutela.sqlite")
    (folder / "tutela.toml").write_text(REPORTER, "utf-8")
    return InProcess(folder)
