"""`tutela statistics collection`, as it is typed: from files to a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands import InProcess, Tutela

A8 = "measure,gender,value\nreports_received,,{reports}\nchildren_identified,,17\nconvictions,,ca 60\n"
RETURN = """section,class,key,value,comments
1,,images_eu,6.6 million,
4,known,reports,210,
5,known,items_actioned,1 104 (images),
5,known,items_internal_complaints,41,
5,known,items_internal_restored,{restored},
6,known,A1,1 300,
6,known,B1,13,
6,known,error_rate,{rate},
6,known,C1,650,
"""


@pytest.fixture
def tutela(tmp_path: Path) -> Tutela:
    return InProcess(tmp_path / "none")


@pytest.fixture
def folder(tutela: Tutela, tmp_path: Path) -> Path:
    place = tmp_path / "round"
    ran = tutela("statistics", "collection", "new", place, "--title", "Round of 2025", "--year", "2025",
                 "--provider", "acme", "--due", "01-31")  # fmt: skip
    assert (ran.code, ran.err) == (0, "")
    assert "28 submissions" in ran.out
    return place


def take(
    tutela: Tutela, folder: Path, text: str, who: str, kind: str, name: str = "file.csv"
) -> tuple[int, dict[str, object]]:
    path = folder.parent / name
    path.write_text(text, "utf-8")
    ran = tutela(
        "statistics", "collection", "take", folder, path, "--from", who, "--kind", kind, "--period", "2025", "--json"
    )
    return ran.code, ran.lines[0] if ran.lines else {"error": ran.err}


def test_submissions_become_a_report(tutela: Tutela, folder: Path, tmp_path: Path) -> None:
    code, taken = take(tutela, folder, A8.format(reports="16 311"), "state:SE", "article8")
    assert (code, taken["version"], taken["cells"]) == (0, 1, 3)
    assert take(tutela, folder, A8.format(reports='"16,311"'), "state:SE", "article8")[0] == 3
    assert take(tutela, folder, A8.format(reports="16 312"), "state:SE", "article8")[1]["version"] == 3
    code, taken = take(tutela, folder, RETURN.format(restored="3", rate="1 %"), "provider:acme", "return")
    assert (code, taken["observations"]) == (0, 9)
    tutela("statistics", "collection", "reason", folder, "A new system.", "--from", "state:FI", "--kind", "article8",
           "--period", "2025")  # fmt: skip
    states = {
        line["reporter"]: line
        for line in tutela("statistics", "collection", "status", folder, "--day", "2099-01-01", "--json").lines
    }
    assert [v["number"] for v in states["state:SE"]["versions"]] == [1, 2, 3]
    assert (states["state:FI"]["state"], states["state:FI"]["reason"]) == ("absent", "A new system.")
    assert states["state:DK"]["state"] == "late"
    table = tutela("statistics", "collection", "status", folder, "--day", "2099-01-01")
    assert "1 absent, 25 late, 2 received late" in table.out
    path = tmp_path / "round.json"
    assert tutela("statistics", "collection", "dataset", folder, "--out", path).code == 0
    report = tmp_path / "report"
    ran = tutela(
        "statistics", "article9", "--dataset", path, "--format", "json,pdf,xlsx,csv,sdmx,html", "--out", report
    )
    assert (ran.code, ran.err) == (0, "")
    tables = json.loads((report / "report.json").read_text("utf-8"))["tables"]
    assert "2025" in tables[1]["title"]
    sweden = [row for row in tables[5]["rows"] if row[0] == "Sweden"]
    assert [cell.replace("\u00a0", " ") for cell in sweden[0][1:3]] == ["2025", "16 312"]
    (line,) = tutela("statistics", "sum", "convictions", "--dataset", path, "--json").lines
    assert (line["bounds"]["low"], line["bounds"]["high"]) == ("55", None)


def test_findings_become_questions_and_get_answers(tutela: Tutela, folder: Path, tmp_path: Path) -> None:
    take(tutela, folder, RETURN.format(restored="42", rate="2 %"), "provider:acme", "return")
    assert "2 questions" in tutela("statistics", "collection", "ask-findings", folder).out
    assert "0 questions" in tutela("statistics", "collection", "ask-findings", folder).out
    assert tutela("statistics", "collection", "answer", folder, "1", "A slip: it is 1 %.").code == 0
    lines = tutela("statistics", "collection", "status", folder, "--json").lines
    questions = next(line["questions"] for line in lines if line["reporter"] == "provider:acme")
    assert [q["answer"] for q in questions] == ["A slip: it is 1 %.", None]
    assert all(q["text"].endswith("?") and q["about"] for q in questions)


@pytest.mark.parametrize(
    ("who", "kind", "text", "said"),
    [
        ("state:XX", "article8", A8, "not expected"),
        ("state:SE", "return", RETURN, "not expected"),
        ("state:SE", "article8", "nothing", "no line has the columns"),
        ("state:SE", "article8", "measure,value\nrain,5\n", "row 2"),
    ],
)
def test_what_is_refused_leaves_nothing(
    tutela: Tutela, folder: Path, who: str, kind: str, text: str, said: str
) -> None:
    code, taken = take(tutela, folder, text, who, kind)
    assert code == 2
    assert said in str(taken["error"])
    assert list((folder / "files").iterdir()) == []


def test_a_file_that_was_changed_is_told(tutela: Tutela, folder: Path, tmp_path: Path) -> None:
    take(tutela, folder, A8.format(reports="5"), "state:SE", "article8")
    (kept,) = (folder / "files").iterdir()
    kept.write_bytes(kept.read_bytes().replace(b"17", b"71"))
    ran = tutela("statistics", "collection", "dataset", folder, "--out", tmp_path / "x.json")
    assert ran.code == 2
    assert "not the one that came" in ran.err
    assert tutela("statistics", "collection", "new", folder, "--title", "x", "--year", "2025").code == 2
