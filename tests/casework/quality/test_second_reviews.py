"""Second reviews: drawn, blind, by another person; settled by a senior; and what changes opens the case again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.casework.quality.queue import queue
from tests.databases import Opening, SteppableClock
from tests.rig import REVIEWER, REVIEWER_2, SENIOR, Rig, dump, party, picture
from tutela.access.roles import Person, Role
from tutela.casework.case import CaseState, NotPossible
from tutela.casework.quality.drawing import Draw
from tutela.casework.quality.rules import QualityRules
from tutela.content.item import Provenance
from tutela.events.catalogue.base import Layer, Verdict
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.record.event_log import EventLog
from tutela.storage.settings import Settings
from tutela.storage.workplace import Workplace

SENIOR_2 = Person("sara", "Sara", frozenset({Role.SENIOR}))
ALL: dict[Layer, dict[Verdict, float]] = {"known": {"known": 1.0, "new": 1.0, "not": 1.0}}


@pytest.fixture
def place(opening: Opening) -> Workplace:
    return opening(quality=QualityRules(second_review=ALL))


@pytest.fixture
def rig(place: Workplace, clock: SteppableClock) -> Rig:
    return Rig(place, clock)


def decided(rig: Rig, verdict: Verdict = "known", account: str = "a", first: int = 0) -> tuple[str, str]:
    """Take one item in and let the first reviewer decide."""
    one = rig.take(account, picture(first), Provenance(party(account)))
    assert one.case
    assert one.item
    rig.decide(one.case, one.item, verdict)
    return one.case, one.item


def item_of(place: Workplace, case: str) -> str:
    return CaseReader(place.database).one(case).items[0].id


def test_a_second_person_meets_it_as_a_case_of_its_own(rig: Rig, place: Workplace) -> None:
    case, item = decided(rig)
    assert place.quality.follow().drawn == 1
    assert queue(place, REVIEWER.id) == []
    (copy,) = queue(place, REVIEWER_2.id)
    reader = CaseReader(place.database)
    seen, original = reader.one(copy), reader.one(case)
    assert copy != case
    assert (seen.service, seen.layer, seen.state) == (original.service, original.layer, CaseState.OPEN)
    assert seen.account not in (None, original.account)
    (mine,), (first,) = seen.items, original.items
    assert mine.id != item
    assert mine.detections == first.detections
    assert mine.same_bytes == first.same_bytes
    assert (mine.verdict, mine.decided_by, mine.earlier) == (None, None, ())
    assert place.quality.reader.evidence_of(copy, mine.id) == (case, item)
    assert place.vault.names(copy) == []


def test_the_first_person_never_takes_it(rig: Rig, place: Workplace) -> None:
    decided(rig)
    place.quality.follow()
    (copy,) = queue(place, REVIEWER_2.id)
    item = item_of(place, copy)
    for attempt in (
        lambda: place.desk.view(REVIEWER, copy, item),
        lambda: place.desk.decide(REVIEWER, copy, item, "known"),
        lambda: place.desk.escalate(REVIEWER, copy, item),
    ):
        with pytest.raises(NotPossible, match="for somebody else"):
            attempt()
    assert CaseReader(place.database).one(copy).state is CaseState.OPEN


def test_those_who_agree_change_nothing_and_order_nothing(rig: Rig, place: Workplace) -> None:
    case, _ = decided(rig)
    before = CaseReader(place.database).one(case)
    place.quality.follow()
    (copy,) = queue(place, REVIEWER_2.id)
    assert rig.decide(copy, item_of(place, copy), "known", REVIEWER_2).state is CaseState.CONFIRMED
    assert place.quality.follow().settled == 1
    after = CaseReader(place.database)
    assert after.one(case) == before
    assert (after.one(copy).actions, after.one(copy).referrals) == ((), ())
    assert place.quality.reader.waiting() == {"waiting": 0, "disagreed": 0}
    assert place.quality.follow() == type(place.quality.follow())()


def disagreed(rig: Rig, place: Workplace) -> tuple[str, str, str]:
    case, item = decided(rig)
    rig.clock.advance(minutes=5)
    place.quality.follow()
    (copy,) = queue(place, REVIEWER_2.id)
    rig.decide(copy, item_of(place, copy), "not", REVIEWER_2, remarks="a texture")
    place.quality.follow()
    (task,) = queue(place, SENIOR.id)
    return case, item, task


def test_a_disagreement_is_a_task_for_a_senior(rig: Rig, place: Workplace) -> None:
    case, _, task = disagreed(rig, place)
    assert queue(place, REVIEWER.id) == queue(place, REVIEWER_2.id) == []
    assert CaseReader(place.database).one(task).state is CaseState.ESCALATED
    assert place.quality.reader.waiting() == {"waiting": 0, "disagreed": 1}
    before = CaseReader(place.database).one(case)
    rig.decide(task, item_of(place, task), "known", SENIOR)
    place.quality.follow()
    assert CaseReader(place.database).one(case) == before
    (row,) = place.quality.reader.disagreements(rig.clock.now.replace(year=2000), rig.clock.now.replace(year=2100), 9)
    assert (row.verdict, row.second_verdict, row.senior, row.final_verdict, row.state) == (
        "known", "not", SENIOR.id, "known", "upheld",
    )  # fmt: skip


def test_a_change_opens_the_case_again_and_the_seniors_word_stands(rig: Rig, place: Workplace) -> None:
    case, item, task = disagreed(rig, place)
    rig.decide(task, item_of(place, task), "not", SENIOR, remarks="only a texture")
    place.quality.follow()
    found = CaseReader(place.database).one(case)
    assert (found.state, found.items[0].verdict, found.items[0].decided_by) == (
        CaseState.DISMISSED, "not", SENIOR.id,
    )  # fmt: skip
    with place.transactions.reading() as log:
        history = [e for e in log.read(subject=case) if e.type in ("case.reopened", "item.decided", "case.closed")]
    assert [e.type for e in history][-3:] == ["case.reopened", "item.decided", "case.closed"]
    reopened = history[-3].payload.model_dump()
    assert (reopened["reason"], reopened["items"]) == ("second_review", (item,))
    remark = place.vault.get(case, f"{history[-2].id}.remark")
    assert b"only a texture" in remark
    assert place.quality.follow().drawn == 0  # what a second review settled is not drawn again


def test_a_senior_who_was_asked_by_the_second_person_settles_it(rig: Rig, place: Workplace) -> None:
    case, _ = decided(rig)
    place.quality.follow()
    (copy,) = queue(place, REVIEWER_2.id)
    place.desk.escalate(REVIEWER_2, copy, None)
    place.quality.follow()
    rig.decide(copy, item_of(place, copy), "new", SENIOR)
    place.quality.follow()
    found = CaseReader(place.database).one(case)
    assert (found.items[0].verdict, found.items[0].decided_by) == ("new", SENIOR.id)
    assert place.quality.reader.waiting() == {"waiting": 0, "disagreed": 0}


def test_what_is_decided_anew_meanwhile_or_gone_is_withdrawn(rig: Rig, place: Workplace) -> None:
    gone, _ = decided(rig)
    place.quality.follow()
    (copy,) = queue(place, REVIEWER_2.id)
    place.vault.erase(gone)
    rig.clock.advance(hours=2)
    place.quality.follow()
    assert queue(place, REVIEWER_2.id) == []
    assert CaseReader(place.database).one(copy).state is CaseState.DISMISSED
    assert place.quality.reader.waiting() == {"waiting": 0, "disagreed": 0}


def test_the_draw_is_by_share_and_key_and_comes_out_alike() -> None:
    one, other = Draw(b"a" * 32), Draw(b"b" * 32)
    drawn = [one.happens(200_000, "second review", str(n)) for n in range(5000)]
    assert drawn == [Draw(b"a" * 32).happens(200_000, "second review", str(n)) for n in range(5000)]
    assert drawn != [other.happens(200_000, "second review", str(n)) for n in range(5000)]
    assert 900 <= sum(drawn) <= 1100  # five standard errors around 1,000 are 141 wide
    assert not any(one.happens(0, str(n)) for n in range(1000))
    assert all(one.happens(1_000_000, str(n)) for n in range(1000))


def test_nothing_is_drawn_that_the_configuration_does_not_name(opening: Opening, clock: SteppableClock) -> None:
    place = opening(quality=QualityRules(second_review={"known": {"not": 1.0}}))
    rig = Rig(place, clock)
    decided(rig, "known", "a", 0)
    assert place.quality.follow().drawn == 0
    decided(rig, "not", "b", 1)
    assert place.quality.follow().drawn == 1


def test_the_tables_come_back_from_the_events(rig: Rig, place: Workplace) -> None:
    _, _, task = disagreed(rig, place)
    rig.decide(task, item_of(place, task), "new", SENIOR)
    place.quality.follow()
    before = dump(place.database)
    assert before["second_reviews"]
    assert before["review_exclusions"]
    with place.database.write() as connection:
        EventLog(connection, place.clock).rebuild()
    assert dump(place.database) == before


def test_the_shares_are_shares(settings_of_installation: Settings) -> None:
    with pytest.raises(ValueError, match=r"second_review.known.new is a share"):
        replace(settings_of_installation, quality=QualityRules(second_review={"known": {"new": 1.5}}))
