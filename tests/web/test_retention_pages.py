"""The pages of clocks, holds and certificates; the platform's question after a suspended account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.web.client import TestClient
from tests.web.conftest import BASE, Visitor
from tests.web.scene import PASSWORD, Scene, encoded, texture
from tutela.access.roles import Person, Role
from tutela.storage.access.approvals import Approvals
from tutela.storage.settings import SuspendedAccountsSettings
from tutela.web.app import create_app

Visit = Callable[[str], Visitor]


@pytest.fixture
def case(scene: Scene) -> str:
    picture = encoded(texture(3))
    scene.list_picture(picture)
    case, item = scene.flagged(picture)
    scene.look("rita", case, item)
    scene.place.desk.decide(scene.person("rita"), case, item, "not", remarks="a bridge", ground="error")
    scene.place.people.register(Person("dora", "Dora", frozenset({Role.DATA_PROTECTION_OFFICER})), PASSWORD)
    return case


def test_the_page_shows_what_goes_when_and_why(scene: Scene, case: str, visit: Visit) -> None:
    adam = visit("adam")
    page = adam.get("/retention").text
    assert case[-8:] in page
    assert "the policy for dismissed cases" in page
    assert "2025-06-15 12:00" in page
    assert case[-8:] not in adam.get("/retention?days=3").text
    scene.clock.step(days=15)
    (certificate,) = scene.place.retention.run()
    adam = visit("adam")  # the session of two weeks ago is over
    page = adam.get("/retention").text
    assert f"/retention/certificates/{certificate}" in page
    shown = adam.get(f"/retention/certificates/{certificate}").text
    assert "The signature is this installation" in shown
    told = adam.get(f"/retention/certificates/{certificate}/certificate.json").json()
    assert (told["case"], told["certificate"]) == (case, certificate)
    assert adam.get("/retention/certificates/none").status_code == 404
    assert "Erased" in adam.get(f"/cases/{case}/clock").text
    assert visit("rita").get("/retention").status_code == 403


def test_a_hold_is_asked_for_allowed_and_placed_on_the_pages(scene: Scene, case: str, visit: Visit) -> None:
    ruth = visit("ruth")
    wanted = {"ground": "court_order", "until": "2025-08-01", "reference": "x"}
    short = ruth.post(f"/cases/{case}/holds/ask", wanted)
    assert (short.status_code, "at least 3 characters" in short.text) == (409, True)
    asked = ruth.post(f"/cases/{case}/holds/ask", {**wanted, "reference": "T 17-25"})
    assert asked.status_code == 303
    assert "Place the hold" not in ruth.get(f"/cases/{case}/clock").text
    approvals = Approvals(scene.place.database, scene.clock)
    (waiting,) = approvals.waiting()
    dora = visit("dora")
    assert f'action="/approvals/{waiting.id}/decide"' not in dora.get("/approvals").text
    shown = dora.get(f"/approvals/{waiting.id}").text
    assert "T 17-25" in shown
    assert f'href="/cases/{case}/clock"' in shown
    assert "the end of 2025-08-01 (UTC)" in shown
    assert waiting.facts["document"] not in shown
    assert "T 17-25" not in visit("adam").get(f"/approvals/{waiting.id}").text
    refused = ruth.post(f"/cases/{case}/holds/place", {"approval": waiting.id})
    assert refused.status_code == 409
    assert "waiting" in refused.text
    approvals.decide(scene.person("dora"), waiting.id, allowed=True)
    assert "Place the hold" in ruth.get(f"/cases/{case}/clock").text
    placed = ruth.post(f"/cases/{case}/holds/place", {"approval": waiting.id})
    assert placed.status_code == 303
    assert "order of a court" in ruth.get("/retention").text
    fragment = ruth.get(f"/cases/{case}/clock").text
    assert "T 17-25" not in fragment
    (hold,) = scene.place.retention.standing()
    assert ruth.post(f"/holds/{hold.id}/ask", {"deed": "extend", "reason": "renewed"}).status_code == 409
    assert ruth.post(f"/holds/{hold.id}/ask", {"deed": "lift", "reason": "withdrawn"}).status_code == 303
    (waiting,) = approvals.waiting()
    approvals.decide(scene.person("dora"), waiting.id, allowed=True)
    assert "Lift the hold" in ruth.get(f"/cases/{case}/clock").text
    assert ruth.post(f"/holds/{hold.id}/change", {"deed": "lift", "approval": waiting.id}).status_code == 303
    assert scene.place.retention.standing() == []
    assert ruth.post("/holds/none/change", {"deed": "lift", "approval": "x"}).status_code == 404
    assert visit("adam").post(f"/cases/{case}/holds/ask", wanted).status_code == 403


def test_the_case_page_has_the_clock_for_those_who_may_see_it(scene: Scene, case: str, visit: Visit) -> None:
    assert f"/cases/{case}/clock" in visit("cora").get(f"/cases/{case}").text
    assert f"/cases/{case}/clock" not in visit("rita").get(f"/cases/{case}").text


def test_the_platform_asks_after_a_suspended_account(scene: Scene) -> None:
    headers = {"Authorization": f"Bearer {scene.place.people.create_key('door', ['accounts'])}"}
    asked = {"service": "chat", "account": "user-1"}
    with TestClient(create_app(scene.place, dispatch=False), base_url=BASE) as client:
        answer = client.post("/v1/accounts/suspended/lookup", json=asked, headers=headers)
        assert (answer.status_code, "tutela.toml" in answer.text) == (409, True)
        items = {"Authorization": f"Bearer {scene.place.people.create_key('items', ['items'])}"}
        assert client.post("/v1/accounts/suspended/lookup", json=asked, headers=items).status_code == 403
    del scene.place.suspended
    scene.place.settings = replace(scene.place.settings, suspended_accounts=SuspendedAccountsSettings("terms", 100))
    picture = encoded(texture(4))
    scene.list_picture(picture)
    case, item = scene.flagged(picture)
    scene.look("rita", case, item)
    scene.place.desk.decide(scene.person("rita"), case, item, "known")
    with TestClient(create_app(scene.place, dispatch=False), base_url=BASE) as client:
        for action in client.app.state.running.cases.one(case).actions:  # type: ignore[attr-defined]
            scene.place.desk.confirm_action("key:door", action.id, "carried_out")
        scene.place.suspended.follow()
        found = client.post("/v1/accounts/suspended/lookup", json=asked, headers=headers).json()
        assert found == {"suspended": True, "until": "2025-09-09T12:00:00Z"}
        other = client.post(
            "/v1/accounts/suspended/lookup", json={"service": "chat", "account": "user-2"}, headers=headers
        )
        assert other.json() == {"suspended": False, "until": None}
