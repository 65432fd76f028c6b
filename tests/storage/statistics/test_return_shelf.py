"""Returns on the shelf: at once while there is little, else the last one while a newer is made."""

from __future__ import annotations

import threading
from typing import Any, cast

import pytest

from tutela.statistics.provider_return.compilation import YearlyReturn
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

    def __call__(self, year: int) -> YearlyReturn:
        self.may.wait(10)
        if self.error is not None:
            raise self.error
        self.made += 1
        return cast(YearlyReturn, (year, self.made))


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture
def shelf(maker: Maker) -> ReturnShelf:
    return ReturnShelf(maker, lambda: maker.last)


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
