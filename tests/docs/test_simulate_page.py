"""The page on the twin runs as it is written."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs/how-to/simulate.md"


@pytest.mark.timeout(300)
def test_the_page_runs_as_it_is_written(tmp_path: Path) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        cwd=tmp_path,
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(tmp_path), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Regimes in which every bound holds: 3 of 3." in done.stdout
    assert "Fel som ingen uppgav: " in done.stdout
    assert re.search(r"version 1: \d{3} cells, .* 0 to look at", done.stdout)
    report = json.loads((tmp_path / "twin/report.json").read_text("utf-8"))
    assert (report["regimes"], report["missed"]) == (1, [])
    assert (tmp_path / "twin/report/report.json").stat().st_size > 10_000
    named = set(re.findall(r"`(--[a-z]+)", PAGE.read_text("utf-8")))
    assert {"--keep", "--json", "--undeclared"} <= named
