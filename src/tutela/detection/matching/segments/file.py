"""A segment's file, mapped. Nothing is read before it has been verified."""

from __future__ import annotations

import mmap
import os
import threading
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutela.detection.matching.segments.layout import BLOCK_BITS, PAGE, CorruptSegment, decode

_MADV_POPULATE_READ = 22


class SegmentFile:
    """A mapped segment. Opening it verifies the header and the size; blocks are verified when they are touched."""

    def __init__(self, path: Path, *, sequential: bool = False) -> None:
        """Raise CorruptSegment where the file is not whole, FileNotFoundError where there is none."""
        self.path = path
        handle = os.open(path, os.O_RDONLY)
        try:
            size = os.fstat(handle).st_size
            self.layout, crc = decode(os.pread(handle, PAGE, 0), path)
            if size != self.layout.size:
                raise CorruptSegment(path, f"the file has {size:,} bytes, not {self.layout.size:,}")
            mapped = mmap.mmap(handle, size, prot=mmap.PROT_READ)
        finally:
            os.close(handle)
        mapped.madvise(mmap.MADV_SEQUENTIAL if sequential else mmap.MADV_RANDOM)
        self._mapped = mapped
        self.data: NDArray[np.uint8] = np.frombuffer(mapped, np.uint8)
        checksums = self.data[self.layout.checksums :]
        if zlib.crc32(checksums.data) != crc:
            raise CorruptSegment(path, "the checksums are damaged")
        self._checksums = checksums.view("<u4") if checksums.size else np.empty(0, np.uint32)
        # One mark more than there are blocks: the checksums, verified above, may begin a block of their own.
        self.verified: NDArray[np.uint8] = np.zeros(self.layout.blocks + 2, np.uint8)
        self.verified[self.layout.blocks :] = 1
        self.all_verified = False
        self._lock = threading.Lock()
        self._left = self.layout.blocks
        self._warm = False

    def column(self, name: str) -> NDArray[Any]:
        """Return a column. What is read of it has to be required first."""
        section = self.layout.sections[name]
        part = self.data[section.offset : section.offset + section.size]
        return part.view(section.dtype).reshape(section.shape)

    def require(self, name: str, rows: NDArray[np.integer] | None = None) -> None:
        """Verify a column, or some rows of it. Raises CorruptSegment."""
        if self.all_verified:
            return
        section = self.layout.sections[name]
        if rows is None:
            first, last = section.offset >> BLOCK_BITS, max(section.offset, section.offset + section.size - 1)
            self.verify(np.arange(first, (last >> BLOCK_BITS) + 1))
            return
        each = section.size // max(1, section.shape[0])
        begin = section.offset + rows.astype(np.int64) * each
        self.verify(np.concatenate([begin >> BLOCK_BITS, (begin + each - 1) >> BLOCK_BITS]))

    def verify(self, blocks: NDArray[np.integer]) -> None:
        """Compare blocks with their checksums, those that were not yet. Raises CorruptSegment."""
        for block in np.unique(blocks):
            if self.verified[block]:
                continue
            begin, end = self.layout.extent(int(block))
            # Whole, in one read: page by page a disk is many times slower.
            aligned = begin - begin % mmap.PAGESIZE
            self._mapped.madvise(mmap.MADV_WILLNEED, aligned, end - aligned)
            part = self.data[begin:end]
            if zlib.crc32(part.data) != self._checksums[block]:
                raise CorruptSegment(self.path, f"block {block} is damaged")
            with self._lock:
                if not self.verified[block]:
                    self.verified[block] = 1
                    self._left -= 1
                    self.all_verified = self._left == 0

    def verify_all(self) -> None:
        """Verify every block. Raises CorruptSegment."""
        self.verify(np.arange(self.layout.blocks))

    def warm(self) -> None:
        """Verify every block and map every page, so that no search has to. Raises CorruptSegment."""
        if self._warm:
            return
        self.verify_all()
        # Linux before 5.14 maps each page when it is touched, as without.
        with suppress(OSError):
            self._mapped.madvise(_MADV_POPULATE_READ)
        self._warm = True
