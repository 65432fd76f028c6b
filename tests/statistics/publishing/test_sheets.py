"""Workbooks hold what was put into them, and nothing that runs."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tutela.statistics.publishing.sheets import LONGEST_TEXT, Cell, Sheet, workbook

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r_", min_codepoint=32), max_size=40)
CELLS = st.one_of(
    st.none(), TEXT, st.integers(0, 10**9), st.decimals(0, 10**6, places=2, allow_nan=False, allow_infinity=False)
)


def written(rows: list[list[Cell]]) -> bytes:
    return workbook([Sheet("One", [["a", "b"]], rows)], title="Title")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=4))
def test_every_cell_is_read_again(rows: list[list[Cell]]) -> None:
    sheet = load_workbook(io.BytesIO(written(rows)))["One"]
    assert [c.value for c in sheet[1]] == ["a", "b"]
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            assert cell.data_type != "f"
            read = cell.value
            assert (Decimal(str(read)) if isinstance(value, Decimal) else read) == (value if value != "" else None)


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "@SUM(A1)", "#REF!", "=A1"])
def test_no_text_becomes_a_formula_or_an_error(text: str) -> None:
    cell = load_workbook(io.BytesIO(written([[text, None]])))["One"].cell(2, 1)
    assert (cell.value, cell.data_type) == (text, "s")


def test_the_same_cells_give_the_same_bytes_and_no_time_of_day() -> None:
    first, second = written([["x", 1]]), written([["x", 1]])
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {e.date_time for e in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.read("docProps/core.xml").count(b">1980-01-01T00:00:00Z<") == 2


def test_characters_that_the_format_lacks_are_shown_as_such() -> None:
    assert load_workbook(io.BytesIO(written([["a\x00b", None]])))["One"].cell(2, 1).value == "a\ufffdb"


def test_what_the_format_would_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="32768 characters"):
        written([["x" * (LONGEST_TEXT + 1), None]])
    with pytest.raises(ValueError, match="name of a sheet"):
        Sheet("a/b", [], [])
    with pytest.raises(ValueError, match="of its own"):
        workbook([Sheet("a", [], []), Sheet("A", [], [])], title="")
