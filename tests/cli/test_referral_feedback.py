"""`tutela referral`: what recipients said is entered and counted; what waits for production is said."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.commands import InProcess, Tutela
from tests.databases import REPORTER, SteppableClock
from tests.referral.test_feedback import filed
from tests.rig import OFFICER, Rig
from tutela.referral.cybertipline.target import _HOSTS
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

NOW = "2025-06-03T09:00:00Z"


@pytest.fixture
def tutela(tmp_path: Path, _sqlite_template: Path) -> Tutela:
    folder = tmp_path / "installation"
    folder.mkdir(mode=0o700)
    shutil.copy(_sqlite_template, folder / "tutela.sqlite")
    (folder / "tutela.toml").write_text(REPORTER)
    return InProcess(folder)


def test_what_recipients_say_is_entered_and_counted(tutela: Tutela) -> None:
    with Workplace(load_settings(tutela.data, {}), clock := SteppableClock()) as place:
        place.people.register(OFFICER, "a bridge over a river")
        report = filed(place, Rig(place, clock), "anna", 2)
        one, two = (item.item for item in place.feedback.items(report))
    said = ("referral", "answered", report)
    entered = tutela(*said, "actionable", "--as", "carla", "--item", one, "--reference", "N-1", now=NOW)
    assert (entered.code, entered.out) == (0, "recorded\n")
    there = ("--as", "carla", "--item", two, "--in", "us", "--on", "2025-06-02")
    assert tutela(*said, "not_illegal_there", *there, now=NOW).code == 0
    shown = tutela("referral", "show", report, now=NOW).out
    assert "actionable, 1 of its items, 2025-06-03, N-1, entered by carla" in shown
    assert "not_illegal_there (US), 1 of its items, 2025-06-02, no reference" in shown
    (line,) = tutela("referral", "show", report, "--json", now=NOW).lines
    assert [word["said"] for word in line["feedback"]] == ["actionable", "not_illegal_there"]
    (figures,) = tutela("referral", "feedback", "--from", "2025-06-01", "--to", "2025-06-30", "--json", now=NOW).lines
    (row,) = (row for row in figures["rows"] if row["by"] == "recipient")
    assert (row["items"], row["unknown"], row["shares"]["actionable"]["rate"]) == (2, 0, 0.5)
    assert row["shares"]["actionable"]["low"] < 0.02
    assert row["not_illegal_there"]["US"]["not_said"] == 1
    table = tutela("referral", "feedback", "--from", "2025-06-01", "--to", "2025-06-30", now=NOW).out
    assert table.splitlines()[0].split()[:3] == ["by", "part", "reports"]
    assert "1 (1.3% to 98.7%)" in table
    empty = tutela("referral", "feedback", "--from", "2024-01-01", "--to", "2024-12-31", "--json", now=NOW)
    assert empty.lines == [{"from": "2024-01-01", "to": "2024-12-31", "rows": []}]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("answered", "none", "nonsense", "--as", "carla"), 2, "one of actionable, informational"),
        (("answered", "none", "actionable", "--as", "carla"), 1, "there is no report none"),
        (("answered", "none", "actionable", "--as", "nobody"), 1, "nobody called 'nobody'"),
        (("answered", "none", "actionable", "--as", "carla", "--on", "soon"), 2, "--on is a day"),
        (("feedback", "--from", "2025-02-01", "--to", "2025-01-01"), 2, "ends on its first day or later"),
        (("show", "none"), 1, "there is no report none"),
    ],
)
def test_what_cannot_be_is_told(tutela: Tutela, arguments: tuple[str, ...], code: int, told: str) -> None:
    with Workplace(load_settings(tutela.data, {}), SteppableClock()) as place:
        place.people.register(OFFICER, "a bridge over a river")
    done = tutela("referral", *arguments, now=NOW)
    assert (done.code, told in done.err) == (code, True)


def test_what_waits_for_production_is_said(tutela: Tutela) -> None:
    production = f"https://{_HOSTS['production']}/ispws"
    (tutela.data / "tutela.toml").write_text(
        f'{REPORTER}[cybertipline]\ntarget = "production"\nurl = "{production}"\nuser = "u"\npassword = "p"\n'
    )
    with Workplace(load_settings(tutela.data, {}), clock := SteppableClock()) as place:
        Rig(place, clock).confirmed()
    waits = f"cybertipline: nothing goes to production ({production}); 1 wait."
    for command in ("list", "dispatch"):
        done = tutela("referral", command)
        assert (done.code, waits in done.err) == (0, True), command
