"""A hash list and its entries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_CLASS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,15}")


@dataclass(frozen=True, slots=True)
class HashList:
    """A list: who owns it, where it comes from, whose law its classification follows."""

    id: str
    owner: str
    source: str
    jurisdiction: str
    classification: str | None
    enabled: bool = True

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.id):
            raise ValueError(f"list name {self.id!r}: use lower-case letters, digits, '.', '_' and '-', at most 63")
        if self.classification is not None:
            check_classification(self.classification)


def check_classification(text: str) -> str:
    """Return the code of a class if it is one (1 to 16 letters, digits, '.', '_', '-'); raises ValueError."""
    if not _CLASS.fullmatch(text):
        raise ValueError(f"class {text[:40]!r}: use 1 to 16 letters, digits, '.', '_' and '-'")
    return text


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry as it is read from a file: one value of one kind, with what is known about it.

    `verified_by` names the people or organisations that verified it, each once. `reference` is the owner's own
    number for it. One that is not enabled is kept and never matches.
    """

    kind: str
    value: bytes
    classification: str | None = None
    verified_by: tuple[str, ...] = ()
    reference: str | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a list. `id` is unique over all lists."""

    id: int
    hashlist: str
    kind: str
    value: bytes
    classification: str | None
    verified_by: tuple[str, ...]
    reference: str | None
    added_at: datetime
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class ListSummary:
    """A list with the number of its entries by kind, and of those that are enabled."""

    hashlist: HashList
    entries: dict[str, int] = field(default_factory=dict)
    enabled_entries: int = 0


class HashLists(Protocol):
    """The port to stored lists."""

    def summaries(self) -> list[ListSummary]:
        """Return every list with its counts, by name."""
        ...

    def entries(self, lists: Sequence[str] | None, *, enabled_only: bool) -> Iterator[Entry]:
        """Yield the entries of the named lists (all if None), by id; only of enabled lists if asked."""
        ...


class UnknownList(LookupError):
    """No list has that name; the message names those that exist."""
