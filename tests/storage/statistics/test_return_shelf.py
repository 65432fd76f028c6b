"""Returns on the shelf: at once while there is little, else the last one while a newer is made."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, cast

import pytest

from tutela.statistics.provider_return.compilation import YearlyReturn
from tutela.storage.settings import Settings
from tutela.storage.statistics.apart import Apart, NotMade
from tutela.storage.statistics.return_shelf import AT_ONCE, ReturnShelf
from tutela.storage.workplace import Workplace


class Maker:
    """Makes returns that are told apart by their number, when it is let."""

    def __init__(self) -> None:
        self.last = 1
        self.made = 0
        self.may = threading.Event()
        self.may.set()
        self.error: Exception | None = None
        self.seconds = 0.0
        self.takes = 0.0

    def __call__(self, year: int) -> YearlyReturn:
        self.may.wait(10)
        if self.error is not None:
            raise self.error
        self.seconds += self.takes
        self.made += 1
        return cast(YearlyReturn, (year, self.made))


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture
def shelf(maker: Maker) -> ReturnShelf:
    return ReturnShelf(maker, lambda: maker.last, seconds=lambda: maker.seconds)


def made(shelf: ReturnShelf) -> tuple[Any, bool]:
    shown = shelf.take(2025)
    return cast(Any, shown.compiled), shown.newer


def test_a_small_one_is_made_while_one_waits(shelf: ReturnShelf) -> None:
    assert made(shelf) == ((2025, 1), False)


def test_a_large_one_is_made_in_the_background_and_once(shelf: ReturnShelf, maker: Maker) -> None:
    maker.last = AT_ONCE + 1
    maker.may.clear()
    assert [made(shelf), made(shelf)] == [(None, True), (None, True)]
    maker.may.set()
    shelf.wait()
    assert made(shelf) == ((2025, 1), False)
    assert maker.made == 1


def test_the_last_one_is_shown_while_a_newer_is_made(shelf: ReturnShelf, maker: Maker) -> None:
    maker.last = AT_ONCE + 1
    shelf.take(2025)
    shelf.wait()
    maker.last += 1
    maker.may.clear()
    assert made(shelf) == ((2025, 1), True)
    maker.may.set()
    shelf.wait()
    assert made(shelf) == ((2025, 2), False)


def test_what_takes_long_to_make_is_not_made_again_at_every_event(shelf: ReturnShelf, maker: Maker) -> None:
    maker.last, maker.takes = AT_ONCE + 1, 60.0
    shelf.take(2025)
    shelf.wait()
    maker.last += 1
    maker.seconds += 299.0
    assert made(shelf) == ((2025, 1), False)
    maker.seconds += 2.0
    assert made(shelf) == ((2025, 1), True)
    shelf.wait()
    assert made(shelf) == ((2025, 2), False)


def test_a_failure_is_told_and_tried_again(shelf: ReturnShelf, maker: Maker) -> None:
    maker.last = AT_ONCE + 1
    maker.error = MemoryError()
    shelf.take(2025)
    shelf.wait()
    maker.may.clear()
    assert shelf.take(2025).failed == "MemoryError"
    maker.error = None
    maker.may.set()
    shelf.wait()
    assert shelf.take(2025).failed == ""
    assert made(shelf) == ((2025, 1), False)


def test_a_large_one_is_made_in_a_process_of_its_own(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutela.storage.statistics.return_shelf.AT_ONCE", -1)
    assert place.return_shelf.take(2025).compiled is None
    place.return_shelf.wait()
    shown = place.return_shelf.take(2025)
    assert (shown.failed, shown.newer) == ("", False)
    assert shown.compiled == place.yearly_return(2025)


def test_an_installation_that_closes_ends_what_is_being_made(place: Workplace) -> None:
    apart = Apart(place.settings)
    failures: list[Exception] = []

    def ask() -> None:
        try:
            apart.make(slow, 600.0)
        except NotMade as error:
            failures.append(error)

    waiting = threading.Thread(target=ask)
    waiting.start()
    until(lambda: apart.busy)
    apart.close()
    waiting.join(30)
    assert not waiting.is_alive()
    assert len(failures) == 1
    with pytest.raises(NotMade, match="closed"):
        apart.make(slow, 0.0)


def test_one_that_fails_says_what_failed(place: Workplace) -> None:
    with pytest.raises(NotMade, match="ValueError"):
        Apart(place.settings).make(slow, -1.0)


def slow(_: Settings, seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def until(found: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not found():
        assert time.monotonic() < end
        time.sleep(0.01)
