"""Writes a segment."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutela.detection.matching import hamming_tables
from tutela.detection.matching.disk import Disk
from tutela.detection.matching.rows import Rows
from tutela.detection.matching.segments.layout import PAGE, Layout, Organisation, encode, plan
from tutela.detection.matching.segments.searching import first_bytes
from tutela.detection.matching.shape import Shape

TABLES_FROM = 8192
"""Below this number of rows comparing with every value is faster than looking into tables."""

Progress = Callable[[float], None]
"""Called with the share that is done, 0 to 1."""


def _silent(_: float) -> None: ...


def organisation_for(shape: Shape, count: int) -> Organisation:
    """Return how a segment of so many rows is best organised."""
    if shape.metric == "equal":
        return "sorted"
    if shape.metric == "hamming" and shape.width == hamming_tables.WIDTH and count >= TABLES_FROM:
        return "tables"
    return "flat"


def build_segment(
    path: Path, shape: Shape, rows: Rows, disk: Disk, progress: Progress = _silent, threads: int | None = None
) -> Layout:
    """Write rows as a segment, straight into its file; durable on return, but for its name in the folder.

    The file is filled in place: beside it there is only the order of the rows (4 bytes each). Raises OSError where
    there is no room, ValueError for more rows than a segment takes (16,777,216).
    """
    count = len(rows)
    if count > hamming_tables.MOST_ROWS:
        raise ValueError(f"{count:,} rows are more than a segment takes, {hamming_tables.MOST_ROWS:,}")
    organisation = organisation_for(shape, count)
    entry_type = np.uint32 if count == 0 or int(rows.entries.max()) < 1 << 32 else np.uint64
    label_type = np.min_scalar_type(int(rows.labels.max(initial=0)))
    layout = plan(shape, organisation, count, entry_type, label_type)
    data = disk.fill(path, layout.size)

    def column(name: str) -> NDArray[Any]:
        section = layout.sections[name]
        return data[section.offset : section.offset + section.size].view(section.dtype).reshape(section.shape)

    order = _order(organisation, rows.values)
    for name, source in (
        ("values", rows.values),
        ("entries", rows.entries),
        ("labels", rows.labels),
        ("flags", rows.flags),
    ):
        target = column(name)
        if order is None:
            target[:] = source
        else:
            np.take(source.astype(target.dtype, copy=False), order, axis=0, out=target, mode="clip")
    del order
    progress(0.1)
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        if organisation == "sorted":
            column("keys")[:] = first_bytes(column("values"))
        if organisation == "tables":
            values, starts, nexts, places = (column(n) for n in ("values", "starts", "nexts", "rows"))
            nothing = np.empty(0, np.uint8)

            def fill(table: int) -> None:
                at = places[table - 1] if table else nothing
                hamming_tables.fill_table(values, table, starts[table], nexts[table], at)

            for done, _ in enumerate(pool.map(fill, range(hamming_tables.CHUNKS)), 1):
                progress(0.1 + 0.7 * done / hamming_tables.CHUNKS)
        _seal(layout, data, pool)
    progress(0.9)
    disk.settle(path, data)
    progress(1.0)
    return layout


def _order(organisation: Organisation, values: NDArray[np.uint8]) -> NDArray[Any] | None:
    match organisation:
        case "tables":
            return hamming_tables.order(np.ascontiguousarray(values))
        case "sorted":
            return np.argsort(first_bytes(values), kind="stable")
        case "flat":
            return None


def _seal(layout: Layout, data: NDArray[np.uint8], pool: ThreadPoolExecutor) -> None:
    def checksum(block: int) -> int:
        return zlib.crc32(data[slice(*layout.extent(block))].data)

    group = 256
    starts = range(0, layout.blocks, group)
    sums = pool.map(lambda s: [checksum(b) for b in range(s, min(s + group, layout.blocks))], starts)
    checksums = np.array([c for part in sums for c in part], dtype="<u4").tobytes()
    data[layout.checksums :] = np.frombuffer(checksums, np.uint8)
    data[:PAGE] = np.frombuffer(encode(layout, zlib.crc32(checksums)), np.uint8)
