"""What files a report is."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from tutela.statistics.union.publishing.article9 import Report
from tutela.statistics.union.publishing.as_csv import observations_as_csv, table_as_csv
from tutela.statistics.union.publishing.as_json import findings_as_json, report_as_json
from tutela.statistics.union.publishing.as_sdmx import observations_as_sdmx

FORMATS = ("json", "csv", "html", "xlsx", "sdmx", "pdf")


def files_of(report: Report, formats: Collection[str]) -> Mapping[str, bytes]:
    """Return the content of each file by its name. HTML, XLSX and PDF need the extra `statistics`."""
    files: dict[str, str | bytes] = {}
    if "json" in formats:
        files["report.json"] = _json(report_as_json(report))
        files["findings.json"] = _json(findings_as_json(report))
    if "csv" in formats:
        files |= {f"table-{table.number}.csv": table_as_csv(table) for table in report.tables}
        files["observations.csv"] = observations_as_csv(report.data)
    if "sdmx" in formats:
        files["observations.sdmx.csv"] = observations_as_sdmx(report.data.observations)
    if "html" in formats:
        from tutela.statistics.union.publishing.as_html import report_as_html

        files["report.html"] = report_as_html(report)
    if "xlsx" in formats:
        from tutela.statistics.union.publishing.as_xlsx import report_as_xlsx

        files["report.xlsx"] = report_as_xlsx(report)
    if "pdf" in formats:
        from tutela.statistics.union.publishing.as_pdf import report_as_pdf

        files["report.pdf"] = report_as_pdf(report)
    return {name: content.encode() if isinstance(content, str) else content for name, content in files.items()}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
