"""SDMX-CSV 2.0 (SDMX TWG, 2023): one line an observation, dimensions and attributes in the order of a flow."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tutela.statistics.figure import Status
from tutela.statistics.publishing.delimited import as_csv, unguarded

LARGEST_FILE = 64 * 1024 * 1024
MOST_LINES = 200_000
OBS_VALUE, OBS_STATUS = "OBS_VALUE", "OBS_STATUS"
EU = "EU27_2020"
"""The Union since 1 February 2020, in the code list of areas."""
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,62}", re.ASCII)
_FLOW = re.compile(r"[A-Z][A-Z0-9_.]*:[A-Z][A-Z0-9_]*\(\d+(?:\.\d+){1,2}\)", re.ASCII)
_STRUCTURE = ("STRUCTURE", "STRUCTURE_ID", "ACTION")


class RefusedSdmx(Exception):
    """A text that is not of the flow; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A data flow, such as `TUTELA:ARTICLE9(1.0)`; the dimensions together name one observation.

    `OBS_VALUE` stands between dimensions and attributes, `OBS_STATUS` is the first attribute. Raises ValueError.
    """

    id: str
    dimensions: tuple[str, ...]
    attributes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [*self.dimensions, *self.attributes]
        if not _FLOW.fullmatch(self.id):
            raise ValueError(f"{self.id!r} is no flow: AGENCY:FLOW(1.0)")
        if not all(map(_CODE.fullmatch, names)) or {OBS_VALUE, OBS_STATUS, *_STRUCTURE} & set(names):
            raise ValueError(f"{self.id}: names are codes, and none of those that every flow has")
        if len(set(names)) != len(names) or not self.dimensions:
            raise ValueError(f"{self.id}: each name stands once, and there is a dimension")

    @property
    def header(self) -> tuple[str, ...]:
        """The names of all columns."""
        return (*_STRUCTURE, *self.dimensions, OBS_VALUE, OBS_STATUS, *self.attributes)


def obs_status(status: Status, *, estimated: bool = False, provisional: bool = False) -> str:
    """Return the code of CL_OBS_STATUS (2.2); what is not known and what was not told are both "missing" there."""
    if status is Status.VALUE:
        return "P" if provisional else "E" if estimated else "A"
    return {
        Status.UNKNOWN: "O",
        Status.NOT_REPORTED: "O",
        Status.NOT_APPLICABLE: "M",
        Status.NOT_COLLECTED: "L",
        Status.SUPPRESSED: "Q",
    }[status]


def as_sdmx(flow: Flow, observations: Iterable[Mapping[str, str]]) -> str:
    """Return observations as SDMX-CSV with the action I (information); a column that one does not name is empty.

    Raises ValueError for a column that the flow does not have, an empty dimension, and two observations with the same
    dimensions.
    """
    header = flow.header
    rows, seen = [header], set()
    for one in observations:
        if other := one.keys() - set(header):
            raise ValueError(f"{flow.id} has no {', '.join(sorted(other))}")
        key = tuple(one.get(name, "") for name in flow.dimensions)
        if "" in key or key in seen:
            raise ValueError(f"{flow.id}: {key} is {'told twice' if key in seen else 'not complete'}")
        seen.add(key)
        rows.append(("dataflow", flow.id, "I", *(one.get(name, "") for name in header[len(_STRUCTURE) :])))
    return as_csv(rows)


def read_sdmx(flow: Flow, text: str) -> list[dict[str, str]]:
    """Return the observations of a text, every column of the flow in each. Raises RefusedSdmx.

    Columns may stand in any order, and others beside them are refused; action D (delete) is none that a submission has.
    """
    if len(text) > LARGEST_FILE:
        raise RefusedSdmx(f"the text has {len(text)} characters, more than {LARGEST_FILE}")
    try:
        lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
        header = next(lines, [])
        if sorted(header) != sorted(flow.header):
            off = sorted(set(header) ^ set(flow.header)) or ["a column twice"]
            raise RefusedSdmx(f"line 1: the columns are not those of {flow.id}: {', '.join(off[:8])}")
        return _observations(flow, header, lines)
    except csv.Error as error:
        raise RefusedSdmx(f"no CSV: {error}") from error


def _observations(flow: Flow, header: list[str], lines: Iterable[list[str]]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    seen: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(lines, start=2):
        if number > MOST_LINES:
            raise RefusedSdmx(f"more than {MOST_LINES} lines")
        if len(line) != len(header):
            raise RefusedSdmx(f"line {number}: {len(line)} cells, and the header has {len(header)}")
        one = {name: unguarded(cell) for name, cell in zip(header, line, strict=True)}
        if (one["STRUCTURE"], one["STRUCTURE_ID"]) != ("dataflow", flow.id) or one["ACTION"] not in {"I", "A", "R"}:
            raise RefusedSdmx(f"line {number}: it is not of dataflow {flow.id}, or its action is none of I, A, R")
        key = tuple(one[name] for name in flow.dimensions)
        if "" in key:
            raise RefusedSdmx(f"line {number}: a dimension is empty")
        if key in seen:
            raise RefusedSdmx(f"line {number}: the dimensions are those of line {seen[key]}")
        seen[key] = number
        found.append({name: one[name] for name in flow.header[len(_STRUCTURE) :]})
    return found
