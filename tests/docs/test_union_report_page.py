"""The page on the Union's report runs as it is written."""

from __future__ import annotations

from pathlib import Path

from tests.docs.running import ran

PAGE = Path(__file__).parents[2] / "docs/how-to/union-report.md"


def test_the_page_runs_as_it_is_written(tmp_path: Path) -> None:
    said = ran(PAGE, tmp_path, 120)
    assert "at least 2\u00a0158 convictions" in said
    assert "version 1: 3 cells, 3 observations, 0 texts, 0 to look at" in said
    assert (tmp_path / "report/report.pdf").read_bytes()[:5] == b"%PDF-"
    assert (tmp_path / "own-report/report.xlsx").stat().st_size > 10_000
