"""Tables for an exact search within a Hamming radius of 256-bit values: 16 chunks of 16 bits.

The thresholds T of the chunks sum to radius + 1. Where two values lie within the radius there is a chunk i such that,
going round the ring of chunks from i, each run of chunks differs in fewer bits than its T sum to (the cycle lemma of
Dvoretzky and Motzkin, 1947; "pigeonring", Qin and Xiao, VLDB 2018). So a value is found by looking in table i at the
buckets that differ from the query's chunk in fewer than T[i] bits, and there only at places whose next chunk, which
stands in the table, differs in fewer than T[i] + T[i + 1] bits less those. What passes is compared in full.

The compiled part searches and fills the same arrays (core/native/hamming.hpp); what is here is for machines without it.
"""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tutela.detection.compiled import COMPILED
from tutela.detection.matching.found import NOTHING

WIDTH = 32
CHUNKS = 16
BUCKETS = 1 << 16
MOST_RADIUS = 63
MOST_ROWS = 1 << 24

U8: TypeAlias = NDArray[np.uint8]
U16: TypeAlias = NDArray[np.uint16]
U32: TypeAlias = NDArray[np.uint32]

if COMPILED:
    import tutela_core


def order(values: U8) -> U32:
    """Return the rows of `values`, (n, 32), in the order of chunk 0, equal ones as they came."""
    if COMPILED:
        return tutela_core.hamming_order(values)
    return np.argsort(_chunks(values)[:, 0], kind="stable").astype(np.uint32)


def fill_table(values: U8, table: int, starts: U32, nexts: U16, rows: U8) -> None:
    """Fill table 0 to 15 of values that stand in the order of chunk 0.

    `starts`, (65537,), tells where each bucket begins; `nexts`, (n,), is the chunk after at each place; `rows`,
    (3 * n,), is the row at each place in 3 bytes, the lowest first; empty for table 0, where it is the place.
    """
    if COMPILED:
        tutela_core.hamming_fill_table(values, table, starts, nexts, rows)
        return
    chunks = _chunks(values)
    here = chunks[:, table]
    starts[0] = 0
    np.cumsum(np.bincount(here, minlength=BUCKETS), out=starts[1:], dtype=np.uint32)
    following = chunks[:, (table + 1) % CHUNKS]
    if table == 0:
        nexts[:] = following
        return
    places = np.argsort(here, kind="stable").astype("<u4")
    nexts[:] = following[places]
    rows.reshape(-1, 3)[:] = places.view(np.uint8).reshape(-1, 4)[:, :3]


def _chunks(values: U8) -> U16:
    return values.view("<u2").reshape(-1, CHUNKS)


@cache
def _flips(most: int) -> tuple[U16, U16]:
    """Return the keys that have at most that many bits, and the bits of each."""
    keys = np.arange(BUCKETS, dtype=np.uint16)
    bits = np.bitwise_count(keys).astype(np.uint16)
    return keys[bits <= most], bits[bits <= most]


def thresholds(radius: int) -> list[int]:
    """Return T of each chunk; they sum to radius + 1."""
    share, rest = divmod(radius + 1, CHUNKS)
    return [share + (chunk < rest) for chunk in range(CHUNKS)]


def search_one(values: U8, starts: U32, nexts: U16, rows: U8, query: U8, radius: int) -> tuple[U32, NDArray[np.int64]]:
    """Return rows and distances within the radius of one query, (32,), each row once, in no order.

    Shapes: values (n, 32), starts (16, 65537), nexts (16, n), rows (15, 3 * n).
    """
    share = thresholds(radius)
    chunks = query.view("<u2")
    candidates: list[U32] = []
    for table, most in enumerate(share):
        if most == 0:
            continue
        flips, bits = _flips(most - 1)
        buckets = flips ^ chunks[table]
        first = starts[table][buckets].astype(np.int64)
        length = starts[table][buckets.astype(np.uint32) + 1].astype(np.int64) - first
        total = int(length.sum())
        if total == 0:
            continue
        ends = np.cumsum(length)
        places = np.arange(total) + np.repeat(first - (ends - length), length)
        following = (table + 1) % CHUNKS
        limit = np.repeat(most + share[following] - 1 - bits.astype(np.int64), length)
        near = places[np.bitwise_count(nexts[table][places] ^ chunks[following]) <= limit]
        if table == 0:
            candidates.append(near.astype(np.uint32))
        else:
            three = rows[table - 1].reshape(-1, 3)[near].astype(np.uint32)
            candidates.append(three[:, 0] | three[:, 1] << 8 | three[:, 2] << 16)
    if not candidates:
        return NOTHING.row, NOTHING.distance
    found = np.unique(np.concatenate(candidates))
    distance = np.bitwise_count(values[found] ^ query).sum(axis=1, dtype=np.int64)
    within = distance <= radius
    return found[within], distance[within]
