"""`tutela quality` at a terminal and for machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.rig import SENIOR, picture
from tutela.cli.main import app
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    (data / "tutela.toml").write_text("[quality]\ngolden = 0.5\n[quality.second_review.known]\nknown = 1.0\n", "utf-8")
    monkeypatch.setenv("TUTELA_DATA", str(data))
    monkeypatch.delenv("TUTELA_DATABASE_URL", raising=False)
    with Workplace(load_settings(data, {})) as place:
        place.people.register(SENIOR, "a bridge over a river")
    return tmp_path


def run(*arguments: str, code: int = 0) -> str:
    said = CliRunner().invoke(app, ["quality", *arguments])
    assert said.exit_code == code, said.output
    return said.stdout


def test_golden_items_come_and_go(folder: Path) -> None:
    file = folder / "x.png"
    file.write_bytes(picture(1))
    golden = run("golden", "add", str(file), "--truth", "not", "--as", "sven").strip()
    assert golden in run("golden", "list")
    run("golden", "retire", golden, "--as", "sven")
    run("golden", "retire", golden, "--as", "sven", code=1)
    run("golden", "add", str(file), "--truth", "perhaps", "--as", "sven", code=2)
    run("golden", "add", str(file), "--truth", "not", "--as", "nobody", code=1)
    words = folder / "x.txt"
    words.write_text("words", "utf-8")
    run("golden", "add", str(words), "--truth", "not", "--as", "sven", code=2)


def test_what_is_measured_for_machines(folder: Path) -> None:
    pictures = folder / "pictures"
    pictures.mkdir()
    (pictures / "a.png").write_bytes(picture(1, 256))
    rows = [json.loads(line) for line in run("recall", str(pictures), "--json").splitlines()]
    assert {"edit", "technology", "found", "of", "low", "high"} <= set(rows[0])
    shown = json.loads(run("show", "--json"))
    assert shown["agreement"] == []
    assert {row["edit"] for row in shown["recall"]} == {row["edit"] for row in rows}
    assert "recall" in run("show")
    assert run("follow").startswith("0 second reviews drawn")
    run("show", "--from", "2026-02-01", "--to", "2026-01-01", code=2)


def test_a_canary_needs_a_service_and_training_somebody_else(folder: Path) -> None:
    assert folder.exists()
    run("canary", "plant", code=1)
    run("training", "record", "sven", "--course", "c-1", "--layer", "known", "--as", "sven", code=1)
    run("training", "record", "sven", "--course", "c-1", "--layer", "nothing", "--as", "sven", code=2)
    run("finding", "close", "none", "--reason", "explained", "--as", "sven", code=1)
