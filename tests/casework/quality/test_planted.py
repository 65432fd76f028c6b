"""Golden items and canaries: they arrive like others, measure the work, order nothing, and enter no figure."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.casework.quality.queue import queue
from tests.databases import Opening, SteppableClock
from tests.rig import CHAT, REVIEWER, REVIEWER_2, SENIOR, Rig, dump, party, picture
from tutela.access.roles import NotAllowed
from tutela.casework.case import CaseState, Classification, NotPossible
from tutela.casework.evidence import bytes_name
from tutela.casework.quality import canary
from tutela.casework.quality.eligibility import Training, may_review
from tutela.casework.quality.rules import QualityRules
from tutela.content.item import Provenance
from tutela.events.catalogue.base import Verdict
from tutela.statistics.provider_return.wording import as_json
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.casework.intake_store import IntakeStore
from tutela.storage.entries.entry_reader import EntryReader
from tutela.storage.record.event_log import EventLog
from tutela.storage.schema.overview import day_counts, technology_days
from tutela.storage.workplace import Workplace

PASSWORD = "a bridge over a river"
GOLDEN = picture(95)


@pytest.fixture
def place(opening: Opening) -> Workplace:
    return opening(quality=QualityRules(golden=1.0))


@pytest.fixture
def rig(place: Workplace, clock: SteppableClock) -> Rig:
    for person in (REVIEWER, REVIEWER_2, SENIOR):
        place.people.register(person, PASSWORD)
    return Rig(place, clock)


def item_of(place: Workplace, case: str) -> str:
    return CaseReader(place.database).one(case).items[0].id


def golden_case(rig: Rig, place: Workplace, account: str = "a", first: int = 0) -> str:
    """Let an ordinary case come in, and return the golden one that follows it."""
    ordinary = rig.take(account, picture(first), Provenance(party(account))).case
    assert place.quality.follow().planted == 1
    (planted,) = set(queue(place, SENIOR.id)) - {ordinary}
    assert ordinary
    item = item_of(place, ordinary)
    rig.decide(ordinary, item, "known", SENIOR)
    return planted


def test_a_golden_item_looks_like_the_case_before_it(rig: Rig, place: Workplace) -> None:
    golden = place.quality.work.add_golden(SENIOR, GOLDEN, "image", "not", None)
    planted = golden_case(rig, place)
    seen = CaseReader(place.database).one(planted)
    (item,) = seen.items
    assert (seen.service, seen.layer, seen.state) == ("chat", "known", CaseState.OPEN)
    assert item.detections
    for found in item.detections:
        assert place.lists.entry(found.entry_id).hashlist == found.hashlist == "known"
        assert 0 <= found.distance <= found.threshold
    assert place.quality.reader.evidence_of(planted, item.id) == (golden, golden)
    assert place.vault.get(golden, bytes_name(golden)) == GOLDEN
    assert "golden" not in json.dumps(seen.as_dict())


def test_a_planted_case_is_in_no_facts_of_its_entry(rig: Rig, place: Workplace) -> None:
    place.quality.work.add_golden(SENIOR, GOLDEN, "image", "not", None)
    planted = golden_case(rig, place)
    (item,) = CaseReader(place.database).one(planted).items
    reader, long_ago = EntryReader(place.database), rig.clock.now - timedelta(days=1)
    entries = {d.entry_id for d in item.detections}
    ordinary = sum(len(reader.trail(entry, "", 99)) for entry in entries)
    assert all(row.case_id != planted for entry in entries for row in reader.trail(entry, "", 99))
    assert sum(reader.cluster(entry, long_ago).items for entry in entries) == ordinary
    with place.database.write() as connection:
        unit = IntakeStore(connection, EventLog(connection, place.clock))
        fired = sum(unit.fired(entry, long_ago, rig.clock.now, 99) for entry in entries)
    assert fired == ordinary


def test_nothing_is_planted_that_no_reviewer_may_take(rig: Rig, place: Workplace) -> None:
    """Both reviewers have decided it. The senior has not, and is not who would meet it in a day's work."""
    place.quality.work.add_golden(SENIOR, GOLDEN, "image", "not", None)
    for person, first in ((REVIEWER, 0), (REVIEWER_2, 1)):
        planted = golden_case(rig, place, f"a{first}", first)
        rig.decide(planted, item_of(place, planted), "not", person)
    rig.take("b", picture(2), Provenance(party("b")))
    assert place.quality.follow().planted == 0


