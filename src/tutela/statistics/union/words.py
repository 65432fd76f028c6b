"""How a language of the Union writes numbers, percentages, periods, countries and the labels of the tables.

English as written in the code, other languages by a catalogue alone: `locale/LANGUAGE.po`, kept in step by `make docs`.
Numbers follow the Interinstitutional Style Guide: a hard space between thousands and before the per cent sign, in
English too; the decimal mark is that of the language.
"""

from __future__ import annotations

import io
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, get_group_symbol
from babel.support import NullTranslations, Translations

from tutela.statistics.union.amount import Amount, Precision
from tutela.statistics.union.measure import Unit
from tutela.statistics.union.period import Period, Point

ENGLISH = "en"
CATALOGUES = Path(__file__).parent / "locale"
HARD_SPACE = "\u00a0"
_SHORT_THOUSANDS = frozenset({ENGLISH})
"""Languages that write 4.9k where a table is narrow; the others have no sign for it and write it in full."""


_THOUSAND, _MILLION, _BILLION = (Decimal(10**power) for power in (3, 6, 9))


def languages() -> list[str]:
    """Return the languages that there are, English first."""
    return [ENGLISH, *sorted(path.stem for path in CATALOGUES.glob("*.po"))]


@cache
def words(language: str) -> Words:
    """Return the words of a language. Raises ValueError for one without a catalogue."""
    if language not in languages():
        raise ValueError(f"no catalogue for {language!r}: there are {', '.join(languages())}")
    return Words(language)


class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse(language)
        self._catalogue = catalogue_of(CATALOGUES, language)

    def gettext(self, message: str) -> str:
        """Return a label in this language; as it is where the catalogue has none."""
        return str(self._catalogue.gettext(message))

    def pgettext(self, context: str, message: str) -> str:
        """Return a label that means another thing elsewhere."""
        return str(self._catalogue.pgettext(context, message))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Return a label that counts."""
        return str(self._catalogue.ngettext(singular, plural, number))

    def country(self, code: str) -> str:
        """Return the name of a country by its code of ISO 3166."""
        return str(self.locale.territories[code])

    def number(self, number: Decimal, places: int = 0) -> str:
        """Return a number with so many decimal places, halves rounded up."""
        value = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        pattern = "#,##0." + "0" * places if places else "#,##0"
        text = format_decimal(value, pattern, locale=self.locale)
        group = get_group_symbol(self.locale)
        return HARD_SPACE.join(text.split(group)) if group != HARD_SPACE else text

    def percent(self, number: Decimal, places: int = 2) -> str:
        """Return a number of hundredths: 1.36 is `1.36 %`, and nothing is `0 %`."""
        return self.number(number, places if number else 0) + HARD_SPACE + "%"

    def amount(self, amount: Amount, *, narrow: bool = False) -> str:
        """Return an amount in the form in which it was told; `narrow` shortens rounded thousands where one can."""
        if amount.stated is None:
            high = amount.low if amount.high is None else amount.high
            return self.gettext("%(low)s to %(high)s") % {"low": self.number(amount.low), "high": self.number(high)}
        if amount.step is None:
            return self.number(amount.stated, _places(amount.stated))
        if amount.precision is Precision.ROUNDED:
            # A scale is also needed where zeros before the point were rounded to: 0.1 billion is not 100 million.
            for scale, below, message in (
                (_BILLION, _MILLION, self.gettext("%(n)s billion")),
                (_MILLION, _THOUSAND, self.gettext("%(n)s million")),
            ):
                if amount.stated >= scale or amount.step > below:
                    return message % {"n": self.number(amount.stated / scale, _places(amount.step / scale))}
        if narrow and self.language in _SHORT_THOUSANDS and amount.stated >= _THOUSAND:
            return self.number(amount.stated / _THOUSAND, _places(amount.step / _THOUSAND)) + "k"
        return self.number(amount.stated, _places(amount.step))

    def told(self, amount: Amount, unit: Unit | None = None) -> str:
        """Return an amount as a cell tells it, with what it says of its precision."""
        text = self.amount(amount)
        if unit is Unit.REPORTS_PER_MONTH:
            return self.gettext("Approximately %(amount)s reports monthly") % {"amount": text}
        if amount.precision is Precision.ABOUT:
            return self.gettext("ca %(n)s") % {"n": text}
        if amount.precision is Precision.AT_LEAST:
            return self.gettext("over %(n)s") % {"n": text}
        return text

    def point(self, point: Point) -> str:
        """Return a day, month, half or year."""
        if point.half is not None:
            half = (
                self.gettext("first half of %(year)s") if point.half == 1 else self.gettext("second half of %(year)s")
            )
            return half % {"year": point.year}
        pattern = "d MMMM y" if point.day else "MMMM y" if point.month else "y"
        return format_date(point.first, pattern, locale=self.locale)

    def period(self, period: Period) -> str:
        """Return a period as a cell tells it."""
        return capital(self.span(period))

    def span(self, period: Period) -> str:
        """Return a period as it stands within a sentence."""
        if period.start == period.end:
            return self.point(period.start)
        return self.gettext("%(start)s to %(end)s") % {
            "start": self.point(period.start),
            "end": self.point(period.end),
        }


def capital(text: str) -> str:
    """Return a text that begins with a capital letter."""
    return text[:1].upper() + text[1:]


def _places(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def catalogue_of(folder: Path, language: str) -> NullTranslations:
    """Return what a folder of catalogues has of a language; English stands in the code."""
    if language == ENGLISH:
        return NullTranslations()
    compiled = io.BytesIO()
    with (folder / f"{language}.po").open("rb") as stream:
        write_mo(compiled, read_po(stream, locale=language))
    compiled.seek(0)
    return Translations(compiled)
