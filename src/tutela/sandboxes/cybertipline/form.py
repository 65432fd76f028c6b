"""A form and the file that it carries."""

import hashlib
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tutela.sandboxes.cybertipline.codes import Code, Refusal

FILE_FIELD = "file"


class ReceivedFile:
    """A file on its way in: hashed, counted and, where a folder is given, written to it.

    ``size`` in bytes; ``too_large`` once it exceeds ``limit`` bytes, after which nothing more is kept.
    """

    def __init__(self, name: str | None, limit: int, folder: Path | None) -> None:
        self.name = name
        self.size = 0
        self.too_large = False
        self._limit = limit
        self._hash = hashlib.md5(usedforsecurity=False)
        self._folder = folder
        self._partial: IO[bytes] | None = None
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._partial = tempfile.NamedTemporaryFile(  # noqa: SIM115
                dir=folder, prefix=".partial-", delete=False
            )

    @property
    def md5(self) -> str:
        """The MD5 of what has arrived, 32 lower-case hex digits."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        self.size += len(data)
        self.too_large = self.size > self._limit
        if self.too_large:
            return
        self._hash.update(data)
        if self._partial is not None:
            self._partial.write(data)

    def keep(self, file_id: str) -> None:
        """Make the file lasting, under its id, where a folder was given."""
        if self._partial is not None and self._folder is not None:
            self._partial.close()
            os.replace(self._partial.name, self._folder / file_id)  # noqa: PTH105 - atomic, by the name
            self._partial = None

    def discard(self) -> None:
        """Remove what was written, unless it was kept."""
        if self._partial is not None:
            self._partial.close()
            Path(self._partial.name).unlink(missing_ok=True)
            self._partial = None


@dataclass(slots=True)
class Form:
    """The fields of a form and its file; use it as a context manager, which discards a file not kept."""

    fields: dict[str, str] = field(default_factory=dict)
    file: ReceivedFile | None = None

    def __enter__(self) -> "Form":
        return self

    def __exit__(self, *_error: object) -> None:
        if self.file is not None:
            self.file.discard()

    def report_id(self) -> int:
        """Return the field ``id``; raise Refusal 4000 where it is missing or no number."""
        text = self.fields.get("id")
        if text is None:
            raise Refusal(Code.INVALID, "The form needs a field named id")
        # 18 digits always fit the 64 bits that the schema gives a report id.
        if not (text.isascii() and text.isdigit() and len(text) <= 18):
            raise Refusal(Code.INVALID, "The field id must be a report id, a whole number")
        return int(text)


def repeated(name: str) -> Refusal:
    """Return the refusal of a form that names a field twice."""
    return Refusal(Code.INVALID, f"The form has more than one field named {name}")
