"""What a cell says, whatever the language."""

from __future__ import annotations

from dataclasses import dataclass

from tutela.statistics.figure import Status
from tutela.statistics.union.amount import Amount
from tutela.statistics.union.measure import Unit
from tutela.statistics.union.period import Period


@dataclass(frozen=True, slots=True)
class Label:
    """Whose row it is: the code of a provider or state, `total`, or empty."""

    code: str


@dataclass(frozen=True, slots=True)
class Amounts:
    """One amount, or several in one cell; `unit` and `service` where the cell itself names them."""

    amounts: tuple[Amount, ...]
    unit: Unit | None = None
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Spans:
    """One period, or several in one cell."""

    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Absent:
    """No value; `see_comments` where the cell sends the reader there."""

    status: Status
    see_comments: bool = False


@dataclass(frozen=True, slots=True)
class RateTold:
    """A percentage, None if the grammar cannot read it, with the two numbers that it is made of where they are told."""

    percent: Amount | None
    part: Amount | None = None
    whole: Amount | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text that is one of the stock phrases."""

    code: str


@dataclass(frozen=True, slots=True)
class Prose:
    """A text of its own; empty where nothing is said."""

    text: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell that the language's grammar does not know."""

    text: str


Reading = Label | Amounts | Spans | Absent | RateTold | Phrase | Prose | Unreadable
