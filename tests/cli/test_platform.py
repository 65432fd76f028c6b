"""`tutela platform` as it is typed, against the sandbox."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.commands import InProcess, Tutela
from tests.databases import SteppableClock
from tests.rig import Rig
from tutela.sandboxes.platform import Fault, Kind, running
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

NOW = "2025-06-02T09:00:00Z"


@pytest.fixture
def tutela(tmp_path: Path, _sqlite_template: Path) -> Tutela:
    folder = tmp_path / "installation"
    folder.mkdir(mode=0o700)
    shutil.copy(_sqlite_template, folder / "tutela.sqlite")
    with Workplace(load_settings(folder, {}), clock := SteppableClock()) as place:
        Rig(place, clock).confirmed()
    return InProcess(folder)


def test_calls_fail_and_are_sent_again(tutela: Tutela) -> None:
    with running(clock=SteppableClock()) as platform:
        platform.faults.order(Fault(Kind.STATUS, count=2, status=503))
        failed = tutela("platform", "send", now=NOW, TUTELA_PLATFORM_URL=platform.url)
        assert (failed.code, failed.out.count("waiting    http-503")) == (3, 2)
        idle = tutela("platform", "send", now=NOW, TUTELA_PLATFORM_URL=platform.url)
        assert (idle.code, "nothing is due" in idle.err) == (0, True)
        listed = tutela("platform", "calls", "--json").lines
        assert [(row["state"], row["tries"], row["last_error"]) for row in listed] == [("waiting", 1, "http-503")] * 2
        assert "http-503" in tutela("platform", "calls", "--state", "waiting").out
        assert tutela("platform", "retry", listed[0]["id"], now=NOW).out == "due now: 1\n"
        sent = tutela("platform", "send", now=NOW, TUTELA_PLATFORM_URL=platform.url)
        assert (sent.code, sent.out.split()) == (0, [listed[0]["id"], "delivered", "http-200"])
        later = tutela("platform", "send", now="2025-06-02T09:01:00Z", TUTELA_PLATFORM_URL=platform.url)
        assert later.out.count("delivered") == 1
        assert len(platform.ledger.as_dict()["messages"]) == 2


def test_what_cannot_be_done(tutela: Tutela) -> None:
    assert tutela("platform", "retry").code == 2
    assert tutela("platform", "retry", "x", "--dead").code == 2
    assert "no call x" in tutela("platform", "retry", "x").err
    assert tutela("platform", "retry", "--dead").out == "due now: 0\n"
    off = tutela("platform", "send", TUTELA_PLATFORM_URL="")
    assert (off.code, "set [platform] url" in off.err) == (2, True)
    wrong = tutela("platform", "send", TUTELA_PLATFORM_URL="http://platform.example/")
    assert (wrong.code, "this machine" in wrong.err) == (2, True)
    assert tutela("sandbox", "platform", "--secret", "whsec_x").code == 2
