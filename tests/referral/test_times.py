"""How long reports take, with those that still wait."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commands import InProcess
from tests.databases import SteppableClock
from tests.rig import Rig
from tutela.referral.times import ReportRules, Span, Way, times
from tutela.storage.workplace import Workplace

NOW = datetime(2025, 6, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
sqlite_only = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def way(age: float, took: int | None, *, ended: bool = False) -> Way:
    return Way("x", took, None if ended or took is not None else NOW - timedelta(seconds=age))


def test_a_report_that_waits_makes_a_range() -> None:
    (found,) = times([way(900, 10), way(900, 20), way(900, 30), way(25, None)], NOW, HOUR)
    assert (found.ordered, found.filed, found.open, found.overdue) == (4, 3, 1, 0)
    assert found.p50 == Span(20, 20)
    assert found.p95 == found.longest == Span(30, None)
    (found,) = times([way(900, 10), way(900, 20), way(25, None)], NOW, HOUR)
    assert found.p50 == Span(20, 20)
    (found,) = times([way(900, 10), way(900, 40), way(25, None)], NOW, HOUR)
    assert found.p50 == Span(25, 40)


def test_what_is_not_sent_is_in_no_span() -> None:
    (found,) = times([way(9000, None, ended=True), way(7200, None), way(8000, 7900)], NOW, HOUR)
    assert (found.not_sent, found.open, found.overdue, found.late) == (1, 1, 1, 1)
    (found,) = times([way(9000, None, ended=True)], NOW, HOUR)
    assert found.p50 is found.longest is None
    assert times([], NOW, HOUR) == []


def test_reports_that_went_the_same_way_count_each() -> None:
    one_by_one = [way(900, 10), way(900, 10), way(900, 30), way(25, None), way(25, None)]
    together = [Way("x", 10, None, 2), Way("x", 30), Way("x", None, NOW - timedelta(seconds=25), 2)]
    assert times(one_by_one, NOW, HOUR) == times(together, NOW, HOUR)


DURATIONS = st.lists(st.tuples(st.integers(0, 1000), st.booleans()), min_size=1, max_size=30)


@given(DURATIONS, st.lists(st.integers(0, 5000), min_size=30, max_size=30))
def test_however_long_the_others_take_the_figure_lies_in_its_range(
    ways: list[tuple[int, bool]], more: list[int]
) -> None:
    (found,) = times([way(1000, span) if done else way(span, None) for span, done in ways], NOW, HOUR)
    final = sorted(span if done else span + extra for (span, done), extra in zip(ways, more, strict=False))
    for share, told in ((0.5, found.p50), (0.95, found.p95), (1.0, found.longest)):
        assert told is not None
        true = final[max(0, math.ceil(share * len(final)) - 1)]
        assert told.low <= true
        assert told.high is None or true <= told.high


def test_a_limit_that_cannot_be_meant() -> None:
    for hours in (0, 9000):
        with pytest.raises(ValueError, match="overdue_hours"):
            ReportRules(hours)


@sqlite_only
def test_the_command_tells_times_and_what_is_overdue(place: Workplace, clock: SteppableClock) -> None:
    Rig(place, clock).confirmed()
    tutela = InProcess(place.settings.data)
    later = (clock.now + timedelta(hours=30)).isoformat()
    at_once = tutela("referral", "times", "--json", now=clock.now.isoformat())
    (told,) = at_once.lines
    (row,) = told["recipients"]
    assert (at_once.code, row["recipient"], row["open"], row["p50"]) == (
        0, "cybertipline", 1, {"low": 0.0, "high": None},
    )  # fmt: skip
    overdue = tutela("referral", "times", "--from", "2025-06-01", now=later)
    assert (overdue.code, "1 reports wait longer than 24 hours" in overdue.err) == (3, True)
    assert "over 30.0 h" in overdue.out
    assert json.loads(tutela("referral", "times", "--json", "--to", "2025-06-02", now=later).out)["overdue_now"] == 1


@sqlite_only
def test_dead_letters_at_a_terminal(place: Workplace, clock: SteppableClock) -> None:
    from tests.rig import OFFICER, REVIEWER
    from tutela.events.catalogue.referral import ReferralFailed
    from tutela.events.envelope import NewEvent
    from tutela.storage.casework.case_reader import CaseReader

    case = Rig(place, clock).confirmed()
    for person in (OFFICER, REVIEWER):
        place.people.register(person, "a bridge over a river")
    (row,) = CaseReader(place.database).referrals()
    tutela = InProcess(place.settings.data)

    def stop() -> None:
        failed = ReferralFailed(referral=row.id, attempt=1, step="open", code="2000", retry=False, of_recipient=True)
        with place.transactions.record() as log:
            log.append([NewEvent(failed, case, clock())])

    stop()
    assert tutela("referral", "list", "--state", "stopped", "--json").lines[0]["last_error"] == "open: 2000"
    waits = tutela("referral", "dispatch", now=clock.now.isoformat())
    assert (waits.code, "cybertipline refuses every report" in waits.err) == (3, True)
    refused = tutela("referral", "retry", row.id, "--as", "rosa", "--reason", "mended")
    assert (refused.code != 0, "retry_referral" in refused.err) == (True, True)
    assert tutela("referral", "retry", row.id, "--reason", "because").code == 2
    assert tutela("referral", "retry", row.id, "--as", "carla", "--reason", "mended").code == 0
    stop()
    assert "retract_referral" in tutela("referral", "retract", row.id, "--as", "rosa", "--reason", "not_due").err
    assert tutela("referral", "retract", row.id, "--as", "carla", "--reason", "not_due").code == 0
    assert [r.state for r in CaseReader(place.database).referrals()] == ["retracted"]
