"""Reports in the console: what their recipients said, who let them go to production, what of statements fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.web.client import TestClient
from tests.web.conftest import BASE, Visitor
from tests.web.scene import PASSWORD, Scene, encoded, texture
from tutela.access.roles import Person, Role
from tutela.casework.stream import Arrived
from tutela.content.item import Provenance
from tutela.referral.cybertipline.target import _HOSTS, CyberTiplineSettings
from tutela.referral.transparency.target import TransparencySettings
from tutela.regimes.eu_users import EuBasis, Party
from tutela.regimes.services import Encryption, Service, ServiceRegion, ServiceType
from tutela.sandboxes.cybertipline import running
from tutela.sandboxes.transparency import running as database_running
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.workplace import Workplace
from tutela.web.app import create_app
from tutela.web.background import stating

Visit = Callable[[str], Visitor]
PICTURE = encoded(texture(1))
REAL = CyberTiplineSettings(f"https://{_HOSTS['production']}/ispws", "lantern", "secret", "production")


def opened_with(scene: Scene, **changes: object) -> Scene:
    """Open the installation of a scene with other settings."""
    changed = replace(scene.place.settings, **changes)  # type: ignore[arg-type]
    return Scene(Workplace(changed, scene.clock), scene.clock)


def confirmed(scene: Scene) -> tuple[str, str]:
    """Return a confirmed case and its report."""
    scene.list_picture(PICTURE)
    case, item = scene.flagged(PICTURE)
    scene.look("rita", case, item)
    scene.place.desk.decide(scene.person("rita"), case, item, "known")
    (referral,) = (report.id for report in CaseReader(scene.place.database).one(case).referrals)
    return case, referral


@pytest.fixture
def filed(scene: Scene) -> tuple[str, str]:
    case, referral = confirmed(scene)
    with running(user="sandbox", password="sandbox") as sandbox:
        one = opened_with(scene, cybertipline=CyberTiplineSettings(url=sandbox.base_url))
        assert [sent.result for sent in one.place.dispatcher().run_due()] == ["filed"]
        one.place.close()
    return case, referral


def test_what_a_recipient_says_is_entered_and_shown(scene: Scene, visit: Visit, filed: tuple[str, str]) -> None:
    case, referral = filed
    ruth = visit("ruth")
    before = ruth.get(f"/referrals/{referral}").text
    assert "what it thinks is unknown" in before
    assert "taken_back" not in before
    item = re.search(r'name="items" value="([^"]+)"', before)
    assert item
    fields = {"said": "not_illegal_there", "items": item[1], "jurisdiction": "us", "reference": "N-17"}
    answer = ruth.post(f"/referrals/{referral}/feedback", fields)
    assert answer.headers["location"] == f"/referrals/{referral}"
    for path in (f"/referrals/{referral}", f"/cases/{case}"):
        page = ruth.get(path).text
        assert "not illegal there (US)" in page, path
        assert "N-17" in page, path
    assert "entered what the recipient said of 1 item" in ruth.get(f"/cases/{case}").text
    ruth.post(f"/referrals/{referral}/feedback", {"said": "taken_back", "items": item[1]})
    assert scene.place.feedback.items(referral)[0].feedback is None
    assert "taken back: unknown again" in ruth.get(f"/referrals/{referral}").text


def test_of_a_large_report_all_items_are_meant(
    scene: Scene, visit: Visit, filed: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, referral = filed
    monkeypatch.setattr("tutela.web.console.referrals.MOST_ITEMS", 0)
    ruth = visit("ruth")
    assert 'name="items" value="all" checked> All 1;' in ruth.get(f"/referrals/{referral}").text
    answer = ruth.post(f"/referrals/{referral}/feedback", {"said": "duplicate", "items": "all"})
    assert answer.status_code == 303
    assert [item.feedback for item in scene.place.feedback.items(referral)] == ["duplicate"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "choose what the recipient said"),
        ({"said": "actionable"}, "choose the items"),
        ({"said": "actionable", "items": "another"}, "does not state another"),
        ({"said": "actionable", "items": "ITEM", "said_on": "soon"}, "a time is missing, or is none"),
        ({"said": "actionable", "items": "ITEM", "said_on": "2024-01-01"}, "between the day of filing and today"),
        ({"said": "not_illegal_there", "items": "ITEM"}, "names the place"),
    ],
)
def test_what_does_not_fit_is_told(
    scene: Scene, visit: Visit, filed: tuple[str, str], fields: dict[str, str], told: str
) -> None:
    _, referral = filed
    item = scene.place.feedback.items(referral)[0].item
    answer = visit("ruth").post(
        f"/referrals/{referral}/feedback", {name: item if value == "ITEM" else value for name, value in fields.items()}
    )
    assert (answer.status_code, told in answer.text) == (409, True)
    assert scene.place.feedback.of_reports([referral]) == {}


def test_of_a_report_that_is_not_filed_nothing_can_be_said(scene: Scene, visit: Visit) -> None:
    _, referral = confirmed(scene)
    ruth = visit("ruth")
    page = ruth.get(f"/referrals/{referral}").text
    assert "What its report lacks" in page
    assert 'name="said"' not in page
    item = scene.place.feedback.items(referral)
    assert item == []
    answer = ruth.post(f"/referrals/{referral}/feedback", {"said": "actionable", "items": "x"})
    assert (answer.status_code, "not filed" in answer.text) == (409, True)
    assert ruth.get("/referrals/none").status_code == 404
    assert ruth.post("/referrals/none/feedback", {"said": "actionable", "items": "x"}).status_code == 404


def test_production_is_opened_by_two_and_stopped_by_one(scene: Scene) -> None:
    one = opened_with(scene, cybertipline=REAL)
    one.place.people.register(Person("dora", "Dora", frozenset({Role.DATA_PROTECTION_OFFICER})), PASSWORD)
    confirmed(one)
    with TestClient(create_app(one.place, dispatch=False), base_url=BASE, follow_redirects=False) as client:
        ruth, sven, dora = Visitor(client, "ruth"), Visitor(client, "sven"), Visitor(client, "dora")
        page = ruth.get("/referrals").text
        assert "Nothing is sent there before two people want it. 1 waits." in page
        assert REAL.url in page
        assert "secret" not in page
        asked = ruth.post("/production/cybertipline/ask")
        approval = asked.headers["location"]
        assert "ruth asked for it; another person must allow it." in sven.get("/referrals").text
        assert ruth.post(f"{approval}/decide", {"decision": "allow"}).status_code in (403, 409)
        shown = dora.get(approval).text
        assert REAL.url in shown
        assert "lantern" in shown
        assert dora.post(f"{approval}/decide", {"decision": "allow"}).status_code == 303
        assert "ruth, who asked, opens it" in sven.get("/referrals").text
        assert "dora allowed it" in ruth.get("/referrals").text
        assert not one.place.production.is_open("cybertipline")
        number = approval.rpartition("/")[2]
        assert sven.post(f"/production/open/{number}").status_code == 409
        assert ruth.post(f"/production/open/{number}").headers["location"] == "/referrals"
        assert one.place.production.is_open("cybertipline")
        assert "Asked for by ruth, allowed by dora" in sven.get("/referrals").text
        assert sven.post("/production/cybertipline/close").status_code == 303
        assert not one.place.production.is_open("cybertipline")
        assert re.search(r"sven stopped it on [^.]*\. 1 waits\.", ruth.get("/referrals").text)
        for path in ("/production/cybertipline/close", "/production/eu_centre/ask", "/production/open/none"):
            assert ruth.post(path).status_code == 409, path
        assert Visitor(client, "adam").post("/production/cybertipline/ask").status_code == 403
    one.place.close()


WALL = Service("wall", "Wall", ServiceType.ONLINE_PLATFORM, Encryption.IN_TRANSIT, ServiceRegion.EU)


def test_the_server_sends_statements_and_shows_what_fails(scene: Scene) -> None:
    """Of an online platform alone; what the record lacks is told once, and the rest goes on."""
    scene.place.register_service(WALL)
    scene.list_picture(PICTURE)
    dated = scene.clock() - timedelta(hours=1)
    for service, account, sent_at in (("wall", "a", dated), ("wall", "b", None), ("chat", "c", dated)):
        arrived = Arrived(account, PICTURE, Provenance(Party(account, "SE", EuBasis.DECLARED), sent_at=sent_at))
        (answer,) = scene.place.stream().take(scene.place.service(service), [arrived], "platform")
        case, item = answer.recorded.case, answer.recorded.item
        assert case
        assert item
        scene.look("rita", case, item)
        scene.place.desk.decide(scene.person("rita"), case, item, "known")
        for action in CaseReader(scene.place.database).one(case).actions:
            if action.kind == "remove_content":
                scene.place.desk.confirm_action("key:platform", action.id, "carried_out")
    with database_running() as database:
        made = TransparencySettings(
            url=database.url, legal_ground="Law", explanation="Because.", territorial_scope=("SE",)
        )
        one = opened_with(scene, transparency=made)
        loop = stating(one.place)
        for _ in range(3):
            assert loop._step() is False
            scene.clock.step(hours=7)
        loop.start()
        loop.stop()
        assert len(database.ledger.as_dict()["statements"]) == 1
        with TestClient(create_app(one.place, dispatch=False), base_url=BASE, follow_redirects=False) as client:
            page = Visitor(client, "ruth").get("/referrals").text
        assert page.count("the record does not hold when the content was posted") == 1
        with one.place.transactions.reading() as log:
            types = [event.type for event in log.read() if event.type.startswith("statement.")]
        assert sorted(types) == ["statement.failed", "statement.sent"]
        one.place.close()
