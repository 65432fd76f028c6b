"""The tour of the console shows every page there is, and no picture lies about that nothing shows."""

from __future__ import annotations

import re
from pathlib import Path

from docs.screenshots import FRAGMENTS, IMAGES, LARGEST, name_of
from tests.web.console_pages import page_paths

DOCS = Path(__file__).parents[2] / "docs"
SHOWN = set(re.findall(r"images/(console-[^)]+\.png)", (DOCS / "explanation" / "console.md").read_text("utf-8")))


def test_every_page_has_its_picture_in_the_tour() -> None:
    wanted = {f"console-{name_of(path)}.png" for path in page_paths() if path not in FRAGMENTS}
    assert wanted - SHOWN == set()


def test_every_picture_is_shown_and_small() -> None:
    made = {path.name: path.stat().st_size for path in IMAGES.glob("console-*.png")}
    assert set(made) == SHOWN
    assert {name for name, size in made.items() if size >= LARGEST} == set()
