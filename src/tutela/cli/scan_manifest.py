"""What a platform tells of the files of a folder, in a file beside them: who sent them to whom, when, by what account.

JSON Lines, each with a `path` and the fields that `POST /v1/items` takes of an item. A line whose path is a folder is
of every file below it that has no nearer line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import AwareDatetime, Field, ValidationError

from tutela.content.item import Provenance
from tutela.events.catalogue.base import Operation, Region
from tutela.web.api.parties import PartyIn, Strict

LONGEST_LINE = 1024 * 1024
MOST_LINES = 1_000_000


class BadManifest(ValueError):
    """A line that cannot be used; the message names it and says what to correct."""


class _Line(Strict):
    path: str = Field(min_length=1, max_length=4096)
    sender: PartyIn | None = None
    recipients: tuple[PartyIn, ...] = Field(default=(), max_length=2000)
    sent_at: AwareDatetime | None = None
    region: Region | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is told of files and folders, by their resolved paths. `digest` is the SHA-256 of what it rests on."""

    path: Path
    told: Mapping[Path, _Line]
    region: Region
    operation: Operation
    digest: str

    def provenance(self, file: Path, name: str) -> Provenance | None:
        """Return what is told of a file, by its own line or that of the nearest folder; None where there is neither."""
        own = file.resolve()
        line = next((self.told[one] for one in (own, *own.parents) if one in self.told), None)
        return self._provenance(line, name) if line else None

    def regions(self) -> frozenset[Region]:
        """Return whose items there are, of all lines."""
        return frozenset(self._provenance(line, "").region for line in self.told.values())

    def _provenance(self, line: _Line, name: str) -> Provenance:
        sender = line.sender
        if sender is not None and sender.operation == "not_stated":
            sender = sender.model_copy(update={"operation": self.operation})
        return Provenance(
            sender.party() if sender else None,
            tuple(one.party() for one in line.recipients),
            line.sent_at,
            line.region or self.region,
            name,
        )


def read_manifest(path: Path, region: Region, operation: Operation = "not_stated") -> Manifest:
    """Read a manifest; its paths are from its own folder on, or absolute.

    `region` is whose items those are of which no line says it; `operation` is who acts by a sender's account of which
    its line does not say it. Raises BadManifest, and OSError where it cannot be read.
    """
    told: dict[Path, _Line] = {}
    at: dict[Path, int] = {}
    digest = hashlib.sha256(f"{operation}\n".encode())
    with path.open("rb") as stream:
        number = 0
        while raw := stream.readline(LONGEST_LINE + 1):
            number += 1
            if len(raw) > LONGEST_LINE or number > MOST_LINES:
                raise BadManifest(f"line {number}: at most {MOST_LINES:,} lines of {LONGEST_LINE:,} bytes")
            digest.update(raw)
            if not raw.strip():
                continue
            line = _parsed(raw, number)
            about = (path.resolve().parent / line.path).resolve()
            if not about.exists():
                raise BadManifest(f"line {number}: path: there is no {about}")
            if about in told:
                raise BadManifest(f"line {number}: {line.path} stands in line {at[about]} already")
            told[about], at[about] = line, number
    if not told:
        raise BadManifest("it has no line")
    return Manifest(path.resolve(), told, region, operation, digest.hexdigest())


def _parsed(raw: bytes, number: int) -> _Line:
    try:
        line = _Line.model_validate_json(raw)
        for party in (line.sender, *line.recipients):
            if party is not None:
                party.party()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the line"
        raise BadManifest(f"line {number}: {where}: {first['msg']}") from error
    except ValueError as error:
        raise BadManifest(f"line {number}: {error}") from error
    return line
