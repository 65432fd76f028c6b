"""A set of observations with what relates them, and what was said beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from tutela.statistics.figure import Status
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Caveat, Dimension, Observation, Reporter, Source


@dataclass(frozen=True, slots=True)
class Ratio:
    """`rate` was told as `part` in `whole`; all are ids of observations."""

    rate: str
    part: str
    whole: str


@dataclass(frozen=True, slots=True)
class Sum:
    """`total` was told as all of `parts` together; all are ids of observations."""

    total: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Partition:
    """Shares, by the ids of their observations, that were told to be all of one whole."""

    shares: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What is said in words beside a row: a stock phrase, or a text in each language of the document.

    In a text `{id}` stands for the amount of an observation. `place` is table, row and column, as `1.google.comments`.
    """

    place: str
    phrase: str = ""
    texts: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if bool(self.phrase) == bool(self.texts):
            raise ValueError(f"{self.place}: a note is a stock phrase or a text")


Rule = Literal["rows_whole", "whole_number", "grammar", "unresolved"]
DETAILS: Mapping[str, frozenset[str]] = {
    "rows_whole": frozenset({"row", "cells"}),
    "whole_number": frozenset({"stated"}),
}
"""What a rule tells beside what each language prints."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two language versions that do not tell the same, and what was decided by which rule.

    `refused` is the language that is not followed, empty where both are kept. `told` is what each prints. `details` are
    those of the rule: of `rows_whole` the row that is printed and its cells, of `whole_number` the number that the
    refused language says. Raises ValueError for a rule without its details, and for fewer than two languages.
    """

    place: str
    rule: Rule
    told: tuple[tuple[str, str], ...]
    refused: str
    details: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if dict(self.details).keys() != DETAILS.get(self.rule, frozenset()):
            wanted = ", ".join(sorted(DETAILS.get(self.rule, ()))) or "nothing"
            raise ValueError(
                f"{self.place}: a disagreement by the rule {self.rule} tells {wanted} beside what is printed"
            )
        languages = dict(self.told).keys()
        if len(languages) < 2 or (self.refused and self.refused not in languages):
            raise ValueError(f"{self.place}: a disagreement is between two languages, and refuses one of them or none")


@dataclass(frozen=True, slots=True)
class Mention:
    """Member States that a text names for what it says of a measure: a caveat, or why there is no value.

    `states` are codes of ISO 3166 in the order of the alphabet. Raises ValueError for the status that says that there
    is a value.
    """

    id: str
    measure: Measure
    says: Caveat | Status
    states: tuple[str, ...]
    sources: tuple[Source, ...]

    def __post_init__(self) -> None:
        if self.says is Status.VALUE:
            raise ValueError(f"{self.id}: a text names who told nothing, or for whose figures a caveat holds")


@dataclass(frozen=True, slots=True)
class Erratum:
    """A cell that the document prints otherwise than its own figures give.

    `row` and `column` count from 1 as the tables are compiled. `form` is one of writing alone.
    """

    language: str
    table: int
    row: int
    column: int
    published: str
    compiled: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What is said of providers in words, by a code such as `measure.samples`; none of them where nobody said it."""

    id: str
    head: str
    providers: tuple[str, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Tool:
    """A technology that the document lists for a kind of material, by its name in each language."""

    id: str
    kind: str
    names: tuple[tuple[str, str], ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Dataset:
    """Observations of one document or one collection; tables first, then what is told in prose.

    Raises ValueError for two observations with one id, and for a relation to one that is not there.
    """

    id: str
    title: str
    years: tuple[int, ...]
    observations: tuple[Observation, ...]
    ratios: tuple[Ratio, ...] = ()
    sums: tuple[Sum, ...] = ()
    partitions: tuple[Partition, ...] = ()
    notes: tuple[Note, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    errata: tuple[Erratum, ...] = ()
    statements: tuple[Statement, ...] = ()
    tools: tuple[Tool, ...] = ()
    mentions: tuple[Mention, ...] = ()

    def __post_init__(self) -> None:
        if len(self.by_id) != len(self.observations):
            raise ValueError(f"{self.id}: two observations share an id")
        named = {i for r in self.ratios for i in (r.rate, r.part, r.whole)}
        named |= {i for s in self.sums for i in (s.total, *s.parts)} | {i for p in self.partitions for i in p.shares}
        if lost := sorted(named - self.by_id.keys()):
            raise ValueError(f"{self.id}: a relation names {', '.join(lost)}, which no observation is")

    @cached_property
    def by_id(self) -> Mapping[str, Observation]:
        """The observations by their ids."""
        return {o.id: o for o in self.observations}

    @cached_property
    def ratio_of(self) -> Mapping[str, Ratio]:
        """The ratios by the id of their rate."""
        return {r.rate: r for r in self.ratios}

    @cached_property
    def sum_of(self) -> Mapping[str, Sum]:
        """The sums by the id of their total."""
        return {s.total: s for s in self.sums}

    @cached_property
    def note_at(self) -> Mapping[str, Note]:
        """The notes by their place."""
        return {n.place: n for n in self.notes}

    @cached_property
    def _told(self) -> Mapping[tuple[Measure, Reporter | None], list[Observation]]:
        told: dict[tuple[Measure, Reporter | None], list[Observation]] = defaultdict(list)
        for one in self.observations:
            told[one.measure, one.reporter].append(one)
            told[one.measure, None].append(one)
        return dict(told)

    def of(
        self,
        measure: Measure,
        reporter: Reporter | None = None,
        *,
        unit: Unit | None = None,
        year: int | None = None,
        prose: bool | None = None,
        breakdown: Iterable[tuple[Dimension, str]] | None = None,
    ) -> list[Observation]:
        """Return the observations of a measure that fit what is given, in their order.

        `year` fits a period within that calendar year; `breakdown` is the whole of it.
        """
        wanted = None if breakdown is None else tuple(sorted(breakdown))
        return [
            o
            for o in self._told.get((measure, reporter), ())
            if (unit is None or o.unit is unit)
            and (year is None or (o.period is not None and o.period.within(year)))
            and (prose is None or o.prose is prose)
            and (wanted is None or o.breakdown == wanted)
        ]
