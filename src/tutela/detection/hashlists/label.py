"""What an index knows of an entry beside its value: the list that it is on, and its own class."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Label:
    """A list and an entry's own classification, None where the list's counts."""

    hashlist: str
    classification: str | None

    def text(self) -> str:
        """Return it as an index keeps it."""
        return json.dumps([self.hashlist, self.classification])


def parse_label(text: str) -> Label:
    """Return the label that `Label.text` wrote; raises ValueError."""
    written = json.loads(text)
    match written:
        case [str(hashlist), None | str() as classification]:
            return Label(hashlist, classification)
    raise ValueError(f"not a label: {text[:80]!r}")
