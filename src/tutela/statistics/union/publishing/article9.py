"""A report under Article 9 of Regulation (EU) 2021/1232: tables in one language, errata, findings."""

from __future__ import annotations

from dataclasses import dataclass

from tutela.statistics.union.content.section import Section
from tutela.statistics.union.content.sections import sections
from tutela.statistics.union.dataset import Dataset, Erratum
from tutela.statistics.union.findings.explaining import explaining
from tutela.statistics.union.findings.finding import Finding, Told
from tutela.statistics.union.findings.registry import findings
from tutela.statistics.union.tables.report import compiled
from tutela.statistics.union.tables.table import Compiled
from tutela.statistics.union.words import words


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is published of a data set in a language; each erratum with the findings that explain it."""

    data: Dataset
    language: str
    tables: tuple[Compiled, ...]
    findings: tuple[Finding, ...]
    errata: tuple[tuple[Erratum, tuple[Finding, ...]], ...]
    sections: tuple[Section, ...]

    @property
    def told(self) -> tuple[Told, ...]:
        """The findings in the language, in their order."""
        return tuple(finding.told(words(self.language)) for finding in self.findings)

    @property
    def title(self) -> str:
        """What it is called."""
        return words(self.language).gettext("Report under Article 9") + f": {self.data.title}"


def report_of(data: Dataset, language: str) -> Report:
    """Return the report of a data set. Raises ValueError for a language without a catalogue."""
    tables, found = compiled(data, language), findings(data)
    errata = tuple((e, explaining(data, e, found)) for e in data.errata if e.language == language)
    return Report(data, language, tables, found, errata, sections(data, found, words(language)))
