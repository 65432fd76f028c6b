"""Language versions of one document that do not tell the same."""

from __future__ import annotations

from collections.abc import Iterator

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.check import Check
from tutela.statistics.union.findings.disagreeing import why
from tutela.statistics.union.findings.finding import Finding, Severity
from tutela.statistics.union.findings.sentence import Formula, Sentence


def _find(data: Dataset) -> Iterator[Finding]:
    for one in data.disagreements:
        ids = [o.id for o in data.observations if o.id == one.place or o.id.startswith(f"{one.place}.")]
        printed = {f"n{at}": f"{language}: “{text}”" for at, (language, text) in enumerate(one.told)}
        yield Finding(
            "languages",
            Severity.CONTRADICTION,
            (one.place, *(i for i in ids if i != one.place)),
            Formula(" ≠ ".join(f"%({name})s" for name in printed)).of(**printed),
            why(one),
            Sentence("Which of the versions is to be corrected?"),
        )


check = Check("languages", "Do the language versions tell the same?", _find)
