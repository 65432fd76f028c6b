"""How a language writes the return: English as written in the code, others by a catalogue alone (`locale/`)."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.telling import Told, _

ENGLISH = "en"
CATALOGUES = Path(__file__).parent / "locale"
_HARD_SPACE = "\u00a0"
_STATUS = {
    Status.UNKNOWN: _("unknown"),
    Status.NOT_APPLICABLE: _("not applicable"),
    Status.NOT_COLLECTED: _("not collected"),
    Status.NOT_REPORTED: _("not reported"),
    Status.SUPPRESSED: _("suppressed"),
}
_UNITS = {
    "items": _("items"),
    "bytes": _("bytes"),
    "reports": _("reports"),
    "accounts": _("accounts"),
    "complaints": _("complaints"),
    "duration": _("duration"),
    "%": "%",
    "": "",
}
_CLASSES = {"known": _("known"), "new": _("new"), "solicitation": _("solicitation"), "": ""}


def languages() -> list[str]:
    """Return the languages that there are, English first."""
    return [ENGLISH, *sorted(path.stem for path in CATALOGUES.glob("*.po"))]


@cache
def words(language: str) -> Words:
    """Return the words of a language; any but English needs the extra `statistics`.

    Raises ValueError for one without a catalogue.
    """
    if language not in languages():
        raise ValueError(f"no catalogue for {language!r}: there are {', '.join(languages())}")
    return Words(language)


def nearest(language: str) -> Words:
    """Return the words of a language, or those of English where it has no catalogue."""
    return words(language if language in languages() else ENGLISH)


class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._gettext: Callable[[str], str] = _translations(language)

    def gettext(self, message: str, **values: str | int) -> str:
        """Return a message in this language; as it is where the catalogue has none."""
        return self._gettext(message) % values if values else self._gettext(message)

    def told(self, text: str) -> str:
        """Return a text of a figure in this language; what an operator wrote as they wrote it."""
        return text.said(self._gettext, self.number) if isinstance(text, Told) else text

    def number(self, number: int | float) -> str:
        """Return a whole number, or one with two decimal places."""
        return self._decimal(number, "#,##0.00" if isinstance(number, float) else "#,##0")

    def shown(self, figure: Figure) -> str:
        """Return a figure's value as a person reads it."""
        if figure.status is not Status.VALUE:
            return self.told(_STATUS[figure.status])
        if isinstance(figure.value, float):
            return self._decimal(figure.value, "#,##0.####") + (f"{_HARD_SPACE}%" if figure.unit == "%" else "")
        if isinstance(figure.value, int):
            low = self.number(figure.value)
            return low if figure.at_most is None else self.told(
                _("%(low)s to %(high)s", low=low, high=self.number(figure.at_most))
            )  # fmt: skip
        return self.told(str(figure.value) if figure.value is None else figure.value)

    def unit(self, figure: Figure) -> str:
        """Return the unit of a figure."""
        return self.told(_UNITS[figure.unit])

    def case_class(self, figure: Figure) -> str:
        """Return the class that a figure is of; empty if of none."""
        return self.told(_CLASSES[figure.case_class])

    def _decimal(self, number: int | float, pattern: str) -> str:
        if self.language == ENGLISH:
            if isinstance(number, int):
                return f"{number:,}"
            return f"{number:,.2f}" if pattern.endswith("00") else f"{number:g}"
        from babel.numbers import format_decimal

        return str(format_decimal(number, pattern, locale=self.language))


def _translations(language: str) -> Callable[[str], str]:
    if language == ENGLISH:
        return str
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import Translations

    compiled = io.BytesIO()
    with (CATALOGUES / f"{language}.po").open("rb") as stream:
        write_mo(compiled, read_po(stream, locale=language))
    compiled.seek(0)
    found: Callable[[str], str] = Translations(compiled).gettext
    return lambda message: found(message) if message else ""  # the empty message stands for the catalogue's head
