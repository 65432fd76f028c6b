"""A calibration as it is kept: JSON of a version, read strictly. It holds no item, no account and no label."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from tutela.detection.classifiers.calibration.scaling import Isotonic, Platt
from tutela.detection.classifiers.calibration.thresholds import Method

LARGEST_RECORD = 16 * 1024 * 1024
"""Bytes."""
LONGEST_STEPS = 200_000
QUANTILES = 1000

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Shares = tuple[Share, ...]


class BadCalibration(ValueError):
    """A file is no calibration; the message says where and why."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, ser_json_inf_nan="null")


class Data(_Part):
    """What the calibration was made of: the SHA-256 of the file, and counts. `prevalence` is by weight."""

    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    items: Count
    positives: Count
    groups: Count | None
    weighted: bool
    prevalence: Share

    @model_validator(mode="after")
    def _adds_up(self) -> Data:
        if not 0 < self.positives < self.items:
            raise ValueError("there are positives and negatives, and no more of either than items")
        return self


class Promise(_Part):
    """The target, and how the threshold meets it (`Target`, `Threshold`)."""

    kind: Literal["precision", "false_positive_rate"]
    value: Share
    confidence: Share
    method: Method
    bound: Share
    observed: Share
    judged: Count
    candidates: Count
    seed: Count

    @model_validator(mode="after")
    def _kept(self) -> Promise:
        kept = self.bound >= self.value if self.kind == "precision" else self.bound <= self.value
        if not kept:
            raise ValueError("the bound does not meet the target")
        return self


class Bounded(_Part):
    """A rate between its bounds."""

    low: Share
    value: Share
    high: Share


class Steps(_Part):
    """The points of the isotonic step function (`Isotonic`)."""

    scores: Annotated[Shares, Field(max_length=LONGEST_STEPS)]
    probabilities: Annotated[Shares, Field(max_length=LONGEST_STEPS)]

    @model_validator(mode="after")
    def _steps(self) -> Steps:
        _ = self.function
        return self

    @property
    def function(self) -> Isotonic:
        """The step function."""
        return Isotonic(np.array(self.scores), np.array(self.probabilities))


class Curve(_Part):
    """Platt's two numbers (`Platt`)."""

    slope: float
    intercept: float

    @property
    def function(self) -> Platt:
        """The curve."""
        return Platt(self.slope, self.intercept)


class ErrorOf(_Part):
    """An expected calibration error, measured on the half that the fit did not see."""

    value: Share
    low: Share | None
    high: Annotated[float, Field(ge=0)] | None


class Errors(_Part):
    """Of the score as it is, and after each scaling."""

    score: ErrorOf
    isotonic: ErrorOf
    platt: ErrorOf


class Reference(_Part):
    """Scores of one class, rising: all of `items`, or QUANTILES of them that part them evenly.

    `flagged` of the `items` reach the threshold. Of groups, one item each was drawn.
    """

    items: Count
    flagged: Count
    scores: Annotated[Shares, Field(min_length=1, max_length=QUANTILES)]

    @model_validator(mode="after")
    def _adds_up(self) -> Reference:
        if len(self.scores) != min(self.items, QUANTILES) or list(self.scores) != sorted(self.scores):
            raise ValueError(f"the scores rise, and are as many as the items, or {QUANTILES}")
        if self.flagged > self.items:
            raise ValueError("no more items are flagged than there are")
        return self


class References(_Part):
    """What recent scores are held against."""

    positives: Reference
    negatives: Reference


class Calibration(_Part):
    """All that is known of one label's scores. `calibration` is the version of this form.

    An item is flagged if its score is at least `threshold`. `references` are None where items had weights: their
    scores are no sample of anything that could be drawn again.
    """

    calibration: Literal[1]
    of: Annotated[str, StringConstraints(max_length=200)] | None
    threshold: Share
    promise: Promise
    data: Data
    recall: Bounded
    false_positive_rate: Bounded
    isotonic: Steps
    platt: Curve
    errors: Errors
    references: References | None

    @model_validator(mode="after")
    def _agrees(self) -> Calibration:
        if (self.references is None) is not self.data.weighted:
            raise ValueError("references are there unless items had weights")
        return self


def read_calibration(file: Path) -> Calibration:
    """Read a calibration; raises BadCalibration."""
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST_RECORD + 1)
    except OSError as error:
        raise BadCalibration(f"{file}: {error.strerror}") from error
    if len(data) > LARGEST_RECORD:
        raise BadCalibration(f"{file} is longer than {LARGEST_RECORD:,} bytes: it is no calibration")
    try:
        return Calibration.model_validate_json(data, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BadCalibration(f"{file}: {place}: {first['msg']}; make it with `tutela calibrate`") from error


def written(calibration: Calibration) -> str:
    """Return the text that `read_calibration` reads."""
    return calibration.model_dump_json(indent=1) + "\n"
