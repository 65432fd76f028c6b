"""Entries: two verifications before a match, precision that suspends, and what a wrong entry undoes."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from tests.databases import REPORTER, SteppableClock
from tests.rig import (
    CHAT,
    MAIL,
    OFFICER,
    REVIEWER,
    REVIEWER_2,
    SENIOR,
    Rig,
    dump,
    known_of,
    listed_exactly,
    listed_nearly,
    party,
    picture,
)
from tutela.access.roles import NotAllowed, Person, Role
from tutela.casework.case import CaseState, NotPossible
from tutela.casework.entries import desk as entry_desk
from tutela.casework.entries.feedback import FeedbackFormat, FeedbackRow, write_feedback
from tutela.casework.entries.rules import EntryRules
from tutela.casework.entries.standing import EntryState
from tutela.casework.intake import Recorded, Taken
from tutela.content.item import Outcome, Provenance
from tutela.detection.hashlists.hashlist import HashList, HeldBack
from tutela.events.catalogue.entries import EntrySuspended
from tutela.storage import schema
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.entries.entry_feedback import Feedback
from tutela.storage.entries.entry_reader import EntryReader
from tutela.storage.lists.hash_lists import OwnList
from tutela.storage.schema.entries import entry_records
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

THIRD = Person("tara", "Tara", frozenset({Role.REVIEWER}))
PEOPLE = (REVIEWER, REVIEWER_2, SENIOR, THIRD)


@pytest.fixture
def rig(place: Workplace, clock: SteppableClock) -> Rig:
    made = Rig(place, clock)
    place.lists.create(HashList("own", "Us", "our cases", "SE", None, own=True))
    return made


def own_entry(rig: Rig, number: int = 0, adder: Person = REVIEWER) -> tuple[str, str, list[int]]:
    """Confirm a picture, and put it on the own list."""
    case = rig.confirmed(f"own-{number}", first=number)
    item = CaseReader(rig.place.database).one(case).items[0].id
    return case, item, rig.place.entries.add(adder, case, item, "own")


def verify(rig: Rig, person: Person, case: str, item: str, entry: int) -> bool:
    rig.look(case, item, person)
    return rig.place.entries.verify(person, entry)


def state(rig: Rig, case: str) -> CaseState:
    return CaseReader(rig.place.database).one(case).state


def entry_of(rig: Rig, number: int) -> int:
    """Return the entry of the list `known` that a picture matches by its bytes."""
    value = listed_exactly(picture(number)).value
    return next(e.id for e in rig.place.lists.entries(["known"], enabled_only=False) if e.value == value)


def sent(rig: Rig, number: int, account: str, service: object = CHAT) -> Recorded:
    return rig.take(f"{account}-{number}", picture(number), Provenance(party(account)))


def lists_of(rig: Rig, number: int) -> set[str]:
    """Return the lists whose entries a picture matches now."""
    return {d.hashlist for d in rig.place.current_matcher().judge(known_of(picture(number))).detections}


def decide_as(rig: Rig, one: Recorded, verdict: str, person: Person = REVIEWER) -> str:
    assert one.case
    assert one.item
    rig.decide(one.case, one.item, verdict, person)  # type: ignore[arg-type]
    return one.case


def test_an_own_entry_matches_after_two_people_verified_it(rig: Rig) -> None:
    case, item, added = own_entry(rig)
    assert len(added) == 2  # its bytes, and how it looks
    assert lists_of(rig, 0) == {"known"}
    with pytest.raises(NotPossible, match="somebody other"):
        rig.place.entries.verify(REVIEWER, added[0])
    with pytest.raises(NotPossible, match="look at the item"):
        rig.place.entries.verify(REVIEWER_2, added[0])
    with pytest.raises(NotAllowed):
        rig.place.entries.verify(OFFICER, added[0])
    assert verify(rig, REVIEWER_2, case, item, added[0]) is False
    with pytest.raises(NotPossible, match="another person"):
        rig.place.entries.verify(REVIEWER_2, added[0])
    assert lists_of(rig, 0) == {"known"}
    assert verify(rig, SENIOR, case, item, added[1]) is True  # either entry of the item stands for both
    assert lists_of(rig, 0) == {"known", "own"}
    detail = EntryReader(rig.place.database).detail(added[0], "own")
    assert detail.own is not None
    assert [person for person, _ in detail.own.verifications] == ["ravi", "sven"]
    assert rig.place.lists.entry(added[0]).verified_by == ("ravi", "sven")
    with pytest.raises(NotPossible, match="waits for no verification"):
        verify(rig, THIRD, case, item, added[0])


def test_who_adds_may_count_as_the_first_by_policy(rig: Rig, opening: object) -> None:
    place = opening(entries=EntryRules(adder_verifies=True))  # type: ignore[operator]
    other = Rig.__new__(Rig)
    other.__dict__.update(rig.__dict__, place=place)
    case, item, added = own_entry(other)
    assert verify(other, REVIEWER_2, case, item, added[0]) is True
    assert lists_of(other, 0) == {"known", "own"}


def test_only_confirmed_items_come_on_own_lists(rig: Rig) -> None:
    waiting = sent(rig, 1, "waits")
    assert waiting.case
    assert waiting.item
    with pytest.raises(NotPossible, match="only items of a confirmed case"):
        rig.place.entries.add(REVIEWER, waiting.case, waiting.item, "own")
    decide_as(rig, waiting, "not")
    with pytest.raises(NotPossible, match="only items of a confirmed case"):
        rig.place.entries.add(REVIEWER, waiting.case, waiting.item, "own")
    case, item, _ = own_entry(rig, 2)
    with pytest.raises(NotPossible, match="has it already"):
        rig.place.entries.add(REVIEWER, case, item, "own")
    with pytest.raises(NotPossible, match="not an own list"):
        rig.place.entries.add(REVIEWER, case, item, "known")
    with pytest.raises(OwnList, match="tutela entry add"):
        rig.place.lists.add("own", [listed_exactly(picture(9))])


def test_the_switch_of_an_entry_never_overrules_what_people_have_to_say(rig: Rig) -> None:
    case, item, added = own_entry(rig)
    rig.place.lists.switch("own", enabled=True, entry_id=added[0])
    assert lists_of(rig, 0) == {"known"}
    assert rig.place.lists.entry(added[0]).held_back is HeldBack.UNVERIFIED
    rig.place.lists.remove("own", added[0])
    assert rig.place.entries.add(SENIOR, case, item, "own") == [added[0]]
    assert verify(rig, REVIEWER, case, item, added[0]) is False
    assert lists_of(rig, 0) == {"known"}


@settings(max_examples=12)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(range(len(PEOPLE))), st.sampled_from(["look", "verify", "send", "switch"])),
        max_size=12,
    ),
    policy=st.booleans(),
)
def test_no_own_entry_ever_matches_before_two_verifications(
    tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path, steps: Sequence[tuple[int, str]], policy: bool  # noqa: PT019
) -> None:  # fmt: skip
    data = tmp_path_factory.mktemp("data")
    (data / "tutela.toml").write_text(f"{REPORTER}\n[entries]\nadder_verifies = {str(policy).lower()}\n", "utf-8")
    shutil.copy(_sqlite_template, data / "tutela.sqlite")
    clock = SteppableClock()
    with Workplace(load_settings(data, {}), clock) as place:
        rig = Rig(place, clock, known=range(1), near=())
        place.lists.create(HashList("own", "Us", "our cases", "SE", None, own=True))
        case, item, added = own_entry(rig)
        verifiers = {REVIEWER.id} if policy else set[str]()
        looked = {REVIEWER.id}
        for number, (who, what) in enumerate(steps):
            person = PEOPLE[who]
            if what == "look":
                rig.look(case, item, person)
                looked.add(person.id)
            elif what == "switch":
                place.lists.switch("own", enabled=bool(who % 2), entry_id=added[who % 2])
                place.lists.switch("own", enabled=True, entry_id=added[who % 2])
            elif what == "send":
                one = rig.take(f"again-{number}", picture(0), Provenance(party(f"again-{number}")))
                with place.database.read() as connection:
                    query = select(schema.detections.c.hashlist).where(schema.detections.c.item_id == one.item)
                    matched = set(connection.execute(query).scalars())
                assert matched == ({"known", "own"} if len(verifiers) >= 2 else {"known"})
            else:
                may = person.id in looked and person.id not in verifiers and len(verifiers) < 2
                if not may or (person.id == REVIEWER.id and not policy):
                    with pytest.raises(NotPossible):
                        place.entries.verify(person, added[0])
                else:
                    verifiers.add(person.id)
                    assert place.entries.verify(person, added[0]) is (len(verifiers) == 2)


def test_what_lags_behind_is_caught_where_it_is_recorded(rig: Rig) -> None:
    """An item that was judged before an entry was suspended is not flagged by it any more."""
    before = rig.taken("late", picture(1), Provenance(party("late")))
    assert before.judgement.outcome is Outcome.MATCH
    rig.place.entries.suspend(SENIOR, entry_of(rig, 1), "doubt")
    (one,) = rig.place.intake.record(rig.batch(CHAT), CHAT, [before])
    assert (one.outcome, one.case) == (Outcome.CLEAN, None)
    assert lists_of(rig, 1) == set()
    rig.place.entries.restore(SENIOR, entry_of(rig, 1), "mistaken")
    assert sent(rig, 1, "later").outcome is Outcome.MATCH


def test_counts_move_when_a_decision_is_taken_anew(rig: Rig) -> None:
    one = sent(rig, 1, "a")
    case = decide_as(rig, one, "known")
    reader = EntryReader(rig.place.database)
    entry = entry_of(rig, 1)
    assert _counts(reader, entry) == (1, 0, 0, 0)
    from tutela.casework import reopening

    with rig.place.transactions.casework() as unit:
        found = unit.case(case, lock=True)
        unit.append(reopening.reopen(found, [one.item or ""], "new_facts", None, actor="sven", now=rig.place.clock()))
    assert _counts(reader, entry) == (0, 0, 0, 0)
    decide_as(rig, one, "not", SENIOR)
    assert _counts(reader, entry) == (0, 1, 0, 0)
    decide_as(rig, sent(rig, 1, "b"), "new")
    assert _counts(reader, entry) == (0, 1, 0, 1)
    record = reader.record_of([entry])[entry]
    assert record.precision is not None
    assert (record.precision.low, round(record.precision.high, 3)) == (0.0, 0.975)
    _rebuilt(rig)


def test_lawful_here_is_no_error_of_the_entry(rig: Rig) -> None:
    entry = entry_of(rig, 1)
    for n in range(6):
        one = sent(rig, 1, f"l{n}")
        rig.look(one.case or "", one.item or "")
        rig.place.desk.decide(REVIEWER, one.case or "", one.item or "", "not", ground="lawful_here")
    reader = EntryReader(rig.place.database)
    assert _counts(reader, entry) == (0, 0, 6, 0)
    assert reader.record_of([entry])[entry].precision is None
    assert rig.place.lists.entry(entry).enabled
    _rebuilt(rig)


def test_what_nobody_sent_counts_for_no_entry(rig: Rig) -> None:
    """Planted items prove the work, and say nothing of the entries that they match."""
    one = sent(rig, 1, "golden")
    with rig.place.database.write() as connection:
        connection.execute(update(schema.cases).where(schema.cases.c.id == one.case).values(planted="golden"))
    decide_as(rig, one, "known")
    assert _counts(EntryReader(rig.place.database), entry_of(rig, 1)) == (0, 0, 0, 0)
    with pytest.raises(NotPossible, match="planted to prove the work"):
        rig.place.entries.add(SENIOR, one.case or "", one.item or "", "own")


def test_owners_are_told_what_changed_and_once(rig: Rig) -> None:
    entry, other = entry_of(rig, 1), entry_of(rig, 2)
    told = Feedback(rig.place.database, rig.place.clock)
    first = decide_as(rig, sent(rig, 1, "a"), "known")
    decide_as(rig, sent(rig, 1, "b"), "not")
    handed: list[FeedbackRow] = []
    assert [(r.entry, r.opinion.value, r.items, r.change) for r in told.rows("known")] == [
        (entry, "confirmed", 1, 1), (entry, "rejected", 1, 1)
    ]  # fmt: skip
    with pytest.raises(OSError, match="full"):
        told.hand_over("known", "sven", _full_disk)
    assert told.hand_over("known", "sven", handed.extend) == 1
    assert told.rows("known") == []
    assert told.hand_over("known", "sven", handed.extend) == 0
    rig.place.entries.found_wrong(entry, "not_such_material", None, "sven")
    while rig.place.entries.advance():
        pass
    assert state(rig, first) is CaseState.OPEN
    decide_as(rig, sent(rig, 2, "c"), "known")
    changed = [(r.entry, r.opinion.value, r.items, r.change, r.reason) for r in told.rows("known")]
    assert changed == [
        (entry, "confirmed", 0, -1, None), (entry, "wrong", 1, 1, "not_such_material"),
        (other, "confirmed", 1, 1, None),
    ]  # fmt: skip
    assert len(told.rows("known", everything=True)) == 4
    lines = list(write_feedback(handed, FeedbackFormat.CSV))
    assert lines[0] == "list,entry,reference,kind,opinion,items,change,reason,as_of\n"
    assert lines[1] == f"known,{entry},ref,sha256,confirmed,1,1,,2025-06-02T09:00:00+00:00\n"
    (one, _) = [json.loads(line) for line in write_feedback(handed, FeedbackFormat.JSON)]
    assert (one["opinion"], one["reference"], "value" in one) == ("confirmed", "ref", False)
    _rebuilt(rig)


def _full_disk(_: list[FeedbackRow]) -> None:
    raise OSError("the disk is full")


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_cluster_is_counted_exactly_by_several_at_once(rig: Rig, opening: object) -> None:
    """With the third all are held, and everybody after, however many processes take items in."""
    rig = clustering(opening, rig)
    taken = [rig.taken(f"p{n}", picture(1), Provenance(party(f"p{n}"))) for n in range(12)]
    batch = rig.batch(CHAT)
    start = threading.Barrier(4)

    def take(part: list[Taken]) -> list[Recorded]:
        start.wait(10)
        return [rig.place.intake.record(batch, CHAT, [one])[0] for one in part]

    with ThreadPoolExecutor(4) as pool:
        recorded = [one for found in pool.map(take, [taken[n::4] for n in range(4)]) for one in found]
    assert [state(rig, one.case or "").value for one in recorded] == ["held"] * 12
    assert len(EntryReader(rig.place.database).tasks("cluster", 10)) == 1


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_decisions_and_judgements_at_once_neither_wait_forever_nor_get_lost(rig: Rig) -> None:
    entry = entry_of(rig, 1)
    waiting = [sent(rig, 1, f"d{n}") for n in range(8)]
    for one in waiting:
        rig.look(one.case or "", one.item or "")

    def decide(one: Recorded) -> None:
        rig.decide(one.case or "", one.item or "", "not", view=False)

    def judge() -> None:
        rig.place.entries.found_wrong(entry, "other", None, "sven")
        while rig.place.entries.advance():
            pass

    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(decide, one) for one in waiting[:4]]
        done += [pool.submit(judge), *(pool.submit(decide, one) for one in waiting[4:])]
        for future in done:
            future.result(30)
    assert _counts(EntryReader(rig.place.database), entry) == (0, 8, 0, 0)
    assert rig.place.lists.entry(entry).held_back is HeldBack.WRONG


def _counts(reader: EntryReader, entry: int) -> tuple[int, int, int, int]:
    record = reader.record_of([entry]).get(entry)
    return (record.confirmed, record.rejected, record.lawful, record.new_material) if record else (0, 0, 0, 0)


def _rebuilt(rig: Rig) -> None:
    before = dump(rig.place.database)
    with rig.place.transactions.record() as log:
        log.rebuild()
    assert dump(rig.place.database) == before


def test_an_entry_under_the_bound_suspends_itself_once(rig: Rig) -> None:
    entry = entry_of(rig, 1)
    for n in range(4):
        decide_as(rig, sent(rig, 1, f"u{n}"), "not")
    assert rig.place.lists.entry(entry).held_back is None
    decide_as(rig, sent(rig, 1, "u4"), "not")
    assert rig.place.lists.entry(entry).held_back is HeldBack.SUSPENDED
    assert lists_of(rig, 1) == set()
    with rig.place.transactions.reading() as log:
        (suspended,) = [e for e in log.read() if isinstance(e.payload, EntrySuspended)]
    payload = suspended.payload
    assert isinstance(payload, EntrySuspended)
    assert (suspended.actor, payload.reason, payload.confirmed, payload.rejected) == ("system", "precision", 0, 5)
    assert (payload.upper, payload.limit) == (521_824, 800_000)  # 1 - 0.025 ** (1 / 5)
    assert rig.place.entries.suspend_due() == []
    (task,) = EntryReader(rig.place.database).tasks("suspension", 10)
    assert task.entries == (entry,)
    rig.place.entries.restore(SENIOR, entry, "errors_explained")
    assert rig.place.entries.suspend_due() == []
    assert EntryReader(rig.place.database).tasks("suspension", 10) == []
    for n in range(5):
        assert rig.place.lists.entry(entry).held_back is None
        decide_as(rig, sent(rig, 1, f"v{n}"), "not")
    assert rig.place.lists.entry(entry).held_back is HeldBack.SUSPENDED
    assert _counts(EntryReader(rig.place.database), entry)[1] == 10
    _rebuilt(rig)


def test_a_wrong_entry_opens_again_what_rested_on_it_alone(rig: Rig) -> None:
    rig.place.lists.add("known", [listed_exactly(picture(40))])  # two entries have it: bytes, and look
    entry, both = entry_of(rig, 1), entry_of(rig, 40)
    alone = decide_as(rig, sent(rig, 1, "alone"), "known")
    as_new = decide_as(rig, sent(rig, 1, "as-new"), "new")
    harmless = decide_as(rig, sent(rig, 1, "harmless"), "not")
    waits = sent(rig, 1, "waits").case
    held_up = decide_as(rig, sent(rig, 40, "held-up"), "known")
    # A case that is not closed yet, with one decision that rests on the entry.
    first, second = sent(rig, 1, "half"), sent(rig, 2, "half")
    decide_as(rig, first, "known")
    # An account whose next case waits already.
    again = decide_as(rig, sent(rig, 1, "twice"), "known")
    next_one = sent(rig, 2, "twice").case
    assert waits
    assert second.case == first.case
    assert rig.place.entries.found_wrong(entry, "not_such_material", "complaint-1", "carla")
    assert not rig.place.entries.found_wrong(entry, "other", None, "carla")
    assert rig.place.entries.found_wrong(both, "wrong_fingerprint", None, "sven")
    while rig.place.entries.advance():
        pass
    assert [state(rig, c).value for c in (alone, as_new, again)] == ["open"] * 3
    assert [state(rig, c).value for c in (harmless, held_up, waits)] == ["dismissed", "confirmed", "open"]
    half = CaseReader(rig.place.database).one(first.case or "")
    assert [item.verdict for item in half.items] == [None, None]
    assert next_one is not None
    assert state(rig, next_one) is CaseState.OPEN
    assert lists_of(rig, 1) == set()
    assert sent(rig, 3, "twice").case == next_one  # not the one that is decided anew
    correction = EntryReader(rig.place.database).detail(entry, "known").correction
    assert correction is not None
    assert (correction.done, correction.cause) == (True, "complaint-1")
    assert (correction.cases, correction.items, correction.undecided) == (4, 4, 1)
    assert (correction.harmless, correction.kept) == (1, 0)
    kept = EntryReader(rig.place.database).detail(both, "known").correction
    assert kept is not None
    assert (kept.cases, kept.kept) == (0, 1)
    with rig.place.transactions.reading() as log:
        causes = {e.payload.cause for e in log.read(types=["case.reopened"])}  # type: ignore[attr-defined]
    assert causes == {f"entry:{entry}"}
    _rebuilt(rig)
    # The look alone is left; once that is wrong too, the case rests on nothing.
    near = next(
        e.id for e in rig.place.lists.entries(["known"], enabled_only=False)
        if e.value == listed_nearly(picture(40)).value
    )  # fmt: skip
    rig.place.entries.found_wrong(near, "not_such_material", None, "sven")
    while rig.place.entries.advance():
        pass
    assert state(rig, held_up) is CaseState.OPEN


def test_a_correction_goes_on_after_a_crash(rig: Rig, opening: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_desk, "AT_A_TIME", 3)
    cases = [decide_as(rig, sent(rig, 1, f"c{n}"), "known") for n in range(10)]
    entry = entry_of(rig, 1)
    rig.place.entries.found_wrong(entry, "not_such_material", None, "sven")
    rig.place.entries.advance()
    fails = count()

    def failing(*_: object, **__: object) -> None:
        if next(fails) == 0:
            raise RuntimeError("the power went")

    with pytest.MonkeyPatch.context() as broken:
        from tutela.casework import reopening

        original = reopening.reopen

        def crash(*args: object, **options: object) -> object:
            failing()
            return original(*args, **options)  # type: ignore[arg-type]

        broken.setattr(reopening, "reopen", crash)
        with pytest.raises(RuntimeError):
            rig.place.entries.advance()
    other = opening()  # type: ignore[operator]
    while other.entries.advance():
        pass
    assert {state(rig, case) for case in cases} == {CaseState.OPEN}
    with rig.place.transactions.reading() as log:
        assert len(list(log.read(types=["case.reopened"]))) == 10


def test_a_decision_after_an_entry_was_found_wrong_stands(rig: Rig) -> None:
    one = sent(rig, 1, "a")
    entry = entry_of(rig, 1)
    rig.place.entries.found_wrong(entry, "not_such_material", None, "sven")
    case = decide_as(rig, one, "known")
    while rig.place.entries.advance():
        pass
    assert state(rig, case) is CaseState.CONFIRMED


def clustering(opening: object, rig: Rig, **rules: object) -> Rig:
    other = Rig.__new__(Rig)
    given = {"cluster_items": 3, "cluster_hours": 24, **rules}
    other.__dict__.update(rig.__dict__, place=opening(entries=EntryRules(**given)))  # type: ignore[operator, arg-type]
    return other


def test_what_fires_unusually_often_is_held_until_a_senior_looked(rig: Rig, opening: object) -> None:
    rig = clustering(opening, rig)
    entry = entry_of(rig, 1)
    held = [sent(rig, 1, f"d{n}").case or "" for n in range(2)]
    assert [state(rig, case).value for case in held] == ["open", "open"]
    held += [sent(rig, 1, f"d{n}").case or "" for n in range(2, 5)]
    assert [state(rig, case).value for case in held] == ["held"] * 5  # those that waited before, too
    joined = sent(rig, 2, "mixed").case
    assert joined is not None
    assert state(rig, joined) is CaseState.OPEN
    assert sent(rig, 1, "mixed").case == joined
    assert state(rig, joined) is CaseState.HELD
    reader = EntryReader(rig.place.database)
    (task,) = reader.tasks("cluster", 10)
    assert (task.entries, task.cluster_items, task.cluster_usual) == ((entry,), 3, 0)
    seen = reader.cluster(entry, rig.place.clock().replace(year=2000))
    assert (seen.items, seen.services, seen.held) == (6, (("chat", 6),), 6)
    with pytest.raises(NotPossible):
        rig.decide(joined, CaseReader(rig.place.database).one(joined).items[0].id, "known")
    with pytest.raises(NotAllowed):
        rig.place.entries.release_cluster(REVIEWER, entry)
    rig.clock.advance(minutes=1)
    rig.place.entries.release_cluster(SENIOR, entry)
    while rig.place.entries.advance():
        pass
    assert {state(rig, case) for case in [*held, joined]} == {CaseState.OPEN}
    assert reader.tasks("cluster", 10) == []
    assert state(rig, sent(rig, 1, "after").case or "") is CaseState.OPEN  # what was looked at counts no more
    _rebuilt(rig)


def test_the_window_slides_and_other_entries_are_left_alone(rig: Rig, opening: object) -> None:
    rig = clustering(opening, rig, cluster_times=0.0)
    for n in range(4):
        case = sent(rig, 1, f"s{n}").case
        assert state(rig, case or "") is CaseState.OPEN
        rig.clock.advance(hours=12, minutes=1)
    for n in range(2):
        assert state(rig, sent(rig, 2, f"t{n}").case or "") is CaseState.OPEN


def test_an_entry_is_measured_by_its_own_base_rate(rig: Rig, opening: object) -> None:
    rig = clustering(opening, rig, cluster_times=3.0)
    known = clustering(opening, rig, cluster_items=1000)
    for _ in range(7):
        for n in range(3):
            sent(known, 1, f"b{n}-{known.clock.now:%d}")
        known.clock.advance(hours=24)
    rig.clock.advance(minutes=1)
    cases = [sent(rig, 1, f"now{n}").case or "" for n in range(8)]
    assert {state(rig, case) for case in cases} == {CaseState.OPEN}  # usually 3: fewer than 9 are usual
    cases.append(sent(rig, 1, "now8").case or "")
    assert {state(rig, case) for case in cases} == {CaseState.HELD}


def test_a_group_of_items_counts_like_the_same_items_one_by_one(rig: Rig, opening: object) -> None:
    rig = clustering(opening, rig)
    items = [rig.taken(f"g{n}", picture(1), Provenance(party(f"g{n}"))) for n in range(5)]
    recorded = rig.place.intake.record(rig.batch(CHAT), CHAT, items)
    assert [state(rig, r.case or "").value for r in recorded] == ["held"] * 5
    _rebuilt(rig)


def test_a_cluster_holds_the_cases_that_waited_and_rest_on_it_alone(rig: Rig, opening: object) -> None:
    rig = clustering(opening, rig, cluster_items=6)
    rested = [sent(rig, 1, f"w{n}") for n in range(4)]
    decided, escalated, claimed, waits = rested
    decide_as(rig, decided, "not")
    rig.place.desk.escalate(REVIEWER, escalated.case or "")
    rig.look(claimed.case or "", claimed.item or "")
    other = sent(rig, 2, "other").case or ""
    rig.place.lists.create(HashList("looks", "Another", "made up", "test", "A1"))
    rig.place.lists.add("looks", [listed_nearly(picture(1))])
    beside = sent(rig, 1, "beside").case or ""  # another entry says the same of this one
    rig.place.lists.switch("looks", enabled=False)
    sent(rig, 1, "last")
    states = [state(rig, one.case or "").value for one in rested]
    assert states == ["dismissed", "escalated", "held", "held"]
    assert (state(rig, other), state(rig, beside)) == (CaseState.OPEN, CaseState.OPEN)
    with pytest.raises(NotPossible, match="held"):
        rig.decide(waits.case or "", waits.item or "", "known", view=False)
    with pytest.raises(NotPossible, match="held"):
        rig.decide(claimed.case or "", claimed.item or "", "known", view=False)
    _rebuilt(rig)


def test_what_was_looked_at_is_not_held_by_the_next_cluster(rig: Rig, opening: object) -> None:
    rig = clustering(opening, rig)
    looked_at = [sent(rig, 1, f"c{n}").case or "" for n in range(3)]
    rig.clock.advance(minutes=1)
    rig.place.entries.release_cluster(SENIOR, entry_of(rig, 1))
    while rig.place.entries.advance():
        pass
    rig.clock.advance(minutes=1)
    later = [sent(rig, 1, f"d{n}").case or "" for n in range(3)]
    assert {state(rig, case) for case in looked_at} == {CaseState.OPEN}
    assert {state(rig, case) for case in later} == {CaseState.HELD}


def test_a_wrong_entry_lets_its_cluster_go_to_people(rig: Rig, opening: object) -> None:
    rig = clustering(opening, rig)
    cases = [sent(rig, 1, f"c{n}").case or "" for n in range(5)]
    rig.place.entries.judge_wrong(SENIOR, entry_of(rig, 1), "not_such_material")
    while rig.place.entries.advance():
        pass
    assert {state(rig, case) for case in cases} == {CaseState.OPEN}


def test_what_another_cluster_holds_stays_held(rig: Rig, opening: object) -> None:
    rig.place.lists.add("known", [listed_exactly(picture(40))])
    rig = clustering(opening, rig)
    cases = [sent(rig, 40, f"c{n}").case or "" for n in range(4)]
    assert [state(rig, c).value for c in cases] == ["held"] * 4
    one, two = (task.entries[0] for task in EntryReader(rig.place.database).tasks("cluster", 10))
    held_for = one if EntryReader(rig.place.database).held_for(one, 10) else two
    rig.place.entries.judge_wrong(SENIOR, held_for, "not_such_material")
    while rig.place.entries.advance():
        pass
    assert {state(rig, c).value for c in cases} == {"held"}
    rig.place.entries.release_cluster(SENIOR, two if held_for == one else one)
    while rig.place.entries.advance():
        pass
    assert {state(rig, c).value for c in cases} == {"open"}
    _rebuilt(rig)


def test_the_records_agree_with_what_the_lists_hold_back(rig: Rig) -> None:
    case, item, added = own_entry(rig)
    verify(rig, REVIEWER_2, case, item, added[0])
    rig.place.entries.suspend(SENIOR, entry_of(rig, 2), "doubt")
    rig.place.entries.judge_wrong(SENIOR, entry_of(rig, 3), "other")
    rig.place.lists.remove("known", entry_of(rig, 4))
    entries = schema.hash_entries
    with rig.place.database.read() as connection:
        held = dict(
            tuple(r) for r in connection.execute(select(entries.c.id, entries.c.held_back)) if r.held_back is not None
        )
        records = {r.entry_id: r.state for r in connection.execute(select(entry_records)) if r.state != "active"}
        counted = connection.execute(
            select(entries.c.hashlist, entries.c.kind, func.count()).group_by(entries.c.hashlist, entries.c.kind)
        ).all()
    assert held == records
    assert EntryState(held[entry_of(rig, 3)]) is EntryState.WRONG
    by_list = {s.hashlist.id: s for s in rig.place.lists.summaries()}
    assert sum(n for _, _, n in counted) == sum(sum(s.entries.values()) + s.removed_entries for s in by_list.values())
    assert (by_list["own"].enabled_entries, sum(by_list["own"].entries.values())) == (0, 2)
    assert by_list["known"].enabled_entries == 12 - 3


def test_services_stand_apart_in_a_cluster(rig: Rig, opening: object) -> None:
    rig = clustering(opening, rig)
    for n, service in enumerate((CHAT, MAIL, CHAT)):
        given = Provenance(party(f"p{n}"))
        rig.place.intake.record(rig.batch(service), service, [rig.taken(f"p{n}", picture(1), given, service)])
    (task,) = EntryReader(rig.place.database).tasks("cluster", 10)
    seen = EntryReader(rig.place.database).cluster(task.entries[0], rig.place.clock().replace(year=2000))
    assert dict(seen.services) == {"chat": 2, "mail": 1}
    assert seen.accounts == 3
