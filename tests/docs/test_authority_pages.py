"""The pages on an authority's register: the commands run as they stand, the tables name what the code has."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.commands import InProcess
from tests.docs.test_documents import _BLOCK, ROOT
from tutela.events.catalogue import authority as said
from tutela.statistics.authority.figures import extract
from tutela.statistics.authority.intake.csv_reports import COLUMNS
from tutela.statistics.authority.intake.csv_statements import COLUMNS as OTHERS
from tutela.statistics.authority.period import days
from tutela.statistics.authority.tally import literal_values
from tutela.statistics.union.observation import Caveat


def _commands(text: str, folder: Path) -> Iterator[tuple[list[str], bytes]]:
    """The commands of a page with their input. In this process: fifteen of their own would take a minute.

    Of the shell it knows what the page uses: `export`, `echo ... |`, and a file that is written by `cat`.
    """
    lines = iter(text.replace("\\\n", " ").splitlines())
    for line in lines:
        if made := re.fullmatch(r"cat > (\S+) <<'END'", line):
            written = "".join(f"{one}\n" for one in iter(lambda: next(lines), "END"))
            (folder / made[1]).write_text(written, "utf-8")
            continue
        said, _, command = line.rpartition(" | ") if line.startswith("echo ") else ("", "", line)
        words = shlex.split(command)
        if words[:1] == ["tutela"]:
            yield words[1:], " ".join(shlex.split(said)[1:]).encode() + b"\n"
        else:
            assert not words or words == ["export", "TUTELA_DATA=register"], line


def test_the_how_to_of_the_register_runs_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs/how-to/authority.md").read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    tutela, told = InProcess(tmp_path / "register"), ""
    for words, given in _commands("\n".join(_BLOCK.findall(text)), tmp_path):
        ran = tutela(*words, stdin=given)
        assert ran.code == 0, (words, ran.err)
        told += ran.out
    assert "recorded 3 reports" in told
    assert re.search(r"^cases +cases +2\b", told, re.MULTILINE)
    assert {path.suffix for path in (tmp_path / "submission").iterdir()} == {".pdf", ".xlsx", ".csv", ".json"}


def test_the_reference_names_every_column_value_and_figure() -> None:
    page = (ROOT / "docs/reference/authority.md").read_text("utf-8")
    named = set(re.findall(r"`([\w0-9-]+)`", page))
    assert {column.name for column in COLUMNS} <= named
    assert {column.name for columns in OTHERS.values() for column in columns} <= named
    words = (
        said.ReportSource, said.ReportedObject, said.ProviderType, said.Grade, said.Setting, said.ClosingReason,
        said.Gender, said.AgeBand, said.SelfGenerated, said.Path, said.Referral, said.Finality,
    )  # fmt: skip
    assert {value for one in words for value in literal_values(one)} <= named
    figures = extract((), days(date(2021, 1, 1), date(2021, 12, 31)), date(2022, 1, 1)).figures
    assert {part for figure in figures for part in figure.id.split(".")[:2]} <= named
    shown = {Caveat.DYNAMIC_DATA, Caveat.EARLIER_REPORTS, Caveat.OTHER_PATHS, Caveat.AGE_LIMIT, Caveat.NOT_FINAL}
    assert {caveat.value for caveat in shown} <= named
