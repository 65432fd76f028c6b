"""Small ONNX models for tests, made on the spot: blots of light, mixed by seeded weights."""

from __future__ import annotations

import hashlib
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tutela.detection.fingerprints.embedding import Embedding, EmbeddingSettings

SIDE = 32
VALUES = 24


def backbone(
    file: Path, *, seed: int = 1, values: int = VALUES, layout: str = "NCHW", weight: float = 1.0, batch: int | str = 1
) -> str:
    """Write a model that takes SIDE x SIDE pictures and return its SHA-256, hexadecimal."""
    mix = np.random.default_rng(seed).standard_normal((3 * 16, values)).astype(np.float32) * np.float32(weight)
    nodes = [
        helper.make_node("AveragePool", ["planes"], ["pooled"], kernel_shape=[8, 8], strides=[8, 8]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("MatMul", ["flat", "mix"], ["embedding"]),
        helper.make_node("Neg", ["embedding"], ["other"]),
    ]
    shape = [batch, 3, SIDE, SIDE] if layout == "NCHW" else [batch, SIDE, SIDE, 3]
    if layout == "NHWC":
        nodes.insert(0, helper.make_node("Transpose", ["picture"], ["planes"], perm=[0, 3, 1, 2]))
    else:
        nodes.insert(0, helper.make_node("Identity", ["picture"], ["planes"]))
    graph = helper.make_graph(
        nodes,
        "blots",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, values]) for name in ("embedding", "other")],
        [numpy_helper.from_array(mix, "mix")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    file.write_bytes(model.SerializeToString())
    return hashlib.sha256(file.read_bytes()).hexdigest()


def settings(
    folder: Path,
    *,
    layout: Literal["NCHW", "NHWC"] = "NCHW",
    seed: int = 1,
    values: int = VALUES,
    **more: Any,
) -> EmbeddingSettings:
    """Return settings of a model that is written into the folder."""
    file = folder / f"blots-{layout}-{seed}.onnx"
    digest = backbone(file, layout=layout, seed=seed, values=values)
    fed: dict[str, Any] = {"threshold": 20_000, "side": SIDE, "mean": (0.5,) * 3, "std": (0.25,) * 3, **more}
    return EmbeddingSettings(model=file, sha256=digest, layout=layout, **fed)


@cache
def blots() -> Embedding:
    """Return a kind of fingerprint by such a model."""
    with tempfile.TemporaryDirectory() as folder:
        return Embedding(settings(Path(folder)))
