"""How numbers, amounts and periods are read in a language of the Union."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import get_month_names
from babel.numbers import get_decimal_symbol

from tutela.statistics.union.amount import Amount, Precision, about, at_least, between, exact, last_place, rounded
from tutela.statistics.union.period import Period, Point

LONGEST = 40
"""Characters of a number; what is longer counts nothing that there is."""


@dataclass(frozen=True, slots=True)
class _Signs:
    """The words of a language that say something of a number or a period."""

    scales: Mapping[str, int]
    about: tuple[str, ...]
    at_least: tuple[str, ...]
    monthly: str
    joins: tuple[str, ...]
    halves: tuple[str, str]
    articles: tuple[str, ...]
    spelled: Mapping[str, int]


_SIGNS = {
    "en": _Signs(
        scales={"k": 10**3, " million": 10**6, " billion": 10**9},
        about=("ca", "around", "approximately"),
        at_least=("over", "more than", "at least"),
        monthly="reports monthly",
        joins=("to", "and"),
        halves=("first half of", "second half of"),
        articles=(),
        spelled={"two thousand": 2000, "two": 2, "three": 3},
    ),
    "sv": _Signs(
        scales={" miljoner": 10**6, " miljarder": 10**9},
        about=("ca", "cirka", "omkring"),
        at_least=("över", "mer än", "minst"),
        monthly="rapporter per månad",
        joins=("till", "och"),
        halves=("första halvåret", "andra halvåret"),
        articles=("den",),
        spelled={"två tusen": 2000, "två": 2, "tre": 3},
    ),
}


READABLE = tuple(_SIGNS)
"""The languages whose numbers with words are read; to write one, a catalogue is enough."""


@cache
def grammar(language: str) -> Grammar:
    """Return the grammar of a language. Raises KeyError for one that has none."""
    return Grammar(language)


class Grammar:
    """Reads what one language writes; nothing is guessed, what it does not know is None."""

    def __init__(self, language: str) -> None:
        self.language = language
        signs = self._signs = _SIGNS[language]
        locale = Locale.parse(language)
        self._mark = get_decimal_symbol(locale)
        digits = rf"\d{{1,3}}(?: \d{{3}})+(?!\d)|\d+(?:{re.escape(self._mark)}\d+)?"
        scales = _any(signs.scales)
        self.number = rf"(?:{digits})(?:{scales})?(?![\w])|(?:{_any(signs.spelled)})\b"
        self._number = re.compile(
            rf"(?P<digits>{digits})(?P<scale>{scales})?|(?P<spelled>{_any(signs.spelled)})", re.IGNORECASE
        )
        self.qualifier = rf"(?:(?:{_any((*signs.about, *signs.at_least))}) )?"
        told = rf"(?:(?P<about>{_any(signs.about)}) |(?P<least>{_any(signs.at_least)}) )?"
        self._told = re.compile(rf"{told}(?P<number>{self.number})", re.IGNORECASE)
        self._monthly = re.compile(
            rf"(?:(?:{_any(signs.about)}) )?(?P<low>{digits}) (?:{signs.joins[0]}) (?P<high>{digits}) {signs.monthly}",
            re.IGNORECASE,
        )
        self._percent = re.compile(rf"(?P<number>{digits}) ?%")
        self._months = {name.lower(): number for number, name in get_month_names("wide", locale=locale).items()}
        article = rf"(?:(?:{_any(signs.articles)}) )?" if signs.articles else ""
        month = _any(self._months)

        def point(end: str, year: str) -> str:
            day = rf"{article}(?P<day{end}>\d{{1,2}}) "
            dated = rf"(?:{day})?(?P<month{end}>{month})(?: (?P<ym{end}>\d{{4}})){year}"
            half = rf"(?P<half{end}>{_any(signs.halves)}) (?P<yh{end}>\d{{4}})"
            return rf"(?:{dated}|{half}|(?P<y{end}>\d{{4}}))"

        self._one = re.compile(point("1", ""), re.IGNORECASE)
        self._two = re.compile(rf"{point('1', '?')} (?:{_any(signs.joins)}) {point('2', '')}", re.IGNORECASE)

    def quantity(self, text: str) -> tuple[Decimal, Decimal] | None:
        """Return a number and the value of its last written place, or None: `6.6 million` is 6 600 000 and 100 000."""
        if (found := self._number.fullmatch(text)) is None:
            return None
        if found["spelled"]:
            return Decimal(self._signs.spelled[found["spelled"].lower()]), Decimal(1)
        if len(text) > LONGEST:
            return None
        number = Decimal(found["digits"].replace(" ", "").replace(self._mark, "."))
        scale = Decimal(self._signs.scales[found["scale"].lower()]) if found["scale"] else Decimal(1)
        exponent = number.as_tuple().exponent
        return number * scale, scale.scaleb(exponent if isinstance(exponent, int) else 0)

    def amount(self, text: str) -> Amount | None:
        """Return an amount with what is said of its precision, or None, also for one that cannot be.

        A number that is written in full is exact; one with a scale, such as `4.9k`, was rounded to its last place. A
        decimal fraction stays as it is: only who knows the unit can say that it counts nothing.
        """
        with suppress(ValueError):
            return self._amount(text)
        return None

    def _amount(self, text: str) -> Amount | None:
        if (monthly := self._monthly.fullmatch(text)) is not None:
            low, high = self.quantity(monthly["low"]), self.quantity(monthly["high"])
            return None if low is None or high is None else between(low[0], high[0])
        if (found := self._told.fullmatch(text)) is None or (read := self.quantity(found["number"])) is None:
            return None
        number, step = read
        scaled = step > 1 or number != number.to_integral_value()
        if found["least"]:
            return at_least(number)
        if found["about"]:
            return about(number, step if scaled else last_place(number), whole=number == number.to_integral_value())
        if scaled and number == number.to_integral_value() and step >= 1:
            return rounded(number, step, whole=True)
        return exact(number)

    def monthly(self, text: str) -> bool:
        """Return whether a text is a range per month."""
        return self._monthly.fullmatch(text) is not None

    def percent(self, text: str) -> Amount | None:
        """Return a percentage, rounded to its last place, or None."""
        if (found := self._percent.fullmatch(text)) is None or (read := self.quantity(found["number"])) is None:
            return None
        with suppress(ValueError):
            return rounded(*read)
        return None

    def period(self, text: str) -> Period | None:
        """Return a period that is all of a text, or None, also for one that cannot be."""
        if (two := self._two.fullmatch(text)) is not None:
            return self._period(two.groupdict())
        if (one := self._one.fullmatch(text)) is not None:
            with suppress(ValueError):
                point = self._point(one.groupdict(), "1", None)
                return Period(point, point)
        return None

    def periods_in(self, text: str) -> Iterator[Period]:
        """Return the periods with two ends in a text, such as `from 2 August 2021 to 31 December 2021`."""
        found = (self._period(match.groupdict()) for match in self._two.finditer(text))
        return (period for period in found if period is not None)

    def _period(self, parts: Mapping[str, str | None]) -> Period | None:
        with suppress(ValueError):
            end = self._point(parts, "2", None)
            return Period(self._point(parts, "1", end.year), end)
        return None

    def _point(self, parts: Mapping[str, str | None], end: str, otherwise: int | None) -> Point:
        half = parts[f"half{end}"]
        year = parts[f"ym{end}"] or parts[f"yh{end}"] or parts[f"y{end}"]
        month, day = parts[f"month{end}"], parts[f"day{end}"]
        return Point(
            int(year) if year else otherwise or 0,
            1 + self._signs.halves.index(half.lower()) if half else None,
            self._months[month.lower()] if month else None,
            int(day) if day else None,
        )


def wider(one: Amount, other: Amount) -> Amount | None:
    """Return the less exact of two amounts that state the same number, or None if they do not.

    Who writes 4 900 beside the other's 4.9k has only written it out.
    """
    if one == other:
        return one
    if one.stated is None or one.stated != other.stated:
        return None
    order = list(Precision)
    return max(one, other, key=lambda a: (order.index(a.precision), a.step or 0))


def _any(names: object) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))  # type: ignore[call-overload]
