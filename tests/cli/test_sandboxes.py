"""`tutela sandbox`: what a stand-in is started with."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from tutela.cli.sandboxes import app
from tutela.sandboxes import cybertipline
from tutela.sandboxes.cybertipline.sqlite_store import FIRST_REPORT


def started_with(monkeypatch: pytest.MonkeyPatch, *options: str) -> dict[str, Any]:
    """Return what the stand-in of the CyberTipline would be served with."""
    given: dict[str, Any] = {}
    monkeypatch.setattr(cybertipline, "serve", lambda **served: given.update(served))
    result = CliRunner().invoke(app, ["cybertipline", *options])
    assert result.exit_code == 0, result.output
    return given


def test_each_start_gives_other_numbers_unless_it_is_told_which(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the real one never gives a number twice, an installation refuses those that it knows."""
    firsts = {started_with(monkeypatch)["first_report"] for _ in range(4)}
    assert len(firsts) > 1
    assert min(firsts) >= FIRST_REPORT - 1
    assert started_with(monkeypatch, "--first-number", "4711")["first_report"] == 4711


def test_a_store_begins_with_the_number_that_it_is_given() -> None:
    with cybertipline.running(user="sandbox", password="sandbox", first_report=4711) as sandbox:
        store = sandbox.app.state.store
        assert store.open_report("sandbox", b"<report/>", sandbox.app.state.office.clock()) == 4711
