"""A data set is a file that is read with limits, and written the same each time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.statistics.union import dataset_file
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.dataset_file import RefusedDataset, packaged, parsed, written


def test_what_is_written_is_read_again(report: Dataset) -> None:
    assert parsed(written(report)) == report
    assert written(parsed(written(report))) == written(report)


def test_only_what_ships_can_be_named() -> None:
    with pytest.raises(RefusedDataset, match="com-2023-797"):
        packaged("../com-2023-797")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"form": 4}, "form"),
        (
            {
                "disagreements": [
                    {"place": "x", "rule": "whole_number", "told": {"en": "1", "sv": "2"}, "refused": "en"}
                ]
            },
            "tells stated",
        ),
        ({"mentions": [{"id": "x", "measure": "convictions", "says": "value", "states": [], "sources": []}]}, "caveat"),
        ({"mentions": [{"id": "x", "measure": "convictions", "says": "luck", "states": [], "sources": []}]}, "luck"),
        ({"more": 1}, "more"),
        ({"id": "A B"}, "id"),
        ({"value": 33}, "value"),
        ({"value": "1e9"}, "value"),
        ({"value": "-1"}, "value"),
        ({"value": None}, "belongs to the status"),
        ({"status": "unknown"}, "belongs to the status"),
        ({"unit": "miles"}, "miles"),
        ({"measure": "luck"}, "luck"),
        ({"reporter": "google"}, "no reporter"),
        ({"period": "2021/2020"}, "ends before"),
        ({"by": {"colour": "blue"}}, "colour"),
        ({"sources": []}, "nobody told"),
        ({"value": "33.5"}, "not whole"),
        ({"value": {"precision": "rounded", "low": "2", "high": "1", "stated": "2", "step": "1"}}, "ends before"),
        ({"caveats": ["unheard_of"]}, "unheard_of"),
        ({"ratios": [{"rate": "lost", "part": "lost", "whole": "lost"}]}, "lost"),
    ],
)
def test_a_file_that_says_what_cannot_be_is_refused(report: Dataset, change: dict[str, Any], said: str) -> None:
    raw = json.loads(written(report))
    target = (
        raw if set(change) & {"form", "more", "id", "ratios", "disagreements", "mentions"} else raw["observations"][0]
    )
    target.update(change)
    with pytest.raises(RefusedDataset, match=said):
        parsed(json.dumps(raw).encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_a_data_set_or_refused(content: bytes) -> None:
    with pytest.raises(RefusedDataset):
        parsed(content)


def test_a_file_over_the_limit_is_not_read(monkeypatch: pytest.MonkeyPatch, report: Dataset) -> None:
    monkeypatch.setattr(dataset_file, "LARGEST_FILE", 100)
    with pytest.raises(RefusedDataset, match="more than 100"):
        parsed(written(report))
