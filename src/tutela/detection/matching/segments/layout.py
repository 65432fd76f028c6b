"""How a segment lies in its file.

    page 0      magic, length and CRC-32 of the header, the header as JSON
    sections    columns, each from a page of its own
    checksums   CRC-32 of each block of 64 KiB, as little-endian uint32

Numbers are little-endian. The header holds the CRC-32 of the checksums, so that it vouches for every byte; a block is
compared with its checksum when it is first touched. Blocks are counted from the file's first byte; the checksum of
the first leaves page 0 out, which has its own.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import DTypeLike

from tutela.detection.matching.hamming_tables import BUCKETS, CHUNKS
from tutela.detection.matching.shape import Shape

MAGIC = b"TUTELIX1"
FORMAT = 1
PAGE = 4096
BLOCK_BITS = 16
BLOCK = 1 << BLOCK_BITS
_PREFIX = struct.Struct("<8sII")

Organisation = Literal["tables", "flat", "sorted"]


class CorruptSegment(Exception):
    """A segment is not what was written; the message names the file and says what to do."""

    def __init__(self, path: object, what: str) -> None:
        super().__init__(f"{path}: {what}; `tutela index rebuild` makes the indexes again from the database")


@dataclass(frozen=True, slots=True)
class Section:
    """A column: where it begins, the type and the shape of its elements."""

    offset: int
    dtype: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """Bytes."""
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(self.dtype).itemsize


@dataclass(frozen=True, slots=True)
class Layout:
    """A segment: what it holds, how it is organised, its sections and its size in bytes."""

    shape: Shape
    organisation: Organisation
    count: int
    sections: dict[str, Section]
    checksums: int
    """Where the checksums begin: the end of the blocks that they cover."""

    @property
    def blocks(self) -> int:
        """The number of blocks."""
        return -(-self.checksums // BLOCK)

    def extent(self, block: int) -> tuple[int, int]:
        """Return the first byte that a block's checksum covers, and the one after the last."""
        return max(block * BLOCK, PAGE), min((block + 1) * BLOCK, self.checksums)

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.checksums + 4 * self.blocks


def plan(shape: Shape, organisation: Organisation, count: int, entry: DTypeLike, label: DTypeLike) -> Layout:
    """Return the layout of a segment of `count` entries; `entry` and `label` are the types of those columns."""
    columns: list[tuple[str, DTypeLike, tuple[int, ...]]] = [("values", np.uint8, (count, shape.width))]
    if organisation == "tables":
        columns += [
            ("starts", np.uint32, (CHUNKS, BUCKETS + 1)),
            ("nexts", np.uint16, (CHUNKS, count)),
            ("rows", np.uint8, (CHUNKS - 1, 3 * count)),
        ]
    if organisation == "sorted":
        columns += [("keys", np.uint64, (count,))]
    columns += [("entries", entry, (count,)), ("labels", label, (count,)), ("flags", np.uint8, (count,))]
    sections: dict[str, Section] = {}
    offset = PAGE
    for name, dtype, dimensions in columns:
        section = Section(offset, np.dtype(dtype).newbyteorder("<").str, dimensions)
        sections[name] = section
        offset = _next_page(offset + section.size)
    return Layout(shape, organisation, count, sections, offset)


def encode(layout: Layout, checksums_crc: int) -> bytes:
    """Return page 0."""
    header = {
        "format": FORMAT,
        "kind": layout.shape.kind,
        "metric": layout.shape.metric,
        "width": layout.shape.width,
        "organisation": layout.organisation,
        "count": layout.count,
        "sections": {name: [s.offset, s.dtype, list(s.shape)] for name, s in layout.sections.items()},
        "checksums": layout.checksums,
        "checksums_crc": checksums_crc,
    }
    text = json.dumps(header, sort_keys=True).encode()
    page = _PREFIX.pack(MAGIC, len(text), zlib.crc32(text)) + text
    if len(page) > PAGE:
        raise ValueError("the header does not fit into a page")
    return page.ljust(PAGE, b"\0")


def decode(page: bytes, path: object) -> tuple[Layout, int]:
    """Return the layout that page 0 tells, and the CRC-32 of the checksums. Raises CorruptSegment."""
    if len(page) < PAGE:
        raise CorruptSegment(path, "the file is shorter than its header")
    magic, length, crc = _PREFIX.unpack_from(page)
    text = page[_PREFIX.size : _PREFIX.size + length]
    if magic != MAGIC:
        raise CorruptSegment(path, "not a segment of an index")
    if len(text) != length or zlib.crc32(text) != crc:
        raise CorruptSegment(path, "the header is damaged")
    header: dict[str, Any] = json.loads(text)
    if header["format"] != FORMAT or header["organisation"] not in get_args(Organisation):
        raise CorruptSegment(path, f"written by another version of Tutela (format {header['format']})")
    sections = {
        name: Section(offset, dtype, tuple(shape)) for name, (offset, dtype, shape) in header["sections"].items()
    }
    shape = Shape(header["kind"], header["metric"], header["width"])
    layout = Layout(shape, header["organisation"], header["count"], sections, header["checksums"])
    return layout, header["checksums_crc"]


def _next_page(offset: int) -> int:
    return -(-offset // PAGE) * PAGE
