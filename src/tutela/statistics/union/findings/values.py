"""What stands in the places of a sentence: in words of a language, in signs that need none, and for machines."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tutela.statistics.union import naming
from tutela.statistics.union.amount import Amount, Precision
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Caveat, Observation, Reporter
from tutela.statistics.union.period import Period
from tutela.statistics.union.words import HARD_SPACE, Words


@dataclass(frozen=True, slots=True)
class Number:
    """A number with so many decimal places, or a percentage."""

    value: Decimal
    places: int = 0
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Country:
    """A Member State by its code of ISO 3166."""

    code: str


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its code of ISO 639."""

    code: str


Value = (
    Number
    | Country
    | Language
    | Amount
    | Period
    | Reporter
    | Measure
    | Unit
    | Caveat
    | Observation
    | str
    | tuple["Value", ...]
)
"""A text stands as it is: an id, a year, what a document prints."""


def spoken(value: Value, told: Words) -> str:
    """Return a value within a sentence of a language."""
    match value:
        case Period():
            return told.span(value)
        case Amount():
            if value.high is None:
                return told.gettext("at least %(n)s") % {"n": told.number(value.low)}
            return told.told(value)
        case Measure():
            return naming.measure(value, told)
        case Unit():
            return naming.unit(value, told)
        case Caveat():
            return naming.caveat(value, told)
        case Observation():
            if value.amount is None:
                return naming.status(value.status, told)
            return f"{told.told(value.amount)} {naming.unit(value.unit, told)}"
        case tuple():
            return ", ".join(spoken(one, told) for one in value)
    return plain(value, told)


def plain(value: Value, told: Words) -> str:
    """Return a value in numbers, signs, ids and days of ISO 8601; of the language there is the form of its numbers."""
    match value:
        case Number():
            return told.percent(value.value, value.places) if value.percent else told.number(value.value, value.places)
        case Country():
            return told.country(value.code)
        case Language():
            return str(told.locale.languages.get(value.code, value.code))
        case Amount():
            return _interval(value, told)
        case Reporter():
            return naming.reporter(value, told)
        case Observation():
            sign = f"{HARD_SPACE}%" if value.unit is Unit.PERCENT else ""
            return f"{'-' if value.amount is None else _interval(value.amount, told)}{sign} ({value.id})"
        case tuple():
            return ", ".join(plain(one, told) for one in value)
    return str(value)


def value_as_json(value: Value) -> Any:
    """Return a value so that it can be told in any language: what it is, and which."""
    match value:
        case Number():
            return {"number": format(value.value, "f"), "places": value.places, "percent": value.percent}
        case Amount():
            return {"precision": value.precision.value, **{
                name: None if end is None else format(end.normalize(), "f")
                for name, end in (("low", value.low), ("high", value.high), ("stated", value.stated))
            }}  # fmt: skip
        case Observation():
            return {"observation": value.id}
        case Country() | Language():
            return {type(value).__name__.lower(): value.code}
        case Period() | Reporter() | Measure() | Unit() | Caveat():
            return {type(value).__name__.lower(): str(value)}
        case tuple():
            return [value_as_json(one) for one in value]
    return value


def _interval(amount: Amount, told: Words) -> str:
    """Return `4 900`, `4 900 [4 850; 4 950]`, `[115; 220]` or `≥ 2 000`."""
    if amount.high is None:
        return f"≥ {_full(amount.low, told)}"
    if amount.precision is Precision.EXACT:
        return _full(amount.low, told)
    ends = f"[{_full(amount.low, told)}; {_full(amount.high, told)}]"
    return ends if amount.stated is None else f"{_full(amount.stated, told)} {ends}"


def in_full(number: Decimal, *, percent: bool = False) -> Number:
    """Return a number with all the places that it has."""
    exponent = number.normalize().as_tuple().exponent
    return Number(number, max(0, -exponent) if isinstance(exponent, int) else 0, percent)


def _full(number: Decimal, told: Words) -> str:
    return told.number(number, in_full(number).places)
