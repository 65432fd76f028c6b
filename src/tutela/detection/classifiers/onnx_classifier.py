"""A classifier by a local ONNX model: loaded with its card alone, in batches, on the processor or a graphics card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tutela.content.decode import RGB
from tutela.detection.classifiers.card import ModelCard, read_card
from tutela.detection.classifiers.classifier import BadScores, Scores
from tutela.detection.onnx_models.loading import BadModel, Device, chosen_output, opened

_PROBE_SEED = 9
_ROUNDING = 1e-4
"""How far beside 0 and 1 a score may lie: sums of float32 in a model do not end at 1 exactly."""


class OnnxSettings(BaseModel):
    """Where the card is, and how the model runs. `batch` is how many pictures go into the model together, at most."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    card: Path
    device: Device = "cpu"
    batch: int = Field(default=16, ge=1, le=1024)
    threads: int = Field(default=1, ge=1, le=256)


class OnnxClassifier:
    """One model. With the same batch and device, the same pictures have the same scores, to the last bit.

    With another batch, device or make of processor the last bits may differ.
    """

    def __init__(self, settings: OnnxSettings) -> None:
        """Read the card, compare the digest, load the model and try it once. Raises BadCard, BadModel."""
        card = read_card(settings.card)
        self.NAME, self.VERSION = card.name, card.technology
        self.LICENCE, self.INTENDED_USE = card.licence, card.intended_use
        self.LABELS: Sequence[str] = tuple(label.name for label in card.labels)
        self._card, self._pictures = card, card.input.pictures
        file = settings.card.parent / card.model.file
        self._session = opened(file, card.model.sha256, "classifiers", settings.device, settings.threads)
        taken = self._session.get_inputs()
        if len(taken) != 1:
            raise BadModel(f"{file} takes {len(taken)} inputs, and a classifier takes pictures alone")
        self._input = taken[0].name
        # A model that was exported for one batch takes no other: of such one, only single pictures are taken.
        fixed = taken[0].shape[0] if taken[0].shape else None
        if isinstance(fixed, int) and fixed != 1:
            raise BadModel(f"{file} takes exactly {fixed} pictures at once: export it with an open batch, or one of 1")
        self._batch = 1 if fixed == 1 else settings.batch
        self._output = chosen_output(self._session, file, card.model.output)
        self._try(file)

    @property
    def card(self) -> ModelCard:
        """What the model's maker says of it."""
        return self._card

    def scores(self, pictures: Sequence[RGB]) -> Sequence[Scores]:
        """Return the scores of each picture, in order; raises BadScores."""
        judged: list[Scores] = []
        for start in range(0, len(pictures), self._batch):
            squares = np.stack([self._pictures.square(one) for one in pictures[start : start + self._batch]])
            try:
                made = self._run(squares)
            except Exception as error:
                raise BadScores(f"{self.NAME} failed: {str(error).splitlines()[0][:200]}") from error
            judged += [dict(zip(self.LABELS, row, strict=True)) for row in self._checked(made, len(squares))]
        return judged

    def _run(self, squares: NDArray[np.uint8]) -> Any:
        (made,) = self._session.run([self._output], {self._input: self._pictures.fed(squares)})
        return made

    def _checked(self, made: Any, wanted: int) -> list[list[float]]:
        if not isinstance(made, np.ndarray) or made.dtype.kind != "f":
            raise BadScores(f"{self.NAME}: output {self._output!r} holds no floating-point numbers")
        if made.size != wanted * len(self.LABELS) or made.shape[0] != wanted:
            raise BadScores(
                f"{self.NAME}: output {self._output!r} has the shape {made.shape} for {wanted} pictures "
                f"and {len(self.LABELS)} labels"
            )
        values = _activated(made.reshape(wanted, -1).astype(np.float64), self._card.model.activation)
        if not np.isfinite(values).all() or values.min() < -_ROUNDING or values.max() > 1 + _ROUNDING:
            raise BadScores(f"{self.NAME}: scores are not between 0 and 1: check activation, mean and std in the card")
        scores: list[list[float]] = np.clip(values, 0.0, 1.0).tolist()
        return scores

    def _try(self, file: Path) -> None:
        side = self._pictures.side
        noise = np.random.default_rng(_PROBE_SEED).integers(0, 256, (min(2, self._batch), side, side, 3), np.uint8)
        try:
            self._checked(self._run(noise), len(noise))
        except BadScores as error:
            raise BadModel(f"{file}: {error}") from error
        except Exception as error:
            raise BadModel(
                f"{file} does not take pictures of {side} x {side} as {self._pictures.layout} float32: "
                f"{str(error).splitlines()[0][:200]}"
            ) from error


def _activated(values: NDArray[np.float64], activation: str) -> NDArray[np.float64]:
    if activation == "none":
        return values
    with np.errstate(over="ignore", invalid="ignore"):
        if activation == "softmax":
            raised = np.exp(values - values.max(axis=1, keepdims=True))
            softened: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
            return softened
        return np.asarray(1 / (1 + np.exp(-values)))


def from_settings(settings: Mapping[str, object]) -> OnnxClassifier:
    """Return the classifier of a configuration's section (`OnnxSettings`); raises BadCard, BadModel, ValueError."""
    try:
        parsed = OnnxSettings.model_validate(dict(settings))
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error
    return OnnxClassifier(parsed)
