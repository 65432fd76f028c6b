"""Periods of legal process: on the safe side of the law in every zone, over leap days and changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.casework.case import NotPossible
from tutela.casework.legal import deadlines
from tutela.regimes.legal_process import BadLegalTable, LegalKind, NoSuchKind, load

ZONES = st.sampled_from([
    ZoneInfo(name)
    for name in (
        "UTC", "Europe/Stockholm", "Europe/Lisbon", "America/New_York", "Asia/Kolkata", "Pacific/Auckland",
        "Australia/Lord_Howe", "America/Sao_Paulo",
    )
])  # fmt: skip
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=22_000)).map(
    lambda since: datetime(1999, 1, 1, tzinfo=UTC) + since
)
DAYS = st.integers(1, 365)


def kind(**given: object) -> LegalKind:
    usual = {"id": "k", "title": "K", "does": "preserve", "ground": "court_order", "from": date(1990, 1, 1)}
    return LegalKind.model_validate({**usual, **given})


def last_day(moment: datetime, days: int, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date() + timedelta(days=days)


@given(MOMENTS, DAYS, ZONES)
def test_a_time_to_answer_never_ends_after_the_last_day(received: datetime, days: int, zone: ZoneInfo) -> None:
    found = deadlines.answer_by(kind(answer_days=days), received, zone)
    assert found is not None
    assert found.utcoffset() == timedelta(0)
    assert found.astimezone(zone).date() == last_day(received, days, zone)
    assert abs(found - received - timedelta(days=days)) <= timedelta(hours=2)


@given(MOMENTS, st.integers(1, 400), ZONES)
def test_hours_are_elapsed_ones_whatever_the_clocks_do(received: datetime, hours: int, zone: ZoneInfo) -> None:
    found = deadlines.answer_by(kind(answer_hours=hours), received.astimezone(zone), zone)
    assert found == received + timedelta(hours=hours)


@given(MOMENTS, DAYS, ZONES)
def test_a_time_to_preserve_lasts_to_the_end_of_the_last_day(received: datetime, days: int, zone: ZoneInfo) -> None:
    end = deadlines.end_of(received, days, zone)
    assert end.astimezone(zone).date() == last_day(received, days, zone)
    assert (end + timedelta(seconds=1)).astimezone(zone).date() > last_day(received, days, zone)
    assert end >= received + timedelta(days=days) - timedelta(hours=2)


@given(MOMENTS, DAYS, st.integers(1, 365), st.integers(0, 5), st.integers(0, 6), ZONES)
def test_a_renewal_adds_whole_days_as_often_as_the_law_lets_it(
    received: datetime, days: int, more: int, allowed: int, times: int, zone: ZoneInfo
) -> None:
    asked = kind(preserve_days=days, renewals=allowed, renewal_days=more)
    until = deadlines.held_until(asked, received, None, zone)
    assert until is not None
    if times >= allowed:
        with pytest.raises(NotPossible, match="prolonged"):
            deadlines.renewed_until(asked, until, times, None, zone)
        return
    after = deadlines.renewed_until(asked, until, times, None, zone)
    assert after.astimezone(zone).date() == last_day(received, days + more, zone)
    with pytest.raises(NotPossible, match="at most"):
        deadlines.renewed_until(asked, until, times, after + timedelta(seconds=1), zone)
    assert deadlines.renewed_until(asked, until, times, after, zone) == after


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=40)), ZONES)
def test_what_the_document_states_makes_it_sooner_and_never_later(
    received: datetime, span: timedelta, zone: ZoneInfo
) -> None:
    lawful = deadlines.due(kind(answer_days=10), received, None, zone)
    assert deadlines.due(kind(answer_days=10), received, received + span, zone) == min(lawful, received + span)
    assert deadlines.due(kind(), received, received + span, zone) == received + span


@pytest.mark.parametrize(
    ("received", "name", "days", "due", "until"),
    [
        # The night of 29 March 2026 has an hour less in Sweden: ten times 24 hours would end on the eleventh day.
        ("2026-03-20T22:30", "Europe/Stockholm", 10, "2026-03-30T21:30", "2026-03-30T21:59:59"),
        ("2026-10-20T10:00", "Europe/Stockholm", 10, "2026-10-30T11:00", "2026-10-30T22:59:59"),
        ("2028-02-20T10:00", "UTC", 10, "2028-03-01T10:00", "2028-03-01T23:59:59"),
        ("2027-02-20T10:00", "UTC", 10, "2027-03-02T10:00", "2027-03-02T23:59:59"),
        ("2026-12-31T23:30", "Europe/Stockholm", 1, "2027-01-01T23:30", "2027-01-02T22:59:59"),
    ],
)
def test_examples(received: str, name: str, days: int, due: str, until: str) -> None:
    at, zone = datetime.fromisoformat(received).replace(tzinfo=UTC), ZoneInfo(name)
    assert deadlines.answer_by(kind(answer_days=days), at, zone) == datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert deadlines.end_of(at, days, zone) == datetime.fromisoformat(until).replace(tzinfo=UTC)


def test_what_the_document_must_say_is_asked_for() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(NotPossible, match="sets no time"):
        deadlines.due(kind(), now, None, UTC)
    with pytest.raises(NotPossible, match="until when"):
        deadlines.held_until(kind(), now, None, UTC)
    with pytest.raises(NotPossible, match="until when"):
        deadlines.renewed_until(kind(renewals=1), now, 0, None, UTC)
    with pytest.raises(NotPossible, match="never"):
        deadlines.renewed_until(kind(), now, 0, None, UTC)


def test_the_table_that_is_shipped_says_what_the_law_says() -> None:
    table = load()
    day = date(2026, 9, 1)
    says = {
        one.id: (one.answer_days, one.answer_hours, one.preserve_days, one.renewals, one.renewal_days)
        for one in table.on(day)
    }
    assert says["us-2703f"] == (None, 24, 90, 1, 90)
    assert says["eu-preservation-order"] == (None, 24, 60, 1, 30)
    assert says["eu-production-order"][:2] == (10, None)
    assert says["eu-production-order-emergency"][:2] == (None, 8)
    assert all(one.source for one in table.kind)
    with pytest.raises(NoSuchKind, match="us-2703f"):
        table.of("eu-production-order", date(2026, 8, 17))
    assert table.of("eu-production-order", date(2026, 8, 18)).id == "eu-production-order"


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("[[kind]]\nid = 1", "kind.0"),
        ('[[refusal]]\nid = "a"\ntitle = "A"\n[[refusal]]\nid = "a"\ntitle = "A"', "twice"),
        (
            '[[kind]]\nid = "a"\ntitle = "A"\ndoes = "produce"\nground = "court_order"\nfrom = 2020-01-01',
            "has a scope",
        ),
        ("[", "Expected|Invalid"),
    ],
)
def test_a_table_that_cannot_be_used_says_where(tmp_path: Path, text: str, match: str) -> None:
    path = tmp_path / "legal.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadLegalTable, match=match):
        load(path)
