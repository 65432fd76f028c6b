"""Suspended accounts that are kept from returning: listed when carried out, gone when undone or at their end."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.databases import Opening, SteppableClock
from tests.rig import SENIOR, Rig
from tutela.casework.reasons import Reason
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.schema.retention import suspended_accounts
from tutela.storage.settings import SuspendedAccountsSettings
from tutela.storage.workplace import Workplace

KEPT = SuspendedAccountsSettings("terms of service, section 7", 100)


@pytest.fixture
def place(opening: Opening) -> Workplace:
    return opening(suspended_accounts=KEPT)


@pytest.fixture
def rig(place: Workplace, clock: SteppableClock) -> Rig:
    return Rig(place, clock)


def _digests(place: Workplace) -> list[str]:
    with place.database.read() as connection:
        return list(connection.execute(select(suspended_accounts.c.digest)).scalars())


def _suspended(rig: Rig, account: str = "kim") -> str:
    case = rig.confirmed(account)
    for action in rig.actions(case):
        rig.confirm(action)
    return case


def test_an_account_is_listed_and_leaves_at_its_end(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    case = _suspended(rig)
    assert place.suspended.until("chat", "kim") is None
    assert place.suspended.follow() == 1
    assert place.suspended.follow() == 0
    until = place.suspended.until("chat", "kim")
    assert until is not None
    assert (until - clock.now).days == 100
    assert place.suspended.until("mail", "kim") is None
    assert place.suspended.until("chat", "kin") is None
    (digest,) = _digests(place)
    with place.transactions.reading() as log:
        events = list(log.read())
    assert not any(digest in event.payload.model_dump_json() for event in events)
    (read,) = [e.payload.model_dump() for e in events if e.type == "evidence.read"]
    assert read["purpose"] == "suspended_list"
    clock.advance(days=101)
    place.retention.run()  # the evidence of the case may be gone by then
    assert place.suspended.until("chat", "kim") is None
    assert place.suspended.follow() == 1
    assert _digests(place) == []
    assert case


def test_a_reversal_takes_it_off_at_once(rig: Rig, place: Workplace) -> None:
    case = _suspended(rig)
    place.suspended.follow()

    (action,) = [a.id for a in CaseReader(place.database).one(case).actions if a.kind == "suspend_account"]
    complaint = place.redress.lodge("platform", action)
    place.redress.decide(SENIOR, complaint, upheld=True, reason=Reason.WRONG_ACCOUNT)
    assert place.suspended.until("chat", "kim") is None
    assert place.suspended.follow() == 1
    assert _digests(place) == []


def test_without_a_ground_none_is_kept(rig: Rig, place: Workplace, opening: Opening) -> None:
    _suspended(rig)
    place.suspended.follow()
    with opening(suspended_accounts=None) as without:
        assert without.suspended.until("chat", "kim") is None
        assert without.suspended.follow() == 1
        assert _digests(without) == []


def test_an_account_that_is_known_no_more_cannot_be_listed(rig: Rig, place: Workplace) -> None:
    case = _suspended(rig)
    place.vault.erase(case)
    assert place.suspended.follow() == 1
    assert place.suspended.follow() == 0
    assert _digests(place) == []
