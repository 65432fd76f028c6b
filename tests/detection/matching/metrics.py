"""What a distance is, in plain Python: the oracles of the indexes, with values that lie near each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

Value = st.SearchStrategy[bytes]


@dataclass(frozen=True)
class Metric:
    """`near` draws values around a centre; `opposite` are two values as far apart as can be."""

    distance: Callable[[bytes, bytes], int]
    widest: Callable[[int], int]
    centres: Callable[[int], Value]
    near: Callable[[bytes], Value]
    opposite: Callable[[int], tuple[bytes, bytes]]
    radii: Callable[[int], st.SearchStrategy[int]]


def _any_bytes(length: int) -> Value:
    return st.binary(min_size=length, max_size=length)


def _black_and_white(length: int) -> tuple[bytes, bytes]:
    return bytes(length), b"\xff" * length


def _flipped(centre: bytes) -> Value:
    def flip(places: list[int]) -> bytes:
        value = int.from_bytes(centre)
        for place in places:
            value ^= 1 << place
        return value.to_bytes(len(centre))

    return st.builds(flip, st.lists(st.integers(0, 8 * len(centre) - 1), max_size=70))


EQUAL = Metric(
    distance=lambda one, other: 0 if one == other else 1,
    widest=lambda length: 0,
    centres=_any_bytes,
    near=_flipped,
    opposite=_black_and_white,
    radii=lambda length: st.just(0),
)
HAMMING = Metric(
    distance=lambda one, other: sum((a ^ b).bit_count() for a, b in zip(one, other, strict=True)),
    widest=lambda length: 8 * length,
    centres=_any_bytes,
    near=_flipped,
    opposite=_black_and_white,
    radii=lambda length: st.one_of(st.integers(0, 63), st.just(8 * length)),
)


def _moved(centre: bytes) -> Value:
    moves = st.lists(st.tuples(st.integers(0, len(centre) - 1), st.integers(0, 255)), max_size=12)

    def move(changes: list[tuple[int, int]]) -> bytes:
        value = bytearray(centre)
        for place, number in changes:
            value[place] = number
        return bytes(value)

    return st.builds(move, moves)


EUCLIDEAN = Metric(
    distance=lambda one, other: sum((a - b) ** 2 for a, b in zip(one, other, strict=True)),
    widest=lambda length: length * 255**2,
    centres=lambda length: st.one_of(_any_bytes(length), st.sampled_from(_black_and_white(length))),
    near=_moved,
    opposite=_black_and_white,
    radii=lambda length: st.one_of(
        st.integers(0, 10), st.integers(0, min(200_000, length * 255**2)), st.just(length * 255**2)
    ),
)


def direction(numbers: list[float]) -> bytes:
    """Return numbers as a value: float32, scaled to length 1; along the first axis where all are 0."""
    vector = np.array(numbers, np.float64)
    vector[0] += not vector.any()
    return (vector / np.linalg.norm(vector)).astype("<f4").tobytes()


def _cosine(one: bytes, other: bytes) -> int:
    ours, theirs = ([Fraction(float(x)) for x in np.frombuffer(value, "<f4")] for value in (one, other))
    dot = sum(a * b for a, b in zip(ours, theirs, strict=True))
    squares = sum(a * a for a in ours) * sum(b * b for b in theirs)
    with localcontext() as context:
        context.prec = 60
        cosine = _decimal(Fraction(dot)) / _decimal(Fraction(squares)).sqrt()
        return min(2_000_000, max(0, round(1_000_000 * (1 - cosine))))


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)


def _leaning(centre: bytes) -> Value:
    count = len(centre) // 4
    by = st.sampled_from([0.0, 1e-6, 1e-4, 1e-2, 1.0])
    noise = st.integers(0, 2**32 - 1)

    def lean(size: float, seed: int) -> bytes:
        other = np.random.default_rng(seed).standard_normal(count) * size
        return direction((np.frombuffer(centre, "<f4") + other).tolist())

    return st.builds(lean, by, noise)


COSINE = Metric(
    distance=_cosine,
    widest=lambda length: 2_000_000,
    centres=lambda length: st.builds(
        direction, st.lists(st.integers(-3, 3).map(float), min_size=length // 4, max_size=length // 4)
    ),
    near=_leaning,
    opposite=lambda length: (direction([1.0] * (length // 4)), direction([-1.0] * (length // 4))),
    radii=lambda length: st.one_of(st.integers(0, 20), st.integers(0, 1_000_000), st.just(2_000_000)),
)
