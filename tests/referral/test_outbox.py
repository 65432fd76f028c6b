"""What goes first, what waits for what, dead letters, the deadline, and numbers that lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.databases import Opening, SteppableClock
from tests.referral.test_dispatcher import Office
from tests.rig import REVIEWER, SENIOR, Rig, dump, party, picture
from tutela.casework.reopening import reopen
from tutela.content.item import Provenance
from tutela.events.catalogue.referral import (
    ReferralFailed,
    ReferralOpened,
    ReferralRetractOrdered,
    ReferralRetryOrdered,
    ReferralWithdrawn,
)
from tutela.referral import dispatcher as dispatching
from tutela.referral.cybertipline.target import CyberTiplineSettings
from tutela.referral.package.keys import RecipientKeys
from tutela.referral.pauses import PATIENCE
from tutela.sandboxes.cybertipline import Body, Fault, Faults, Kind, running
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.workplace import Workplace

sqlite_only = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
SOON = timedelta(seconds=1)
"""An incident lies in the past."""
BOTH = ("cybertipline", "national_contact_point")


@pytest.fixture
def office(clock: SteppableClock, opening: Opening) -> Iterator[Office]:
    faults = Faults()
    with running(user="sandbox", password="sandbox", faults=faults, clock=lambda: clock() + SOON) as sandbox:
        place = opening(cybertipline=CyberTiplineSettings(url=sandbox.base_url))
        yield Office(place, Rig(place, clock), clock, sandbox, faults)


def urgent(office: Office, account: str, seed: int) -> str:
    one = office.rig.take(account, picture(seed), Provenance(party(account)))
    assert one.case is not None
    assert one.item is not None
    office.rig.look(one.case, one.item)
    office.place.desk.decide(REVIEWER, one.case, one.item, "known", urgent=True)
    return one.case


def order(office: Office, place: Workplace | None = None) -> list[str]:
    """Send what is due; return the cases in the order in which they were taken up."""
    return [done.case for done in (place or office.place).dispatcher().run_due()]


def recorded(office: Office, payload: Any) -> list[Any]:
    with office.place.transactions.reading() as log:
        return list(log.read(types=[payload.TYPE]))


# What goes first


def test_urgent_reports_go_first_and_else_the_oldest(office: Office) -> None:
    first = office.rig.confirmed("a1", first=0)
    office.clock.advance(minutes=1)
    second = office.rig.confirmed("a2", first=1)
    office.clock.advance(minutes=1)
    grave = urgent(office, "a3", 2)
    office.clock.advance(minutes=1)
    later = office.rig.confirmed("a4", first=3)
    assert order(office) == [grave, first, second, later]


def test_urgency_that_is_lifted_waits_like_others_and_retries_of_urgent_ones_come_soon(office: Office) -> None:
    first = office.rig.confirmed("a1", first=0)
    office.clock.advance(minutes=1)
    lifted, grave = urgent(office, "a2", 1), urgent(office, "a3", 2)
    office.place.desk.lift_urgency(SENIOR, lifted, "it is not")
    office.faults.order(Fault(Kind.ERROR_BEFORE, frozenset({"submit"}), count=None))
    for _ in range(8):
        assert order(office)
        office.clock.advance(hours=1)
    assert order(office)[0] == grave
    office.clock.advance(minutes=5)
    assert order(office) == [grave]  # the others wait for an hour
    office.faults.clear()
    office.clock.advance(hours=1)
    assert order(office) == [grave, first, lifted]
    before = dump(office.place.database)
    with office.place.transactions.record() as log:
        log.rebuild()
    assert dump(office.place.database) == before


# One recipient, and the others


@pytest.fixture
def both(office: Office, opening: Opening, tmp_path: Path) -> Workplace:
    """An installation that reports to two recipients: the sandbox, and a folder."""
    (tmp_path / "drop").mkdir()
    public = tmp_path / "given.pub"
    public.write_text(RecipientKeys(bytes(range(32))).public.text())
    packages = replace(office.place.settings.national_contact_point, folder=tmp_path / "drop", public_keys=public)
    policy = replace(office.place.settings.policy, recipients=BOTH)
    return opening(cybertipline=office.place.settings.cybertipline, national_contact_point=packages, policy=policy)


def confirmed(office: Office, place: Workplace, seeds: range) -> list[str]:
    rig = Rig.__new__(Rig)
    rig.place, rig.clock, rig._batches = place, office.clock, {}
    cases = []
    for seed in seeds:
        cases.append(rig.confirmed(f"a{seed}", first=seed))
        office.clock.advance(seconds=2)
    return cases


def states(office: Office) -> dict[tuple[str, str], str]:
    return {(row.case_id, row.recipient): row.state for row in office.referrals()}


@sqlite_only
def test_a_recipient_that_refuses_us_keeps_its_own_reports_alone(
    office: Office, both: Workplace, opening: Opening
) -> None:
    cases = confirmed(office, both, range(3))
    wrong = replace(both.settings.cybertipline, password="wrong")
    shut = opening(
        cybertipline=wrong, policy=both.settings.policy, national_contact_point=both.settings.national_contact_point
    )
    done = shut.dispatcher().run_due()
    assert sorted(one.result for one in done) == ["filed", "filed", "filed", "stopped"]
    assert states(office) == {
        **{(case, "national_contact_point"): "filed" for case in cases},
        (cases[0], "cybertipline"): "stopped",
        (cases[1], "cybertipline"): "ordered",
        (cases[2], "cybertipline"): "ordered",
    }
    assert shut.reports.standing().refusing == ("cybertipline",)
    office.clock.advance(days=1)
    assert shut.dispatcher().run_due() == []  # no password is tried until an account is locked
    (stopped,) = CaseReader(both.database).dead_letters(10)
    both.reports.retry(stopped.id, "carla", "mended")
    assert [one.result for one in both.dispatcher().run_due()] == ["filed"] * 3
    assert both.reports.standing().refusing == ()


@sqlite_only
def test_keys_that_cannot_be_used_keep_their_own_reports_alone_until_they_can(
    office: Office, both: Workplace, opening: Opening, tmp_path: Path
) -> None:
    cases = confirmed(office, both, range(2))
    packages = both.settings.national_contact_point
    later = tmp_path / "ncp.pub"
    shut = opening(
        cybertipline=both.settings.cybertipline,
        policy=both.settings.policy,
        national_contact_point=replace(packages, public_keys=later),
    )
    worker = shut.dispatcher()
    worker.run_due()
    assert {key: state for key, state in states(office).items() if state == "filed"} == {
        (case, "cybertipline"): "filed" for case in cases
    }
    assert {row.last_error for row in office.referrals() if row.state == "ordered"} == {"open: unusable"}
    assert [name for name, _ in shut.unusable_recipients()] == ["national_contact_point"]
    later.write_text(RecipientKeys(bytes(range(32))).public.text())
    office.clock.advance(hours=1)
    assert [one.result for one in worker.run_due()] == ["filed", "filed"]  # the same process, without a new start
    assert shut.unusable_recipients() == []


@sqlite_only
def test_one_that_does_not_answer_is_left_alone_for_a_while(office: Office, both: Workplace) -> None:
    confirmed(office, both, range(6))
    office.faults.order(Fault(Kind.DROP_BEFORE, count=None))
    worker = both.dispatcher()
    worker.run_due()
    requests = len(office.ledger()["requests"])
    assert requests == PATIENCE  # and not one for each report
    assert list(states(office).values()).count("filed") == 6
    office.faults.clear()
    office.clock.advance(seconds=11)
    assert {one.result for one in worker.run_due()} == {"filed"}
    office.clock.advance(minutes=10)
    worker.run_due()
    assert set(states(office).values()) == {"filed"}


# Poison


@sqlite_only
def test_a_report_that_the_program_fails_on_keeps_no_other_waiting(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = office.rig.confirmed("a0", first=0)
    office.clock.advance(minutes=1)
    sound = office.rig.confirmed("a1", first=1)
    of = {row.id: row.case_id for row in office.referrals()}
    material = Workplace.report_material

    def failing(self: Workplace, referral: str) -> Any:
        if of[referral] == poison:
            raise TypeError("what nobody thought of")
        return material(self, referral)

    with monkeypatch.context() as patch:
        patch.setattr(Workplace, "report_material", failing)
        done = office.place.dispatcher().run_due()
        assert [(one.case, one.result) for one in done] == [(poison, "failed"), (sound, "filed")]
        assert "what nobody thought of" not in str(done)
        for _ in range(dispatching.MOST_FAILURES - 1):
            office.clock.advance(hours=1)
            (one,) = office.place.dispatcher().run_due()
        assert one.result == "stopped"
        (dead,) = CaseReader(office.place.database).dead_letters(10)
        assert (dead.last_error, dead.failures) == ("open: internal", dispatching.MOST_FAILURES)
    office.place.reports.retry(dead.id, "carla", "mended")
    assert [one.result for one in office.place.dispatcher().run_due()] == ["filed"]


# The deadline, and half reports


def test_what_would_not_be_finished_in_time_is_withdrawn_and_begun_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.rig.confirmed(items=3)
    recipient: Any = office.place.recipients()["cybertipline"]
    called, slow = type(recipient).describe, [True]

    def describing(self: Any, *arguments: Any) -> Any:
        called(self, *arguments)
        if slow:
            slow.clear()
            office.clock.advance(hours=23, minutes=56)

    monkeypatch.setattr(type(recipient), "describe", describing)
    (late,) = office.place.dispatcher().run_due()
    assert (late.result, office.referrals()[0].last_error) == ("failed", "describe: deadline")
    (given_up,) = office.ledger()["reports"]
    assert given_up["state"] == "retracted"  # at once, and not left to lapse
    assert [event.payload.reason for event in recorded(office, ReferralWithdrawn)] == ["deadline"]
    office.clock.advance(minutes=1)
    assert [one.result for one in office.place.dispatcher().run_due()] == ["filed"]
    office.assert_exactly_once()


def test_a_dead_letter_leaves_no_half_report(office: Office) -> None:
    office.rig.confirmed(items=2)
    office.faults.order(Fault(Kind.ERROR_BEFORE, frozenset({"fileinfo"}), code=4100, status=400))
    (stopped,) = office.place.dispatcher().run_due()
    assert stopped.result == "stopped"
    assert [report["state"] for report in office.ledger()["reports"]] == ["retracted"]
    (row,) = office.referrals()
    assert (row.state, row.report_id, row.last_error) == ("stopped", None, "describe: 4100")
    office.place.reports.retry(row.id, "carla", "mended")
    assert [one.result for one in office.place.dispatcher().run_due()] == ["filed"]
    office.assert_exactly_once()


# Giving a report up


def test_a_dead_letter_is_given_up_with_a_reason_and_an_author(office: Office) -> None:
    case = office.rig.confirmed()
    office.faults.order(Fault(Kind.ERROR_BEFORE, frozenset({"submit"}), code=4100, status=400))
    (stopped,) = office.place.dispatcher().run_due()
    office.place.reports.retract(stopped.referral, "carla", "reported_otherwise")
    (row,) = office.referrals()
    assert (row.state, row.last_error) == ("retracted", None)
    (event,) = recorded(office, ReferralRetractOrdered)
    assert (event.actor, event.payload.reason) == ("carla", "reported_otherwise")
    assert office.place.dispatcher().run_due() == []
    with pytest.raises(LookupError):
        office.place.reports.retract(stopped.referral, "carla", "duplicate")
    with pytest.raises(LookupError):
        office.place.reports.retry(stopped.referral, "carla", "unclear")
    assert CaseReader(office.place.database).one(case).state.value == "confirmed"  # never reported
    # What is decided anew is reported by another one.
    (item,) = CaseReader(office.place.database).one(case).items
    with office.place.transactions.casework() as unit:
        unit.append(
            reopen(unit.case(case, lock=True), [item.id], "second_review", None, actor="sven", now=office.clock())
        )
    office.clock.advance(minutes=1)
    office.rig.decide(case, item.id, "known")
    assert [one.result for one in office.place.dispatcher().run_due()] == ["filed"]
    assert CaseReader(office.place.database).one(case).state.value == "reported"
    before = dump(office.place.database)
    with office.place.transactions.record() as log:
        log.rebuild()
    assert dump(office.place.database) == before


@pytest.mark.parametrize("had_it", [False, True])
def test_what_its_recipient_may_hold_is_withdrawn_or_it_was_filed_after_all(office: Office, had_it: bool) -> None:
    office.rig.confirmed()
    office.faults.order(Fault(Kind.DROP_AFTER if had_it else Kind.DROP_BEFORE, frozenset({"finish"})))
    (failed,) = office.place.dispatcher().run_due()
    assert failed.result == "failed"
    office.place.reports.retract(failed.referral, "carla", "duplicate")
    assert [row.state for row in office.referrals()] == ["retracting"]
    # The recipient is away, then refuses us; it is asked until it answers.
    office.faults.order(Fault(Kind.DROP_BEFORE, frozenset({"retract"})))
    office.faults.order(Fault(Kind.ERROR_BEFORE, frozenset({"retract"}), code=3000, status=403))
    for _ in range(2):
        (one,) = office.place.dispatcher().run_due()
        assert one.result == "failed"
        office.clock.advance(hours=1)
    (last,) = office.place.dispatcher().run_due()
    assert last.result == ("filed" if had_it else "retracted")
    assert [report["state"] for report in office.ledger()["reports"]] == ["finished" if had_it else "retracted"]
    assert [row.state for row in office.referrals()] == [last.result]


def test_another_try_has_a_reason_and_an_author(office: Office) -> None:
    office.rig.confirmed()
    office.faults.order(Fault(Kind.ERROR_BEFORE, frozenset({"submit"}), code=4100, status=400))
    (stopped,) = office.place.dispatcher().run_due()
    office.place.reports.retry(stopped.referral, "carla", "recipient_says")
    (event,) = recorded(office, ReferralRetryOrdered)
    assert (event.actor, event.payload.reason) == ("carla", "recipient_says")


# Lost and lying numbers


def test_a_lost_answer_to_the_first_call_leaves_a_report_that_is_never_finished(office: Office) -> None:
    office.rig.confirmed()
    office.faults.order(Fault(Kind.DROP_AFTER, frozenset({"submit"})))
    office.place.dispatcher().run_due()
    office.clock.advance(minutes=1)
    assert [one.result for one in office.place.dispatcher().run_due()] == ["filed"]
    assert [report["state"] for report in office.ledger()["reports"]] == ["open", "finished"]
    office.clock.advance(days=1)
    assert [report["state"] for report in office.ledger()["reports"]] == ["expired", "finished"]
    office.assert_exactly_once()


def test_the_number_of_another_report_is_not_taken(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.rig.confirmed("a0", first=0)
    office.place.dispatcher().run_due()
    (earlier,) = office.referrals()
    office.rig.confirmed("a1", first=1)
    recipient: Any = office.place.recipients()["cybertipline"]
    with monkeypatch.context() as patch:
        patch.setattr(type(recipient), "open", lambda *_: earlier.report_id)
        (failed,) = office.place.dispatcher().run_due()
    assert "wrong-number" in failed.detail
    assert [event.payload.number for event in recorded(office, ReferralFailed)] == [earlier.report_id]
    assert [event.payload.report_id for event in recorded(office, ReferralOpened)] == [earlier.report_id]
    office.clock.advance(hours=1)
    office.place.dispatcher().run_due()
    office.assert_exactly_once()


def test_a_failure_of_the_recipient_is_on_record_as_one(office: Office) -> None:
    office.rig.confirmed()
    for fault in (
        Fault(Kind.DROP_BEFORE, frozenset({"submit"})),
        Fault(Kind.ERROR_BEFORE, frozenset({"submit"}), status=503, body=Body.HTML),
        Fault(Kind.ERROR_BEFORE, frozenset({"submit"}), code=1100),
        Fault(Kind.ERROR_BEFORE, frozenset({"submit"}), code=3100, status=403),
    ):
        office.faults.order(fault)
        office.place.dispatcher().run_due()
        office.clock.advance(hours=1)
    assert [event.payload.of_recipient for event in recorded(office, ReferralFailed)] == [True, True, False, False]


def test_a_worker_that_lost_its_lease_withdraws_what_only_it_knows_of(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.rig.confirmed()
    recipient: Any = office.place.recipients()["cybertipline"]
    called = type(recipient).open
    stalled: list[str] = []

    def stalling(self: Any, *arguments: Any) -> Any:
        number = called(self, *arguments)
        if not stalled:
            stalled.append(number)
            office.clock.advance(seconds=dispatching.LEASE.total_seconds() + 1)
            assert [one.result for one in office.place.dispatcher().run_due()] == ["filed"]
        return number

    monkeypatch.setattr(type(recipient), "open", stalling)
    office.place.dispatcher().run_due()
    assert {str(r["id"]): r["state"] for r in office.ledger()["reports"]}[stalled[0]] == "retracted"
    office.assert_exactly_once()
