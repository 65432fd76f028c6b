"""What generators write beside a picture. What the text itself says is what somebody asked for, and is never kept."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tutela.detection.classifiers.marks.mark import Making, Mark, Source


@dataclass(frozen=True, slots=True)
class Generator:
    """How a program is known: by the keyword of a text, and words that the text holds."""

    tool: str
    keys: frozenset[str]
    has: tuple[str, ...]

    def wrote(self, key: str, text: str) -> bool:
        """Return whether a text under a keyword is its own."""
        return key.casefold() in self.keys and all(word in text for word in self.has)


@cache
def generators() -> tuple[Generator, ...]:
    """Return those that are known, from `generators.toml`."""
    table = tomllib.loads(files(__package__).joinpath("generators.toml").read_text("utf-8"))
    return tuple(
        Generator(one["tool"], frozenset(key.casefold() for key in one["keys"]), tuple(one["has"]))
        for one in table["generator"]
    )


def marks_in_texts(texts: Mapping[str, str], source: Source) -> Iterator[Mark]:
    """Yield one mark for each program that wrote one of the texts, which stand under their keywords."""
    tools = {g.tool: None for g in generators() for key, text in texts.items() if g.wrote(key, text)}
    for tool in tools:
        yield Mark(source, Making.GENERATED, tool)
