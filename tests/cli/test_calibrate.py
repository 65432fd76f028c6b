"""`tutela calibrate` from end to end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from tutela.cli.main import run; sys.argv[0] = 'tutela'; run()"
    command = [sys.executable, "-c", code, "calibrate", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    random = np.random.default_rng(1)
    sought = random.random(4000) < 0.5
    score = 1 / (1 + np.exp(-(random.normal(size=4000) * 1.2 + np.where(sought, 3, -3))))
    rows = [f"{s:.6f},{int(y)},a{number // 2}\n" for number, (s, y) in enumerate(zip(score, sought, strict=True))]
    (tmp_path / "scores.csv").write_text("score,label,account\n" + "".join(rows))
    (tmp_path / "same.csv").write_text("score\n" + "".join(f"{s:.6f}\n" for s in score[~sought]))
    (tmp_path / "moved.csv").write_text("score\n" + "".join(f"{s**0.6:.6f}\n" for s in score[~sought]))
    return tmp_path


def test_a_threshold_its_effect_and_its_drift(scores: Path) -> None:
    wanted = ("scores.csv", "--target-precision", "0.99", "--out", "c.json", "--plot", "r.svg")
    done = run(scores, *wanted)
    assert done.returncode == 0, done.stderr
    assert "Promise: a precision of at least 99 %" in done.stdout
    assert "others flagged wrongly" in done.stdout
    said = json.loads(run(scores, *wanted, "--json").stdout)
    kept = json.loads((scores / "c.json").read_text())
    assert said["threshold"]["value"] == kept["threshold"]
    assert said["threshold"]["bound"] >= 0.99
    million = said["precision_at"][-1]
    assert million["prevalence"] == 1e-6
    assert million["high"] < 0.01
    assert said["precision_at"][0]["low"] > 0.99
    assert len(ET.parse(scores / "r.svg").getroot().findall(".//{*}circle")) > 20
    assert run(scores, "drift", "c.json", "same.csv").returncode == 0
    moved = run(scores, "drift", "c.json", "moved.csv", "--json")
    assert moved.returncode == 1
    assert json.loads(moved.stdout)["findings"][0]["upwards"] is True


def test_where_none_meets_the_target_nothing_is_written_and_what_lacks_is_said(scores: Path) -> None:
    done = run(scores, "scores.csv", "--target-fpr", "0.001", "--out", "c.json")
    assert done.returncode == 1
    assert "1,010 more negatives" in done.stdout
    assert not (scores / "c.json").exists()


def test_accounts_are_asked_for_again_and_never_written(scores: Path) -> None:
    done = run(scores, "scores.csv", "--target-precision", "0.9", "--group", "account", "--out", "c.json")
    assert done.returncode == 0, done.stderr
    assert "split-sequence" in done.stdout
    assert '"a1' not in (scores / "c.json").read_text()
    assert "--group" in run(scores, "drift", "c.json", "same.csv").stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("scores.csv",), "--target-precision or --target-fpr"),
        (("scores.csv", "--target-precision", "0.9", "--target-fpr", "0.1"), "--target-precision or --target-fpr"),
        (("scores.csv", "--target-precision", "99"), "between 0 and 1"),
        (("none.csv", "--target-fpr", "0.1"), "No such file"),
        (("same.csv", "--target-fpr", "0.1"), "no column label"),
        (("scores.csv", "--target-fpr", "0.1", "--out", "no/c.json"), "folder does not exist"),
        (("scores.csv", "--target-fpr", "0.1", "--group", "user"), "user is missing"),
        (("drift", "scores.csv", "same.csv"), "make it with `tutela calibrate`"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(scores: Path, arguments: tuple[str, ...], told: str) -> None:
    done = run(scores, *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
