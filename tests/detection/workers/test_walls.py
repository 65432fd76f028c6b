"""What a worker cannot do, tried from within one."""

from __future__ import annotations

import sys

import pytest

from tests.detection.workers.conftest import KINDS, Opening, item, told
from tutela.content.confinement import landlock

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="these walls are Linux's")
FORBIDDEN = ("open", "create", "list", "proc", "socket", "unix", "fork", "run", "exec", "trace", "kill", "code")


@linux
def test_a_worker_reaches_nothing(opening: Opening) -> None:
    workers = opening()
    found = {deed: told(workers.fingerprint(item(deed), KINDS)) for deed in FORBIDDEN}
    assert found == dict.fromkeys(FORBIDDEN, "refused")
    assert workers.counts.begun == 1


@linux
def test_threads_run_for_decoders_that_have_them(opening: Opening) -> None:
    assert told(opening().fingerprint(item("thread"), KINDS)) == "ran"


def test_a_worker_sees_nothing_of_our_environment(opening: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED_SECRET", "x")
    assert told(opening().fingerprint(item("env"), KINDS)) == "empty"


@linux
def test_every_wall_that_this_kernel_has_stands(opening: Opening) -> None:
    workers = opening()
    assert workers.missing is None
    workers.fingerprint(item("fine"), KINDS)
    wanting = set() if landlock.version() else {"no files, no network (Landlock)"}
    assert workers.missing == wanting
