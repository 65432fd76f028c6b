"""What the report says of providers and technologies in words: who is named, in both languages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from itertools import pairwise
from typing import Any

from tutela.statistics.union.dataset import Statement, Tool
from tutela.statistics.union.observation import Source
from tutela.statistics.union.seed.raw_tables import UnreadableDocument
from tutela.statistics.union.tables import labels
from tutela.statistics.union.words import words

_BRACKET = re.compile(r"\(([^()]*)\)")
_NUMERALS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_JOIN = re.compile(r"[\s;,]*(?:\b(?:och|and))?[\s;,]*$")
_ADDED = re.compile(r" \([^)]{50,}.*$")
"""A longer addition in brackets, into which a footnote may have slipped at the end of a page."""
_REACH = 500
"""Characters behind the words in which the names have to stand."""


def statements(flows: Mapping[str, str], document: str) -> tuple[Statement, ...]:
    """Return what the running texts, by language, say of providers. Raises UnreadableDocument.

    The words have to stand in each text once, and the names behind them have to be the same in every language.
    """
    return tuple(_statements(flows, document))


def tools(flows: Mapping[str, str], document: str) -> tuple[Tool, ...]:
    """Return the technologies that the texts list, by the kind of material. Raises UnreadableDocument."""
    found = []
    for one in _raw()["tools"]:
        names = {}
        for language, text in flows.items():
            start, end = _place(one[language], text, language), text.find(one[f"{language}_until"])
            names[language] = _listed(text[start : max(start, end)])
        counts = {language: len(listed) for language, listed in names.items()}
        if len(set(counts.values())) != 1 or not all(counts.values()):
            raise UnreadableDocument(f"tools for {one['kind']} material: the languages list {counts}")
        sources = tuple(Source(document, language, words=one[language]) for language in flows)
        for number in range(next(iter(counts.values()))):
            told = tuple((language, listed[number]) for language, listed in names.items())
            found.append(Tool(f"{one['kind']}.{number + 1}", one["kind"], told, sources))
    return tuple(found)


def _statements(flows: Mapping[str, str], document: str) -> Iterator[Statement]:
    for head, rows in _raw().items():
        if head == "tools":
            continue
        for code, one in rows.items():
            told = {}
            for language, text in flows.items():
                end = _place(one[language], text, language)
                told[language] = tuple(one["providers"]) if "providers" in one else _named(text[end:], language)
            if len(set(told.values())) != 1:
                raise UnreadableDocument(f"{head}.{code}: the languages name {told}")
            sources = tuple(Source(document, language, words=one[language]) for language in flows)
            yield Statement(f"{head}.{code}", head, next(iter(told.values())), sources)


def _listed(text: str) -> list[str]:
    """Return what stands behind i), ii) and so on, the last up to the end of its sentence."""
    found, rest = [], text
    for numeral, following in pairwise(_NUMERALS):
        _, _, rest = _split(rest, numeral)
        if not rest:
            break
        item = _split(rest, following)[0] or rest.partition(". ")[0].removesuffix(".")
        found.append(_ADDED.sub("", _JOIN.sub("", item)).strip())
    return found


def _split(text: str, numeral: str) -> tuple[str, str, str]:
    """Return what stands before a numeral in brackets, and behind it; nothing if it is not there."""
    found = re.search(rf"(?<!\w)\(?{numeral}\)\s", text)
    return (text[: found.start()], found[0], text[found.end() :]) if found else ("", "", "")


def _raw() -> dict[str, Any]:
    text = resources.files("tutela.statistics.union.seed").joinpath("statements.toml").read_text("utf-8")
    return tomllib.loads(text)


def _place(anchor: str, text: str, language: str) -> int:
    if (times := text.count(anchor)) != 1:
        raise UnreadableDocument(f"{language}: “{anchor}” stands {times} times, not once")
    return text.index(anchor) + len(anchor)


def _named(text: str, language: str) -> tuple[str, ...]:
    """Return the providers in the first brackets with nothing but names; X has its earlier name beside it at times."""
    told = words(language)
    former = labels.provider("x", told).partition("(")[2].rstrip(")")
    for bracket in _BRACKET.finditer(text[:_REACH]):
        names = [n.strip() for n in bracket[1].split(",") if n.strip() != former]
        codes = [
            next((c for c in labels.PROVIDERS if labels.provider(c, told).split(" (")[0] == n), None) for n in names
        ]
        if names and None not in codes:
            return tuple(sorted(c for c in codes if c is not None))
    raise UnreadableDocument(f"{language}: no providers are named behind “{text[:60]}”")
