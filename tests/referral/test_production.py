"""Nothing goes to production before two people want it, nor after one of them does not, nor elsewhere than they wanted.

The client is the real one, built for the address of the real service; a stand-in carries what it sends to the sandbox
on this machine, and tells of every request.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.databases import Opening, SteppableClock
from tests.referral.package.material import material_of
from tests.rig import DPO, OFFICER, REVIEWER, SENIOR, Rig, dump
from tutela.access.approvals import NotApproved
from tutela.access.roles import NotAllowed
from tutela.events.catalogue.referral import ReferralFailed
from tutela.referral.cybertipline import recipient as cybertipline
from tutela.referral.cybertipline.client import CyberTiplineClient
from tutela.referral.cybertipline.target import _HOSTS, CyberTiplineSettings, WrongTarget
from tutela.referral.package.target import PackageSettings
from tutela.referral.production import TRANSPARENCY
from tutela.referral.recipient import RecipientError
from tutela.referral.transparency.target import TransparencySettings
from tutela.sandboxes.cybertipline import Fault, Kind, RunningSandbox, running
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.record.event_log import EventLog
from tutela.storage.settings import Settings
from tutela.storage.workplace import Workplace

PLACE = f"https://{_HOSTS['production']}/ispws"
REAL = CyberTiplineSettings(PLACE, "sandbox", "sandbox", "production")
sqlite_only = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@dataclass
class Wire(httpx.BaseTransport):
    """Carries requests to the sandbox, and keeps the addresses that they were meant for."""

    sandbox: RunningSandbox
    asked: list[str] = field(default_factory=list)
    made: int = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        at = str(request.url).replace(PLACE, self.sandbox.base_url)
        headers = {name: value for name, value in request.headers.items() if name not in ("host", "transfer-encoding")}
        with httpx.Client(trust_env=False) as client:
            answer = client.request(request.method, at, content=request.read(), headers=headers)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))

    def client(self, settings: CyberTiplineSettings) -> CyberTiplineClient:
        self.made += 1
        return CyberTiplineClient(settings, transport=self)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    with running(user="sandbox", password="sandbox") as sandbox:
        carried = Wire(sandbox)
        monkeypatch.setattr(cybertipline, "CyberTiplineClient", carried.client)
        yield carried


def let(place: Workplace, recipient: str = "cybertipline") -> None:
    """Two people want it."""
    approval = place.production.ask(OFFICER, recipient)
    place.approvals.decide(SENIOR, approval, allowed=True)
    place.production.open(OFFICER, approval)


def states(place: Workplace) -> list[tuple[str, str | None]]:
    return [(row.state, row.target) for row in CaseReader(place.database).referrals()]


def test_nothing_is_asked_or_made_before_two_want_it_and_then_it_goes_there(
    opening: Opening, clock: SteppableClock, wire: Wire
) -> None:
    place = opening(cybertipline=REAL)
    Rig(place, clock).confirmed()
    assert place.dispatcher().run_due() == []
    with pytest.raises(RecipientError) as closed:
        place.recipients()["cybertipline"].open(material_of(b"x"))
    assert (closed.value.code, closed.value.retry) == ("not-confirmed", True)
    (standing,) = place.production.standings()
    assert (standing.is_open, standing.waiting, standing.asked, standing.changed) == (False, 1, None, False)
    approval = place.production.ask(OFFICER, "cybertipline")
    assert place.dispatcher().run_due() == []
    place.approvals.decide(SENIOR, approval, allowed=True)
    assert place.dispatcher().run_due() == []
    assert (wire.asked, wire.made) == ([], 0)
    place.production.open(OFFICER, approval)
    (sent,) = place.dispatcher().run_due()
    assert (sent.result, states(place)) == ("filed", [("filed", "production")])
    assert wire.made == 1
    assert wire.asked
    assert all(url.startswith(f"{PLACE}/") for url in wire.asked)
    (standing,) = place.production.standings()
    assert (standing.opened_by, standing.allowed_by, standing.waiting) == ("carla", "sven", 0)
    before = dump(place.database)
    with place.database.write() as connection:
        EventLog(connection, clock).rebuild()
    assert dump(place.database) == before


@sqlite_only
def test_what_was_asked_before_it_was_stopped_opens_nothing(
    opening: Opening, clock: SteppableClock, wire: Wire
) -> None:
    place = opening(cybertipline=REAL)
    other = place.production.ask(SENIOR, "cybertipline")
    let(place)
    place.approvals.decide(DPO, other, allowed=True)
    clock.advance(minutes=1)
    place.production.close(OFFICER, "cybertipline")
    with pytest.raises(NotApproved, match="stopped after this was asked for"):
        place.production.open(SENIOR, other)
    clock.advance(minutes=1)
    let(place)
    assert place.production.is_open("cybertipline")


@sqlite_only
def test_an_installation_that_reported_to_a_stand_in_opens_no_production(
    opening: Opening, clock: SteppableClock, wire: Wire
) -> None:
    """What the stand-in was told would count as told, and be named as earlier reports."""
    place = opening(cybertipline=replace(REAL, url=wire.sandbox.base_url, target="sandbox"))
    Rig(place, clock).confirmed()
    assert [one.result for one in place.dispatcher().run_due()] == ["filed"]
    place = opening(cybertipline=REAL)
    with pytest.raises(LookupError, match="an installation of its own"):
        place.production.ask(OFFICER, "cybertipline")


@sqlite_only
def test_a_number_of_one_system_is_not_settled_at_another(opening: Opening, clock: SteppableClock, wire: Wire) -> None:
    place = opening(cybertipline=replace(REAL, url=wire.sandbox.base_url, target="sandbox"))
    wire.sandbox.app.state.office.faults.order(Fault(Kind.DROP_BEFORE, frozenset({"finish"}), count=1))
    Rig(place, clock).confirmed()
    assert [one.result for one in place.dispatcher().run_due()] == ["failed"]
    place = opening(cybertipline=replace(REAL, url=f"https://{_HOSTS['test']}/ispws", target="test"))
    clock.advance(hours=2)
    before = list(wire.asked)
    (stopped,) = place.dispatcher().run_due()
    assert (stopped.result, "opened-elsewhere" in stopped.detail) == ("stopped", True)
    assert wire.asked == before


@sqlite_only
def test_nor_at_another_place_of_the_same_kind(opening: Opening, clock: SteppableClock, wire: Wire) -> None:
    with running(user="sandbox", password="sandbox", clock=clock) as other:
        place = opening(cybertipline=replace(REAL, url=wire.sandbox.base_url, target="sandbox"))
        wire.sandbox.app.state.office.faults.order(Fault(Kind.DROP_AFTER, frozenset({"finish"}), count=1))
        Rig(place, clock).confirmed()
        assert [one.result for one in place.dispatcher().run_due()] == ["failed"]
        clock.advance(hours=2)
        moved = opening(cybertipline=replace(REAL, url=other.base_url, target="sandbox"))
        (stopped,) = moved.dispatcher().run_due()
        assert stopped.result == "stopped"
        assert wire.sandbox.base_url in stopped.detail
        assert other.app.state.store.reports() == []
        back = opening(cybertipline=replace(REAL, url=f"{wire.sandbox.base_url}/", target="sandbox"))
        back.retry_referral(stopped.referral, "carla")
        assert [one.result for one in back.dispatcher().run_due()] == ["filed"]
    assert len(wire.sandbox.app.state.store.reports()) == 1


@pytest.mark.parametrize("url", ["http://user:word@127.0.0.1/ispws", "http://127.0.0.1/ispws?x=1", f"{PLACE}#x"])
def test_an_address_holds_nothing_but_an_address(url: str) -> None:
    with pytest.raises(WrongTarget, match="the URL holds no user"):
        CyberTiplineSettings(url, "sandbox", "sandbox", "production" if url.startswith("https") else "sandbox")


@sqlite_only
def test_it_takes_two_and_the_one_who_asked(opening: Opening, clock: SteppableClock, wire: Wire) -> None:
    place = opening(cybertipline=REAL)
    with pytest.raises(NotAllowed):
        place.production.ask(REVIEWER, "cybertipline")
    with pytest.raises(LookupError, match="no production of eu_centre"):
        place.production.ask(OFFICER, "eu_centre")
    own = place.production.ask(SENIOR, "cybertipline")
    with pytest.raises(NotApproved, match="other than the one who asked"):
        place.approvals.decide(SENIOR, own, allowed=True)
    with pytest.raises(NotAllowed):
        place.approvals.decide(OFFICER, own, allowed=True)
    with pytest.raises(NotApproved, match="waiting"):
        place.production.open(SENIOR, own)
    place.approvals.decide(DPO, own, allowed=True)
    with pytest.raises(NotApproved, match="sven asked for it"):
        place.production.open(OFFICER, own)
    place.production.open(SENIOR, own)
    with pytest.raises(NotApproved, match="used"):
        place.production.open(SENIOR, own)
    assert place.production.is_open("cybertipline")


@sqlite_only
@pytest.mark.parametrize(
    "changed",
    [{"user": "another"}, {"url": PLACE.replace("/ispws", ":443/ispws")}],
    ids=lambda change: next(iter(change)),
)
def test_another_endpoint_is_not_what_they_wanted(
    opening: Opening, clock: SteppableClock, wire: Wire, changed: dict[str, str]
) -> None:
    place = opening(cybertipline=REAL)
    let(place)
    approval = place.production.ask(OFFICER, "cybertipline")
    place.approvals.decide(SENIOR, approval, allowed=True)
    other = opening(cybertipline=replace(REAL, **changed))
    Rig(place, clock).confirmed()
    assert other.dispatcher().run_due() == []
    (standing,) = other.production.standings()
    assert (standing.is_open, standing.changed, standing.waiting, standing.asked) == (False, True, 1, None)
    with pytest.raises(NotApproved, match="not what was allowed"):
        other.production.open(OFFICER, approval)
    assert wire.asked == []
    let(other)
    # The sandbox knows no other user; but now it is asked.
    assert [one.result for one in other.dispatcher().run_due()] == ["stopped" if "user" in changed else "filed"]
    assert wire.asked
    assert not place.production.is_open("cybertipline")


@sqlite_only
def test_a_new_password_is_the_same_endpoint(opening: Opening, wire: Wire) -> None:
    let(opening(cybertipline=REAL))
    assert opening(cybertipline=replace(REAL, password="renewed")).production.is_open("cybertipline")


@sqlite_only
def test_stopping_stops_in_the_middle_and_takes_one_person(
    opening: Opening, clock: SteppableClock, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = opening(cybertipline=REAL)
    let(place)
    Rig(place, clock).confirmed(items=2)
    honest = wire.handle_request

    def stopped_after_the_first_file(request: httpx.Request) -> httpx.Response:
        answer = honest(request)
        if request.url.path.endswith("/upload"):
            place.production.close(SENIOR, "cybertipline")
        return answer

    monkeypatch.setattr(wire, "handle_request", stopped_after_the_first_file)
    (one,) = place.dispatcher().run_due()
    assert (one.result, "not-confirmed" in one.detail) == ("failed", True)
    assert [url.rpartition("/")[2] for url in wire.asked] == ["submit", "upload"]
    clock.advance(hours=2)
    assert place.dispatcher().run_due() == []
    assert len(wire.asked) == 2
    with place.transactions.reading() as log:
        assert len(list(log.read(types=[ReferralFailed.TYPE]))) == 1
    with pytest.raises(LookupError, match="not open"):
        place.production.close(SENIOR, "cybertipline")
    (standing,) = place.production.standings()
    assert (standing.closed_by, standing.changed) == ("sven", False)
    monkeypatch.setattr(wire, "handle_request", honest)
    let(place)
    (settled,) = place.dispatcher().run_due()
    assert (settled.result, states(place)) == ("filed", [("filed", "production")])


@sqlite_only
def test_other_recipients_go_on_while_one_waits(opening: Opening, clock: SteppableClock, tmp_path: Path) -> None:
    settings: Any = opening().settings
    assert isinstance(settings, Settings)
    packages = replace(
        settings.national_contact_point, target="production", url="https://ncp.example",
        public_keys=tmp_path / "ncp.pub", token_file=tmp_path / "token",
    )  # fmt: skip
    assert isinstance(packages, PackageSettings)
    with running(user="sandbox", password="sandbox") as sandbox:
        place = opening(
            cybertipline=CyberTiplineSettings(url=sandbox.base_url),
            national_contact_point=packages,
            policy=replace(settings.policy, recipients=("national_contact_point", "cybertipline")),
        )
        Rig(place, clock).confirmed()
        (sent,) = place.dispatcher().run_due()
    assert sent.result == "filed"
    assert sorted(states(place), key=str) == [("filed", "sandbox"), ("ordered", None)]
    (standing,) = place.production.standings()
    assert (standing.endpoint.recipient, standing.waiting) == ("national_contact_point", 1)
    before = standing.endpoint.digest
    (tmp_path / "ncp.pub").write_text("other keys")
    (again,) = opening(
        national_contact_point=packages, policy=replace(settings.policy, recipients=("national_contact_point",))
    ).production.standings()
    assert again.endpoint.digest != before


@sqlite_only
def test_a_sandbox_and_a_test_system_need_nobody(opening: Opening) -> None:
    for target, url in (("sandbox", CyberTiplineSettings().url), ("test", f"https://{_HOSTS['test']}/ispws")):
        place = opening(cybertipline=CyberTiplineSettings(url, target=target))
        assert place.production.is_open("cybertipline")
        assert place.production.standings() == []


@sqlite_only
def test_statements_of_reasons_wait_too(opening: Opening, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t")
    made = partial(TransparencySettings, "production", "https://database.example", tmp_path / "token")
    place = opening(transparency=made("Law", "Because.", ("SE",)))
    assert not place.production.is_open(TRANSPARENCY)
    let(place, TRANSPARENCY)
    assert place.production.is_open(TRANSPARENCY)
