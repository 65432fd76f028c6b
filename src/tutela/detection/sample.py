"""A recorded sample: the fingerprints of files, on which a change of lists or thresholds can be tried.

A line each, as JSON: first what made them, then the items. No picture can be seen in it, and none is needed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tutela.content.item import Kind, Outcome
from tutela.content.place import WHOLE, Place, Step, Within
from tutela.detection.fingerprinting import Fingerprinted
from tutela.detection.fingerprints.fingerprint import (
    REFERENCE,
    BadFingerprint,
    Fingerprint,
    FingerprintKind,
    Orientation,
)

FORMAT = 2
"""1 had fingerprints of the item itself alone, and is still read."""


class BadSample(ValueError):
    """A file is not a sample that can be used now; the message says where and why."""


@dataclass(frozen=True, slots=True)
class SampleItem:
    """A file of the sample: its name, or its number where names were left out."""

    name: str
    fingerprinted: Fingerprinted


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Head(_Strict):
    sample: int
    technologies: dict[str, str]


class _Values(_Strict):
    values: dict[Orientation, str] = Field(min_length=1)
    quality: Annotated[int, Field(ge=0, le=100)] | None = None


class _Step(_Strict):
    within: Within
    name: str = ""
    number: Annotated[int, Field(ge=0)] = 0


class _Place(_Strict):
    steps: tuple[_Step, ...] = ()
    seconds: tuple[float, float] | None = None
    fingerprints: dict[str, _Values]

    @property
    def place(self) -> Place:
        return Place(tuple(Step(s.within, s.name, s.number) for s in self.steps), self.seconds)


class _Item(_Strict):
    path: str | int
    kind: Kind
    bytes: int = Field(ge=0)
    failure: Outcome | None = None
    reason: str = ""
    fingerprints: dict[str, _Values]
    inside: tuple[_Place, ...] = ()


def head_line(kinds: Mapping[str, FingerprintKind]) -> str:
    """Return the first line, which names the technologies that made the sample, with their versions."""
    made = {name: kind.VERSION for name, kind in kinds.items() if kind.NEEDS != "given"}
    return json.dumps({"sample": FORMAT, "technologies": made})


def item_line(name: str | int, item: Fingerprinted) -> str:
    """Return the line of a file, without the names of what is in it where its own is a number.

    Raises ValueError for fingerprints of a reduced picture, which decide nothing.
    """
    if item.reduced:
        raise ValueError("a sample holds fingerprints of the full picture")
    names = isinstance(name, str)
    line: dict[str, object] = {
        # A name that is not UTF-8 could not be read again.
        "path": name.encode("utf-8", "backslashreplace").decode() if isinstance(name, str) else name,
        "kind": item.kind.value,
        "bytes": item.size,
        "failure": item.failure,
        "reason": item.reason if names else "",
        "fingerprints": {},
    }
    by_place: dict[Place, dict[str, dict[str, Any]]] = {}
    for one in item.fingerprints:
        of_kind = by_place.setdefault(one.place, {}).setdefault(one.kind, {"values": {}, "quality": one.quality})
        of_kind["values"][one.orientation.value] = one.hex
    line["fingerprints"] = by_place.pop(WHOLE, {})
    if by_place:
        line["inside"] = [_written(place, names=names) | {"fingerprints": made} for place, made in by_place.items()]
    return json.dumps(line)


def _written(place: Place, *, names: bool) -> dict[str, object]:
    steps = [
        {"within": s.within.value, "number": s.number} | ({"name": s.name} if s.name and names else {})
        for s in place.steps
    ]
    return {"steps": steps} | ({"seconds": place.seconds} if place.seconds else {})


class SampleReader:
    """Reads a sample from lines. `missing` are the technologies of today that it was recorded without."""

    def __init__(self, lines: Iterable[str], kinds: Mapping[str, FingerprintKind]) -> None:
        """Read the first line. Raises BadSample, also for a technology that is another now."""
        self._lines = iter(lines)
        self._kinds = kinds
        try:
            head = _Head.model_validate_json(next(self._lines, ""))
        except ValidationError:
            raise BadSample("line 1: this is no sample: `tutela sample record` makes one") from None
        if head.sample not in (1, FORMAT):
            raise BadSample(f"line 1: the sample is of another version of Tutela (format {head.sample})")
        for name, version in head.technologies.items():
            if name not in kinds or version != kinds[name].VERSION:
                raise BadSample(
                    f"the sample was made with {name} {version}, which is not what there is now: record it again"
                )
        self.missing = [n for n, kind in kinds.items() if kind.NEEDS != "given" and n not in head.technologies]

    def __iter__(self) -> Iterator[SampleItem]:
        """Yield the items. Raises BadSample."""
        for number, line in enumerate(self._lines, 2):
            try:
                item = _Item.model_validate_json(line)
                yield SampleItem(str(item.path), self._fingerprinted(item))
            except ValidationError as error:
                first = error.errors(include_input=False, include_url=False)[0]
                where = ".".join(map(str, first["loc"]))
                raise BadSample(f"line {number}: {where}: {first['msg']}") from None
            except (BadFingerprint, KeyError) as error:
                raise BadSample(f"line {number}: {error}") from None

    def _fingerprinted(self, item: _Item) -> Fingerprinted:
        made = [*self._at(WHOLE, item.fingerprints)]
        for part in item.inside:
            made += self._at(part.place, part.fingerprints)
        return Fingerprinted(item.kind, item.bytes, tuple(made), item.failure, item.reason)

    def _at(self, place: Place, fingerprints: Mapping[str, _Values]) -> Iterator[Fingerprint]:
        for name, written in fingerprints.items():
            if name not in self._kinds:
                raise BadFingerprint(f"there is no fingerprint {name[:40]!r} now")
            kind = self._kinds[name]
            computed = "given" if kind.NEEDS == "given" else REFERENCE
            for orientation in Orientation:
                if (text := written.values.get(orientation)) is not None:
                    yield Fingerprint(name, kind.parse(text), orientation, written.quality, computed, place)
