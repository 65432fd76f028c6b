"""`tutela statistics`, as it is typed."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from tests.commands import InProcess, Tutela
from tutela.statistics.union.dataset_file import packaged, parsed, written


@pytest.fixture
def tutela(tmp_path: Path) -> Tutela:
    """The command; it needs no installation for this."""
    return InProcess(tmp_path / "none")


@pytest.fixture
def seed_files(reference: Path) -> list[Path]:
    found = sorted((reference.parent / "seeds").glob("*.txt"))
    if len(found) != 2:
        pytest.skip(f"no seed documents beside {reference}")
    return found


def test_the_seed_is_imported_and_says_where_its_languages_differ(
    tutela: Tutela, seed_files: list[Path], tmp_path: Path
) -> None:
    ran = tutela("statistics", "import-seed", *seed_files, "--out", tmp_path / "new" / "folder")
    assert (ran.code, ran.err) == (0, "")
    assert parsed((tmp_path / "new" / "folder" / "com-2023-797.json").read_bytes()) == packaged("com-2023-797")
    assert "6.SI: In English, row 25 of a table" in ran.out
    assert "(rows_whole)" in ran.out
    assert "447 observations; 12 cells are printed otherwise" in ran.out


def test_a_difference_that_stays_is_told_by_the_exit_code(
    tutela: Tutela, seed_files: list[Path], tmp_path: Path
) -> None:
    changed = tmp_path / "changed.txt"
    changed.write_text(seed_files[1].read_text("utf-8").replace("Finland\t2021\t240", "Finland\t2021\t204"), "utf-8")
    ran = tutela("statistics", "import-seed", seed_files[0], changed, "--out", tmp_path)
    assert ran.code == 3
    assert "both are kept" in ran.out


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [(b"nothing", 1, "no table is labelled"), (b"\xff\xfe", 2, "no text in UTF-8"), (None, 2, "No such file")],
)
def test_other_files_are_refused(
    tutela: Tutela, seed_files: list[Path], tmp_path: Path, content: bytes | None, code: int, said: str
) -> None:
    path = tmp_path / "other.txt"
    if content is not None:
        path.write_bytes(content)
    ran = tutela("statistics", "import-seed", seed_files[0], path, "--out", tmp_path / "out")
    assert ran.code == code
    assert said in ran.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("language", "first", "label"), [("en", "Provider", "Table n.9"), ("sv", "Tillhandahållare", "Tabell nr 9")]
)
def test_the_report_is_written_in_every_form(
    tutela: Tutela, tmp_path: Path, language: str, first: str, label: str
) -> None:
    folder = tmp_path / "report"
    ran = tutela("statistics", "article9", "--dataset", "com-2023-797", "--lang", language, "--out", folder)
    assert (ran.code, ran.err) == (0, "")
    names = {
        "report.json",
        "findings.json",
        "observations.csv",
        "report.html",
        *(f"table-{n}.csv" for n in range(1, 10)),
    }
    assert {path.name for path in folder.iterdir()} == names
    report = json.loads((folder / "report.json").read_text("utf-8"))
    assert [len(t["rows"]) for t in report["tables"]] == [5, 5, 5, 5, 5, 27, 28, 28, 27]
    assert report["tables"][0]["header"][0][0] == first
    assert all(e["findings"] for e in report["errata"])
    found = json.loads((folder / "findings.json").read_text("utf-8"))
    assert len(found["findings"]) == 94
    rows = list(csv.reader(io.StringIO((folder / "table-5.csv").read_text("utf-8"), newline="")))
    assert [cell.partition(" / ")[0] for cell in rows[0]][1:5] == ["2021*", "2021*", "2022", "2022"]
    assert len(rows) == 6
    page = (folder / "report.html").read_text("utf-8")
    assert f'<html lang="{language}">' in page
    assert page.count(label) == 1
    assert page.count('class="erratum"') == {"en": 11, "sv": 6}[language]
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))


def test_a_data_set_of_ones_own_is_compiled(tutela: Tutela, tmp_path: Path) -> None:
    """With one figure changed, one total falls."""
    path = tmp_path / "own.json"
    content = written(packaged("com-2023-797")).replace(b'"value": "555834"', b'"value": "555835"')
    path.write_bytes(content)
    ran = tutela("statistics", "findings", "--dataset", path, "--json")
    assert ran.code == 0
    (new,) = [line for line in ran.lines if line["id"] == "totals:7.total.reports_2021"]
    assert "Δ = 1" in new["arithmetic"]
    assert len(ran.lines) == 95
    swedish = tutela("statistics", "findings", "--lang", "sv")
    assert "tveksamhet" in swedish.out
    assert "doubt" not in swedish.out
    table = tutela("statistics", "findings")
    assert (table.code, len(table.out.splitlines())) == (0, 95)


def test_a_hostile_data_set_makes_no_formula_and_no_markup(tutela: Tutela, tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    raw = json.loads(written(packaged("com-2023-797")))
    raw["notes"][0]["texts"]["en"] = "=HYPERLINK(1)<script>alert(1)</script>"
    path.write_text(json.dumps(raw), "utf-8")
    assert tutela("statistics", "article9", "--dataset", path, "--out", tmp_path / "out").code == 0
    assert "'=HYPERLINK" in (tmp_path / "out" / "table-1.csv").read_text("utf-8")
    assert "<script>" not in (tmp_path / "out" / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--lang", "fi"], "--lang is en or sv, not fi"),
        (["--format", "json,docx"], "not docx"),
        (["--dataset", "com-2024-1"], "No such file"),
        (["--dataset", "pyproject.toml"], "no data set"),
    ],
)
def test_what_cannot_be_is_told(tutela: Tutela, tmp_path: Path, arguments: list[str], said: str) -> None:
    ran = tutela("statistics", "article9", *arguments, "--out", tmp_path / "out")
    assert ran.code == 2
    assert said in ran.err
    assert not (tmp_path / "out").exists()


def test_a_sum_says_what_is_refused_and_what_is_proved(tutela: Tutela) -> None:
    ran = tutela("statistics", "sum", "convictions", "--without", "online_and_offline")
    assert ran.code == 0
    assert "The 21 figures are not added." in ran.out
    assert "at least 2\u00a0158 convictions" in ran.out
    swedish = tutela("statistics", "sum", "convictions", "--period", "2022", "--lang", "sv")
    assert "Bevisat för 2022" in swedish.out
    (line,) = tutela("statistics", "sum", "reports_sent", "--period", "2022", "--json").lines
    assert line["addition"]["sum"] == {"low": "1503431", "high": "1503431"}
    assert (line["bounds"]["low"], line["bounds"]["high"]) == ("1503431", "1503431")
    (girls,) = tutela("statistics", "sum", "children_identified", "--by", "gender=female", "--strict", "--json").lines
    assert girls["bounds"]["by"] == {"gender": "female"}
    assert "online_and_offline" in girls["bounds"]["without"]


def test_coverage_is_told_for_each_state_and_the_union(tutela: Tutela) -> None:
    (own,) = tutela("statistics", "coverage", "--json").lines
    by_code = {row["code"]: row for row in own["coverage"]}
    assert by_code["AT"]["low"], by_code["AT"]["high"] == ("62.53", "62.54")
    assert len(by_code) == 22
    ran = tutela("statistics", "coverage", "--period", "2022", "--lang", "sv")
    assert "Europeiska unionen" in ran.out
    assert "minst 10,9" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["convicted"], "is no measure"),
        (["convictions", "--period", "soon"], "--period"),
        (["convictions", "--without", "rain"], "the caveats are"),
        (["convictions", "--by", "gender=x"], "gender=female"),
        (["convictions", "--by", "colour=red"], "the dimensions are"),
        (["convictions", "--by", "state=SE"], "not broken down by state"),
        (["convictions", "--unit", "percent"], "never added"),
        (["convictions", "--of", "world"], "state or provider"),
        (["precision"], "can be added"),
    ],
)
def test_a_sum_that_cannot_be_is_refused(tutela: Tutela, arguments: list[str], said: str) -> None:
    ran = tutela("statistics", "sum", *arguments)
    assert ran.code == 2
    assert said in ran.err
