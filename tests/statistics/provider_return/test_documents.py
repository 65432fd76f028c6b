"""The return in every form and language: the same figures, and nothing that is not told."""

from __future__ import annotations

import copy
import csv
import io
import re

import pypdfium2
import pytest
from openpyxl import load_workbook

from tests.statistics.provider_return.histories import history
from tests.statistics.provider_return.test_second_way import first_way
from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.compilation import YearlyReturn
from tutela.statistics.provider_return.documents import COLUMNS, return_as_csv, return_as_pdf, return_as_xlsx
from tutela.statistics.provider_return.form import form_rows
from tutela.statistics.provider_return.telling import Told, joined
from tutela.statistics.provider_return.wording import as_json
from tutela.statistics.provider_return.words import languages, words
from tutela.statistics.provider_return.writing import page, return_body

HEX = re.compile(r"[0-9a-f]{32}")


@pytest.fixture(scope="module")
def compiled() -> YearlyReturn:
    """A year of three parts."""
    return first_way(history(7, 60), 2026)


@pytest.mark.parametrize("language", languages())
def test_the_csv_has_every_figure_and_its_numbers(compiled: YearlyReturn, language: str) -> None:
    rows = list(csv.DictReader(io.StringIO(return_as_csv(compiled, words(language)))))
    assert tuple(rows[0]) == COLUMNS
    figures = list(compiled.every_figure)
    assert [row["id"] for row in rows] == [figure.id for figure in figures]
    for row, figure in zip(rows, figures, strict=True):
        assert row["status"] == figure.status.value
        if isinstance(figure.value, int | float):
            assert float(row["value"]) == pytest.approx(figure.value, rel=1e-5)
        assert (row["value"] == "") is (figure.status is not Status.VALUE)
        assert bool(row["reason"]) is bool(figure.reason)
        assert int(row["event_count"]) == len(figure.events)
    of_parts = [row for row in rows if row["part_from"]]
    assert {row["part_regime"] for row in of_parts} == {"", *(regime.id for regime in compiled.regimes)}


@pytest.mark.parametrize("language", languages())
def test_the_workbook_has_the_same_numbers(compiled: YearlyReturn, language: str) -> None:
    book = load_workbook(io.BytesIO(return_as_xlsx(compiled, words(language))))
    assert len(book.sheetnames) == 1 + 9 + 1 + len(compiled.parts) + 1
    everything = list(book.worksheets[-1].iter_rows(min_row=2, values_only=True))
    value = COLUMNS.index("value")
    told = {str(row[0]): row[value] for row in everything}
    for figure in compiled.every_figure:
        if isinstance(figure.value, int):
            assert told[figure.id] == figure.value


@pytest.mark.parametrize("language", languages())
def test_the_pdf_has_every_row_and_section(compiled: YearlyReturn, language: str) -> None:
    told = words(language)
    document = pypdfium2.PdfDocument(return_as_pdf(compiled, told))
    text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    squeezed = re.sub(r"[\s\-\u00ad\ufffe\u2010\u0002]", "", text)
    for row in form_rows():
        wanted = re.sub(r"[\s\-]", "", told.gettext(row.meaning))
        assert wanted in squeezed, row.id
    for part in compiled.parts:
        assert str(part.span.first) in text


def test_swedish_tells_every_text_in_swedish(compiled: YearlyReturn) -> None:
    """No text of a figure stays as it is in English, but names."""
    swedish = words("sv")
    same = {"audio", "Chat", "Mail"}
    for figure in compiled.every_figure:
        for text in (figure.note, figure.reason, figure.value):
            if isinstance(text, Told) and text and text not in same and not _only_values(text):
                assert swedish.told(text) != text, figure.id
        assert swedish.gettext(figure.meaning) != figure.meaning or "/A" in figure.meaning


def _only_values(text: Told) -> bool:
    return all(re.fullmatch(r"[%()\w\s:;]*", part.message) and "%(" in part.message for part in (text.parts or (text,)))


def test_a_text_is_translated_with_its_numbers() -> None:
    rate = joined(Told("%(n)s are not decided yet", {"n": 1234}), Told("hours"))
    assert rate == "1234 are not decided yet; hours"
    assert words("sv").told(rate) == "1\u00a0234 är inte avgjorda än; timmar"
    assert words("sv").told("what an operator wrote") == "what an operator wrote"
    again = copy.deepcopy(rate)  # by what it is made from, as when a figure goes from one process to another
    assert (again, again.parts, words("sv").told(again)) == (rate, rate.parts, words("sv").told(rate))


def test_numbers_and_intervals_are_shown_as_the_language_writes_them() -> None:
    figure = Figure("x", 4, "known", "images", "m", "items", value=1234, at_most=5678)
    rate = Figure("y", 6, "known", "error_rate", "m", "%", value=9.375)
    assert (words("en").shown(figure), words("en").shown(rate)) == ("1,234 to 5,678", "9.375\u00a0%")
    assert (words("sv").shown(figure), words("sv").shown(rate)) == ("1\u00a0234 till 5\u00a0678", "9,375\u00a0%")


def test_the_parts_of_a_year_add_up_and_open_to_their_events(compiled: YearlyReturn) -> None:
    """What is counted by the day on which it happened adds up over the parts; accounts of two parts may be one."""
    assert [str(part.span.first) for part in compiled.parts] == ["2026-01-01", "2026-04-04", "2026-07-31"]
    assert [part.span.regime is None for part in compiled.parts] == [False, True, False]
    adding = [
        f for f in compiled.figures
        if f.unit in ("items", "complaints") and f.section in (1, 5, 6) and f.status is Status.VALUE
    ]  # fmt: skip
    assert len(adding) > 30
    for figure in adding:
        parts = [f for part in compiled.parts for f in part.figures if f.id == f"{part.id}-{figure.id}"]
        assert sum(f.value or 0 for f in parts) == figure.value  # type: ignore[misc]
        if figure.section == 6 and figure.key.startswith("A"):
            assert sorted(e for f in parts for e in f.events) == list(figure.events)


def test_no_document_names_anybody(compiled: YearlyReturn) -> None:
    for language in languages():
        told = words(language)
        for document in (return_as_csv(compiled, told), page("t", return_body(compiled, str, told), language)):
            assert not HEX.search(document)
    assert not HEX.search(str(as_json(compiled)))
