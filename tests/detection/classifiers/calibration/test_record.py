"""A calibration is read as it was written, and nothing else is read as one; files of scores are read strictly."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tutela.detection.classifiers.calibration.fitting import fit
from tutela.detection.classifiers.calibration.labelled import LabelledScores
from tutela.detection.classifiers.calibration.reading import BadScoreFile, Columns, read_scores
from tutela.detection.classifiers.calibration.record import BadCalibration, Calibration, read_calibration, written
from tutela.detection.classifiers.calibration.target import Target


def made(items: int = 1200, *, weighted: bool = False, grouped: bool = False) -> Calibration:
    random = np.random.default_rng(0)
    positive = random.random(items) < 0.5
    score = np.clip(random.normal(0.5 + 0.3 * np.where(positive, 1, -1), 0.1), 0, 1)
    weight = np.full(items, 2.0) if weighted else None
    group = np.arange(items) // 2 if grouped else None
    fitted = fit(LabelledScores(score, positive, weight, group), Target("precision", 0.9), "ab" * 32, "x 1, bridge")
    assert fitted.calibration is not None
    return fitted.calibration


@pytest.mark.parametrize("more", [{}, {"weighted": True}, {"grouped": True}])
def test_a_calibration_is_read_as_it_was_written(tmp_path: Path, more: dict[str, bool]) -> None:
    calibration = made(**more)
    file = tmp_path / "c.json"
    file.write_text(written(calibration))
    again = read_calibration(file)
    assert again == calibration
    scores = np.linspace(0, 1, 101)
    assert np.array_equal(again.isotonic.function.of(scores), calibration.isotonic.function.of(scores))
    assert np.array_equal(again.platt.function.of(scores), calibration.platt.function.of(scores))
    assert (calibration.references is None) is more.get("weighted", False)
    assert calibration.data.groups == (600 if "grouped" in more else None)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"calibration": 2}, "calibration"),
        ({"more": 1}, "more"),
        ({"threshold": 1.5}, "threshold"),
        ({"threshold": "0.5"}, "threshold"),
        ({"references": None}, "references"),
        ({"platt": {"slope": float("nan"), "intercept": 0.0}}, "platt.slope"),
        ({"isotonic": {"scores": [0.1, 0.2], "probabilities": [0.9, 0.1]}}, "never fall"),
        ({"isotonic": {"scores": [0.2, 0.1], "probabilities": [0.1, 0.9]}}, "rise"),
        ({"isotonic": {"scores": [], "probabilities": []}}, "at least one"),
    ],
)
def test_what_was_changed_by_hand_is_refused(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    file = tmp_path / "c.json"
    file.write_text(json.dumps(json.loads(written(made())) | change))
    with pytest.raises(BadCalibration, match=told):
        read_calibration(file)


def test_a_promise_that_is_not_kept_is_refused(tmp_path: Path) -> None:
    said = json.loads(written(made()))
    said["promise"]["bound"] = 0.5
    file = tmp_path / "c.json"
    file.write_text(json.dumps(said))
    with pytest.raises(BadCalibration, match="does not meet the target"):
        read_calibration(file)
    file.write_bytes(b"\x80\x04not json")
    with pytest.raises(BadCalibration):
        read_calibration(file)
    with pytest.raises(BadCalibration, match="No such file"):
        read_calibration(tmp_path / "none.json")


def test_both_forms_of_a_file_say_the_same(tmp_path: Path) -> None:
    rows = [(0.25, 1, 2.0, "a"), (1, 0, 1.5, "b"), (0, 0, 1.0, "a")]
    table, lines = tmp_path / "s.csv", tmp_path / "s.jsonl"
    table.write_text("account,score,label,w,other\n" + "".join(f"{g},{s},{y},{w},x\n" for s, y, w, g in rows))
    lines.write_text(
        "".join(json.dumps({"score": s, "label": bool(y), "w": w, "account": g}) + "\n" for s, y, w, g in rows)
    )
    for file in (table, lines):
        read = read_scores(file, Columns("w", "account"))
        labelled = read.labelled
        assert labelled.score.tolist() == [0.25, 1, 0]
        assert labelled.positive.tolist() == [True, False, False]
        assert labelled.weights.tolist() == [2.0, 1.5, 1.0]
        assert labelled.groups.tolist() == [0, 1, 0]
        assert read.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("s.csv", "score,label\n0.5,1\n2,1\n", r"s.csv:3: score is 2, and not between"),
        ("s.csv", "score,label\nnan,1\n", r"s.csv:2: .*NaN"),
        ("s.csv", "score,label\n0.5,yes\n", r"s.csv:2: label is 'yes'"),
        ("s.csv", "score,label\n0.5\n", r"s.csv:2: .*number of columns"),
        ("s.csv", "score,score\n0.5,1\n", r"s.csv:1: .*each once"),
        ("s.csv", "value\n0.5\n", r"s.csv:1: .*among them score"),
        ("s.csv", "", r"s.csv:1: "),
        ("s.csv", "score\n", "holds no rows"),
        ("s.csv", "score\n0.5\n", "no column label"),
        ("s.txt", "score\n0.5\n", "ends in .csv"),
        ("s.csv", "score,label,w\n0.5,1,0\n", r"w is 0, and no weight"),
        ("s.csv", 'score,label\n0.5,"1\n', r"not CSV"),
        ("s.jsonl", '{"score": 0.5, "label": 1}\n\n{"score": true, "label": 1}\n', r"s.jsonl:3: score is no number"),
        ("s.jsonl", '{"score": 0.5, "label": 1}\n{"score": 0.5}\n', r"s.jsonl:2: some rows have a label"),
        ("s.jsonl", "[1]\n", r"s.jsonl:1: .*no JSON object"),
        ("s.jsonl", "{\n", r"s.jsonl:1: .*no JSON"),
        ("s.jsonl", "[" * 9000 + "\n", r"s.jsonl:1: "),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path: Path, name: str, text: str, told: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(BadScoreFile, match=told):
        _ = read_scores(file, Columns("w" if ",w" in text else None)).labelled