def test_a_planted_case_that_nobody_took_is_withdrawn_and_counts_for_nothing(rig: Rig, place: Workplace) -> None:
    place.quality.work.add_golden(SENIOR, GOLDEN, "image", "not", None)
    planted = golden_case(rig, place)
    rig.clock.advance(hours=13 * 24)
    assert place.quality.follow().withdrawn == 0
    assert planted in queue(place, REVIEWER.id)
    rig.clock.advance(hours=25)
    place.claiming.claim(REVIEWER, planted, "t")
    assert place.quality.follow().withdrawn == 0  # somebody works on it
    rig.clock.advance(hours=2)
    assert place.quality.follow().withdrawn == 1
    assert planted not in queue(place, REVIEWER.id)
    after = CaseReader(place.database).one(planted)
    assert (after.state, after.items[0].verdict) == (CaseState.DISMISSED, None)
    measures = place.quality.measures(rig.clock.now - timedelta(days=30), rig.clock.now)
    assert [one for one in measures.reviewers if one.golden is not None] == []
    rig.clock.advance(hours=2)
    assert place.quality.follow().withdrawn == 0


def test_decisions_on_golden_items_measure_who_decides(rig: Rig, place: Workplace) -> None:
    place.quality.work.add_golden(SENIOR, GOLDEN, "image", "not", None)
    first = golden_case(rig, place, "a", 0)
    rig.decide(first, item_of(place, first), "known", REVIEWER)
    after = CaseReader(place.database).one(first)
    assert (after.state, after.actions, after.referrals) == (CaseState.CONFIRMED, (), ())
    second = golden_case(rig, place, "b", 1)
    assert second not in queue(place, REVIEWER.id)
    with pytest.raises(NotPossible, match="somebody else"):
        place.desk.decide(REVIEWER, second, item_of(place, second), "known")
    rig.decide(second, item_of(place, second), "not", REVIEWER_2, remarks="a texture")
    now = rig.clock.now
    found = place.quality.measures(now - timedelta(days=1), now + timedelta(days=1))
    rates = {r.person: r.golden for r in found.reviewers}
    told = {person: (rate.numerator, rate.denominator) for person, rate in rates.items() if rate is not None}
    assert told == {REVIEWER.id: (0, 1), REVIEWER_2.id: (1, 1)}
    assert place.quality.look_for_findings() == 0  # one decision proves nothing


def test_only_who_manages_quality_plants(place: Workplace, rig: Rig) -> None:
    with pytest.raises(NotAllowed):
        place.quality.work.add_golden(REVIEWER, GOLDEN, "image", "not", None)
    with pytest.raises(ValueError, match="a class goes with"):
        place.quality.work.add_golden(SENIOR, GOLDEN, "image", "not", Classification.A1)
    golden = place.quality.work.add_golden(SENIOR, GOLDEN, "image", "known", Classification.A1)
    assert place.tidy(older_than=0) == []
    place.quality.work.retire_golden(SENIOR, golden)
    assert place.vault.names(golden) == []
    rig.take("a", picture(0), Provenance(party("a")))
    assert place.quality.follow().planted == 0


def test_a_canary_goes_the_whole_way_and_orders_nothing(rig: Rig, place: Workplace) -> None:
    rig.take("warm", picture(90), Provenance(party("w")))
    place.quality.plant_canary(service="chat")
    (case,) = queue(place, REVIEWER.id)
    found = CaseReader(place.database).one(case)
    (item,) = found.items
    assert {d.hashlist for d in item.detections} == {canary.LIST}
    assert all(d.distance > 0 or d.technology == "pdq" for d in item.detections)
    rig.decide(case, item.id, "known")
    assert place.quality.follow().canaries == 1
    (row,) = place.quality.reader.canaries(9)
    assert (row.state, row.orders, row.case_id) == (
        "passed", ("remove_content", "suspend_account", "cybertipline"), case,
    )  # fmt: skip
    after = CaseReader(place.database).one(case)
    assert (after.actions, after.referrals) == ((), ())


