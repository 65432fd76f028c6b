"""A model's card: what it is, what for, from what it was made, and how pictures are put to it.

The form is in docs/reference/model-card.md. A model without a card that is whole is not loaded.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from tutela.detection.onnx_models.picture_input import Fit, Layout, PictureInput

LARGEST_CARD = 65_536
"""Bytes."""
_Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_Statement = Annotated[str, StringConstraints(strip_whitespace=True, min_length=20, max_length=4000)]
_Triple = tuple[float, float, float]


class BadCard(ValueError):
    """A card cannot be used; the message names the field and says what is expected."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Label(_Part):
    """One of the things that a model tells apart."""

    name: _Name
    meaning: _Line


class ModelFile(_Part):
    """The file beside the card, its digest, and how scores come out of it.

    `output` names the output that is read, the first one if None. `activation` makes scores of it: `none` where they
    lie between 0 and 1 already, `softmax` over the labels of a picture, `sigmoid` of each.
    """

    file: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$")]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    output: _Line | None = None
    activation: Literal["none", "softmax", "sigmoid"] = "none"


class Input(_Part):
    """How a picture is put to the model (`PictureInput`); the size and the normalisation must be said."""

    side: int
    mean: _Triple
    std: _Triple
    resize: int | None = None
    fit: Fit = "stretch"
    layout: Layout = "NCHW"

    @model_validator(mode="after")
    def _feedable(self) -> Input:
        _ = self.pictures
        return self

    @property
    def pictures(self) -> PictureInput:
        """The same, ready to feed."""
        return PictureInput(self.side, self.resize, self.fit, self.layout, self.mean, self.std)


class ModelCard(_Part):
    """What the maker of a model says of it. `card` is the version of this form."""

    card: Literal[1]
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
    licence: _Line
    intended_use: _Statement
    training_data: _Statement
    labels: Annotated[tuple[Label, ...], Field(min_length=1, max_length=100)]
    model: ModelFile
    input: Input
    not_for: _Statement | None = None

    @field_validator("labels")
    @classmethod
    def _apart(cls, labels: tuple[Label, ...]) -> tuple[Label, ...]:
        if len({one.name for one in labels}) != len(labels):
            raise ValueError("two labels have one name")
        return labels

    @property
    def technology(self) -> str:
        """The card's version, + and 12 hexadecimal digits of all that decides a score.

        So the scores of a file that was changed, or that is fed otherwise, are never counted under the old version.
        """
        parts = [self.model.sha256, self.model.output, self.model.activation, [one.name for one in self.labels]]
        digest = hashlib.sha256(json.dumps([*parts, *self.input.pictures.said]).encode()).hexdigest()
        return f"{self.version}+{digest[:12]}"


def read_card(file: Path) -> ModelCard:
    """Read a card from a TOML or JSON file, by its ending; raises BadCard."""
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST_CARD + 1)
    except OSError as error:
        raise BadCard(f"{file}: {error.strerror}") from error
    if len(data) > LARGEST_CARD:
        raise BadCard(f"{file} is longer than {LARGEST_CARD:,} bytes: it is no card")
    try:
        text = data.decode()
        if file.suffix == ".json":
            # In its JSON mode pydantic is strict and still takes a list for a tuple.
            return ModelCard.model_validate_json(text, strict=True)
        # TOML has the same types as JSON (and dates, which json.dumps refuses).
        return ModelCard.model_validate_json(json.dumps(tomllib.loads(text)), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the card"
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise BadCard(f"{file}: {place}: {first['msg']}{more}; see docs/reference/model-card.md") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise BadCard(f"{file}: {str(error)[:200]}") from error
