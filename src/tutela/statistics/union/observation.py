"""One statistical value with everything that says what it is, and what it is not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Self

from tutela.statistics.figure import Status
from tutela.statistics.union.amount import Amount, at_least
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.period import Period

ReporterKind = Literal["provider", "state", "body", "union"]
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,40}", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,120}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who tells: `provider:google`, `state:SE` (ISO 3166), `body:ncmec`, `union:EU`. Raises ValueError."""

    kind: ReporterKind
    code: str

    def __post_init__(self) -> None:
        if self.kind not in {"provider", "state", "body", "union"} or not _CODE.fullmatch(self.code):
            raise ValueError(f"{self.kind}:{self.code} is no reporter")

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read it as it is written above. Raises ValueError."""
        kind, _, code = text.partition(":")
        return cls(kind, code)  # type: ignore[arg-type]


class Dimension(StrEnum):
    """By what a value is broken down."""

    GENDER = "gender"
    STATE = "state"
    """Whom it is about, where somebody else tells it."""
    SERVICE = "service"
    ORIGIN = "origin"
    """Where it comes from: a kind of service or a source."""
    KIND = "kind"
    """What it is: a kind of material, report or offence."""
    REGION = "region"
    CHANNEL = "channel"
    """How it came about: automated or not, internal or with a court, by whom an authority was put on it."""
    GRADE = "grade"
    """What a report is good for, as its sender or the authority marks it."""
    AGE = "age"
    SETTING = "setting"
    """Online, offline, or both."""
    FINALITY = "finality"
    """Whether a court can still change it."""


class Caveat(StrEnum):
    """What to know before a value is compared. The reference page says each in words."""

    ONLINE_AND_OFFLINE = "online_and_offline"
    DYNAMIC_DATA = "dynamic_data"
    AGE_LIMIT = "age_limit"
    SELF_GENERATED = "self_generated"
    SOURCE_NOT_SEPARATED = "source_not_separated"
    OTHER_SERVICES_POSSIBLE = "other_services_possible"
    REGION_UNCLEAR = "region_unclear"
    GENDER_NOT_SEPARATED = "gender_not_separated"
    NOT_FINAL = "not_final"
    OFFENCES_NOT_REPORTS = "offences_not_reports"
    OTHER_PATHS = "other_paths"
    EARLIER_REPORTS = "earlier_reports"


@dataclass(frozen=True, slots=True)
class Missing:
    """No value, and why.

    Of what is suppressed it may be told `within` which ends it lies. Raises ValueError for the status that says that
    there is a value, and for ends of anything else.
    """

    status: Status
    within: Amount | None = None

    def __post_init__(self) -> None:
        if self.status is Status.VALUE:
            raise ValueError("what is missing has no value")
        if self.within is not None and self.status is not Status.SUPPRESSED:
            raise ValueError(f"{self.status.value}: ends are told of what is suppressed alone")


@dataclass(frozen=True, slots=True)
class Source:
    """Where it stands: document and language; of a table its number, row and column, else the words around it.

    Rows count from 1 below the header as that language prints them, columns from 1. Raises ValueError for half a place.
    """

    document: str
    language: str
    table: int | None = None
    row: int | None = None
    column: int | None = None
    words: str = ""

    def __post_init__(self) -> None:
        places = [n for n in (self.table, self.row, self.column) if n is not None]
        if len(places) not in {0, 3} or any(n < 1 for n in places) or not (places or self.words):
            raise ValueError("a source is a place in a table, or words of the text")

    def __str__(self) -> str:
        where = f"table {self.table}, row {self.row}, column {self.column}" if self.table else f"“{self.words}”"
        return f"{self.document} ({self.language}), {where}"


@dataclass(frozen=True, slots=True)
class Observation:
    """One value.

    `period` is None where nobody told it. `value` is an amount, zero among them, or why there is none. `breakdown` is
    sorted by dimension. `prose` says that it was told in a sentence and not as a cell. `sources` are one for each
    language version. Raises ValueError for what cannot be.
    """

    id: str
    reporter: Reporter
    measure: Measure
    unit: Unit
    period: Period | None
    value: Amount | Missing
    sources: tuple[Source, ...]
    breakdown: tuple[tuple[Dimension, str], ...] = ()
    caveats: tuple[Caveat, ...] = ()
    prose: bool = False

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"{self.id!r} is no id of an observation")
        if not self.sources:
            raise ValueError(f"{self.id}: a value that nobody told is none")
        if list(self.breakdown) != sorted(set(self.breakdown)) or len(dict(self.breakdown)) != len(self.breakdown):
            raise ValueError(f"{self.id}: a breakdown names each dimension once, in order")
        if len(set(self.caveats)) != len(self.caveats):
            raise ValueError(f"{self.id}: a caveat stands once")
        if self.bounds is not None:
            self._check(self.bounds)

    def _check(self, amount: Amount) -> None:
        numbers = [n for n in (amount.low, amount.high, amount.stated) if n is not None]
        if self.unit.counts and any(n != n.to_integral_value() for n in numbers):
            raise ValueError(f"{self.id}: {self.unit.value} are counted, and {amount.stated} is not whole")
        if self.unit is Unit.PERCENT and amount.low > 100:
            raise ValueError(f"{self.id}: {amount.low} % is more than all")

    @property
    def status(self) -> Status:
        """Whether there is a value, or why there is none."""
        return Status.VALUE if isinstance(self.value, Amount) else self.value.status

    @property
    def amount(self) -> Amount | None:
        """The value, if there is one."""
        return self.value if isinstance(self.value, Amount) else None

    @property
    def bounds(self) -> Amount | None:
        """Between which ends the number lies that somebody knows: the value, or what is suppressed; else none.

        What is suppressed is anything from 0 up, if nothing is told of it.
        """
        if self.status is Status.SUPPRESSED and isinstance(self.value, Missing):
            return self.value.within or at_least(0)
        return self.amount

    def by(self, dimension: Dimension) -> str | None:
        """Return what it is broken down to in a dimension."""
        return dict(self.breakdown).get(dimension)
