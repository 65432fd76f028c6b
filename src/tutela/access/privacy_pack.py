"""The data protection officer's pack: documents made of statements, each with the setting or record that it comes from.

What is not configured is said to be missing, with what to do about it; nothing is filled in. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a document says. Without a `value` it is missing, and `source` says what would give one."""

    label: str
    value: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document."""

    heading: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the pack. `made` says of which installation, and when."""

    id: str
    language: str
    title: str
    made: str
    missing_word: str
    sections: tuple[Section, ...]

    @property
    def missing(self) -> int:
        """How many statements are missing."""
        return sum(s.value is None for section in self.sections for s in section.statements)


def as_json(documents: Sequence[Document]) -> str:
    """Return the pack as JSON."""
    return json.dumps([_plain(one) for one in documents], ensure_ascii=False, indent=1) + "\n"


def as_markdown(document: Document) -> str:
    """Return a document as Markdown."""
    lines = [f"# {document.title}", "", document.made, ""]
    for section in document.sections:
        lines += [f"## {section.heading}", ""]
        for one in section.statements:
            said = f"**{document.missing_word}**" if one.value is None else one.value.replace("\n", "  \n  ")
            lines += [f"- {one.label}: {said} _({one.source})_"]
        lines.append("")
    return "\n".join(lines)


def _plain(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "language": document.language,
        "title": document.title,
        "made": document.made,
        "missing": document.missing,
        "sections": [
            {
                "heading": section.heading,
                "statements": [
                    {"label": s.label, "value": s.value, "missing": s.value is None, "source": s.source}
                    for s in section.statements
                ],
            }
            for section in document.sections
        ],
    }
