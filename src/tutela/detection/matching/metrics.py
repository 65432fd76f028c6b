"""How far apart values of each metric can lie."""

from __future__ import annotations

from tutela.detection.matching.cosine import WIDEST
from tutela.detection.matching.euclidean import LARGEST_SQUARE
from tutela.detection.matching.shape import Shape

UNITS = {
    "equal": "",
    "hamming": "bits",
    "euclidean": "(the square of a distance)",
    "cosine": "millionths",
}


def farthest(shape: Shape) -> int:
    """Return the largest distance that two values can have."""
    match shape.metric:
        case "equal":
            return 0
        case "hamming":
            return 8 * shape.width
        case "euclidean":
            return shape.width * LARGEST_SQUARE
        case "cosine":
            return WIDEST


def check_threshold(shape: Shape, threshold: int) -> int:
    """Return a threshold that the shape can have; raises ValueError."""
    if not 0 <= threshold <= farthest(shape):
        unit = f" {UNITS[shape.metric]}".rstrip()
        raise ValueError(f"the threshold of {shape.kind} is 0 to {farthest(shape):,}{unit}, not {threshold:,}")
    return threshold
