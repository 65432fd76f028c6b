"""Recall on edited variants: repeatable, against the pictures themselves, in nobody's list."""

from __future__ import annotations

from random import Random

import pytest
from PIL import Image

from tests.rig import fingerprinted_here, picture
from tutela.casework.quality.recall import recall
from tutela.casework.quality.variants import EDITS, opened
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.storage.workplace import Workplace

PICTURES = {str(n): picture(n, 256) for n in range(3)}


def test_every_edit_is_measured_and_the_same_seed_gives_the_same() -> None:
    kinds = installed_kinds()
    rows = recall(PICTURES, kinds, {}, fingerprinted_here, 7)
    assert rows == recall(PICTURES, kinds, {}, fingerprinted_here, 7)
    pdq = {row.edit: row for row in rows if row.technology == "pdq"}
    assert set(pdq) == set(EDITS)
    assert all(row.of == 3 and 0 <= row.found <= 3 for row in rows)
    assert pdq["recompress"].found == 3
    # A file that was changed is never an identical one.
    assert all(row.found == 0 for row in rows if row.technology == "sha256" and row.edit == "recompress")


def test_an_edit_changes_the_file_and_keeps_a_picture() -> None:
    image = opened(PICTURES["0"])
    for name, edit in EDITS.items():
        data = edit(image, Random(1))
        assert isinstance(opened(data), Image.Image), name
        assert edit(image, Random(1)) == data


@pytest.mark.parametrize("pictures", [{}, {"x": b"words"}])
def test_without_a_picture_nothing_is_measured(pictures: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="picture"):
        recall(pictures, installed_kinds(), {}, fingerprinted_here, 1)


def test_a_run_is_on_record_and_in_no_list(place: Workplace) -> None:
    place.quality.measure_recall(PICTURES, 7, "sven")
    run = place.quality.reader.counts(place.clock().replace(year=2000), place.clock().replace(year=2100)).recall[0]
    assert (run.pictures, len(run.rows)) == (3, len(EDITS) * len({row.technology for row in run.rows}))
    assert place.lists.summaries() == []
