"""A collection in a folder: `collection.json`, and in `files/` every file that came, by its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.observation import Reporter
from tutela.statistics.union.period import Period
from tutela.statistics.union.submissions.collection import (
    Collection,
    Expected,
    NotExpected,
    Question,
    Reason,
    Slot,
    Version,
)
from tutela.statistics.union.submissions.incoming import Incoming, combined, read
from tutela.storage.durable import holding, make_folder, write_durably

T = TypeVar("T")
LARGEST_FILE = 16 * 1024 * 1024


class UnreadableCollection(Exception):
    """A folder that is no collection, or whose files are not what came; the message says which."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    form: Literal[1] = 1
    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,60}$")]
    title: str
    years: list[int]
    expected: list[Expected]
    versions: list[Version] = []
    reasons: list[Reason] = []
    questions: list[Question] = []


_ADAPTER = TypeAdapter(_File)


class CollectionFolder:
    """Reads and changes a collection; changes of several processes come one after another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "collection.json"

    def make(self, collection: Collection) -> None:
        """Write a new one. Raises FileExistsError."""
        make_folder(self._folder / "files")
        if not write_durably(self._path, _written(collection), only_new=True):
            raise FileExistsError(f"{self._path} is there already")

    def load(self) -> Collection:
        """Return the collection. Raises UnreadableCollection."""
        try:
            raw = _ADAPTER.validate_json(self._path.read_bytes())
        except OSError as error:
            raise UnreadableCollection(f"{self._folder} holds no collection: {error.strerror}") from error
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise UnreadableCollection(f"{self._path}: {where}: {first['msg']}") from error
        return Collection(
            raw.id,
            raw.title,
            tuple(raw.years),
            tuple(raw.expected),
            tuple(raw.versions),
            tuple(raw.reasons),
            tuple(raw.questions),
        )

    def change(self, how: Callable[[Collection], Collection]) -> Collection:
        """Change it and return what it is then. Raises UnreadableCollection, and whatever `how` raises."""
        self.load()
        with holding(self._folder / ".lock"):
            changed = how(self.load())
            write_durably(self._path, _written(changed))
        return changed

    def take(self, slot: Slot, path: Path, content: bytes, language: str, at: datetime) -> tuple[Incoming, int]:
        """Read a file, keep it as it came, and return what it tells with the number of its version.

        Raises NotExpected, and RefusedSubmission for a file that is none; then nothing is kept.
        """
        self.load().of(slot)
        incoming = _read(slot, path.name, content, language)
        digest = hashlib.sha256(content).hexdigest()
        write_durably(self._folder / "files" / digest, content, only_new=True)
        cells, remarks = incoming.cells, len(incoming.remarks)
        changed = self.change(lambda c: c.received(slot, at, path.name, digest, language, cells, remarks))
        return incoming, changed.of(slot)[-1].number

    def incoming(self, version: Version) -> Incoming:
        """Read the file of a version again. Raises UnreadableCollection if it is not what came."""
        try:
            content = (self._folder / "files" / version.sha256).read_bytes()
        except OSError as error:
            raise UnreadableCollection(f"{version.slot}, version {version.number}: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != version.sha256:
            raise UnreadableCollection(f"{version.slot}, version {version.number}: the file is not the one that came")
        return _read(version.slot, version.name, content, version.language)

    def dataset(self, until: datetime | None = None) -> Dataset:
        """Return the latest versions as one data set, as it stood at a time. Raises UnreadableCollection."""
        collection = self.load()
        every = [(Reporter.parse(v.slot.reporter), self.incoming(v)) for v in collection.latest(until)]
        return combined(collection.id, collection.title, collection.years, every)


def _read(slot: Slot, name: str, content: bytes, language: str) -> Incoming:
    return read(
        name,
        content,
        kind=slot.kind,
        reporter=Reporter.parse(slot.reporter),
        period=Period.parse(slot.period),
        language=language,
    )


def _written(collection: Collection) -> bytes:
    raw = _File(
        id=collection.id,
        title=collection.title,
        years=list(collection.years),
        expected=list(collection.expected),
        versions=list(collection.versions),
        reasons=list(collection.reasons),
        questions=list(collection.questions),
    )
    return _ADAPTER.dump_json(raw, indent=1) + b"\n"


__all__ = ["CollectionFolder", "NotExpected", "UnreadableCollection"]
