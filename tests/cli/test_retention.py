"""`tutela retention` and `tutela keys` at the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands import InProcess
from tests.databases import Opening, SteppableClock
from tests.rig import DPO, Rig, picture
from tutela.access.roles import Person, Role
from tutela.storage.access.approvals import Approvals
from tutela.storage.workplace import Workplace

PASSWORD = "a bridge over a river"


@pytest.fixture
def tutela(data: Path, database_url: str) -> InProcess:
    return InProcess(data, {"TUTELA_DATABASE_URL": database_url})


@pytest.fixture
def case(place: Workplace, clock: SteppableClock) -> str:
    rig = Rig(place, clock)
    one = rig.take("a", picture(0))
    assert one.case
    assert one.item
    rig.decide(one.case, one.item, "not", remarks="a quarry")
    for name, role in (
        ("ruth", Role.REFERRAL_OFFICER),
        ("ada", Role.ADMINISTRATOR),
        ("dora", Role.DATA_PROTECTION_OFFICER),
    ):
        place.people.register(Person(name, name, frozenset({role})), PASSWORD)
    return one.case


def _approval(out: str) -> str:
    return out.split("asked: ")[1].split(";", maxsplit=1)[0]


def test_preview_run_and_verify(tutela: InProcess, case: str, tmp_path: Path, place: Workplace) -> None:
    shown = tutela("retention", "preview", "--days", "30", "--json", now="2025-06-03T09:00:00Z")
    (line,) = shown.lines
    assert (line["case"], line["clock"]["due"], line["clock"]["reasons"]) == (case, "2025-06-16T09:00:00Z", ["policy"])
    assert case in tutela("retention", "preview", now="2025-06-03T09:00:00Z").out
    assert "nothing goes" in tutela("retention", "preview", "--days", "3", now="2025-06-03T09:00:00Z").out
    ran = tutela("retention", "run", "--json", now="2025-06-17T09:00:00Z")
    (made,) = ran.lines
    assert made["case"] == case
    printed = tutela("retention", "certificate", made["certificate"])
    path = tmp_path / "certificate.json"
    path.write_text(printed.out, "utf-8")
    good = tutela("retention", "verify-certificate", path)
    assert (good.code, good.out.startswith(f"good: case {case}")) == (0, True)
    path.write_text(printed.out.replace('"names": 3', '"names": 2'), "utf-8")
    bad = tutela("retention", "verify-certificate", path)
    assert (bad.code, "changed after it was signed" in bad.err) == (1, True)
    path.write_text("{}", "utf-8")
    assert "no certificate" in tutela("retention", "verify-certificate", path).err
    path.write_text(printed.out, "utf-8")
    place.vault._blobs.put(case, "x.bytes", b"as an older copy would")
    again = tutela("retention", "verify-certificate", path)
    assert (again.code, "evidence is there again" in again.err) == (1, True)
    assert tutela("retention", "run").code == 0
    assert tutela("retention", "verify-certificate", path).code == 0


def test_a_hold_at_the_terminal(tutela: InProcess, case: str, place: Workplace, clock: SteppableClock) -> None:
    now = "2025-06-03T09:00:00Z"
    ask = ("retention", "hold", "ask", case, "--until", "2025-08-01", "--reference", "T 17-25", "--as", "ruth")
    assert tutela(*ask, "--ground", "no_ground", now=now).code == 2
    approval = _approval(tutela(*ask, "--ground", "court_order", now=now).out)
    put = ("retention", "hold", "place", "--as", "ruth", "--approval", approval)
    shown = tutela("approval", "show", approval, "--as", "ruth", now=now).out
    assert case in shown
    assert "T 17-25" in shown
    assert "waiting" in tutela(*put, now=now).err
    Approvals(place.database, place.clock).decide(DPO, approval, allowed=True)
    assert tutela(*put, now=now).code == 0
    (hold,) = tutela("retention", "hold", "list", "--json").lines
    assert (hold["cases"], hold["ground"]) == ([case], "court_order")
    assert tutela("retention", "run", "--json", now="2025-07-20T09:00:00Z").out == ""
    change = tutela("retention", "hold", "ask-change", hold["hold"], "--reason", "withdrawn", "--as", "ruth", now=now)
    Approvals(place.database, place.clock).decide(DPO, _approval(change.out), allowed=True)
    lifted = tutela("retention", "hold", "change", hold["hold"], "--lift", "--as", "ruth", "--approval",
                    _approval(change.out), now=now)  # fmt: skip
    assert lifted.code == 0
    assert len(tutela("retention", "run", "--json", now="2025-07-20T09:00:00Z").lines) == 1


def test_keys_are_rotated_at_the_terminal(tutela: InProcess, case: str, place: Workplace, opening: Opening) -> None:
    now = "2025-06-03T09:00:00Z"
    assert "ask first" in tutela("keys", "rotate", "--as", "ada", now=now).err
    approval = _approval(tutela("keys", "ask-rotation", "--as", "ada", now=now).out)
    Approvals(place.database, place.clock).decide(DPO, approval, allowed=True)
    done = tutela("keys", "rotate", "--as", "ada", "--approval", approval, now=now)
    assert (done.code, "1 keys of cases" in done.out) == (0, True)
    assert not (place.keys.folder / "master.key").exists()
    refused = tutela("retention", "ask-close-year", "2025", "--as", "dora", now=now)
    assert (refused.code, "is not over" in refused.err) == (1, True)
    assert json.loads(tutela("case", "show", case).out)["state"] == "dismissed"
