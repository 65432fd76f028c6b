"""Why something cannot be done, so that it can be said in more than one language. Pure.

A phrase is its English, with named places, and what stands in them. Logs, commands and machines read the English; the
console looks the sentence up in its catalogue and says words of enumerations as it says them elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the enumeration `of` that is no StrEnum. `english` is what logs say, where that is not its id."""

    of: str
    id: str
    english: str = ""

    def __str__(self) -> str:
        """Return the English."""
        return self.english or self.id


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Words of which one fits, joined by “or”."""

    words: tuple[str | Word, ...]

    def __str__(self) -> str:
        """Return them in English."""
        return " or ".join(map(str, self.words))


class Phrase:
    """A sentence, or a part of one, with places such as `%(until)s`; a per cent sign in it is written `%%`.

    A place holds a name, an id, a day or a time as it is written everywhere (a str), a word of an enumeration (a
    StrEnum, a Word), a number that counts (an int: a year is a str), several of these (a tuple, joined by commas), or
    a phrase.
    """

    def __init__(self, sentence: str, /, **values: Value) -> None:
        self.sentence = sentence
        self.values: Mapping[str, Value] = values

    def __str__(self) -> str:
        """Return it in English."""
        return self.sentence % {name: _english(value) for name, value in self.values.items()}


Value = str | int | Word | AnyOf | Phrase | tuple[str | Word, ...]
"""What may stand in a place."""


class Obstacle(Exception):
    """Something that cannot be done, and why. `str()` is the English, the phrase what can be said in other languages.

    Every sentence stands as a literal where it is raised, or in a Phrase: the console's catalogues are made from there.
    """

    def __init__(self, why: str | Phrase, /, **values: Value) -> None:
        self.phrase = why if isinstance(why, Phrase) else Phrase(why, **values)
        super().__init__(str(self.phrase))


class NotThere(Obstacle, LookupError):
    """There is nothing with this id, or nothing that this can be done to; the message says which."""


class BadValue(Obstacle, ValueError):
    """Somebody gave a value that cannot be used; the message says what is wrong with it."""


def _english(value: Value) -> str:
    match value:
        case tuple():
            return ", ".join(map(str, value))
        case int():
            return f"{value:,}"
        case _:
            return str(value)
