"""The stream of malformed files: never written down, and the same again for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from bench.malformed.mutations import MUTATIONS
from bench.malformed.sources import sources


@dataclass(frozen=True, slots=True)
class Malformed:
    """A file: what it was, what was done to it, and its bytes."""

    number: int
    source: str
    deeds: tuple[str, ...]
    data: bytes


def malformed(count: int, seed: int) -> Iterator[Malformed]:
    """Yield `count` malformed files of all formats in turn. Each depends on `seed` and its number alone."""
    whole = sources(seed)
    names, others = list(whole), list(whole.values())
    for number in range(count):
        draw = random.Random(f"{seed} {number}")
        name = names[number % len(names)]
        deeds = tuple(draw.choices(list(MUTATIONS), k=draw.choice((1, 1, 1, 2, 3))))
        data = bytearray(whole[name])
        for deed in deeds:
            data = MUTATIONS[deed](data, draw, others) if data else data
        yield Malformed(number, name, deeds, bytes(data))
