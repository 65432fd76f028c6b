"""The tutorial on models of conversations runs as it is written."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.docs.running import ran

PAGE = Path(__file__).parents[2] / "docs/tutorial/conversations.md"


@pytest.mark.timeout(600)
@pytest.mark.skipif(find_spec("sklearn") is None, reason="training needs scikit-learn, extra classifiers")
def test_the_page_runs_as_it_is_written(tmp_path: Path) -> None:
    said = ran(PAGE, tmp_path, 580)
    for by in ("account", "time", "campaign"):
        assert re.search(rf"^by {by}: precision 0\.\d+|^by {by}: precision 1\.000", said, re.MULTILINE)
    for name in ("always", "length only", "20 keywords", "metadata only"):
        assert f"| {name} |" in said
    assert "| 1,000,000 | " in said
    assert "## On the conversations given" in said
    assert re.search(r"flagged at message \d|not flagged", said)
    assert re.search(r"^ +4  0\.\d+  .*asks for personal details", said, re.MULTILINE)
    assert "- worded like conversations that were labelled (message" in said
