"""The page on the twin runs as it is written."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.docs.running import ran

PAGE = Path(__file__).parents[2] / "docs/how-to/simulate.md"


@pytest.mark.timeout(300)
def test_the_page_runs_as_it_is_written(tmp_path: Path) -> None:
    said = ran(PAGE, tmp_path, 280)
    assert "Regimes in which every bound holds: 3 of 3." in said
    assert "Fel som ingen uppgav: " in said
    assert re.search(r"version 1: \d{3} cells, .* 0 to look at", said)
    report = json.loads((tmp_path / "twin/report.json").read_text("utf-8"))
    assert (report["regimes"], report["missed"]) == (1, [])
    assert (tmp_path / "twin/report/report.json").stat().st_size > 10_000
    named = set(re.findall(r"`(--[a-z]+)", PAGE.read_text("utf-8")))
    assert {"--keep", "--json", "--undeclared"} <= named
