"""A collection says what is there, late and absent on any day, and forgets nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.statistics.union.observation import Reporter
from tutela.statistics.union.submissions.collection import Collection, NotExpected, Slot, State, expecting

DUE = date(2026, 1, 31)
SLOT = Slot("state:SE", "article8", "2025")
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def empty() -> Collection:
    reporters = [(Reporter("state", "SE"), "article8"), (Reporter("provider", "acme"), "return")]
    return expecting("round", "Round", [2025], reporters, {2025: DUE})  # type: ignore[arg-type]


def came(collection: Collection, days: int, digest: str = "a") -> Collection:
    return collection.received(SLOT, NOON + timedelta(days=days), "f.csv", digest, "en", 5, 0)


@given(st.integers(-40, 40), st.integers(-40, 40), st.booleans())
def test_the_state_of_a_day_follows_from_what_was_there_by_then(arrived: int, asked: int, excused: bool) -> None:
    base = expecting("round", "Round", [2025], [(Reporter("state", "SE"), "article8")], {2025: DUE})
    collection = came(base.excused(SLOT, NOON - timedelta(days=60), "new system") if excused else base, arrived)
    (standing,) = collection.standings(DUE + timedelta(days=asked))
    there = arrived <= asked
    if there:
        assert standing.state is (State.RECEIVED_LATE if arrived > 0 else State.RECEIVED)
        assert standing.days_late == max(0, arrived)
    elif asked <= 0:
        assert standing.state is State.EXPECTED
    else:
        assert standing.state is (State.ABSENT if excused else State.LATE)
        assert standing.days_late == asked
    assert len(standing.versions) == there
    assert bool(standing.reason) == excused


def test_versions_are_numbered_and_the_latest_of_a_day_counts(empty: Collection) -> None:
    both = came(came(empty, 0), 5, "b")
    assert [(v.number, v.sha256) for v in both.of(SLOT)] == [(1, "a"), (2, "b")]
    assert [v.number for v in both.latest()] == [2]
    assert [v.number for v in both.latest(NOON + timedelta(days=1))] == [1]
    with pytest.raises(NotExpected, match="version 2"):
        came(both, 6, "b")


def test_a_question_has_one_answer_and_is_open_until_then(empty: Collection) -> None:
    asked = came(empty, 0).asked(SLOT, NOON, "Where are they?", "totals:x")
    answered = asked.answered(1, NOON + timedelta(days=3), "Here.")
    assert [s.open_questions for s in answered.standings(DUE)] == [1, 0]
    assert [s.open_questions for s in answered.standings(DUE + timedelta(days=3))] == [0, 0]
    with pytest.raises(NotExpected, match="has its answer"):
        answered.answered(1, NOON, "There.")
    with pytest.raises(NotExpected, match="no question 2"):
        answered.answered(2, NOON, "There.")


def test_what_is_not_expected_is_refused(empty: Collection) -> None:
    for slot in (
        Slot("state:FI", "article8", "2025"),
        Slot("state:SE", "return", "2025"),
        Slot("state:SE", "article8", "2024"),
    ):
        with pytest.raises(NotExpected, match="not expected"):
            empty.excused(slot, NOON, "x")
