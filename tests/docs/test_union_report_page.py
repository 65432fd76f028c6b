"""The page on the Union's report runs as it is written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/how-to/union-report.md"


def test_the_page_runs_as_it_is_written(tmp_path: Path) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        cwd=tmp_path,
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(tmp_path), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "at least 2\u00a0158 convictions" in done.stdout
    assert "version 1: 3 cells, 3 observations, 0 texts, 0 to look at" in done.stdout
    assert (tmp_path / "report/report.pdf").read_bytes()[:5] == b"%PDF-"
    assert (tmp_path / "own-report/report.xlsx").stat().st_size > 10_000
