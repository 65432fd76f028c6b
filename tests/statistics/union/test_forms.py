"""The report's files hold the tables as they are printed; SDMX-CSV holds every observation, there and back."""

from __future__ import annotations

import dataclasses
import io
import json
import re
import shutil
from pathlib import Path

import pypdfium2
import pytest
from openpyxl import load_workbook

from tutela.statistics.publishing.sdmx import RefusedSdmx
from tutela.statistics.union import words
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.publishing.article9 import Report, report_of
from tutela.statistics.union.publishing.as_sdmx import observations_as_sdmx, observations_of_sdmx
from tutela.statistics.union.publishing.folder import FORMATS, files_of


@pytest.fixture(scope="module", params=["en", "sv"])
def made(request: pytest.FixtureRequest, report: Dataset) -> Report:
    return report_of(report, request.param)


def plain(text: str) -> str:
    return "".join(text.replace("\u2010", "-").split())


def test_every_cell_stands_in_the_pdf(made: Report) -> None:
    """A word that is parted at the end of a line is put together again by leaving out hyphens on both sides."""
    content = files_of(made, ["pdf"])["report.pdf"]
    document = pypdfium2.PdfDocument(content)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    flat = re.sub(r"[\s\u00ad\u2010\ufffe\x02-]", "", text)
    cells = {cell for table in made.tables for row in table.rows for cell in row}
    short = {cell for cell in cells if len(cell) < 60}
    assert len(short) > 250
    missing = [c for c in short if re.sub(r"[\s-]", "", c.replace('"', "")) not in flat.replace('"', "")]
    assert not missing
    assert files_of(made, ["pdf"])["report.pdf"] == content


def test_every_cell_stands_in_the_workbook(made: Report) -> None:
    book = load_workbook(io.BytesIO(files_of(made, ["xlsx"])["report.xlsx"]))
    for table, sheet in zip(made.tables, book.worksheets, strict=False):
        lines = [[c.value for c in row][: len(table.header[0])] for row in sheet.iter_rows()][1 + len(table.header) :]
        for told, row in zip(table.rows, lines, strict=False):
            for cell, value in zip(told, row, strict=True):
                assert plain(cell) == ("" if value is None else plain(str(value)))
        assert len(lines) >= len(table.rows)
    numbers = [c.value for c in book.worksheets[6]["B"]][2:]
    assert sum(numbers[:-1]) == numbers[-1] == 555_834
    assert book.worksheets[-1].max_row == 1 + len(made.data.observations)


def test_observations_go_through_sdmx_and_back(report: Dataset) -> None:
    back = observations_of_sdmx(observations_as_sdmx(report.observations), "a submission")
    for ours, theirs in zip(report.observations, back, strict=True):
        assert dataclasses.replace(theirs, sources=ours.sources) == ours
        assert "line" in str(theirs.sources[0])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",reports_received,", ",reports_taken,", "reports_taken"),
        (",16311,A,value,exact,16311,", ",16311,A,value,exact,16312,", "ends before"),
        (",16311,A,value,", ",16311,M,value,", "does not go with"),
        (",2021-01-01/P730D,", ",2021-01-01/P731D,", "TIME_PERIOD"),
    ],
)
def test_a_line_that_cannot_be_is_refused(report: Dataset, old: str, new: str, said: str) -> None:
    text = observations_as_sdmx(tuple(o for o in report.observations if o.id == "6.AT.reports"))
    assert old in text
    with pytest.raises(RefusedSdmx, match=f"line 2.*{said}"):
        observations_of_sdmx(text.replace(old, new, 1), "a submission")


def test_all_forms_are_written_and_the_same_each_time(made: Report) -> None:
    first, second = files_of(made, FORMATS), files_of(made, FORMATS)
    assert first == second
    assert {name.rpartition(".")[2] for name in first} == {"json", "csv", "html", "xlsx", "pdf"}
    assert json.loads(first["report.json"])["language"] == made.language


def test_another_language_is_a_catalogue_and_nothing_else(
    report: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(words.CATALOGUES / "sv.po", tmp_path / "fi.po")
    monkeypatch.setattr(words, "CATALOGUES", tmp_path)
    made = report_of(report, "fi")
    assert made.tables[6].rows[0][0] == "Itävalta"
    assert {name.rpartition(".")[2] for name in files_of(made, FORMATS)} == {"json", "csv", "html", "xlsx", "pdf"}
