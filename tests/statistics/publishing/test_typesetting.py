"""What is told stands in a PDF as it was told; the fixture's template is the Article 9 report's own page."""

from __future__ import annotations

from datetime import UTC, datetime

import pypdfium2
import pytest

from tutela.statistics.publishing.typesetting import typeset

TEMPLATE = "publishing/listing.typ"
HOSTILE = '#panic("x") $x$ *b* _i_ <a> @a \\ #read("/x") = no heading'


def data(cell: str) -> dict[str, object]:
    return {"subtitle": None, "notes": [], "tables": [{"caption": "Table", "header": [[["A", 1]]], "rows": [[cell]]}]}


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)
    finally:
        document.close()


def test_no_text_becomes_markup() -> None:
    assert HOSTILE in text_of(typeset(TEMPLATE, data(HOSTILE), title=HOSTILE[:20], language="en"))


def test_the_same_data_gives_the_same_bytes() -> None:
    made = datetime(2026, 2, 1, 12, tzinfo=UTC)
    for at in (None, made):
        first, second = (typeset(TEMPLATE, data("å"), title="T", language="sv", made=at) for _ in range(2))
        assert first == second
        assert b"pdfuaid:part" in first
        assert (b"pdfaid:part" in first) == (at is not None)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        typeset(TEMPLATE, data("x"), title="T", language="en", made=datetime(2026, 1, 1))  # noqa: DTZ001
