"""All sections of a report, in their order."""

from __future__ import annotations

from tutela.statistics.union.content.article_9_2 import conditions, proportionality, technologies
from tutela.statistics.union.content.drawings import drawings
from tutela.statistics.union.content.overview import overview
from tutela.statistics.union.content.section import Section
from tutela.statistics.union.content.sums import sums
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.finding import Finding
from tutela.statistics.union.words import Words


def sections(data: Dataset, findings: tuple[Finding, ...], told: Words) -> tuple[Section, ...]:
    """Return what stands beside the tables: the overview before them, the rest behind."""
    return (
        overview(data, findings, told),
        sums(data, told),
        Section("drawings", told.gettext("Drawings"), drawings=drawings(data, told)),
        conditions(data, told),
        proportionality(data, told),
        technologies(data, told),
    )
