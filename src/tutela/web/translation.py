"""The language of a page: English as written, other languages by a catalogue alone.

A catalogue is `locale/LANGUAGE.po`; a new language is one such file and nothing else. It is read once, as it is: there
is no step that compiles it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from fastapi import Request

ENGLISH = "en"
COOKIE = "tutela_language"
CATALOGUES = Path(__file__).parent / "locale"
_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


@dataclass(frozen=True, slots=True)
class _Catalogue:
    single: Mapping[tuple[str | None, str], str]
    plural: Mapping[str, tuple[str, ...]]


def languages() -> list[str]:
    """Return the languages that there are, English first."""
    return [ENGLISH, *sorted(path.stem for path in CATALOGUES.glob("*.po"))]


def language_of(request: Request) -> str:
    """Return the language that the browser chose by its cookie, or else by what it accepts."""
    there = languages()
    if (chosen := request.cookies.get(COOKIE)) in there:
        return chosen
    for part in request.headers.get("accept-language", "")[:200].split(","):
        wanted = part.split(";")[0].strip().split("-")[0].lower()
        if wanted in there:
            return wanted
    return ENGLISH


def set_language(language: str) -> None:
    """Let what is rendered from here on, in this context, be in that language."""
    _language.set(language)


def present_language() -> str:
    """Return the language that is set in this context."""
    return _language.get()


def gettext(message: str) -> str:
    """Return a message in the present language; as it is where the catalogue has none."""
    return _catalogue(_language.get()).single.get((None, message), message)


def has(message: str) -> bool:
    """Return whether the present language's catalogue has a translation of a message."""
    return (None, message) in _catalogue(_language.get()).single


def pgettext(context: str, message: str) -> str:
    """Return a message that means another thing elsewhere: `context` says which of them is meant."""
    return _catalogue(_language.get()).single.get((context, message), message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return a message that counts, in the present language. All languages so far have two forms."""
    forms = _catalogue(_language.get()).plural.get(singular, (singular, plural))
    return forms[0 if number == 1 else -1]


def decimal(number: float, places: int | None = None) -> str:
    """Return a number as the present language writes it, with so many decimal places, or as many as it has."""
    pattern = "#,##0.##########" if places is None else "#,##0." + "0" * places if places else "#,##0"
    return _decimal(number, pattern, _language.get())


@lru_cache(4096)
def _decimal(number: float, pattern: str, language: str) -> str:
    return format_decimal(number, pattern, locale=language)


@cache
def _catalogue(language: str) -> _Catalogue:
    path = CATALOGUES / f"{language}.po"
    if language not in languages() or not path.exists():
        return _Catalogue({}, {})
    single: dict[tuple[str | None, str], str] = {}
    plural: dict[str, tuple[str, ...]] = {}
    with path.open("rb") as stream:
        for message in read_po(stream):
            match message.id, message.string:
                case (str() as text, *_), (str(), *_) as forms if all(forms):
                    plural[text] = tuple(str(form) for form in forms)
                case str() as text, str() as translated if text and translated:
                    single[(message.context, text)] = translated
                case _:
                    continue
    return _Catalogue(single, plural)
