"""A file that came in, as observations: every cell becomes one, or a text that is kept, and nothing is dropped."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from tutela.statistics.publishing.sdmx import RefusedSdmx
from tutela.statistics.union.dataset import Dataset, Note, Partition, Ratio, Sum
from tutela.statistics.union.dataset_file import RefusedDataset, parsed
from tutela.statistics.union.observation import Observation, Reporter
from tutela.statistics.union.period import Period
from tutela.statistics.union.publishing.as_sdmx import observations_of_sdmx
from tutela.statistics.union.submissions.figures_table import FIGURES, observed
from tutela.statistics.union.submissions.rows import LARGEST_FILE, RefusedSubmission, rows_of
from tutela.statistics.union.submissions.standard_form import FORM, filled_in

Kind = Literal["return", "article8"]


@dataclass(frozen=True, slots=True)
class Remark:
    """A cell that a person should look at, or ask the reporter about."""

    place: str
    raw: str
    why: str


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a file tells. `texts` are cells of prose by the place that they fill; `cells` is how many there were.

    `cells` is the number of observations that were read from cells and of texts together.
    """

    observations: tuple[Observation, ...]
    texts: tuple[Note, ...] = ()
    ratios: tuple[Ratio, ...] = ()
    sums: tuple[Sum, ...] = ()
    partitions: tuple[Partition, ...] = ()
    remarks: tuple[Remark, ...] = ()
    cells: int = 0


def read(
    name: str, content: bytes, *, kind: Kind, reporter: Reporter, period: Period, language: str = "en"
) -> Incoming:
    """Read a submission in any of its forms: XLSX, CSV, JSON, a data set, SDMX-CSV.

    `period` is that of what does not name its own; `language` is that of numbers with words. Raises RefusedSubmission
    with the place and what is wrong, also for a file of another reporter.
    """
    if len(content) > LARGEST_FILE:
        raise RefusedSubmission(f"{name} has {len(content)} bytes, more than {LARGEST_FILE}")
    if content.lstrip()[:10].removeprefix(b"\xef\xbb\xbf").startswith(b"STRUCTURE"):
        found = _sdmx(name, content)
    elif _is_dataset(content):
        found = _dataset(name, content)
    elif kind == "return":
        form = filled_in(rows_of(name, content, FORM), name, reporter, period, language)
        remarks = tuple(Remark(p, r, w) for p, r, w in form.remarks)
        texts = tuple(Note(place, texts=((language, raw),)) for place, raw in form.texts)
        cells = len(form.observations) + len(texts)
        found = Incoming(form.observations, texts, form.ratios, (), (), remarks, cells)
    else:
        told, why = observed(rows_of(name, content, FIGURES), name, reporter, period, language)
        found = Incoming(told, remarks=tuple(Remark(p, r, w) for p, r, w in why), cells=len(told))
    _only(found.observations, reporter)
    return found


def combined(
    identifier: str, title: str, years: tuple[int, ...], every: Iterable[tuple[Reporter, Incoming]]
) -> Dataset:
    """Return the submissions of several reporters as one data set; each id begins with its reporter's code.

    A reporter that sends the same table for several years has the same ids in each: the later ones get their period.
    """
    taken: set[str] = set()
    observations: list[Observation] = []
    ratios: list[Ratio] = []
    sums: list[Sum] = []
    partitions: list[Partition] = []
    notes: list[Note] = []
    for reporter, one in every:
        names = {o.id: _free(_named(reporter, o.id), o, taken) for o in one.observations}
        taken.update(names.values())
        observations += [replace(o, id=names[o.id]) for o in one.observations]
        ratios += [Ratio(names[r.rate], names[r.part], names[r.whole]) for r in one.ratios]
        sums += [Sum(names[s.total], tuple(names[p] for p in s.parts)) for s in one.sums]
        partitions += [Partition(tuple(names[s] for s in p.shares)) for p in one.partitions]
        notes += [replace(n, place=_named(reporter, n.place)) for n in one.texts]
    ordered = tuple(sorted(observations, key=lambda o: o.prose))
    return Dataset(identifier, title, years, ordered, tuple(ratios), tuple(sums), tuple(partitions), tuple(notes))


def _named(reporter: Reporter, identifier: str) -> str:
    return identifier if identifier.startswith(f"{reporter.code}.") else f"{reporter.code}.{identifier}"


def _free(name: str, one: Observation, taken: Collection[str]) -> str:
    """Return a name that no other submission has taken; ids within one submission are distinct already."""
    if name in taken and one.period is not None:
        name = f"{name}.{str(one.period).replace('/', '_')}"
    number, free = 2, name
    while free in taken:
        free, number = f"{name}.{number}", number + 1
    return free


def _only(observations: Iterable[Observation], reporter: Reporter) -> None:
    for one in observations:
        if one.reporter != reporter:
            raise RefusedSubmission(f"{one.id} is told by {one.reporter}, and the submission is of {reporter}")


def _is_dataset(content: bytes) -> bool:
    head = content[:4096].lstrip()
    return head.startswith(b"{") and b'"form"' in head and b'"observations"' in content


def _dataset(name: str, content: bytes) -> Incoming:
    try:
        data = parsed(content)
    except RefusedDataset as error:
        raise RefusedSubmission(f"{name}: {error}") from error
    return Incoming(
        data.observations,
        data.notes,
        data.ratios,
        data.sums,
        data.partitions,
        (),
        len(data.observations) + len(data.notes),
    )


def _sdmx(name: str, content: bytes) -> Incoming:
    try:
        found = observations_of_sdmx(content.decode("utf-8-sig"), name)
    except (RefusedSdmx, UnicodeDecodeError) as error:
        raise RefusedSubmission(f"{name}: {error}") from error
    if len({o.id for o in found}) != len(found):
        raise RefusedSubmission(f"{name}: two observations share an id")
    return Incoming(found, cells=len(found))


def as_json(one: Incoming) -> str:
    """Return what was not read as it stands, for a person: remarks and texts."""
    return json.dumps(
        {
            "cells": one.cells,
            "observations": len(one.observations),
            "remarks": [{"place": r.place, "raw": r.raw, "why": r.why} for r in one.remarks],
            "texts": [{"place": n.place, "text": t} for n in one.texts for _, t in n.texts],
        },
        ensure_ascii=False,
    )
