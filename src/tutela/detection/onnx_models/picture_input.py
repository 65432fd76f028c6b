"""How a picture is put to a model: cut, scaled, normalised."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tutela.content.decode import RGB

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
"""What the channels of ImageNet average and spread to: most published backbones were trained with these."""
LARGEST_SIDE = 4096

Fit = Literal["stretch", "crop"]
Layout = Literal["NCHW", "NHWC", "flat"]


@dataclass(frozen=True, slots=True)
class PictureInput:
    """A picture becomes `side` x `side` samples, and each channel, 0 to 1, loses its `mean` and is divided by `std`.

    `fit="stretch"` scales all of the picture; `"crop"` the middle square of it, scaled to `resize` first. A batch has
    the shape (n, 3, side, side) as `NCHW`, (n, side, side, 3) as `NHWC`, (n, side * side * 3) as `flat`, where the
    channels of a sample stand together. Raises ValueError.
    """

    side: int = 224
    resize: int | None = None
    fit: Fit = "stretch"
    layout: Layout = "NCHW"
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD

    def __post_init__(self) -> None:
        if not 1 <= self.side <= (self.resize or self.side) <= LARGEST_SIDE:
            raise ValueError(f"side is 1 to {LARGEST_SIDE} samples, and resize, where it is given, not below it")
        if self.resize is not None and self.fit != "crop":
            raise ValueError('resize is for fit = "crop" alone')
        if not all(math.isfinite(m) for m in self.mean) or not all(math.isfinite(s) and s > 0 for s in self.std):
            raise ValueError("mean and std are three numbers each, those of std above 0")

    @property
    def said(self) -> list[object]:
        """All that decides what a model is fed, to be digested."""
        return [self.side, self.resize or self.side, self.fit, self.layout, self.mean, self.std]

    def square(self, pixels: RGB) -> NDArray[np.uint8]:
        """Return the picture, (height, width, 3), cut and scaled: (side, side, 3), uint8."""
        picture, box = Image.fromarray(np.ascontiguousarray(pixels)), None
        if self.fit == "crop":
            # The middle square, and of it the middle part that is left of `resize`.
            edge = min(picture.size) * self.side / (self.resize or self.side)
            left, top = (picture.width - edge) / 2, (picture.height - edge) / 2
            box = (left, top, left + edge, top + edge)
        return np.asarray(picture.resize((self.side, self.side), Image.Resampling.BICUBIC, box=box))

    def fed(self, squares: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return a batch of squares, (n, side, side, 3), as the model takes it."""
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        with np.errstate(over="ignore"):
            fed = (squares.astype(np.float32) / 255 - mean) / std
        if self.layout == "NCHW":
            fed = fed.transpose(0, 3, 1, 2)
        elif self.layout == "flat":
            fed = fed.reshape(len(fed), -1)
        return np.ascontiguousarray(fed)
