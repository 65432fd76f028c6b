"""`tutela simulate`: tables for people, lines for machines, files for other commands, an exit code that means it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.commands import InProcess
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.sums.question import Question
from tutela.statistics.union.sums.total import Total, total


@pytest.fixture
def tutela(tmp_path: Path) -> InProcess:
    return InProcess(tmp_path / "none")


def test_one_regime_is_a_table_of_questions_and_its_files_are_read_by_the_other_commands(
    tutela: InProcess, tmp_path: Path
) -> None:
    folder = tmp_path / "twin"
    ran = tutela("simulate", "--seed", "5", "--events", "600", "--out", folder)
    assert (ran.code, ran.err) == (0, "")
    head, *rows = ran.out.splitlines()
    assert head.split() == ["question", "truth", "published", "off", "by", "proved", "holds"]
    assert sum(row.rstrip().endswith("yes") for row in rows) == 17
    assert len({len(row.rstrip()) for row in rows[:17]}) == 1, "the columns are aligned"
    assert "Regimes in which every bound holds: 1 of 1." in ran.out
    report = json.loads((folder / "report.json").read_text("utf-8"))
    assert (report["seed"], report["regimes"], report["missed"]) == (5, 1, [])
    truth = json.loads((folder / "regime-1/truth.json").read_text("utf-8"))
    received = next(q for q in truth["questions"] if q["id"] == "received_year")
    dataset = folder / "regime-1/dataset.json"
    found = tutela("statistics", "sum", "reports_received", "--period", "2023", "--dataset", dataset, "--json")
    bounds = found.lines[0]["bounds"]
    assert (bounds["low"], bounds["high"]) == (received["low"], received["high"])
    assert [r["code"] for r in bounds["reporters"]] == [p["code"] for p in received["parts"]]
    rate = next(q for q in truth["questions"] if q["id"] == "error_rate")
    errors = tutela("statistics", "errors", "--period", "2023", "--dataset", dataset, "--json").lines[0]["errors"]
    assert [e["code"] for e in errors] == [*(p["code"] for p in rate["parts"]), "EU"]
    assert float(errors[-1]["low"]) <= float(rate["truth"]) <= float(errors[-1]["high"])
    table = tutela("statistics", "errors", "--period", "2023", "--dataset", dataset, "--lang", "sv").out
    assert "alla tillhandahållare" in table
    assert tutela("statistics", "errors", "--period", "2022").err.startswith("tutela: no provider told of its errors")
    assert tutela("statistics", "errors", "--period", "2022", "--kind", "x").code == 2
    submitted = sorted(path.parent.name for path in (folder / "regime-1/submissions").glob("*/*"))
    assert {"body-ncmec", "provider-provider-1"} < set(submitted)
    assert len([p for p in (folder / "regime-1/submissions").iterdir() if p.name.startswith("state-")]) <= 27


def test_many_regimes_are_summed_up_in_swedish_too(tutela: InProcess, tmp_path: Path) -> None:
    folder = tmp_path / "twin"
    ran = tutela(
        "simulate", "--regimes", "2", "--events", "300", "--lang", "sv", "--out", folder, "--undeclared", "0.05"
    )
    assert ran.code == 0, "errors that nobody declares may make bounds miss"
    assert ran.out.startswith("fråga")
    assert "Fel som ingen uppgav: " in ran.out
    assert [path.name for path in sorted(folder.iterdir())] == ["regime-1", "report.json"]


def test_the_lines_for_machines_are_the_same_for_the_same_seed(tutela: InProcess) -> None:
    first, again = (tutela("simulate", "--regimes", "2", "--events", "260", "--json") for _ in range(2))
    assert first.out == again.out
    *regimes, whole = first.lines
    assert [one["regime"] for one in regimes] == [1, 2]
    assert whole["regimes_in_which_all_bounds_hold"] == whole["regimes"] == 2
    assert all(one["events"] <= 260 for one in regimes)


def test_a_bound_that_misses_ends_with_1_and_is_named(tutela: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    def proves_too_much(data: Dataset, question: Question) -> Total:
        found = total(data, question)
        shares = [replace(s, span=replace(s.span, low=s.span.low + 1, high=None)) for s in found.shares]
        return replace(found, shares=tuple(shares))

    monkeypatch.setattr("tutela.statistics.simulation.against_truth.total", proves_too_much)
    ran = tutela("simulate", "--events", "300")
    assert ran.code == 1
    assert "the bounds miss the truth (" in ran.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--lang", "xx"], "--lang is en or sv"),
        (["--events", "9"], "--events"),
        (["--undeclared", "2"], "--undeclared"),
    ],
)
def test_what_cannot_be_asked_is_refused(tutela: InProcess, options: list[str], said: str) -> None:
    ran = tutela("simulate", *options)
    assert ran.code == 2
    assert said in ran.err


def test_a_folder_that_cannot_be_written_is_said(tutela: InProcess, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    ran = tutela("simulate", "--events", "260", "--out", tmp_path / "file" / "in")
    assert ran.code == 2
    assert "--out" in ran.err


def test_options_of_regimes_before_the_name_of_another_command_are_refused(tutela: InProcess, tmp_path: Path) -> None:
    ran = tutela("simulate", "--seed", "3", "provider", "--cases", "1", "--out", tmp_path / "made")
    assert ran.code == 2
    assert "options of `provider` stand after its name" in ran.err
    assert not (tmp_path / "made").exists()
