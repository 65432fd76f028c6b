"""Stand-in models with their cards: how bright a picture is, and textures told apart by a model of scikit-learn."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.content.pictures import rgb, texture
from tutela.content.decode import RGB

SIDE = 8


def card(file: Path, **changes: Any) -> dict[str, Any]:
    """Return a card of a model file that stands beside it."""
    said: dict[str, Any] = {
        "card": 1,
        "name": "bright",
        "version": "1.0",
        "licence": "Apache-2.0",
        "intended_use": "A stand-in for tests: tells bright pictures from dark ones.",
        "training_data": "None: its one weight was written by hand for the tests.",
        "labels": [{"name": "bright", "meaning": "lighter than the middle"}],
        "model": {
            "file": file.name,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "activation": "sigmoid",
        },
        "input": {"side": SIDE, "mean": [0.5, 0.5, 0.5], "std": [1.0, 1.0, 1.0]},
    }
    return said | changes


def bright(folder: Path, *, batch: int | str = "n", weight: float = 8.0, **changes: Any) -> Path:
    """Write a model that says how bright a picture is, and its card; return the card."""
    file = folder / "bright.onnx"
    nodes = [
        helper.make_node("GlobalAveragePool", ["picture"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("MatMul", ["flat", "mix"], ["logit"]),
    ]
    graph = helper.make_graph(
        nodes,
        "bright",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [batch, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("logit", TensorProto.FLOAT, [batch, 1])],
        [numpy_helper.from_array(np.full((3, 1), weight, np.float32), "mix")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    file.write_bytes(model.SerializeToString())
    written = folder / "bright.json"
    written.write_text(json.dumps(card(file, **changes)))
    return written


def pictures(count: int, seed: int) -> list[tuple[RGB, bool]]:
    """Return textures of all sizes, and of each whether it is a coarse one."""
    random = np.random.default_rng(seed)
    drawn = []
    for number in range(count):
        coarse = bool(random.random() < 0.5)
        width, height = (int(side) for side in random.integers(40, 120, 2))
        grain = int(random.integers(3, 6)) if coarse else int(random.integers(8, 14))
        drawn.append((rgb(texture(width, height, seed=seed * 10_000 + number, grain=grain)), coarse))
    return drawn


@cache
def _coarse_model() -> bytes:
    pytest.importorskip("skl2onnx", reason="exports the stand-in")
    from skl2onnx import to_onnx
    from sklearn.ensemble import RandomForestClassifier

    from tutela.detection.onnx_models.picture_input import PictureInput

    fed = PictureInput(16, layout="flat", mean=(0.5,) * 3, std=(0.25,) * 3)
    drawn = pictures(400, seed=1)
    features = fed.fed(np.stack([fed.square(picture) for picture, _ in drawn]))
    forest = RandomForestClassifier(60, random_state=0, max_depth=8).fit(features, [coarse for _, coarse in drawn])
    exported = to_onnx(forest, features[:1], options={"zipmap": False}, target_opset=17)
    return bytes(exported.SerializeToString())


def coarse(folder: Path) -> Path:
    """Write a random forest that tells coarse textures from fine ones, and its card; return the card."""
    file = folder / "coarse.onnx"
    file.write_bytes(_coarse_model())
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    written = folder / "coarse.toml"
    written.write_text(
        f"""card = 1
name = "coarse"
version = "2026.1"
licence = "Apache-2.0"
intended_use = "A stand-in for tests: tells coarse textures from fine ones."
training_data = "400 textures drawn by a seeded generator; no photograph."

[[labels]]
name = "fine"
meaning = "eight blots or more along an axis"

[[labels]]
name = "coarse"
meaning = "five blots or fewer along an axis"

[model]
file = "coarse.onnx"
sha256 = "{digest}"
output = "probabilities"

[input]
side = 16
layout = "flat"
mean = [0.5, 0.5, 0.5]
std = [0.25, 0.25, 0.25]
"""
    )
    return written
