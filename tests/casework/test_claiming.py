"""Who works on what: no case goes to two, claims run out, and what a senior does is on record."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from tests.databases import SteppableClock
from tests.rig import AUDITOR, CHAT, MAIL, OFFICER, REVIEWER, REVIEWER_2, SENIOR, Rig, dump, party, picture
from tutela.access.roles import NotAllowed, Person, Role
from tutela.casework.case import NotPossible
from tutela.casework.claims import DeskRules, HeldByAnother
from tutela.casework.queues import QueueRule, Queues
from tutela.content.item import Provenance
from tutela.storage.workplace import Workplace

Opening = Callable[..., Workplace]


def cases(rig: Rig, number: int, first: int = 0) -> list[str]:
    made = []
    for n in range(first, first + number):
        rig.clock.advance(minutes=1)
        one = rig.take(f"i{n}", picture(n % 6), Provenance(party(f"p{n}")))
        assert one.case
        made.append(one.case)
    return made


def events(place: Workplace, *types: str) -> list[tuple[str, str, str]]:
    with place.transactions.reading() as log:
        return [(e.type, e.subject, e.actor) for e in log.read(types=list(types))]


def test_no_case_goes_to_two_of_many_who_ask_at_once(place: Workplace, clock: SteppableClock) -> None:
    there = cases(Rig(place, clock), 9)
    people = [Person(f"r{n}", f"R{n}", frozenset({Role.REVIEWER})) for n in range(6)]
    ready = threading.Barrier(len(people))
    got: list[tuple[str, str]] = []
    broken: list[BaseException] = []

    def work(person: Person) -> None:
        ready.wait()
        try:
            case: str | None = None
            # Each goes on until nothing is left; a claim is kept, so what they hold adds up to every case once.
            while (case := place.claiming.next(person, but=case)) is not None:
                got.append((person.id, case))
        except BaseException as error:  # noqa: BLE001 - shown below
            broken.append(error)

    threads = [threading.Thread(target=work, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broken == []
    assert sorted(case for _, case in got) == sorted(there)
    # Who asks first gets the first: what each got is in the order in which the cases came.
    for person in people:
        mine = [there.index(case) for who, case in got if who == person.id]
        assert mine == sorted(mine)


def test_the_next_case_is_the_first_that_nobody_has(place: Workplace, clock: SteppableClock) -> None:
    first, second, third = cases(Rig(place, clock), 3)
    claiming = place.claiming
    assert claiming.next(REVIEWER) == first
    assert claiming.next(REVIEWER_2) == second
    place.desk.mark_urgent(REVIEWER_2, third, "a date and a place are named")
    assert claiming.next(REVIEWER_2, but=second) == third
    assert claiming.next(SENIOR) is None
    claiming.leave(REVIEWER, first)
    assert claiming.next(SENIOR) == first
    for person in (OFFICER, AUDITOR):
        with pytest.raises(NotAllowed):
            claiming.next(person)


def test_a_claim_runs_out_is_renewed_and_released(place: Workplace, clock: SteppableClock) -> None:
    (case,) = cases(Rig(place, clock), 1)
    claiming = place.claiming
    began = claiming.claim(REVIEWER, case, "page-1")
    clock.advance(minutes=9)
    again = claiming.claim(REVIEWER, case, "page-2")
    assert (again.since, again.until) == (began.since, clock() + (began.until - began.since))
    with pytest.raises(HeldByAnother, match="rosa works on this case until"):
        claiming.claim(REVIEWER_2, case, "page-3")
    claiming.leave(REVIEWER, case, "page-1")  # the message of a page that was left, arriving late
    with pytest.raises(HeldByAnother):
        claiming.claim(REVIEWER_2, case, "page-3")
    claiming.leave(REVIEWER_2, case)
    with pytest.raises(HeldByAnother):
        claiming.claim(REVIEWER_2, case, "page-3")
    claiming.leave(REVIEWER, case, "page-2")
    assert claiming.claim(REVIEWER_2, case, "page-3").person == "ravi"
    clock.advance(minutes=11)
    assert claiming.claim(REVIEWER, case, "page-4").person == "rosa"


def test_nobody_decides_what_another_works_on(place: Workplace, clock: SteppableClock) -> None:
    rig = Rig(place, clock)
    one = rig.take("1", picture(0))
    assert one.case
    assert one.item
    place.claiming.claim(REVIEWER, one.case, "page")
    for attempt in (
        lambda: rig.decide(str(one.case), str(one.item), "known", REVIEWER_2),
        lambda: place.desk.escalate(REVIEWER_2, str(one.case)),
        lambda: place.claiming.skip(REVIEWER_2, str(one.case), "unsure"),
    ):
        with pytest.raises(HeldByAnother):
            attempt()
    assert rig.decide(one.case, one.item, "known").state.value == "confirmed"
    assert dump(place.database, only_projections=False)["claims"] == []
    with pytest.raises(NotPossible, match="nothing to decide"):
        place.claiming.claim(REVIEWER, one.case, "page")


def test_a_senior_gives_and_takes_with_a_reason(place: Workplace, clock: SteppableClock) -> None:
    rig = Rig(place, clock)
    first, second = cases(rig, 2)
    claiming = place.claiming
    claiming.claim(REVIEWER, second, "page")
    with pytest.raises(NotPossible, match="say why"):
        claiming.assign(SENIOR, second, REVIEWER_2, "  ")
    with pytest.raises(NotAllowed):
        claiming.assign(REVIEWER, second, REVIEWER_2, "mine")
    with pytest.raises(NotPossible, match="carla may not decide"):
        claiming.assign(SENIOR, second, OFFICER, "because")
    claiming.assign(SENIOR, second, REVIEWER_2, "knows the quarry well")
    with pytest.raises(HeldByAnother, match="ravi"):
        claiming.claim(REVIEWER, second, "page")
    claiming.leave(REVIEWER_2, second)  # what a senior gave stays until it is done, or its time is over
    assert claiming.next(REVIEWER_2) == second
    clock.advance(hours=25)
    assert claiming.next(REVIEWER) == first
    claiming.claim(REVIEWER, second, "page")
    claiming.take_away(SENIOR, second, "off ill")
    with pytest.raises(NotPossible, match="nobody works"):
        claiming.take_away(SENIOR, second, "again")
    assert events(place, "case.assigned", "case.taken_away") == [
        ("case.assigned", second, "sven"), ("case.taken_away", second, "sven")
    ]  # fmt: skip
    assert len([name for name in place.vault.names(second) if name.endswith(".remark")]) == 2
    with place.transactions.reading() as log:
        assert "quarry" not in "".join(str(event.payload) for event in log.read())


def test_what_somebody_skips_goes_to_others_and_not_without_end(opening: Opening, clock: SteppableClock) -> None:
    place = opening(desk=DeskRules(skips_per_day=2))
    rig = Rig(place, clock)
    first, second, third = cases(rig, 3)
    claiming = place.claiming
    assert claiming.next(REVIEWER) == first
    claiming.skip(REVIEWER, first, "language")
    assert claiming.next(REVIEWER) == second
    claiming.skip(REVIEWER, second, "unsure")
    with pytest.raises(NotPossible, match="2 cases to others in 24 hours"):
        claiming.skip(REVIEWER, third, "unsure")
    assert claiming.next(REVIEWER_2) == first
    clock.advance(hours=25)
    claiming.skip(REVIEWER, third, "other")
    assert claiming.next(REVIEWER) is None
    before = dump(place.database)
    assert len(before["skips"]) == 3
    with place.transactions.record() as log:
        log.rebuild()
    assert dump(place.database) == before


def test_a_skipped_case_is_offered_again_when_it_is_opened_again(place: Workplace, clock: SteppableClock) -> None:
    rig = Rig(place, clock)
    one = rig.take("1", picture(0))
    assert one.case
    assert one.item
    place.claiming.skip(REVIEWER, one.case, "unsure")
    rig.decide(one.case, one.item, "known", REVIEWER_2)
    place.desk.reopen(SENIOR, one.case, [one.item], "new_facts", None)
    assert place.claiming.next(REVIEWER) == one.case


def test_queues_are_offered_to_those_who_work_them(opening: Opening, clock: SteppableClock) -> None:
    place = opening(
        queues=Queues(
            [
                QueueRule("mail", "Mail", services=frozenset({"mail"}), people=frozenset({"ravi"})),
                QueueRule("grave", "Grave", severity=4, roles=frozenset({Role.SENIOR})),
            ]
        )
    )
    rig = Rig(place, clock)
    mail = rig.take("1", picture(0), Provenance(party("a")), MAIL).case
    clock.advance(minutes=1)
    grave = rig.take("2", picture(0), Provenance(party("b")), CHAT).case
    clock.advance(minutes=1)
    light = rig.take("3", picture(40), Provenance(party("c")), CHAT).case
    assert mail
    claiming = place.claiming
    assert claiming.next(REVIEWER) == light
    assert claiming.next(REVIEWER_2) == mail
    assert claiming.next(SENIOR) == grave
    place.desk.escalate(REVIEWER_2, mail)
    assert claiming.next(REVIEWER_2) is None
    assert claiming.next(SENIOR, queue="mail") is None
    assert claiming.next(SENIOR, but=grave) == mail


def test_what_is_held_waits_and_what_is_decided_meanwhile_is_not_offered(
    place: Workplace, clock: SteppableClock
) -> None:
    rig = Rig(place, clock)
    first, second = cases(rig, 2)
    place.desk.hold("system", first, 3)
    assert place.claiming.next(REVIEWER) == second
    assert place.claiming.next(REVIEWER_2) is None
    with pytest.raises(NotPossible, match="held"):
        place.claiming.claim(REVIEWER_2, first, "page")
    place.desk.mark_urgent(REVIEWER, first)
    assert place.claiming.next(REVIEWER_2) is None
    place.desk.release(SENIOR, first)
    assert place.claiming.next(REVIEWER_2) == first
    place.desk.mark_urgent(REVIEWER, first)
    assert len(events(place, "case.marked_urgent")) == 1
    place.desk.lift_urgency(SENIOR, first, "it is an advertisement")
    with pytest.raises(NotPossible, match="not marked"):
        place.desk.lift_urgency(SENIOR, first, "again")
    with pytest.raises(NotAllowed):
        place.desk.lift_urgency(REVIEWER, first, "no")


def test_comments_are_in_the_vault_alone(place: Workplace, clock: SteppableClock) -> None:
    (case,) = cases(Rig(place, clock), 1)
    place.desk.comment(REVIEWER, case, "the same quarry as last week")
    with pytest.raises(NotPossible, match="write something"):
        place.desk.comment(REVIEWER, case, " ")
    with pytest.raises(NotAllowed):
        place.desk.comment(AUDITOR, case, "hm")
    assert len(place.vault.names(case)) == 3
    assert not any(b"quarry" in p.read_bytes() for p in place.settings.data.rglob("*") if p.is_file())
