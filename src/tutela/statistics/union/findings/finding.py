"""Something that does not add up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tutela.statistics.union.dataset import Dataset


class Severity(StrEnum):
    """How much a finding says."""

    CONTRADICTION = "contradiction"
    """Not everything that was told can be true."""
    DOUBT = "doubt"
    """It can all be true, and yet a figure cannot be used for what it seems to say."""
    NOTE = "note"
    """What to know before figures are compared."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `places` are ids of observations, or places of cells; `question` is for whoever told them.

    `key` says which of several findings of a check it is, where the first place does not; by both it keeps its id as
    long as its places do. Raises ValueError for an empty part.
    """

    check: str
    severity: Severity
    places: tuple[str, ...]
    arithmetic: str
    message: str
    question: str
    key: str = ""

    def __post_init__(self) -> None:
        if not (self.places and self.arithmetic and self.message and self.question.endswith("?")):
            raise ValueError(f"{self.check}: a finding has places, arithmetic, a message and a question")

    @property
    def id(self) -> str:
        """What it is called: `percentages:5.meta.appeals_2021`."""
        return f"{self.check}:{self.key or self.places[0]}"

    def sources(self, data: Dataset) -> list[str]:
        """Return where in the document it stands."""
        return [str(s) for name in self.places if name in data.by_id for s in data.by_id[name].sources]
