"""A model as one file: a header in JSON, the weights as they stand in memory, a checksum.

The form stands in docs/reference/conversation-model.md.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Literal

import numpy as np
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from tutela.detection.conversations.features import NAMES
from tutela.detection.conversations.model import Calibration, Model
from tutela.detection.conversations.report import Report
from tutela.detection.conversations.texts import BUCKETS, SIZES
from tutela.detection.conversations.wording import OUTPUTS, Output, Wording

MAGIC = b"TUTCONV\x01"
MOST_HEADER = 4 * 1024 * 1024
_LENGTH = struct.Struct("<Q")
_WEIGHTS = BUCKETS * len(OUTPUTS) * 2
MOST_BYTES = len(MAGIC) + _LENGTH.size + MOST_HEADER + _WEIGHTS + 32

Number = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]


class BadModelError(ValueError):
    """What was read is no model that this version can use."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Output(_Part):
    name: str
    trained: bool
    scale: Number
    intercept: Number
    slope: Number
    offset: Number


class _Feature(_Part):
    name: str
    mean: Number
    scale: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    weight: Number


class _Calibration(_Part):
    method: Literal["platt", "isotonic"]
    slope: Number
    offset: Number
    knots: Annotated[list[tuple[Number, Annotated[float, Field(ge=0, le=1)]]], Field(max_length=10_000)]


class _Header(_Part):
    name: Name
    made_at: AwareDatetime
    made_by: Annotated[str, Field(max_length=100)]
    intended_use: Annotated[str, Field(max_length=2000)]
    seed: int
    buckets: int
    sizes: list[int]
    outputs: list[_Output]
    features: list[_Feature]
    intercept: Number
    calibration: _Calibration
    threshold: Annotated[float, Field(ge=0, le=1)]
    threshold_rule: Annotated[str, Field(max_length=300)]
    report: Report


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model with what is told of it. `threshold_rule` says in words how its threshold was chosen."""

    name: str
    made_at: datetime
    made_by: str
    intended_use: str
    seed: int
    threshold_rule: str
    model: Model
    report: Report


def written(file: ModelFile) -> bytes:
    """Return the bytes of a model; the same model gives the same bytes. Raises ValidationError for a bad name."""
    model = file.model
    header = _Header(
        name=file.name,
        made_at=file.made_at,
        made_by=file.made_by,
        intended_use=file.intended_use,
        seed=file.seed,
        buckets=BUCKETS,
        sizes=list(SIZES),
        outputs=[
            _Output(name=n, trained=o.trained, scale=o.scale, intercept=o.intercept, slope=o.slope, offset=o.offset)
            for n, o in zip(OUTPUTS, model.wording.outputs, strict=True)
        ],
        features=[
            _Feature(name=name, mean=mean, scale=scale, weight=weight)
            for name, mean, scale, weight in zip(
                NAMES, model.mean.tolist(), model.scale.tolist(), model.weights.tolist(), strict=True
            )
        ],
        intercept=model.intercept,
        calibration=_Calibration(
            method="isotonic" if model.calibration.knots else "platt",
            slope=model.calibration.slope,
            offset=model.calibration.offset,
            knots=list(model.calibration.knots),
        ),
        threshold=model.threshold,
        threshold_rule=file.threshold_rule,
        report=file.report,
    ).model_dump_json()
    text = header.encode()
    body = MAGIC + _LENGTH.pack(len(text)) + text + model.wording.weights.astype("<i2").tobytes()
    return body + hashlib.sha256(body).digest()


def checksum(data: bytes) -> str:
    """Return the checksum that a written model ends with, 64 hexadecimal digits."""
    return data[-32:].hex()


def read(data: bytes) -> ModelFile:
    """Return the model that was written.

    Raises BadModelError for what is too long, damaged, of another version, or holds what a model does not hold.
    """
    start = len(MAGIC) + _LENGTH.size
    if len(data) > MOST_BYTES or len(data) < start + _WEIGHTS + 32 or not data.startswith(MAGIC):
        raise BadModelError("this is no model of conversations, version 1; `tutela conversations train` makes one")
    if hashlib.sha256(data[:-32]).digest() != data[-32:]:
        raise BadModelError("the checksum does not fit: the file is damaged or was changed; take the original")
    (length,) = _LENGTH.unpack_from(data, len(MAGIC))
    if length > MOST_HEADER or start + length + _WEIGHTS + 32 != len(data):
        raise BadModelError("the lengths in it do not add up; train the model again")
    try:
        header = _Header.model_validate_json(data[start : start + length])
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        raise BadModelError(f"its header: {'.'.join(map(str, first['loc']))}: {first['msg']}"[:300]) from error
    _same(header)
    weights = np.frombuffer(data, "<i2", count=_WEIGHTS // 2, offset=start + length)
    knots = tuple(header.calibration.knots)
    if (header.calibration.method == "isotonic") != bool(knots) or not _rise(knots):
        raise BadModelError("its header: the knots of the calibration do not rise")
    try:
        model = Model(
            Wording(
                weights.reshape(BUCKETS, len(OUTPUTS)).astype(np.int16),
                [Output(o.trained, o.scale, o.intercept, o.slope, o.offset) for o in header.outputs],
            ),
            np.array([one.mean for one in header.features]),
            np.array([one.scale for one in header.features]),
            np.array([one.weight for one in header.features]),
            header.intercept,
            Calibration(header.calibration.slope, header.calibration.offset, knots),
            header.threshold,
        )
    except ValueError as error:
        raise BadModelError(str(error)) from error
    return ModelFile(
        header.name,
        header.made_at,
        header.made_by,
        header.intended_use,
        header.seed,
        header.threshold_rule,
        model,
        header.report,
    )


def _rise(knots: tuple[tuple[float, float], ...]) -> bool:
    return all(x < y and low <= high for (x, low), (y, high) in pairwise(knots))


def _same(header: _Header) -> None:
    """Refuse a model whose features are not those of this version: its numbers would mean something else."""
    if (
        header.buckets != BUCKETS
        or tuple(header.sizes) != SIZES
        or tuple(one.name for one in header.outputs) != OUTPUTS
        or tuple(one.name for one in header.features) != NAMES
    ):
        raise BadModelError("it was trained for other features than this version of Tutela has; train it again")
