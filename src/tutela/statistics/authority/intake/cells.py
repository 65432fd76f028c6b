"""Cells of a CSV file of the register: what each may say, and what to do where it says something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tutela.statistics.authority import rules
from tutela.statistics.authority.intake.incoming import EXACT, MOST_MARKS
from tutela.statistics.authority.rules import BadStatement

Read = Callable[[str], Any]
_DIGEST = re.compile(r"([a-z0-9][a-z0-9_-]{0,31}):([0-9a-f]{16,512})")
_KEYED = "keyed"
"""What the kind of a digest begins with that the sender keyed already: only those of one key are the same."""
LONGEST = 2_083


class BadCell(ValueError):
    """A cell cannot be read; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, how a cell is read, what an empty one means, and what the reference says of it.

    `needed`: an empty cell is refused, and so is a file without the column.
    """

    name: str
    read: Read
    says: str
    needed: bool = False
    empty: Any = None

    def value(self, text: str) -> Any:
        """Return what a cell says; raises BadCell."""
        if not text:
            if self.needed:
                raise BadCell(f"it is empty: write {self.says}")
            return self.empty
        return self.read(text)


def day(text: str) -> date:
    """Read a day; raises BadCell."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) is None:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise BadCell(f"{text[:40]!r} is no day: write it as 2025-03-31") from None


def one_of(values: Sequence[str]) -> Read:
    """Return what reads one of some words."""

    def read(text: str) -> str:
        if text not in values:
            raise BadCell(f"{text[:40]!r} is none of {', '.join(values)}")
        return text

    return read


def number(text: str) -> str:
    """Read a number of a report, an investigation or a person; raises BadCell."""
    try:
        return rules.number(text)
    except BadStatement as error:
        raise BadCell(str(error)) from error


def numbers(text: str) -> tuple[str, ...]:
    """Read numbers with spaces between them; raises BadCell."""
    return tuple(dict.fromkeys(number(one) for one in _words(text)))


def files(text: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Read digests, files apart by spaces, digests of one file by `+`; raises BadCell."""
    return tuple(tuple(_digest(one) for one in file.split("+")) for file in _words(text))


def text(text: str) -> str:
    """Read a text of which a mark is made; raises BadCell."""
    if len(text) > LONGEST:
        raise BadCell(f"it has {len(text)} characters, more than {LONGEST}")
    return text


def texts(text_: str) -> tuple[str, ...]:
    """Read texts with spaces between them; raises BadCell."""
    return tuple(dict.fromkeys(text(one) for one in _words(text_)))


def _words(text: str) -> list[str]:
    words = text.split()
    if len(words) > MOST_MARKS:
        raise BadCell(f"it has {len(words)} values, more than {MOST_MARKS}: split the report")
    return words


def _digest(text: str) -> tuple[str, str]:
    found = _DIGEST.fullmatch(text.lower())
    if found is None:
        raise BadCell(
            f"{text[:40]!r} is no digest: write its kind and its hexadecimal value, as md5:0cc1... or sha256:9f86..., "
            "files apart by spaces, digests of one file by +"
        )
    wanted = EXACT.get(found[1])
    if wanted is None and not found[1].startswith(_KEYED):
        raise BadCell(f"{found[1]!r} is none of {', '.join(EXACT)}, nor keyed and a name, as keyed-hotline:9f86...")
    if wanted is not None and len(found[2]) != wanted:
        raise BadCell(f"{found[1]} has {wanted} hexadecimal characters, and this one {len(found[2])}")
    return found[1], found[2]
