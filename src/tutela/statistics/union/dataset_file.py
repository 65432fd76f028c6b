"""A data set as a file: JSON, one observation a line; read with limits, refused with the place of what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tutela.statistics.figure import Status
from tutela.statistics.union.amount import Amount, Precision, exact
from tutela.statistics.union.dataset import (
    Dataset,
    Disagreement,
    Erratum,
    Mention,
    Note,
    Partition,
    Ratio,
    Rule,
    Statement,
    Sum,
    Tool,
)
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Caveat, Dimension, Missing, Observation, Reporter, Source
from tutela.statistics.union.period import Period

LARGEST_FILE = 16 * 1024 * 1024
"""Bytes; the data set of COM(2023) 797 has a ninetieth of it."""
MOST = 20_000
"""Observations, relations or notes in one file."""
PACKAGED = ("com-2023-797",)
FORM = 3
"""Form 1 had no mentions, and told disagreements in English alone; what has none of those is read still. Form 2 had no
ends of what is suppressed."""


class RefusedDataset(Exception):
    """A file that is no data set; the message says where and why."""


Text = Annotated[str, Field(max_length=5_000)]
Number = Annotated[str, Field(max_length=40, pattern=r"^\d+(\.\d+)?$")]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Amount(_Row):
    precision: Literal["about", "rounded", "at_least", "range"]
    low: Number
    high: Number | None = None
    stated: Number | None = None
    step: Number | None = None


class _Source(_Row):
    document: Text | None = None
    language: Annotated[str, Field(max_length=8)]
    table: int | None = None
    row: int | None = None
    column: int | None = None
    words: Text = ""


class _Observation(_Row):
    id: Text
    reporter: Text
    measure: Text
    unit: Text
    period: Text | None = None
    value: Number | _Amount | None = None
    status: Text = Status.VALUE.value
    within: Number | _Amount | None = None
    by: dict[Text, Text] = {}
    caveats: list[Text] = []
    prose: bool = False
    sources: Annotated[list[_Source], Field(max_length=30)]


class _Ratio(_Row):
    rate: Text
    part: Text
    whole: Text


class _Sum(_Row):
    total: Text
    parts: Annotated[list[Text], Field(max_length=MOST)]


class _Note(_Row):
    place: Text
    phrase: Text = ""
    texts: dict[Text, Text] = {}


class _Disagreement(_Row):
    place: Text
    rule: Rule
    told: dict[Text, Text]
    refused: Text
    details: dict[Text, Text] = {}


class _Mention(_Row):
    id: Text
    measure: Text
    says: Text
    states: Annotated[list[Text], Field(max_length=100)]
    sources: Annotated[list[_Source], Field(max_length=30)]


class _Erratum(_Row):
    language: Text
    table: int
    row: int
    column: int
    published: Text
    compiled: Text


class _Statement(_Row):
    id: Text
    head: Text
    providers: Annotated[list[Text], Field(max_length=1_000)]
    sources: Annotated[list[_Source], Field(max_length=30)]


class _Tool(_Row):
    id: Text
    kind: Text
    names: dict[Text, Text]
    sources: Annotated[list[_Source], Field(max_length=30)]


class _Dataset(_Row):
    form: Literal[1, 2, 3]
    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,60}$")]
    title: Text
    years: Annotated[list[int], Field(max_length=100)]
    observations: Annotated[list[_Observation], Field(max_length=MOST)]
    ratios: Annotated[list[_Ratio], Field(max_length=MOST)] = []
    sums: Annotated[list[_Sum], Field(max_length=MOST)] = []
    partitions: Annotated[list[list[Text]], Field(max_length=MOST)] = []
    notes: Annotated[list[_Note], Field(max_length=MOST)] = []
    disagreements: Annotated[list[_Disagreement], Field(max_length=MOST)] = []
    errata: Annotated[list[_Erratum], Field(max_length=MOST)] = []
    statements: Annotated[list[_Statement], Field(max_length=MOST)] = []
    tools: Annotated[list[_Tool], Field(max_length=MOST)] = []
    mentions: Annotated[list[_Mention], Field(max_length=MOST)] = []


@cache
def packaged(name: str) -> Dataset:
    """Return a data set that ships with the package. Raises RefusedDataset for a name that there is not."""
    if name not in PACKAGED:
        raise RefusedDataset(f"no data set {name!r} ships with Tutela: there is {', '.join(PACKAGED)}")
    return parsed(resources.files("tutela.statistics.union").joinpath("data", f"{name}.json").read_bytes())


def parsed(content: bytes) -> Dataset:
    """Read a data set. Raises RefusedDataset."""
    if len(content) > LARGEST_FILE:
        raise RefusedDataset(f"the file has {len(content)} bytes, more than {LARGEST_FILE}")
    try:
        return _dataset(_Dataset.model_validate_json(content))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise RefusedDataset(f"{where}: {first['msg']}") from error
    except ValueError as error:
        raise RefusedDataset(str(error)) from error


def written(data: Dataset) -> bytes:
    """Return a data set as a file, the same for the same data set."""
    parts: dict[str, list[Any]] = {
        "observations": [_observation_as_json(o, data.title) for o in data.observations],
        "ratios": [{"rate": r.rate, "part": r.part, "whole": r.whole} for r in data.ratios],
        "sums": [{"total": s.total, "parts": list(s.parts)} for s in data.sums],
        "partitions": [list(p.shares) for p in data.partitions],
        "notes": [{"place": n.place, **_given(phrase=n.phrase, texts=dict(n.texts))} for n in data.notes],
        "disagreements": [
            {
                "place": d.place,
                "rule": d.rule,
                "told": dict(d.told),
                "refused": d.refused,
                **_given(details=dict(d.details)),
            }
            for d in data.disagreements
        ],
        "errata": [
            {
                "language": e.language,
                "table": e.table,
                "row": e.row,
                "column": e.column,
                "published": e.published,
                "compiled": e.compiled,
            }
            for e in data.errata
        ],
        "statements": [
            {"id": s.id, "head": s.head, "providers": list(s.providers), "sources": _sources(s.sources, data.title)}
            for s in data.statements
        ],
        "tools": [
            {"id": t.id, "kind": t.kind, "names": dict(t.names), "sources": _sources(t.sources, data.title)}
            for t in data.tools
        ],
        "mentions": [
            {
                "id": m.id,
                "measure": m.measure.value,
                "says": m.says.value,
                "states": list(m.states),
                "sources": _sources(m.sources, data.title),
            }
            for m in data.mentions
        ],
    }
    head = {"form": FORM, "id": data.id, "title": data.title, "years": list(data.years)}
    lines = [f" {_json(name)}: {_json(value)}" for name, value in head.items()]
    for name, rows in parts.items():
        inner = ",\n".join(f"  {_json(row)}" for row in rows)
        lines.append(f" {_json(name)}: [\n{inner}\n ]" if rows else f" {_json(name)}: []")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def observation_as_json(one: Observation) -> dict[str, Any]:
    """Return an observation for JSON, with its document in every source."""
    return _observation_as_json(one, "")


def _dataset(raw: _Dataset) -> Dataset:
    return Dataset(
        id=raw.id,
        title=raw.title,
        years=tuple(raw.years),
        observations=tuple(_observation(o, raw.title) for o in raw.observations),
        ratios=tuple(Ratio(r.rate, r.part, r.whole) for r in raw.ratios),
        sums=tuple(Sum(s.total, tuple(s.parts)) for s in raw.sums),
        partitions=tuple(Partition(tuple(p)) for p in raw.partitions),
        notes=tuple(Note(n.place, n.phrase, tuple(n.texts.items())) for n in raw.notes),
        disagreements=tuple(
            Disagreement(d.place, d.rule, tuple(d.told.items()), d.refused, tuple(d.details.items()))
            for d in raw.disagreements
        ),
        errata=tuple(Erratum(e.language, e.table, e.row, e.column, e.published, e.compiled) for e in raw.errata),
        statements=tuple(
            Statement(s.id, s.head, tuple(s.providers), _read_sources(s.sources, raw.title)) for s in raw.statements
        ),
        tools=tuple(Tool(t.id, t.kind, tuple(t.names.items()), _read_sources(t.sources, raw.title)) for t in raw.tools),
        mentions=tuple(
            Mention(m.id, Measure(m.measure), _says(m.says), tuple(m.states), _read_sources(m.sources, raw.title))
            for m in raw.mentions
        ),
    )


def _says(code: str) -> Caveat | Status:
    return Caveat(code) if code in set(Caveat) else Status(code)


def _observation(raw: _Observation, document: str) -> Observation:
    value: Amount | Missing
    status = Status(raw.status)
    if (raw.value is None) == (status is Status.VALUE):
        raise ValueError(f"{raw.id}: a value belongs to the status `value`, and to no other")
    if raw.value is None:
        value = Missing(status, None if raw.within is None else _read_amount(raw.within))
    elif raw.within is not None:
        raise ValueError(f"{raw.id}: `within` is told of what is suppressed alone")
    else:
        value = _read_amount(raw.value)
    return Observation(
        id=raw.id,
        reporter=Reporter.parse(raw.reporter),
        measure=Measure(raw.measure),
        unit=Unit(raw.unit),
        period=Period.parse(raw.period) if raw.period is not None else None,
        value=value,
        sources=_read_sources(raw.sources, document),
        breakdown=tuple(sorted((Dimension(k), v) for k, v in raw.by.items())),
        caveats=tuple(Caveat(c) for c in raw.caveats),
        prose=raw.prose,
    )


def _read_amount(told: str | _Amount) -> Amount:
    if isinstance(told, str):
        return exact(Decimal(told))
    optional = [None if n is None else Decimal(n) for n in (told.high, told.stated, told.step)]
    return Amount(Precision(told.precision), Decimal(told.low), *optional)


def _observation_as_json(one: Observation, document: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "reporter": str(one.reporter),
        "measure": one.measure.value,
        "unit": one.unit.value,
        **_given(
            period=str(one.period) if one.period else None,
            value=_amount_as_json(one.amount) if one.amount else None,
            status=one.status.value if one.amount is None else None,
            within=_amount_as_json(one.value.within) if isinstance(one.value, Missing) and one.value.within else None,
            by={k.value: v for k, v in one.breakdown},
            caveats=[c.value for c in one.caveats],
            prose=one.prose,
        ),
        "sources": _sources(one.sources, document),
    }


def _sources(sources: Iterable[Source], document: str) -> list[dict[str, Any]]:
    return [
        _given(
            document=s.document if s.document != document else None,
            language=s.language,
            table=s.table,
            row=s.row,
            column=s.column,
            words=s.words,
        )
        for s in sources
    ]


def _read_sources(raw: Iterable[_Source], document: str) -> tuple[Source, ...]:
    return tuple(
        Source(document if s.document is None else s.document, s.language, s.table, s.row, s.column, s.words)
        for s in raw
    )


def _amount_as_json(amount: Amount) -> str | dict[str, str]:
    if amount.precision is Precision.EXACT:
        return _plain(amount.low)
    ends = {"low": amount.low, "high": amount.high, "stated": amount.stated, "step": amount.step}
    return {"precision": amount.precision.value, **{k: _plain(v) for k, v in ends.items() if v is not None}}


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
