"""The report and its findings for machines."""

from __future__ import annotations

from typing import Any

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.dataset_file import observation_as_json
from tutela.statistics.union.findings.finding import Finding
from tutela.statistics.union.findings.registry import checks
from tutela.statistics.union.publishing.article9 import Report


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


def findings_as_json(data: Dataset, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """Return the checks that were run and what they found."""
    return {
        "dataset": data.id,
        "checks": [{"id": c.id, "asks": c.asks} for c in checks()],
        "findings": [finding_as_json(data, f) for f in findings],
    }


def finding_as_json(data: Dataset, finding: Finding) -> dict[str, Any]:
    """Return one finding."""
    return {
        "id": finding.id,
        "check": finding.check,
        "severity": finding.severity.value,
        "places": list(finding.places),
        "sources": finding.sources(data),
        "arithmetic": finding.arithmetic,
        "message": finding.message,
        "question": finding.question,
    }
