"""A batch of texts as numbers: buckets of character n-grams, and counts that need no language.

Nothing is learned or kept here. The n-grams of 3 to 5 characters of the folded text, each digit taken for 0, are hashed
(Weinberger et al., Feature Hashing for Large Scale Multitask Learning, ICML 2009), all texts of a batch at once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

I64: TypeAlias = NDArray[np.int64]
F64: TypeAlias = NDArray[np.float64]
U32: TypeAlias = NDArray[np.uint32]

SIZES = (3, 4, 5)
BUCKET_BITS = 17
BUCKETS = 1 << BUCKET_BITS
LONGEST = 16_384
"""Characters of a message that are read; what follows is not. It bounds the work and the sums of `Weights`."""
BATCH_CHARACTERS = 262_144
COUNTS = ("characters", "questions", "digits", "links", "handles")
"""What is counted of each text; `handles` counts the sign @."""
_STEP = np.uint32(0x01000193)
_MIX = np.uint32(0x9E3779B1)
_QUESTIONS = (0x3F, 0x37E, 0x61F, 0x55E)
"""The marks of Latin, Greek, Arabic and Armenian script, after NFKC."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts as numbers. `starts` (n,) are where each begins in `buckets`; a bucket of BUCKETS stands for nothing.

    `buckets` has one row of all characters for each of SIZES. `grams` (n,) is how many n-grams a text has, at least 1;
    `counts` is (n, 5), in the order of COUNTS.
    """

    starts: I64
    buckets: I64
    grams: I64
    counts: F64


def batches(texts: Sequence[str]) -> Iterator[tuple[int, Batch]]:
    """Yield the texts in batches of bounded size, each with the number of its first text, from 0."""
    first, folded, size = 0, list[str](), 0
    for number, text in enumerate(texts):
        one = fold(text)
        if folded and size + len(one) > BATCH_CHARACTERS:
            yield first, _batch(folded)
            first, folded, size = number, [], 0
        folded.append(one)
        size += len(one)
    if folded:
        yield first, _batch(folded)


def fold(text: str) -> str:
    """Return the text as it is read: compatible forms made one, small letters, no invisible characters."""
    text = text[:LONGEST]
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")[:LONGEST]


def _batch(folded: Sequence[str]) -> Batch:
    # A space at either end, so that the first and the last word have n-grams of their own.
    codes = np.frombuffer(" ".join(["", *[f"{text} " for text in folded]]).encode("utf-32-le", "surrogatepass"), "<u4")
    lengths = np.array([len(text) for text in folded], np.int64)
    starts = np.zeros(len(folded), np.int64)
    np.cumsum(lengths[:-1] + 2, out=starts[1:])
    digit = (codes >= 0x30) & (codes <= 0x39)
    counts = np.empty((len(folded), len(COUNTS)))
    counts[:, 0] = lengths
    for column, marks in enumerate((np.isin(codes, _QUESTIONS), digit, _links(codes), codes == 0x40), start=1):
        counts[:, column] = np.add.reduceat(marks, starts, dtype=np.int64)
    codes = np.where(digit, np.uint32(0x30), codes).astype(np.uint32)
    ends = np.repeat(starts + lengths + 2, lengths + 2)
    places = np.arange(len(codes))
    buckets = np.full((len(SIZES), len(codes)), BUCKETS, np.int64)
    grams = np.zeros(len(folded), np.int64)
    value = codes.copy()
    for size in range(2, SIZES[-1] + 1):
        value = value[:-1] * _STEP + codes[size - 1 :] if len(value) > 1 else value[:0]
        if size in SIZES:
            row = SIZES.index(size)
            mixed = (value ^ (value >> np.uint32(15)) ^ np.uint32(size)) * _MIX
            within = places[: len(value)] + size <= ends[: len(value)]
            buckets[row, : len(value)] = np.where(within, mixed >> np.uint32(32 - BUCKET_BITS), BUCKETS)
            grams += np.maximum(lengths + 3 - size, 0)
    return Batch(starts, buckets, np.maximum(grams, 1), counts)


def _links(codes: U32) -> NDArray[np.bool_]:
    """Return where `://` or `www.` begins."""
    found = np.zeros(len(codes), np.bool_)
    for mark in ("://", "www."):
        if len(codes) >= len(mark):
            here = np.ones(len(codes) - len(mark) + 1, np.bool_)
            for offset, sign in enumerate(mark):
                here &= codes[offset : offset + len(here)] == ord(sign)
            found[: len(here)] |= here
    return found
