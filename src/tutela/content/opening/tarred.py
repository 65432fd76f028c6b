"""TAR: regular files alone. Links and devices are named in one and never followed or made."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from typing import ClassVar

from tutela.content.decode import OverLimit, Undecodable
from tutela.content.item import Outcome
from tutela.content.opening.budget import Budget, Exhausted
from tutela.content.opening.part import FilePart, Part, UnseenPart, shown_name
from tutela.content.place import Step, Within

_MAGIC = slice(257, 262)
_BROKEN = (tarfile.TarError, OSError, EOFError, ValueError, OverflowError, IndexError, RecursionError, MemoryError)


class Tar:
    """Reads ustar, PAX and GNU archives that are not packed; a packed one is a packed file with a TAR in it."""

    NAME: ClassVar[str] = "TAR"

    def claims(self, data: bytes) -> bool:
        """Return whether the first header is that of a TAR."""
        return data[_MAGIC] == b"ustar"

    def parts(self, data: bytes, budget: Budget) -> Iterator[Part]:
        """Yield the files in the order in which they lie in it."""
        try:
            with tarfile.open(fileobj=io.BytesIO(data), mode="r:", errors="surrogateescape") as archive:
                for number, member in enumerate(archive, 1):
                    budget.part()
                    if member.isreg():
                        step = (Step(Within.FILE, shown_name(member.name), number),)
                        yield from _file(archive, member, step, budget)
        except _BROKEN as error:
            if isinstance(error, OverLimit | Undecodable):
                raise
            raise Undecodable(f"the TAR cannot be read: {error}") from error


def _file(archive: tarfile.TarFile, member: tarfile.TarInfo, step: tuple[Step, ...], budget: Budget) -> Iterator[Part]:
    if member.size > budget.limits.max_bytes:
        # A sparse file may say that it is larger than any disk: its holes are never filled.
        yield UnseenPart(step, Outcome.OVER_LIMIT, f"{member.size:,} bytes")
        return
    stream = archive.extractfile(member)
    if stream is None:
        return
    try:
        content = budget.read(stream)
    except Exhausted:
        raise
    except OverLimit as error:
        yield UnseenPart(step, Outcome.OVER_LIMIT, str(error))
        return
    yield FilePart(step, content)
    if len(content) < member.size:
        yield UnseenPart(step, Outcome.UNDECODABLE, "the archive breaks off in it")
