"""Something that does not add up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tutela.statistics.union import naming
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.sentence import Formula, Sentence
from tutela.statistics.union.words import Words


class Severity(StrEnum):
    """How much a finding says."""

    CONTRADICTION = "contradiction"
    """Not everything that was told can be true."""
    DOUBT = "doubt"
    """It can all be true, and yet a figure cannot be used for what it seems to say."""
    NOTE = "note"
    """What to know before figures are compared."""


@dataclass(frozen=True, slots=True)
class Told:
    """A finding in a language; `id`, `check` and `places` are the same in each."""

    id: str
    check: str
    severity: str
    places: tuple[str, ...]
    arithmetic: str
    message: str
    question: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `places` are ids of observations, or places of cells; `question` is for whoever told them.

    `key` says which of several findings of a check it is, where the first place does not; by both it keeps its id as
    long as its places do. Raises ValueError for an empty part.
    """

    check: str
    severity: Severity
    places: tuple[str, ...]
    arithmetic: Formula
    message: Sentence
    question: Sentence
    key: str = ""

    def __post_init__(self) -> None:
        if not (self.places and self.arithmetic and self.message and self.question.message.endswith("?")):
            raise ValueError(f"{self.check}: a finding has places, arithmetic, a message and a question")

    @property
    def id(self) -> str:
        """What it is called: `percentages:5.meta.appeals_2021`."""
        return f"{self.check}:{self.key or self.places[0]}"

    def told(self, words: Words) -> Told:
        """Return it in a language."""
        texts = (one.told(words) for one in (self.arithmetic, self.message, self.question))
        return Told(self.id, self.check, severity(self.severity, words), self.places, *texts)

    def sources(self, data: Dataset, words: Words) -> list[str]:
        """Return where in the document it stands, in a language."""
        told = {m.id: m.sources for m in data.mentions} | {name: one.sources for name, one in data.by_id.items()}
        return [naming.source(source, words) for name in self.places for source in told.get(name, ())]


def severity(one: Severity, told: Words) -> str:
    """Return how much a finding says, in a word."""
    _ = told.gettext
    return {
        Severity.CONTRADICTION: _("contradiction"),
        Severity.DOUBT: _("doubt"),
        Severity.NOTE: _("note"),
    }[one]
