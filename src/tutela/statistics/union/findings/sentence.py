"""What a finding says, kept as a message of the catalogue with its values, so that every language can tell it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

from tutela.statistics.union.findings.values import Value, plain, spoken, value_as_json
from tutela.statistics.union.words import Words


@dataclass(frozen=True, slots=True)
class _Filled:
    message: str
    values: tuple[tuple[str, Value], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.message)

    def of(self, **values: Value) -> Self:
        """Return it with what stands in its places, beside what stands there already."""
        return replace(self, values=tuple((dict(self.values) | values).items()))

    def as_json(self) -> dict[str, Any]:
        """Return the key of the message and its values, for who tells it in another language."""
        return {"key": self.message, "values": {name: value_as_json(value) for name, value in self.values}}


@dataclass(frozen=True, slots=True)
class Sentence(_Filled):
    """A sentence: `message` is its English, by which a catalogue knows it, with places such as `%(year)s`."""

    def told(self, words: Words) -> str:
        """Return it in a language. Raises KeyError for a place that has no value."""
        return words.gettext(self.message) % {name: spoken(value, words) for name, value in self.values}


@dataclass(frozen=True, slots=True)
class Formula(_Filled):
    """Numbers, ids, days and signs; `message` has no word, and no catalogue has it."""

    def told(self, words: Words) -> str:
        """Return it with numbers in the form of a language. Raises KeyError for a place that has no value."""
        return self.message % {name: plain(value, words) for name, value in self.values}

    def then(self, more: str, **values: Value) -> Formula:
        """Return it with more behind it."""
        return replace(self, message=self.message + more).of(**values)
