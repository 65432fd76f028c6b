"""What is done to a whole file so that it is one no more. All of it follows from the generator that is given."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

_EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_LONGEST = 1 << 20
"""What a malformed file may grow to, in bytes."""


def _flip_bits(data: bytearray, draw: random.Random, _: Sequence[bytes]) -> bytearray:
    for _n in range(draw.choice((1, 2, 8, 64))):
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    return data


def _set_bytes(data: bytearray, draw: random.Random, _: Sequence[bytes]) -> bytearray:
    for _n in range(draw.choice((1, 4, 32))):
        data[draw.randrange(len(data))] = draw.choice((0, 0xFF, draw.randrange(256)))
    return data


def _head(data: bytearray, draw: random.Random, _: Sequence[bytes]) -> bytearray:
    """Change what stands at the beginning, where formats keep their sizes and counts."""
    for _n in range(draw.choice((1, 2, 4))):
        data[draw.randrange(min(len(data), 64))] = draw.randrange(256)
    return data


def _number(data: bytearray, draw: random.Random, _: Sequence[bytes]) -> bytearray:
    """Write a number at the edge of what a field holds over one: lengths, offsets and dimensions among them."""
    width = draw.choice((2, 4))
    at = draw.randrange(max(1, min(len(data), draw.choice((64, 512, len(data)))) - width))
    value = draw.choice(_EDGES) & ((1 << 8 * width) - 1)
    data[at : at + width] = value.to_bytes(width, draw.choice(("big", "little")))
    return data


def _cut(data: bytearray, draw: random.Random, _: Sequence[bytes]) -> bytearray:
    return data[: draw.randrange(len(data))]


def _cut_out(data: bytearray, draw: random.Random, _: Sequence[bytes]) -> bytearray:
    start = draw.randrange(len(data))
    del data[start : start + draw.randrange(1, 256)]
    return data


def _double(data: bytearray, draw: random.Random, _: Sequence[bytes]) -> bytearray:
    start = draw.randrange(len(data))
    part = data[start : start + draw.randrange(1, 4096)] * draw.choice((1, 2, 64))
    at = draw.randrange(len(data))
    data[at:at] = part
    return data[:_LONGEST]


def _swap(data: bytearray, draw: random.Random, _: Sequence[bytes]) -> bytearray:
    length = draw.randrange(1, max(2, len(data) // 4))
    a, b = sorted(draw.randrange(max(1, len(data) - length)) for _n in range(2))
    data[a : a + length], data[b : b + length] = data[b : b + length], data[a : a + length]
    return data


def _splice(data: bytearray, draw: random.Random, others: Sequence[bytes]) -> bytearray:
    """Go on in the middle of another file: its body under this head."""
    other = draw.choice(others)
    return data[: draw.randrange(len(data))] + other[draw.randrange(len(other)) :]


def _append(data: bytearray, draw: random.Random, others: Sequence[bytes]) -> bytearray:
    """One file after the other: two formats at once."""
    return data + draw.choice(others)


MUTATIONS: Mapping[str, Callable[[bytearray, random.Random, Sequence[bytes]], bytearray]] = {
    "flip bits": _flip_bits,
    "set bytes": _set_bytes,
    "head": _head,
    "number": _number,
    "cut": _cut,
    "cut out": _cut_out,
    "double": _double,
    "swap": _swap,
    "splice": _splice,
    "append": _append,
}
