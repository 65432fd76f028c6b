"""What files a report is."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from tutela.statistics.union.publishing.article9 import Report
from tutela.statistics.union.publishing.as_csv import observations_as_csv, table_as_csv
from tutela.statistics.union.publishing.as_json import findings_as_json, report_as_json

FORMATS = ("json", "csv", "html")


def files_of(report: Report, formats: Collection[str]) -> Mapping[str, str]:
    """Return the text of each file by its name. HTML needs the extra `statistics`."""
    files: dict[str, str] = {}
    if "json" in formats:
        files["report.json"] = _json(report_as_json(report))
        files["findings.json"] = _json(findings_as_json(report.data, report.findings))
    if "csv" in formats:
        files |= {f"table-{table.number}.csv": table_as_csv(table) for table in report.tables}
        files["observations.csv"] = observations_as_csv(report.data)
    if "html" in formats:
        from tutela.statistics.union.publishing.as_html import report_as_html

        files["report.html"] = report_as_html(report)
    return files


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
