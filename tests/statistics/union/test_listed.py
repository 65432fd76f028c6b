"""A list that a cell holds as one run of text is set as a list."""

from __future__ import annotations

import pytest

from tutela.statistics.union.dataset_file import packaged
from tutela.statistics.union.publishing.article9 import report_of
from tutela.statistics.union.publishing.listed import Piece, pieces
from tutela.statistics.union.words import languages


def test_items_stand_below_what_introduces_them() -> None:
    assert pieces("In pieces: - one: 6.6 million - two: 29k Therefore: - 12.8 % of it - 3 - 4") == [
        Piece("In pieces:", item=False), Piece("one: 6.6 million", item=True), Piece("two: 29k", item=True),
        Piece("Therefore:", item=False), Piece("12.8 % of it", item=True), Piece("3", item=True), Piece("4", item=True),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "-", "16 311", "January - March", "Note: none", "a: -"])
def test_a_dash_alone_makes_no_list(text: str) -> None:
    assert pieces(text) == [Piece(text, item=False)]


@pytest.mark.parametrize("language", languages())
def test_the_comments_of_table_5_hold_two_lists_and_no_other_cell_one(language: str) -> None:
    report = report_of(packaged("com-2023-797"), language)
    listed = [pieces(cell) for table in report.tables for row in table.rows for cell in row if len(pieces(cell)) > 1]
    assert [[piece.item for piece in one] for one in listed] == [[False, True, True, True, False, True, True]]
