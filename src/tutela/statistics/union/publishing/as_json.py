"""The report and its findings for machines."""

from __future__ import annotations

from typing import Any

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.dataset_file import observation_as_json
from tutela.statistics.union.findings.finding import Finding
from tutela.statistics.union.findings.registry import checks
from tutela.statistics.union.publishing.article9 import Report
from tutela.statistics.union.words import Words, words


def report_as_json(report: Report) -> dict[str, Any]:
    """Return all tables as they are printed, what the document prints otherwise, and the observations behind them."""
    return {
        "dataset": report.data.id,
        "title": report.data.title,
        "language": report.language,
        "tables": [
            {
                "number": t.number,
                "title": t.title,
                "header": [list(line) for line in t.header],
                "rows": [list(row) for row in t.rows],
                "footnote": t.footnote,
            }
            for t in report.tables
        ],
        "errata": [
            {
                "table": e.table,
                "row": e.row,
                "column": e.column,
                "published": e.published,
                "compiled": e.compiled,
                "findings": [f.id for f in found],
            }
            for e, found in report.errata
        ],
        "sections": [
            {
                "id": s.id,
                "title": s.title,
                "sentences": list(s.sentences),
                "listings": [
                    {"title": one.title, "header": list(one.header), "rows": [list(row) for row in one.rows]}
                    for one in s.listings
                ],
                "drawings": [{"title": d.title, "says": d.says, "svg": d.svg} for d in s.drawings],
            }
            for s in report.sections
        ],
        "observations": [observation_as_json(o) for o in report.data.observations],
    }


def findings_as_json(report: Report) -> dict[str, Any]:
    """Return the checks that were run and what they found, in the language of a report."""
    told = words(report.language)
    return {
        "dataset": report.data.id,
        "language": report.language,
        "checks": [{"id": c.id, "asks": told.gettext(c.asks)} for c in checks()],
        "findings": [finding_as_json(report.data, f, told) for f in report.findings],
    }


def finding_as_json(data: Dataset, finding: Finding, words: Words) -> dict[str, Any]:
    """Return one finding in a language, and in `says` the messages with their values, to tell it in any other."""
    told = finding.told(words)
    return {
        "id": finding.id,
        "check": finding.check,
        "severity": finding.severity.value,
        "severity_told": told.severity,
        "places": list(finding.places),
        "sources": finding.sources(data, words),
        "arithmetic": told.arithmetic,
        "message": told.message,
        "question": told.question,
        "says": {
            "arithmetic": finding.arithmetic.as_json(),
            "message": finding.message.as_json(),
            "question": finding.question.as_json(),
        },
    }
