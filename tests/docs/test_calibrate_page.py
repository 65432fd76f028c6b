"""The pages on classifiers: the commands run as they are written, the card is one, the figures are true."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from tests.docs.running import ran
from tutela.detection.classifiers.calibration.rates import Range, Rates
from tutela.detection.classifiers.calibration.record import read_calibration
from tutela.detection.classifiers.card import ModelCard

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.timeout(200)
def test_the_page_runs_as_it_is_written(tmp_path: Path) -> None:
    said = ran(DOCS / "how-to/calibrate.md", tmp_path, 180)
    assert "Promise: a precision of at least 99 %" in said
    assert "No threshold: a false positive rate of at most 0.01 % cannot be promised." in said
    assert "split-sequence" in said
    assert "No drift found." in said
    assert "drift: exit code 1" in said
    assert read_calibration(tmp_path / "calibration.json").of == "bridges 2026.1, bridge"
    assert (tmp_path / "reliability.svg").exists()
    assert json.loads((tmp_path / "figures.json").read_text())["threshold"]["bound"] <= 0.005


def test_the_card_that_is_shown_is_one_and_every_field_is_in_the_table() -> None:
    page = (DOCS / "reference/model-card.md").read_text("utf-8")
    shown = re.search(r"```toml\n(.*?)```", page, re.DOTALL)
    assert shown is not None
    card = ModelCard.model_validate_json(json.dumps(tomllib.loads(shown[1])), strict=True)
    assert card.model_fields_set == set(ModelCard.model_fields)
    table = page[page.index("| field |") :]
    for field in ModelCard.model_fields.keys() - {"model", "input"}:
        assert f"`{field}`" in table
    for section in ("model", "input"):
        for field in type(getattr(card, section)).model_fields:
            assert f"`{section}.{field}`" in table


def test_the_figures_of_the_explanation_are_those_of_the_rule() -> None:
    page = (DOCS / "explanation/what-a-precision-means.md").read_text("utf-8")
    rates = Rates(Range(0.99, 0.99, 0.99), Range(0.01, 0.01, 0.01))
    rows = re.findall(r"\| ([\d.]+) % \| ([\d.]+) % \|", page)
    assert len(rows) == 4
    for prevalence, precision in rows:
        assert f"{100 * rates.precision_at(float(prevalence) / 100).value:.2g}" == precision
