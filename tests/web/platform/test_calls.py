"""Calls to the platform, against the sandbox over HTTP: told at least once, never falsely, nothing kept of whom."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.databases import Opening, SteppableClock
from tests.rig import OFFICER, SENIOR, Rig, dump, party, picture
from tutela.casework.actions import OrderReason, ReversalReason
from tutela.casework.calls import ANNOUNCED, LEASE, Answer, Caller, CallState, delay
from tutela.casework.platform_target import PlatformSettings
from tutela.casework.reasons import Reason
from tutela.content.item import Provenance
from tutela.sandboxes.platform import Fault, Kind, RunningPlatform, running
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.platform.call_contents import MAKERS
from tutela.storage.workplace import Workplace
from tutela.web.platform.calling import calling_platform

sqlite_only = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@dataclass
class Line:
    """An installation, and the platform that it calls."""

    place: Workplace
    rig: Rig
    clock: SteppableClock
    platform: RunningPlatform

    def send(self) -> list[tuple[str, str]]:
        with calling_platform(self.place) as caller:
            assert caller is not None
            return [(state.value, code) for _, state, code in caller.run_due()]

    def got(self, type_: str | None = None) -> list[dict[str, Any]]:
        messages = self.platform.ledger.as_dict()["messages"]
        return [m for m in messages if type_ in (None, m["type"])]

    def states(self) -> list[str]:
        return sorted(row.state.value for row in self.place.calls.newest())


@pytest.fixture
def line(clock: SteppableClock, opening: Opening) -> Iterator[Line]:
    with running(clock=clock) as platform:
        place = opening(platform=PlatformSettings(url=platform.url, tries=4))
        yield Line(place, Rig(place, clock), clock, platform)


def test_what_is_ordered_is_told_once_with_what_the_platform_needs(line: Line) -> None:
    first = line.rig.take("msg-1", picture(0), Provenance(party("anna@chat")))
    line.rig.take("msg-2", picture(0), Provenance(party("anna@chat")))
    line.rig.decide(str(first.case), str(first.item), "known")
    assert line.send() == [("delivered", "http-200")] * 2
    assert line.send() == []
    told = {m["data"]["kind"]: m["data"] for m in line.got("action.ordered")}
    actions = {a.kind: a.id for a in CaseReader(line.place.database).one(str(first.case)).actions}
    assert {kind: data["action"] for kind, data in told.items()} == actions
    removal = told["remove_content"]
    assert removal["items"] == ["msg-1", "msg-2"]
    assert (removal["account"], removal["item"], removal["items_left_off"]) == ("anna@chat", first.item, 0)
    assert (told["suspend_account"]["account"], told["suspend_account"]["items"]) == ("anna@chat", None)
    assert [m["times"] for m in line.got()] == [1, 1]
    assert {m["id"] for m in line.got()} == {row.id for row in line.place.calls.newest()}


def test_nothing_of_whom_is_kept_outside_the_evidence(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    first = line.rig.take("msg-secret-1", picture(0), Provenance(party("anna@chat")))
    line.rig.decide(str(first.case), str(first.item), "known")
    line.platform.faults.order(Fault(Kind.STATUS, count=None))
    line.send()
    everything = repr(dump(line.place.database, only_projections=False)) + caplog.text
    assert "anna@chat" not in everything
    assert "msg-secret-1" not in everything


def test_a_platform_that_fails_is_called_again_ever_later_until_a_person_must_look(line: Line) -> None:
    line.rig.confirmed("a")
    line.platform.faults.order(Fault(Kind.STATUS, count=None, status=503))
    waits = []
    for _ in range(3):
        assert set(line.send()) == {("waiting", "http-503")}
        assert line.send() == []
        due = [row.due_at for row in line.place.calls.newest(CallState.WAITING)]
        waits.append(max(due) - line.clock())
        line.clock.now = max(due)
    assert all(timedelta(seconds=15) * 2**n <= wait <= timedelta(seconds=30) * 2**n for n, wait in enumerate(waits))
    assert set(line.send()) == {("dead", "http-503")}
    line.clock.advance(days=30)
    assert line.send() == []
    assert line.states() == ["dead", "dead"]
    assert line.got() == []
    line.platform.faults.clear()
    first, _ = line.place.calls.newest(CallState.DEAD)
    line.place.calls.retry(first.id, "carla")
    assert line.send() == [("delivered", "http-200")]
    assert line.place.calls.retry_dead("carla") == 1
    assert line.send() == [("delivered", "http-200")]
    assert line.states() == ["delivered", "delivered"]
    for call in (first.id, "nowhere"):
        with pytest.raises(LookupError, match="waits or is dead"):
            line.place.calls.retry(call, "carla")
    with line.place.transactions.reading() as log:
        assert {e.actor for e in log.read(types=["call.retry_ordered"])} == {"carla"}


@sqlite_only
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(Kind.DROP), "no-answer"),
        (Fault(Kind.DROP_AFTER), "no-answer"),
        (Fault(Kind.REDIRECT), "redirect"),
        (Fault(Kind.STATUS, status=410), "http-410"),
    ],
)
def test_every_fault_is_a_failure_and_the_next_try_arrives(line: Line, fault: Fault, code: str) -> None:
    line.rig.confirmed("a")
    line.platform.faults.order(replace(fault, count=2))
    assert set(line.send()) == {("waiting", code)}
    line.clock.advance(minutes=1)
    assert line.send() == [("delivered", "http-200")] * 2
    # What was received before the answer was lost came twice under one id.
    assert {m["times"] for m in line.got()} == {2 if fault.kind is Kind.DROP_AFTER else 1}


@sqlite_only
def test_an_answer_without_end_is_not_read(line: Line) -> None:
    line.rig.confirmed("a")
    line.platform.faults.order(Fault(Kind.ENDLESS, count=2))
    assert line.send() == [("delivered", "http-200")] * 2


def test_what_is_not_so_any_more_is_not_told(line: Line) -> None:
    case = line.rig.confirmed("a")
    removal, suspension = sorted(
        CaseReader(line.place.database).one(case).actions,
        key=lambda a: ["remove_content", "suspend_account"].index(a.kind),
    )
    line.rig.confirm(removal.id)  # it asked by itself
    line.place.actions.reverse(SENIOR, suspension.id, ReversalReason.MISTAKE)  # and this was undone before it knew
    assert sorted(line.send()) == [("delivered", "http-200"), ("needless", ""), ("needless", "")]
    (told,) = line.got()
    assert (told["type"], told["data"]["action"], told["data"]["state"]) == (
        "action.reversal_ordered", suspension.id, "reversal_ordered"
    )  # fmt: skip


def test_a_complaint_that_was_decided_is_told(line: Line) -> None:
    case = line.rig.confirmed("a")
    line.send()
    for action in line.rig.actions(case):
        line.rig.confirm(action)
    complaint = line.place.redress.lodge("platform", line.rig.actions(case)[0])
    line.place.redress.decide(OFFICER, complaint, upheld=True, reason=Reason.PROCEDURE)
    line.send()
    (decided,) = line.got("complaint.decided")
    assert (decided["data"]["complaint"], decided["data"]["upheld"], decided["data"]["reason"]) == (
        complaint, True, "procedure"
    )  # fmt: skip
    assert len(line.got("action.reversal_ordered")) == 1


def test_where_the_evidence_is_erased_the_action_is_known_by_its_id(line: Line) -> None:
    case = line.rig.confirmed("a")
    line.place.vault.erase(case)
    assert line.send() == [("delivered", "http-200")] * 2
    assert {(m["data"]["account"], m["data"]["items"]) for m in line.got()} == {(None, None)}


@sqlite_only
def test_broken_evidence_stops_its_own_call_alone(line: Line) -> None:
    broken, sound = line.rig.confirmed("a"), line.rig.confirmed("b")
    stored = list((line.place.settings.data / "evidence").glob(f"*/{broken}/*.record"))
    assert stored
    for path in stored:
        path.write_bytes(b"x" * 40)
    line.send()
    found = {(row.case_id, row.state.value, row.last_error) for row in line.place.calls.newest()}
    assert found == {(broken, "waiting", "evidence-broken"), (sound, "delivered", None)}


@sqlite_only
def test_two_secrets_while_one_takes_over(line: Line, opening: Opening, tmp_path: Path) -> None:
    old, new = "whsec_" + "b2xk" * 11, "whsec_" + "bmV3" * 11
    path = tmp_path / "secret"
    path.write_text(f"{new}\n{old}\n")
    path.chmod(0o600)
    for number, accepted in enumerate(([old], [new], [old, new])):
        with running(clock=line.clock, secrets=accepted) as platform:
            place = opening(platform=PlatformSettings(url=platform.url, secret_file=path))
            line.rig.confirmed(f"s{number}")
            assert Line(place, line.rig, line.clock, platform).send() == [("delivered", "http-200")] * 2
    path.write_text(old)
    with running(clock=line.clock, secrets=[new]) as platform:
        place = opening(platform=PlatformSettings(url=platform.url, secret_file=path))
        line.rig.confirmed("refused")
        assert set(Line(place, line.rig, line.clock, platform).send()) == {("waiting", "http-401")}
        assert {r["status"] for r in platform.ledger.as_dict()["refusals"]} == {401}


@sqlite_only
def test_the_default_is_a_sandbox_that_is_not_there(opening: Opening, clock: SteppableClock) -> None:
    with running() as platform:
        closed = platform.url
    place = opening(platform=PlatformSettings(url=closed))
    rig = Rig(place, clock)
    rig.confirmed("a")
    assert set(Line(place, rig, clock, platform).send()) == {("waiting", "no-connection")}
    off = opening(platform=PlatformSettings(url=""))
    with calling_platform(off) as caller:
        assert caller is None


class Scripted:
    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers = list(answers)
        self.sent: list[str] = []

    def __call__(self, message: str, body: bytes) -> Answer:
        assert json.loads(body)["type"] in MAKERS
        self.sent.append(message)
        answer = self.answers.pop(0) if self.answers else Answer(received=True, code="http-200", status=200)
        if isinstance(answer, Exception):
            raise answer
        return answer


def caller(place: Workplace, send: Any, holder: str = "one") -> Caller:
    return place.calls.caller(send, lambda: 0.5, holder, 3)


def test_what_is_wrong_here_is_raised_and_the_call_given_back(place: Workplace, clock: SteppableClock) -> None:
    Rig(place, clock).confirmed("a")
    with pytest.raises(OSError, match="disk"):
        caller(place, Scripted(OSError("disk"))).run_due()
    assert len(caller(place, Scripted()).run_due()) == 2
    assert {row.tries for row in place.calls.newest()} == {1}


def test_many_workers_tell_each_call_once(place: Workplace, clock: SteppableClock) -> None:
    rig = Rig(place, clock)
    for number in range(6):
        rig.confirmed(f"a{number}")
    senders = [Scripted() for _ in range(4)]
    threads = [threading.Thread(target=caller(place, send, f"w{n}").run_due) for n, send in enumerate(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = [message for send in senders for message in send.sent]
    assert sorted(sent) == sorted(row.id for row in place.calls.newest())
    assert {row.state for row in place.calls.newest()} == {CallState.DELIVERED}


def test_a_worker_that_outlives_its_lease_records_nothing(place: Workplace, clock: SteppableClock) -> None:
    Rig(place, clock).confirmed("a")
    second = Scripted()

    def slow(message: str, body: bytes) -> Answer:
        clock.advance(seconds=LEASE.total_seconds() + 1)
        caller(place, second, "two").run_due()
        return Answer(received=False, code="timeout")

    one = caller(place, slow, "one").run_one()
    assert one is not None
    assert one[1:] == (CallState.WAITING, "taken-over")
    assert {row.state for row in place.calls.newest()} == {CallState.DELIVERED}
    assert len(second.sent) == 2


def test_projections_are_made_again_from_events(line: Line) -> None:
    rng = random.Random(3)
    for number in range(5):
        line.rig.confirmed(f"a{number}")
        line.platform.faults.order(Fault(Kind.STATUS, count=rng.randint(1, 6)))
        for action in line.rig.place.calls.newest(limit=1):
            assert action.state is CallState.WAITING
        for _ in range(rng.randint(1, 4)):
            line.send()
            line.clock.advance(minutes=rng.randint(1, 9))
    before = dump(line.place.database)
    with line.place.transactions.record() as log:
        log.rebuild()
    assert dump(line.place.database) == before
    assert {row["state"] for row in before["calls"]} >= {"delivered"}


def test_a_list_in_pages(place: Workplace, clock: SteppableClock) -> None:
    rig = Rig(place, clock)
    for number in range(4):
        rig.confirmed(f"a{number}", items=2)
        clock.advance(minutes=number % 2)
    every = [row.id for row in place.calls.newest()]
    assert len(every) == 12
    paged: list[str] = []
    while page := place.calls.newest(CallState.WAITING, paged[-1] if paged else None, 5):
        paged += [row.id for row in page]
    assert paged == every
    with pytest.raises(LookupError):
        place.calls.newest(before="nowhere")
    case = place.calls.newest()[0].case_id
    assert {row.case_id for row in place.calls.newest(case=case)} == {case}
    assert place.calls.counts() == {CallState.WAITING: 12, CallState.DEAD: 0}


def test_orders_by_hand_are_told_too(line: Line) -> None:
    case = line.rig.confirmed("a")
    line.place.actions.order(SENIOR, case, "warn_account", None, OrderReason.REPEATED)
    line.send()
    assert {m["data"]["kind"] for m in line.got()} == {"remove_content", "suspend_account", "warn_account"}


def test_every_announced_event_has_its_words() -> None:
    assert {payload.TYPE for payload in ANNOUNCED} == set(MAKERS)


@given(tries=st.integers(1, 200), chance=st.floats(0, 1))
def test_the_wait_doubles_and_is_bounded(tries: int, chance: float) -> None:
    wait = delay(tries, chance)
    whole = min(timedelta(seconds=30) * 2 ** min(tries - 1, 30), timedelta(hours=6))
    assert whole / 2 <= wait <= whole
    assert delay(tries, chance) <= delay(tries + 1, 1.0)


def test_the_sandbox_shows_what_it_got_and_takes_orders(line: Line) -> None:
    line.rig.confirmed("a")
    line.send()
    page = httpx.get(line.platform.sandbox_url)
    assert "2 messages, 0 refused" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert len(httpx.get(f"{line.platform.sandbox_url}/ledger.json").json()["messages"]) == 2
    faults = f"{line.platform.sandbox_url}/faults"
    assert httpx.post(faults, json={"kind": "status", "status": 503}).json()["faults"][0]["status"] == 503
    bad: list[Any] = [{"kind": "flood"}, {"kind": "status", "status": "x"}, {"kind": "slow", "seconds": -1}, 3, {}]
    for order in bad:
        assert httpx.post(faults, json=order).status_code == 400, order
    assert httpx.request("DELETE", faults).json() == {"faults": []}
    for body, status in ((b"{}", 401), (b"x" * 300_000, 413)):
        headers = {"Content-Type": "application/json"}
        assert httpx.post(line.platform.url, content=body, headers=headers).status_code == status
    assert httpx.post(line.platform.url, content=b"{}").status_code == 415
