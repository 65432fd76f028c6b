"""A model is loaded with a whole card and the matching digest alone, and says what it was made to say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.detection.classifiers.models import SIDE, bright, card, coarse, pictures
from tutela.detection.classifiers.card import BadCard, read_card
from tutela.detection.classifiers.classifier import BadScores
from tutela.detection.classifiers.onnx_classifier import OnnxClassifier, OnnxSettings, from_settings
from tutela.detection.onnx_models.loading import BadModel


def loaded(file: Path, **more: Any) -> OnnxClassifier:
    return OnnxClassifier(OnnxSettings(card=file, **more))


def test_a_model_of_scikit_learn_tells_textures_apart(tmp_path: Path) -> None:
    known = pictures(200, seed=2)
    scores = loaded(coarse(tmp_path)).scores([picture for picture, _ in known])
    right = sum((one["coarse"] > 0.5) == truth for one, (_, truth) in zip(scores, known, strict=True))
    assert right >= 170
    assert all(one["coarse"] + one["fine"] == pytest.approx(1, abs=1e-4) for one in scores)


def test_normalisation_and_activation_are_those_of_the_card(tmp_path: Path) -> None:
    light = np.full((20, 20, 3), 191, np.uint8)
    (score,) = loaded(bright(tmp_path)).scores([light])
    assert score["bright"] == pytest.approx(1 / (1 + np.exp(-3 * 8 * (191 / 255 - 0.5))), abs=1e-5)


def test_the_version_says_what_was_loaded_and_how_it_was_fed(tmp_path: Path) -> None:
    usual = read_card(bright(tmp_path)).technology
    assert usual.startswith("1.0+")
    others: list[dict[str, Any]] = [
        {"input": {"side": SIDE, "mean": [0.4, 0.5, 0.5], "std": [1.0, 1.0, 1.0]}},
        {"labels": [{"name": "light", "meaning": "the same"}]},
        {"version": "1.1"},
    ]
    versions = {read_card(bright(tmp_path, **change)).technology for change in others}
    versions.add(read_card(bright(tmp_path, weight=7.0)).technology)
    assert len(versions | {usual}) == 5
    assert read_card(bright(tmp_path, licence="MIT")).technology == usual


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"licence": ""}, "licence"),
        ({"intended_use": "none"}, "intended_use"),
        ({"training_data": None}, "training_data"),
        ({"card": 2}, "card"),
        ({"more": 1}, "more"),
        ({"name": "Über"}, "name"),
        ({"labels": []}, "labels"),
        ({"labels": [{"name": "a", "meaning": "b"}] * 2}, "one name"),
        ({"model": {"file": "../bright.onnx", "sha256": "0" * 64}}, "model.file"),
        ({"model": {"file": "bright.onnx"}}, "model.sha256"),
        ({"input": {"side": SIDE}}, "input.mean"),
        ({"input": {"side": 0, "mean": [0, 0, 0], "std": [1, 1, 1]}}, "side is 1 to"),
        ({"input": {"side": "8", "mean": [0, 0, 0], "std": [1, 1, 1]}}, "input.side"),
        ({"input": {"side": SIDE, "mean": [0, 0, 0], "std": [1, 0, 1]}}, "above 0"),
    ],
)
def test_a_card_that_is_not_whole_is_refused(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    with pytest.raises(BadCard, match=told):
        loaded(bright(tmp_path, **change))


def test_a_file_that_is_no_card_is_refused(tmp_path: Path) -> None:
    for name, text in (
        ("a.toml", "card = "),
        ("a.json", "{"),
        ("a.toml", "card = 1979-05-27"),
        ("a.json", "[" * 50_000),
    ):
        (tmp_path / name).write_text(text)
        with pytest.raises(BadCard):
            read_card(tmp_path / name)
    (tmp_path / "a.toml").write_text("#" * 70_000)
    with pytest.raises(BadCard, match="longer than"):
        read_card(tmp_path / "a.toml")
    with pytest.raises(BadCard, match="No such file"):
        read_card(tmp_path / "b.toml")


def test_another_file_than_the_card_speaks_of_is_not_run(tmp_path: Path) -> None:
    file = bright(tmp_path)
    with (tmp_path / "bright.onnx").open("ab") as model:
        model.write(b"\0")
    with pytest.raises(BadModel, match="another file than configured"):
        loaded(file)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"labels": [{"name": name, "meaning": "one"} for name in ("a", "b")]}, "2 labels"),
        ({"input": {"side": SIDE * 2, "mean": [0, 0, 0], "std": [1, 1, 1]}}, "does not take pictures of 16 x 16"),
        ({"input": {"side": SIDE, "layout": "NHWC", "mean": [0, 0, 0], "std": [1, 1, 1]}}, "as NHWC"),
    ],
)
def test_a_model_that_does_not_fit_its_card_is_refused_at_once(
    tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    with pytest.raises(BadModel, match=told):
        loaded(bright(tmp_path, **change))


def test_numbers_that_are_no_scores_are_told_and_not_passed_on(tmp_path: Path) -> None:
    file = bright(tmp_path, weight=0.3)
    said = json.loads(file.read_text())
    said["model"]["activation"] = "none"
    said["input"]["mean"] = [0.0, 0.0, 0.0]
    file.write_text(json.dumps(said))
    # 0.9 at most, so that the trial passes and all pictures do.
    assert loaded(file).scores([np.full((4, 4, 3), 255, np.uint8)])[0]["bright"] == pytest.approx(0.9)
    file = bright(tmp_path, weight=0.5)
    said["model"]["sha256"] = card(tmp_path / "bright.onnx")["model"]["sha256"]
    file.write_text(json.dumps(said))
    with pytest.raises(BadScores, match="not between 0 and 1"):
        loaded(file).scores([np.full((4, 4, 3), 255, np.uint8)])


def test_a_device_that_is_not_there_is_said(tmp_path: Path) -> None:
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        assert loaded(bright(tmp_path), device="cuda").scores([np.zeros((4, 4, 3), np.uint8)])
    else:
        with pytest.raises(BadModel, match="onnxruntime-gpu"):
            loaded(bright(tmp_path), device="cuda")


@pytest.mark.parametrize("settings", [{}, {"card": "x", "batch": 0}, {"card": "x", "gpu": True}])
def test_settings_that_are_none_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"card|batch|gpu"):
        from_settings(settings)