def test_each_canary_is_a_case_of_its_own(place: Workplace, rig: Rig) -> None:
    assert rig.place is place
    for _ in range(3):
        place.quality.plant_canary(service="chat")
    cases = queue(place, REVIEWER.id)
    assert len(cases) == 3
    assert len({canary.picture(n) for n in range(3)}) == 3


def test_a_canary_that_is_not_decided_in_time_is_a_finding(rig: Rig, place: Workplace) -> None:
    one = place.quality.plant_canary(service="chat")
    rig.clock.advance(hours=23)
    assert place.quality.follow().canaries == 0
    rig.clock.advance(hours=2)
    assert place.quality.follow().canaries == 1
    place.quality.look_for_findings()
    (finding,) = place.quality.reader.findings(closed=False, limit=9)
    assert (finding.rule, finding.cause) == ("canary_lost", one)
    assert place.quality.look_for_findings() == 0
    with pytest.raises(NotAllowed):
        place.quality.work.close_finding(REVIEWER, finding.id, "explained")
    place.quality.work.close_finding(SENIOR, finding.id, "explained")
    with pytest.raises(NotPossible, match="closed already"):
        place.quality.work.close_finding(SENIOR, finding.id, "explained")
    assert place.quality.look_for_findings() == 0
    (case,) = queue(place, REVIEWER.id)  # it still stands there, and may come through late
    rig.decide(case, item_of(place, case), "known")
    place.quality.follow()
    assert place.quality.reader.canaries(1)[0].state == "passed"


def test_a_canary_that_nothing_flags_is_lost_at_once(place: Workplace, rig: Rig) -> None:
    place.quality.plant_canary(service="chat")
    place.lists.switch(canary.LIST, enabled=False)
    rig.clock.advance(minutes=1)
    place.quality.plant_canary(service="chat")
    row = place.quality.reader.canaries(9)[0]
    assert (row.state, row.lost_step) == ("lost", "match")


def test_the_schedule_plants_when_it_is_due(opening: Opening, clock: SteppableClock) -> None:
    place = opening(quality=QualityRules(canary_every=timedelta(hours=6), canary_service="chat"))
    Rig(place, clock)
    stream = place.stream()
    for hours, expected in ((0, 1), (5, 1), (1, 2)):
        clock.advance(hours=hours)
        place.quality.follow(stream)
        assert len(place.quality.reader.canaries(9)) == expected


def lived(place: Workplace, clock: SteppableClock, *, planted: bool) -> dict[str, Any]:
    """Live some days, with planted cases among the others or without; return every figure of the year."""
    for person in (REVIEWER, REVIEWER_2, SENIOR):
        place.people.register(person, PASSWORD)
    rig = Rig(place, clock)
    office = place.quality
    if planted:
        office.work.add_golden(SENIOR, GOLDEN, "image", "not", None)
    mine: set[str] = set()
    for number in range(6):
        clock.advance(hours=7)
        rig.take(f"clean-{number}", picture(90 + number), Provenance(party("x")), CHAT, "batch")
        one = rig.take(f"n{number}", picture(number), Provenance(party(f"a{number % 3}")), CHAT, "batch")
        if one.case:
            mine.add(one.case)
        if planted:
            office.plant_canary(service="chat")
            office.follow()
        for waits in queue(place, REVIEWER.id, CaseState.OPEN):
            for item in CaseReader(place.database).one(waits).items:
                if item.verdict is None:
                    verdict: Verdict = "not" if waits in mine and number == 3 else "known"
                    rig.decide(waits, item.id, verdict, REVIEWER, remarks="x")
        office.follow() if planted else None
    for action in CaseReader(place.database).actions(["ordered"]):
        rig.confirm(action.id)
    rig.close()
    if planted:
        with place.database.read() as connection:
            log = EventLog(connection, place.clock)
            kinds = {e.payload.model_dump()["planted"] for e in log.read(types=["case.opened"])}
        assert kinds == {None, "golden", "canary", "second"}
    figures = json.loads(json.dumps(as_json(place.yearly_return(2025)), default=str))
    for figure in figures["figures"]:
        figure.pop("events", None)
        figure.pop("event_count", None)
    # What is planted is the quality control that this row tells of: it is there, and nowhere else.
    control = [f for f in figures["figures"] if f["key"] == "reviewer_quality_control"]
    assert [f["id"] for f in control if f["status"] == "value"] == (["7.known.reviewer_quality_control"] * planted)
    figures["figures"] = [f for f in figures["figures"] if f not in control]
    with place.database.read() as connection:
        counts = {
            table.name: [dict(r) for r in connection.execute(table.select().order_by(*table.primary_key)).mappings()]
            for table in (day_counts, technology_days)
        }
    return {
        "figures": figures["figures"],
        **counts,
        "actions": len(CaseReader(place.database).actions(["carried_out"])),
    }


