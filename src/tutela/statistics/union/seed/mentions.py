"""Member States that the report names in a sentence, for a caveat or for why they told nothing, in both languages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from tutela.statistics.figure import Status
from tutela.statistics.union.dataset import Mention
from tutela.statistics.union.measure import Measure
from tutela.statistics.union.members import MEMBERS
from tutela.statistics.union.observation import Caveat, Source
from tutela.statistics.union.seed.raw_tables import UnreadableDocument
from tutela.statistics.union.words import words

_BRACKET = re.compile(r"\s*\(([^()]*)\)")
_BETWEEN = re.compile(r", | and | och ")


def mentions(flows: Mapping[str, str], document: str) -> tuple[Mention, ...]:
    """Return which Member States the running texts, by language, name. Raises UnreadableDocument.

    The words before the brackets have to stand in each text once, and every language has to name the same.
    """
    return tuple(_mention(one, flows, document) for one in _raw())


def _mention(one: Mapping[str, Any], flows: Mapping[str, str], document: str) -> Mention:
    named = {language: _named(one[language], text, language) for language, text in flows.items()}
    if len(set(named.values())) != 1:
        raise UnreadableDocument(f"{one['id']}: the languages name {named}")
    sources = tuple(Source(document, language, words=anchor) for language in flows for anchor in one[language])
    says = Caveat(one["caveat"]) if "caveat" in one else Status(one["status"])
    return Mention(one["id"], Measure(one["measure"]), says, next(iter(named.values())), sources)


def _named(anchors: Sequence[str], text: str, language: str) -> tuple[str, ...]:
    codes = {words(language).country(code): code for code in MEMBERS}
    found: set[str] = set()
    for anchor in anchors:
        if (times := text.count(anchor)) != 1:
            raise UnreadableDocument(f"{language}: “{anchor}” stands {times} times, not once")
        bracket = _BRACKET.match(text, text.index(anchor) + len(anchor))
        names = _BETWEEN.split(bracket[1]) if bracket else []
        if not names or any(name not in codes for name in names):
            raise UnreadableDocument(f"{language}: no Member States stand in brackets behind “{anchor}”")
        found |= {codes[name] for name in names}
    return tuple(sorted(found))


def _raw() -> list[dict[str, Any]]:
    text = resources.files("tutela.statistics.union.seed").joinpath("mentions.toml").read_text("utf-8")
    raw: list[dict[str, Any]] = tomllib.loads(text)["mention"]
    return raw
