"""What the server does by itself."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest

from tests.web.client import TestClient
from tests.web.scene import Scene
from tutela.detection.matching.segments.layout import CorruptSegment
from tutela.referral.dispatcher import Dispatched
from tutela.storage.settings import BadSettings
from tutela.web import background
from tutela.web.app import create_app
from tutela.web.background import Loop, dispatching


class Scripted:
    """A dispatcher that gives what it is told to, and then nothing."""

    def __init__(self, *results: Dispatched | Exception) -> None:
        self.results = list(results)
        self.idle = threading.Event()

    def run_one(self) -> Dispatched | None:
        if not self.results:
            self.idle.set()
            return None
        result = self.results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "PAUSE", 0.01)
    monkeypatch.setattr(background, "PAUSE_AFTER_ERROR", 0.01)


def run(scripted: Scripted) -> None:
    loop = dispatching(scripted)  # type: ignore[arg-type]
    loop.start()
    try:
        assert scripted.idle.wait(10)
    finally:
        loop.stop()


def test_every_due_report_is_carried(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    run(Scripted(*[Dispatched(f"r{n}", "c", "filed", "1", "SECRET") for n in range(3)]))
    assert [record.getMessage() for record in caplog.records] == [f"referral r{n}: filed" for n in range(3)]


def test_an_error_is_logged_without_its_message_and_the_loop_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    damaged = CorruptSegment("index/pdq/segment-1", "block 3 is damaged")
    run(Scripted(RuntimeError("SECRET of a case"), BadSettings("set [reporter] in tutela.toml"), damaged))
    assert "dispatching failed: RuntimeError; tried again" in caplog.text
    assert "set [reporter] in tutela.toml" in caplog.text
    assert "block 3 is damaged; `tutela index rebuild`" in caplog.text
    assert "SECRET" not in caplog.text


def test_stopping_does_not_wait_for_the_pause() -> None:
    ran = threading.Event()

    def step() -> bool:
        ran.set()
        return False

    loop = Loop("long", step, 3600)
    loop.start()
    assert ran.wait(10)
    loop.stop(5)
    assert not any(thread.name == "long" for thread in threading.enumerate())


@pytest.mark.parametrize("dispatch", [True, False])
def test_the_server_starts_its_loops_and_ends_them(scene: Scene, dispatch: bool) -> None:
    def names() -> set[str]:
        return {thread.name for thread in threading.enumerate()} & {"dispatching", "tidying"}

    with TestClient(create_app(scene.place, dispatch=dispatch)) as client:
        assert client.get("/health").status_code == 200
        assert names() == ({"dispatching", "tidying"} if dispatch else {"tidying"})
    assert names() == set()


def test_starting_erases_evidence_that_belongs_to_no_case(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, client_of: Callable[[], TestClient]
) -> None:
    scene.place.vault.put("stray", "x.bytes", b"x")
    monkeypatch.setattr(scene.place, "tidy", lambda: type(scene.place).tidy(scene.place, older_than=0))
    with client_of():
        assert scene.place.keys.cases() == []


@pytest.fixture
def client_of(scene: Scene) -> Callable[[], TestClient]:
    return lambda: TestClient(create_app(scene.place, dispatch=False))