def test_what_is_planted_enters_no_figure(opening: Opening, clock: SteppableClock, tmp_path: Any) -> None:
    rules = QualityRules(golden=1.0, second_review={"known": {"known": 1.0, "not": 1.0}})
    with_planted = opening(quality=rules)
    start = clock.now
    lively = lived(with_planted, clock, planted=True)
    before = dump(with_planted.database)
    with with_planted.database.write() as connection:
        EventLog(connection, with_planted.clock).rebuild()
    assert dump(with_planted.database) == before
    clock.now = start
    settings = replace(
        with_planted.settings, data=tmp_path / "plain", database_url=f"sqlite:///{tmp_path / 'plain.sqlite'}",
        quality=QualityRules(),
    )  # fmt: skip
    with Workplace(settings, clock) as other:
        plain = lived(other, clock, planted=False)
    assert lively == plain


DAY = date(2025, 6, 2)


@pytest.mark.parametrize(
    ("first", "last", "withdrawn", "layer", "allowed"),
    [
        (DAY, None, False, "known", True),
        (DAY, DAY, False, "known", True),
        (DAY + timedelta(days=1), None, False, "known", False),
        (DAY - timedelta(days=9), DAY - timedelta(days=1), False, "known", False),
        (DAY, None, True, "known", False),
        (DAY, None, False, "solicitation", False),
        (DAY + timedelta(days=1), None, False, "new", True),
    ],
)
def test_who_may_review(
    first: date, last: date | None, withdrawn: bool, layer: Any, allowed: bool, clock: SteppableClock
) -> None:
    training = Training("t", "rosa", "c-1", frozenset({"known"}), first, last, withdrawn)
    assert may_review("rosa", layer, clock.now, [training], {"known", "solicitation"}) is allowed
    assert not may_review("ravi", "known", clock.now, [training], {"known"})


def test_without_a_valid_training_nobody_takes_a_case(opening: Opening, clock: SteppableClock) -> None:
    place = opening(quality=QualityRules(training=frozenset({"known"})))
    rig = Rig(place, clock)
    one = rig.take("a", picture(0), Provenance(party("a")))
    assert one.case
    assert one.item
    with pytest.raises(NotAllowed, match="no valid training"):
        place.desk.decide(REVIEWER, one.case, one.item, "known")
    with pytest.raises(NotAllowed, match="somebody else records"):
        place.quality.work.record_training(SENIOR, SENIOR.id, "c-1", frozenset({"known"}), DAY, None)
    with pytest.raises(ValueError, match="by its code"):
        place.quality.work.record_training(SENIOR, REVIEWER.id, "a long story", frozenset({"known"}), DAY, None)
    known = place.quality.work.record_training(SENIOR, REVIEWER.id, "c-1", frozenset({"known"}), clock.now.date(), None)
    rig.decide(one.case, one.item, "known", REVIEWER)
    place.quality.work.withdraw_training(SENIOR, known)
    two = rig.take("b", picture(1), Provenance(party("b")))
    assert two.case
    assert two.item
    with pytest.raises(NotAllowed):
        place.desk.view(REVIEWER, two.case, two.item)
