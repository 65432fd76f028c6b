"""A report as a file tells it, before it is made a statement; and what is wrong with a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tutela.events.catalogue.authority import Grade, ProviderType, ReportedObject, ReportReceived, ReportSource
from tutela.statistics.authority.marks import Marks

MOST_REPORTS = 200_000
"""Reports in one file."""
MOST_BYTES = 256 * 1024 * 1024
"""Bytes of one file."""
MOST_MARKS = 10_000
"""Files or accounts of one report."""
EXACT = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}
"""Digests by which two files are the same, and how many hexadecimal characters they have. A perceptual fingerprint
tells what is alike, and makes no two files the same."""
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a place: the row, from 1 with the header, and the column or element; and what to do."""

    row: int
    column: str
    what: str

    def __str__(self) -> str:
        return f"row {self.row}{f', column {self.column}' if self.column else ''}: {self.what}"


class RefusedFile(ValueError):
    """A file of which nothing is recorded; the message names the first problems, each with its place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        shown = [str(one) for one in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            shown.append(f"and {len(self.problems) - _SHOWN} more")
        super().__init__("\n".join(shown))


@dataclass(frozen=True, slots=True)
class Incoming:
    """One report of a file. `files` holds for each file its digests by their kind, in the clear.

    `accounts` are services with accounts as they are told; a mark is made of each, and nothing else is kept.
    """

    row: int
    on: date
    source: ReportSource
    number: str | None
    object: ReportedObject = "not_stated"
    provider_type: ProviderType = "not_stated"
    grade: Grade = "not_stated"
    files: tuple[tuple[tuple[str, str], ...], ...] = ()
    accounts: tuple[tuple[str, str], ...] = ()
    page: str | None = None
    earlier: tuple[str, ...] = ()

    def stated(self, marks: Marks, origin: str | None) -> ReportReceived:
        """Return the statement that it is; `origin` is the SHA-256 of the file that it stood in."""
        return ReportReceived(
            on=self.on,
            source=self.source,
            number=self.number,
            object=self.object,
            provider_type=self.provider_type,
            grade=self.grade,
            files=tuple(
                dict.fromkeys(tuple(sorted(marks.file(kind, digest) for kind, digest in file)) for file in self.files)
            ),
            accounts=tuple(dict.fromkeys(marks.account(service, account) for service, account in self.accounts)),
            page=marks.page(self.page) if self.page is not None else None,
            earlier=self.earlier,
            origin=origin,
            row=self.row,
        )
