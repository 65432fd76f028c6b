"""SDMX-CSV reads what it writes, and refuses what is of no flow or of another."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.statistics.figure import Status
from tutela.statistics.publishing.sdmx import Flow, RefusedSdmx, as_sdmx, obs_status, read_sdmx

FLOW = Flow("TUTELA:TEST(1.0)", ("REF_AREA", "TIME_PERIOD"), ("COMMENT",))
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=20)


@given(st.lists(st.tuples(st.from_regex("[A-Z]{2}", fullmatch=True), TEXT, TEXT), max_size=5, unique_by=lambda r: r[0]))
def test_what_is_written_is_read_again(rows: list[tuple[str, str, str]]) -> None:
    told = [{"REF_AREA": a, "TIME_PERIOD": "2022", "OBS_VALUE": v, "OBS_STATUS": "A", "COMMENT": c} for a, v, c in rows]
    assert read_sdmx(FLOW, as_sdmx(FLOW, told)) == told


def test_the_first_columns_are_those_of_the_format() -> None:
    text = as_sdmx(FLOW, [{"REF_AREA": "SE", "TIME_PERIOD": "2022", "OBS_VALUE": "1"}])
    header, row = csv.reader(io.StringIO(text, newline=""))
    assert header == [
        "STRUCTURE", "STRUCTURE_ID", "ACTION", "REF_AREA", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "COMMENT"
    ]  # fmt: skip
    assert row == ["dataflow", "TUTELA:TEST(1.0)", "I", "SE", "2022", "1", "", ""]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("REF_AREA,", "AREA,", "columns"),
        ("TUTELA:TEST(1.0),I", "OTHER:TEST(1.0),I", "line 2"),
        (",I,SE", ",D,SE", "action"),
        (",I,SE", ",I,", "dimension is empty"),
        ("2023", "2022", "those of line 2"),
        (",2023,", ",2023,,", "9 cells"),
    ],
)
def test_other_texts_are_refused_with_the_line(old: str, new: str, said: str) -> None:
    text = as_sdmx(FLOW, [{"REF_AREA": "SE", "TIME_PERIOD": year, "OBS_VALUE": "1"} for year in ("2022", "2023")])
    assert old in text
    with pytest.raises(RefusedSdmx, match=said):
        read_sdmx(FLOW, text.replace(old, new, 1))


@pytest.mark.parametrize("rows", [[{"REF_AREA": "SE"}], [{"REF_AREA": "SE", "TIME_PERIOD": "2022"}] * 2, [{"X": "1"}]])
def test_what_no_flow_can_hold_is_not_written(rows: list[dict[str, str]]) -> None:
    with pytest.raises(ValueError, match=r"TUTELA:TEST"):
        as_sdmx(FLOW, rows)


def test_every_status_has_a_code_and_no_missing_one_is_normal() -> None:
    assert {s: obs_status(s) for s in Status if s is not Status.VALUE} == {
        Status.UNKNOWN: "O",
        Status.NOT_REPORTED: "O",
        Status.NOT_APPLICABLE: "M",
        Status.NOT_COLLECTED: "L",
        Status.SUPPRESSED: "Q",
    }
    assert [obs_status(Status.VALUE, estimated=e, provisional=p) for e in (False, True) for p in (False, True)] == [
        "A", "P", "E", "P"
    ]  # fmt: skip
