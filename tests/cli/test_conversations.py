"""`tutela conversations`: what is refused, and how."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tutela.cli.conversations import app

RUNNER = CliRunner()


def test_the_stand_in_is_written_whole_and_the_same(tmp_path: Path) -> None:
    for name in ("a", "b"):
        done = RUNNER.invoke(app, ["stand-in", "-o", str(tmp_path / name), "--conversations", "20"])
        assert done.exit_code == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert sum(json.loads(line)["label"] for line in (tmp_path / "a").read_text("utf-8").splitlines()) == 6


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(b"no model")
    done = RUNNER.invoke(app, ["card", str(tmp_path / "m")])
    assert done.exit_code == 1
    assert "this is no model of conversations" in done.output


def test_data_that_cannot_be_trained_on_are_named_and_nothing_is_written(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="training needs scikit-learn, extra classifiers")
    talk, model = tmp_path / "talk", tmp_path / "model"
    talk.write_text('{"id": 1}\n', "utf-8")
    done = RUNNER.invoke(app, ["train", str(talk), "-o", str(model)])
    assert done.exit_code == 1
    assert "line 1: id: " in done.output
    RUNNER.invoke(app, ["stand-in", "-o", str(talk), "--conversations", "6"])
    done = RUNNER.invoke(app, ["train", str(talk), "-o", str(model)])
    assert done.exit_code == 1
    assert "folds need at least" in done.output
    done = RUNNER.invoke(app, ["train", str(talk), "-o", str(tmp_path / "none" / "model")])
    assert done.exit_code == 2
    assert not model.exists()
