"""A text that knows what it was made from: English as it stands, and in any language that has a catalogue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

Value = str | int | float
_SEPARATOR = "; "


class Told(str):
    """A text in English. `message` with its `values` is what a catalogue translates; or it is joined of `parts`.

    A whole number stands as it is, any other with two decimal places.
    """

    __slots__ = ("message", "parts", "values")
    message: str
    values: Mapping[str, Value]
    parts: tuple[Told, ...]

    def __new__(cls, message: str, values: Mapping[str, Value] | None = None, parts: tuple[Told, ...] = ()) -> Self:
        """Make a text of a message with places as in `%(n)s`, or of parts."""
        given = values or {}
        text = _SEPARATOR.join(parts) if parts else message % {n: _english(v) for n, v in given.items()}
        made = super().__new__(cls, text)
        made.message, made.values, made.parts = message, given, parts
        return made

    def __reduce__(self) -> Any:
        return Told, (self.message, dict(self.values), self.parts)

    def said(self, gettext: Callable[[str], str], number: Callable[[int | float], str]) -> str:
        """Return the text in a language."""
        if self.parts:
            return _SEPARATOR.join(part.said(gettext, number) for part in self.parts)
        values = {
            name: value.said(gettext, number)
            if isinstance(value, Told)
            else value
            if isinstance(value, str)
            else number(value)
            for name, value in self.values.items()
        }
        return gettext(self.message) % values


def _(message: str, **values: Value) -> Told:
    """Return a text that a catalogue translates; `make docs` finds it by this name."""
    return Told(message, values)


def gettext(message: str) -> str:
    """Return a message for a text that is made later; `make docs` finds it by this name."""
    return message


NOTHING = Told("")


def joined(*texts: Told | None) -> Told:
    """Return texts with semicolons between them, without those that are empty."""
    parts = tuple(text for text in texts if text)
    return Told("", None, parts) if parts else NOTHING


def told(text: str) -> Told:
    """Return a text as it is, if it was not made from a message."""
    return text if isinstance(text, Told) else Told("%(text)s", {"text": text})


def _english(value: Value) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)
