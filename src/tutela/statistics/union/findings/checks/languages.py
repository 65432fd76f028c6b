"""Language versions of one document that do not tell the same."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.finding import Finding, Severity


def _find(data: Dataset) -> Iterator[Finding]:
    for one in data.disagreements:
        told = ", ".join(f"{language}: {text!r}" for language, text in one.told)
        ids = [o.id for o in data.observations if o.id == one.place or o.id.startswith(f"{one.place}.")]
        yield Finding(
            "languages",
            Severity.CONTRADICTION,
            (one.place, *(i for i in ids if i != one.place)),
            f"{told}; {one.arithmetic}",
            "Two language versions of the document do not tell the same."
            + (f" {one.refused} is not followed (rule: {one.rule})." if one.refused else " Both are kept."),
            "Which of the versions is to be corrected?",
        )


check = Check("languages", "Do the language versions tell the same?", _find)
