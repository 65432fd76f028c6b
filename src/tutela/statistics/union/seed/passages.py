"""Figures that the report tells in sentences: where each stands, in both languages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from tutela.statistics.union.amount import Amount
from tutela.statistics.union.dataset import Partition, Sum
from tutela.statistics.union.grammar import Grammar
from tutela.statistics.union.measure import Measure, Unit
from tutela.statistics.union.observation import Caveat, Dimension, Reporter
from tutela.statistics.union.period import Period
from tutela.statistics.union.seed.raw_tables import UnreadableDocument

_ANY = r"\d+(?:[ .,]\d+)*(?: ?(?:k|million|billion|miljoner|miljarder))?(?!\w)"
"""What looks like a number in any language; whether it is one, the grammar says."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A figure told in a sentence; `words` by language, with `{}` for it and `#` for any other."""

    id: str
    at: str
    reporter: Reporter
    measure: Measure
    unit: Unit
    period: Period | None
    breakdown: tuple[tuple[Dimension, str], ...]
    ratio: tuple[str, str] | None
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """What stands there: the amount (None if the grammar cannot read it), as printed, and where in the text."""

    amount: Amount | None
    printed: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Key:
    """All passages, the sums and partitions that the text tells, and its caveats by table and row."""

    passages: tuple[Passage, ...]
    sums: tuple[Sum, ...]
    partitions: tuple[Partition, ...]
    caveats: Mapping[str, tuple[Caveat, ...]]


@cache
def reading_key() -> Key:
    """Return the key to COM(2023) 797 that ships with the package."""
    text = resources.files("tutela.statistics.union.seed").joinpath("passages.toml").read_text("utf-8")
    raw = tomllib.loads(text)
    return Key(
        tuple(
            Passage(
                id=one["id"],
                at=one.get("at", ""),
                reporter=Reporter.parse(one["reporter"]),
                measure=Measure(one["measure"]),
                unit=Unit(one["unit"]),
                period=Period.parse(one["period"]) if "period" in one else None,
                breakdown=tuple(sorted((Dimension(k), v) for k, v in one.get("by", {}).items())),
                ratio=(one["ratio"][0], one["ratio"][1]) if "ratio" in one else None,
                words={language: one[language] for language in ("en", "sv")},
            )
            for one in raw["passage"]
        ),
        tuple(Sum(one["total"], tuple(one["parts"])) for one in raw["sum"]),
        tuple(Partition(tuple(one["shares"])) for one in raw["partition"]),
        {place: tuple(Caveat(c) for c in codes) for place, codes in raw["caveats"].items()},
    )


def locate(passage: Passage, text: str, grammar: Grammar) -> Found:
    """Find the figure of a passage in a text. Raises UnreadableDocument unless its words stand there exactly once."""
    words = passage.words[grammar.language]
    found = list(re.finditer(_pattern(words, grammar), text, re.IGNORECASE))
    if len(found) != 1:
        raise UnreadableDocument(f"{grammar.language}: “{words}” ({passage.id}) stands {len(found)} times, not once")
    match = found[0]
    told = match["told"]
    return Found(_amount(told, passage.unit, grammar), match["number"], match.start("number"), match.end("number"))


def _amount(told: str, unit: Unit, grammar: Grammar) -> Amount | None:
    return grammar.percent(f"{told}%") if unit is Unit.PERCENT else grammar.amount(told)


def _pattern(words: str, grammar: Grammar) -> str:
    number = rf"(?:{_ANY}|{grammar.number})"
    before, _, after = words.partition("{}")

    def literal(text: str) -> str:
        return rf"(?:{grammar.qualifier}){number}".join(
            re.escape(part).replace("%", r"\ ?%") for part in text.split("#")
        )

    # A word such as "ca" belongs to what is told, and stays in the sentence when the number is taken out.
    told = rf"(?P<told>(?:{grammar.qualifier})(?P<number>{number}))"
    boundary = r"(?<![\w.,])" if not before else ""
    return (literal(before) + boundary + told + literal(after)).replace(r"\ \ ?%", r"\ ?%")
