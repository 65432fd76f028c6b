"""Holds `demo-output/summary.json` against what must be true of it: `python -m demo.check`, as CI does."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from demo.__main__ import OUTPUT


def problems(summary: dict[str, Any]) -> list[str]:
    """Return what does not add up; nothing if all is well."""
    found = []
    if sum(summary["outcomes"].values()) != summary["items"]:
        found.append("the outcomes do not add up to the items")
    if sum(summary["cases_by_state"].values()) != summary["cases"]:
        found.append("the states do not add up to the cases")
    if summary["cases_by_state"]["reported"] != summary["referrals_filed"]:
        found.append("cases reported and referrals filed differ")
    if summary["referrals_filed"] != summary["reports_finished_at_sandbox"]:
        found.append("our receipts and the sandbox's finished reports differ")
    for name in ("copy", "format", "flip", "turn"):
        edit = summary["by_edit"][name]
        if edit["found"] < 0.9 * edit["planted"]:
            found.append(f"only {edit['found']} of {edit['planted']} copies were found: {edit['label']}")
    if not all(summary["outcomes"][name] for name in ("match", "clean", "undecodable", "unsupported", "over_limit")):
        found.append("an outcome that the demonstration plants did not occur")
    if summary["false_matches"]:
        found.append(f"{summary['false_matches']} pictures matched by chance")
    return found


def main(path: Path = OUTPUT / "summary.json") -> int:
    """Print the problems; return 1 if there are any."""
    found = problems(json.loads(path.read_text("utf-8")))
    for problem in found:
        sys.stderr.write(f"{path}: {problem}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
