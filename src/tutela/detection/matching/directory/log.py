"""The log: changes that no segment holds yet. Frames are appended, and never overwritten or cut off.

head     magic (8 bytes), where the frames end that are surely durable (uint64), CRC-32 of these 16 bytes (uint32)
frame    magic, length and CRC-32 of the body (little-endian uint32 each), the body
body     position (uint64), number of new labels and of rows (uint32 each), the stamp and the labels (length as uint32,
         UTF-8, each), then the columns of the rows: entries (uint64), labels (uint32), flags (uint8), values

A frame is synced before the head tells of it. So one that is not whole is damage where the head tells of it; after
that it is what a crash left, and ends the log.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tutela.detection.matching.rows import Rows

_FILE = struct.Struct("<8sQ")
_FILE_MAGIC = b"TUTELOG1"
HEAD = _FILE.size + 4
"""Bytes of the head."""
_MAGIC = 0x474C5554
_HEAD = struct.Struct("<III")
_BODY = struct.Struct("<QII")
_LENGTH = struct.Struct("<I")
_ROW = 8 + 4 + 1


@dataclass(frozen=True, slots=True)
class Frame:
    """A change: the position and the stamp after it, labels that are new, and rows.

    `end` is where it ends in what was decoded.
    """

    position: int
    labels: tuple[str, ...]
    rows: Rows
    end: int = 0
    stamp: str = ""


def head(end: int) -> bytes:
    """Return the head of a log whose frames are durable up to byte `end` of the file."""
    told = _FILE.pack(_FILE_MAGIC, end)
    return told + zlib.crc32(told).to_bytes(4, "little")


def read_head(data: bytes) -> int | None:
    """Return up to where the frames are durable, or None if the head is damaged."""
    told = data[: _FILE.size]
    if len(data) < HEAD or zlib.crc32(told) != int.from_bytes(data[_FILE.size : HEAD], "little"):
        return None
    magic, end = _FILE.unpack(told)
    return int(end) if magic == _FILE_MAGIC else None


def encode(frame: Frame) -> bytes:
    """Return a frame's bytes."""
    rows = frame.rows
    texts = [text.encode() for text in (frame.stamp, *frame.labels)]
    body = b"".join(
        [
            _BODY.pack(frame.position, len(frame.labels), len(rows)),
            *(_LENGTH.pack(len(text)) + text for text in texts),
            rows.entries.astype("<u8").tobytes(),
            rows.labels.astype("<u4").tobytes(),
            rows.flags.tobytes(),
            rows.values.tobytes(),
        ]
    )
    return _HEAD.pack(_MAGIC, len(body), zlib.crc32(body)) + body


def decode(data: bytes, width: int) -> Iterator[Frame]:
    """Yield frames; stop at the first that is not whole."""
    start = 0
    while start + _HEAD.size <= len(data):
        magic, length, crc = _HEAD.unpack_from(data, start)
        end = start + _HEAD.size + length
        body = data[start + _HEAD.size : end]
        if magic != _MAGIC or len(body) != length or zlib.crc32(body) != crc:
            return
        yield _frame(body, width, end)
        start = end


def _frame(body: bytes, width: int, end: int) -> Frame:
    position, texts, count = _BODY.unpack_from(body)
    at = _BODY.size
    found = []
    for _ in range(texts + 1):
        (length,) = _LENGTH.unpack_from(body, at)
        found.append(body[at + 4 : at + 4 + length].decode())
        at += 4 + length
    if len(body) - at != count * (_ROW + width):
        raise ValueError("the log is of values of another length")
    rows = Rows(
        np.frombuffer(body, "<u8", count, at).astype(np.uint64),
        np.frombuffer(body, np.uint8, count * width, at + count * _ROW).reshape(count, width),
        np.frombuffer(body, "<u4", count, at + 8 * count).astype(np.uint32),
        np.frombuffer(body, np.uint8, count, at + 12 * count),
    )
    stamp, *labels = found
    return Frame(position, tuple(labels), rows, end, stamp)
