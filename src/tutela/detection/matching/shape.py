"""What kind of values an index holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Metric = Literal["equal", "hamming", "euclidean", "cosine"]


@dataclass(frozen=True, slots=True)
class Shape:
    """The kind of the values, how two are compared, and the bytes of each."""

    kind: str
    metric: Metric
    width: int

    def __post_init__(self) -> None:
        if self.width < 1:
            raise ValueError("a value has at least one byte")
