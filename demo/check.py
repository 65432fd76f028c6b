"""Holds the demonstration's output against what must be true of it: `python -m demo.check`, as CI does.

It reads the summary, which says what the simulation knows, and opens the installation that the year left behind.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from demo.__main__ import OUTPUT
from demo.world import YEAR
from tutela.casework.certificates import BadCertificate, verify
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

_PLANTED = ("match", "clean", "undecodable", "unsupported", "over_limit")
_SURE = ("copy", "format", "flip", "turn")
_MANY = 100_000


def problems(summary: dict[str, Any]) -> list[str]:
    """Return what does not add up in a summary; nothing if all is well."""
    return [*_lost(summary), *_wrong_figures(summary), *_missed(summary), *_absent(summary)]


def _lost(summary: dict[str, Any]) -> Iterator[str]:
    if sum(summary["outcomes"].values()) != summary["items"]:
        yield "the outcomes do not add up to the items"
    if sum(summary["cases_by_state"].values()) != summary["cases"]:
        yield "the states do not add up to the cases"
    if summary["reports_filed"] != summary["reports_finished_at_sandbox"]:
        yield "our receipts and the sandbox's finished reports differ"
    calls = summary["calls"]
    # One that was received, and whose answer was lost, need not be delivered: it may have become needless meanwhile.
    if calls["not_received"] or calls["delivered_twice"] or calls["unknown"] or calls["dead"]:
        yield f"signed calls went wrong: {calls}"


def _wrong_figures(summary: dict[str, Any]) -> Iterator[str]:
    """Compare what is counted with what the simulation knows. It counts no canary, golden item or second review."""
    counted, figures = summary["counted"], summary["return_figures"]
    processed = sum(value for name, value in figures.items() if name.startswith("1.") and name.endswith("s_eu"))
    for what, ours, theirs in (
        ("items tallied", summary["tallied"], summary["items"]),
        ("items of users in the Union, by the return", processed, summary["processed_eu"]),
        ("cases opened, by the overview", counted["cases_opened"], summary["cases"]),
        ("items flagged, by the overview", counted["items_flagged"], summary["flagged"]),
        ("items seen again, by the overview", counted["items_repeated"], summary["seen_again"]),
        ("complaints lodged, by the overview", counted["complaints_lodged"], _complaints(summary)),
        ("reports filed, by the overview", counted["reports_filed"], summary["reports_filed"]),
    ):
        if ours != theirs:
            yield f"{what}: {ours}, and by the simulation: {theirs}"
    union = summary["union"]
    if union["proved"] != union["questions"] or not union["published_wrong"]:
        yield f"the made-up Union: bounds must hold the truth, and published numbers err: {union}"


def _complaints(summary: dict[str, Any]) -> int:
    return int(summary["redress"]["complaints"] + summary["redress"]["judicial"])


def _missed(summary: dict[str, Any]) -> Iterator[str]:
    for name in _SURE:
        edit = summary["by_edit"][name]
        if edit["found"] < 0.9 * edit["planted"]:
            yield f"only {edit['found']} of {edit['planted']} copies were found: {edit['label']}"
    if summary["false_matches"]:
        yield f"{summary['false_matches']} pictures matched by chance"


def _absent(summary: dict[str, Any]) -> Iterator[str]:
    """Name what the year is there to show and did not have."""
    for name in _PLANTED:
        if not summary["outcomes"][name]:
            yield f"no item ended as {name}"
    quality, entries, redress = summary["quality"], summary["entries"], summary["redress"]
    if quality["canaries_passed"] < quality["canaries"] - 1:
        yield f"{quality['canaries_passed']} of {quality['canaries']} canaries came through"
    for what, number in (
        *((f"quality: {name}", quality[name]) for name in ("second_reviews", "disagreements", "golden_planted")),
        *((f"entries: {name}", number) for name, number in entries.items()),
        *((f"redress: {name}", number) for name, number in redress.items()),
        *((f"waiting: {name}", number) for name, number in summary["waiting"].items()),
        ("cases erased", summary["erased"]),
        ("holds", summary["held"]),
        ("tries of calls that failed", summary["calls"]["failed_tries"]),
        ("attempts of reports that failed", summary["failed_reports"]),
    ):
        if not number:
            yield f"the year had none of this: {what}"


def problems_of(place: Workplace, summary: dict[str, Any]) -> list[str]:
    """Return what is wrong with the installation itself: its audit, its certificates, its evidence, its return."""
    found = [finding.message for finding in place.audit.verify().findings]
    rows = place.retention.recent(_MANY)
    if len(rows) != summary["erased"]:
        found.append(f"{summary['erased']} cases were erased, and {len(rows)} certificates are there")
    for row in rows:
        try:
            verify(place.retention.certificate(row.id), place.keys.signing())
        except BadCertificate as error:
            found.append(f"certificate {row.id}: {error}")
        if not place.vault.is_gone(row.case):
            found.append(f"case {row.case} was erased, and evidence of it is there")
    figures = place.yearly_return(YEAR).figures
    if not any(figure.events for figure in figures):
        found.append("no figure of the return opens to its events")
    return found


def main(output: Path = OUTPUT) -> int:
    """Print the problems; return 1 if there are any."""
    summary = json.loads((output / "summary.json").read_text("utf-8"))
    ends_at = datetime.fromisoformat(summary["ends_at"])
    found = problems(summary)
    with Workplace(load_settings(output / "data", {}), lambda: ends_at) as place:
        found += problems_of(place, summary)
    written = json.loads((output / "return" / "return.json").read_text("utf-8"))
    if not written.get("figures"):
        found.append("the return that was written has no figures")
    for problem in found:
        sys.stderr.write(f"{output}: {problem}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
