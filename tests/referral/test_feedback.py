"""What a recipient says of a report: entered by who may, on what was filed, about what it states."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.databases import Opening, SteppableClock
from tests.rig import AUDITOR, OFFICER, Rig, dump
from tutela.access.roles import NotAllowed
from tutela.events.catalogue.referral import FeedbackRecorded, ReferralFiled, ReferralFinishing, ReferralOpened
from tutela.events.catalogue.referral import ReferredItem as Item
from tutela.events.envelope import NewEvent
from tutela.referral.feedback import BadFeedback, FiledReport, Word, record
from tutela.statistics.redress.selection import Period
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.record.event_log import EventLog
from tutela.storage.workplace import Workplace

FILED = datetime(2025, 6, 2, 23, 30, tzinfo=UTC)
NOW = datetime(2025, 6, 9, 1, tzinfo=UTC)
REPORT = FiledReport("r", "c", FILED, ("i1", "i2"))


def test_all_items_are_meant_where_none_is_named_and_the_day_is_today() -> None:
    event = record(OFFICER, REPORT, Word("actionable", reference=" A-1 "), "console", NOW)
    assert event.payload == FeedbackRecorded(
        referral="r", said="actionable", items=("i1", "i2"), reference="A-1", said_on=date(2025, 6, 9),
        jurisdiction=None, via="console",
    )  # fmt: skip
    assert (event.subject, event.actor) == ("c", "carla")


@pytest.mark.parametrize(
    ("report", "word", "told"),
    [
        (replace(REPORT, filed_at=None), Word("actionable"), "is not filed"),
        (replace(REPORT, items=()), Word("actionable"), "states no item"),
        (REPORT, Word("actionable", ("i3", "i1")), "does not state i3:"),
        (REPORT, Word("not_illegal_there"), "names the place"),
        (REPORT, Word("duplicate", jurisdiction="US"), "nothing else does"),
        (REPORT, Word("not_illegal_there", jurisdiction="usa"), "two capital letters"),
        (REPORT, Word("duplicate", reference="x" * 41), "at most 40"),
        (REPORT, Word("duplicate", reference="Jane Roe"), "a number such as"),
        (REPORT, Word("duplicate", said_on=date(2025, 6, 1)), "between the day of filing and today"),
        (REPORT, Word("duplicate", said_on=date(2025, 6, 10)), "between the day of filing and today"),
    ],
)
def test_what_does_not_fit_is_refused(report: FiledReport, word: Word, told: str) -> None:
    with pytest.raises(BadFeedback, match=told):
        record(OFFICER, report, word, "command", NOW)


def test_not_everybody_may() -> None:
    with pytest.raises(NotAllowed, match="record_feedback"):
        record(AUDITOR, REPORT, Word("actionable"), "command", NOW)


def filed(place: Workplace, rig: Rig, account: str, items: int, first: int = 0) -> str:
    """Return a report of a case with some items, as if its recipient had taken it."""
    case = rig.confirmed(account, items, first)
    detail = CaseReader(place.database).one(case)
    (referral,) = (r.id for r in detail.referrals)
    stated = tuple(Item(item=one.id, verdict="known") for one in detail.items)
    payloads = (
        ReferralOpened(referral=referral, attempt=1, report_id="4711", target="sandbox", items=stated),
        ReferralFinishing(referral=referral, attempt=1),
        ReferralFiled(referral=referral, attempt=1, report_id="4711", files=items, confirmed_by="finish"),
    )
    with place.transactions.record() as log:
        log.append([NewEvent(payload, case, place.clock()) for payload in payloads])
    return referral


def test_the_latest_word_on_an_item_counts_and_is_counted(opening: Opening, clock: SteppableClock) -> None:
    place = opening()
    rig = Rig(place, clock)
    first, second = filed(place, rig, "anna", 2), filed(place, rig, "bert", 1, first=2)
    one, two = (item.item for item in place.feedback.items(first))
    desk = place.feedback
    desk.record(OFFICER, first, Word("informational", reference="N-1"), "console")
    clock.advance(days=1)
    desk.record(OFFICER, first, Word("actionable", (one,), reference="N-2"), "command")
    desk.record(OFFICER, first, Word("not_illegal_there", (two,), jurisdiction="US"), "command")
    (told,) = desk.of_reports([first, second]).values()
    assert [(word.said, word.reference, len(word.items), word.via) for word in told] == [
        ("informational", "N-1", 2, "console"), ("actionable", "N-2", 1, "command"),
        ("not_illegal_there", None, 1, "command"),
    ]  # fmt: skip
    period = Period(date(2025, 6, 2), date(2025, 6, 2))
    rows = {(row.by, row.part): row for row in place.feedback_figures(period).rows}
    whole = rows["recipient", "cybertipline"]
    assert (whole.reports, whole.reports_without, whole.items, whole.unknown) == (2, 1, 3, 1)
    assert whole.counts == {"actionable": 1, "informational": 0, "not_illegal_there": 1, "duplicate": 0}
    assert whole.not_illegal == {"US": {"unlawful": 0, "lawful": 0, "unsure": 0, "not_said": 1}}
    assert rows["technology", "sha256"].items == 3
    assert rows["list", "known"].unknown == 1
    assert [row.items for (by, _), row in rows.items() if by == "entry"] == [1, 1, 1]
    assert place.feedback_figures(Period(date(2025, 6, 3), date(2025, 6, 30))).rows == ()
    desk.record(OFFICER, first, Word(None, (one,)), "console")
    (again,) = (row for row in place.feedback_figures(period).rows if row.by == "recipient")
    assert (again.unknown, again.counts["actionable"]) == (2, 0)
    before = dump(place.database)
    with place.database.write() as connection:
        EventLog(connection, clock).rebuild()
    assert dump(place.database) == before
    with pytest.raises(LookupError, match="no report"):
        desk.record(OFFICER, "none", Word("actionable"), "console")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_not_illegal_there_makes_nothing_wrong_and_opens_nothing(opening: Opening, clock: SteppableClock) -> None:
    place = opening()
    rig = Rig(place, clock)
    referral = filed(place, rig, "anna", 1)
    before = {name: rows for name, rows in dump(place.database).items() if not name.startswith("referral")}
    place.feedback.record(OFFICER, referral, Word("not_illegal_there", jurisdiction="US"), "console")
    after = {name: rows for name, rows in dump(place.database).items() if not name.startswith("referral")}
    assert after == before
