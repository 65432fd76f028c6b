"""The page behind the link in a notice: in a real Chromium without scripts, and what it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, expect

from tests.web.browser import CHROMIUM, NO_CHROMIUM, chromium, serving
from tests.web.client import TestClient
from tests.web.scene import Scene, encoded, texture
from tests.web.test_every_page import problems
from tutela.access.entrance import Rates
from tutela.casework.reasons import Reason
from tutela.casework.redress_records import CourtPaper
from tutela.storage.casework.case_reader import CaseReader
from tutela.web.rates import RateLimits

PICTURE = encoded(texture(1))
PRIVATE = "It was our bridge in the fog."


@pytest.fixture
def done(scene: Scene) -> dict[str, str]:
    """Return the actions of a case by their kind, all carried out, their notices issued."""
    scene.list_picture(PICTURE)
    case, item = scene.flagged(PICTURE)
    scene.look("rita", case, item)
    scene.place.desk.decide(scene.person("rita"), case, item, "known")
    actions = {a.kind: a.id for a in CaseReader(scene.place.database).one(case).actions}
    for action in actions.values():
        scene.place.desk.confirm_action("key:platform", action, "carried_out")
    scene.place.notices.issue_due()
    return {**actions, "case": case, "item": item}


def path_of(scene: Scene, action: str) -> str:
    token = scene.place.notices.token(scene.place.notices.of_action(action))
    assert token
    return f"/redress/{token}"


def test_the_page_shows_rights_and_hides_everything_else(
    client: TestClient, scene: Scene, done: dict[str, str]
) -> None:
    path = path_of(scene, done["remove_content"])
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert '<meta name="robots" content="noindex, nofollow">' in answer.text
    assert "set-cookie" not in answer.headers
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    for secret in (done["case"], done["item"], done["remove_content"], "user-1", "rita", "trial-list", "Tutela"):
        assert secret not in answer.text, secret
    assert "We removed something that you sent with Chat" in answer.text
    assert "(a derogation)" in answer.text
    assert "data of your account" not in answer.text
    assert "data of your account" in client.get(path_of(scene, done["suspend_account"])).text


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [("", "sv-SE,sv;q=0.9", "sv"), ("", "fr", "en"), ("en", "sv", "en"), ("sv", "en", "sv"), ("xx", "xx", "en")],
)
def test_the_language_is_asked_for_or_the_browsers(
    client: TestClient, scene: Scene, done: dict[str, str], asked: str, accepted: str, language: str
) -> None:
    path = path_of(scene, done["remove_content"]) + (f"?language={asked}" if asked else "")
    answer = client.get(path, headers={"Accept-Language": accepted})
    assert f'<html lang="{language}">' in answer.text
    assert ("Det här kan du göra" in answer.text) is (language == "sv")


def test_a_complaint_is_lodged_once_and_answered_on_the_same_page(
    client: TestClient, scene: Scene, done: dict[str, str]
) -> None:
    path = path_of(scene, done["remove_content"])
    sent = client.post(f"{path}?language=sv", data={"claim": "not_me", "words": PRIVATE})
    assert sent.status_code == 303
    assert sent.headers["location"] == f"{path}?language=sv"
    (line,) = scene.place.redress_reader.waiting(5)
    assert (line.via, line.claim, scene.place.redress_reader.written(line).words) == ("link", "not_me", PRIVATE)
    after = client.get(path).text
    assert "We received your complaint" in after
    assert "15 June 2025" in after
    assert PRIVATE not in after
    assert "<textarea" not in after
    again = client.post(path, data={"claim": "not_me"})
    assert again.status_code == 409
    assert line.id not in again.text
    scene.place.redress.decide(
        scene.person("cora"), line.id, upheld=False, reason=Reason.OUT_OF_TIME, answer="Please <turn> to the court."
    )
    decided = client.get(path).text
    assert "Your complaint is decided" in decided
    assert "The complaint came too late." in decided
    assert "Please &lt;turn&gt; to the court." in decided
    assert "supervisory authority" in decided
    assert "<textarea" not in decided
    assert decided.index("as it says below under “What you can do”") < decided.index("<h2>What you can do</h2>")
    second = client.post(path, data={"claim": "not_me"})
    assert second.status_code == 409
    assert "You can still turn to others. Complain to the supervisory authority" in second.text
    assert len(scene.place.redress_reader.of_action(done["remove_content"])) == 1


def test_a_complaint_with_a_court_is_not_the_users_here(client: TestClient, scene: Scene, done: dict[str, str]) -> None:
    paper = CourtPaper(court="Court", docket="T 1", filed_on=scene.clock().date())
    scene.place.redress.enter(scene.person("cora"), done["remove_content"], paper)
    assert "<textarea" in client.get(path_of(scene, done["remove_content"])).text


def test_what_was_undone_already_needs_no_complaint(client: TestClient, scene: Scene, done: dict[str, str]) -> None:
    complaint = scene.place.redress.lodge("key:platform", done["suspend_account"])
    scene.place.redress.decide(scene.person("cora"), complaint, upheld=True, reason=Reason.TAKEN_OVER)
    page = client.get(path_of(scene, done["suspend_account"])).text
    assert "Your account is opened again." in page
    assert "<textarea" not in page


def test_access_is_asked_for_and_answered(client: TestClient, scene: Scene, done: dict[str, str]) -> None:
    path = path_of(scene, done["suspend_account"])
    assert client.post(path, data={"what": "access", "words": "all of it"}).status_code == 303
    assert "You asked for the data of your account on 1 June 2025" in client.get(path).text
    assert client.post(path, data={"what": "access"}).status_code == 409
    (request,) = scene.place.redress_reader.access_waiting(5)
    scene.place.notices.answer_access(scene.person("cora"), request.id, "refused", "It is evidence.")
    page = client.get(path).text
    assert "It is evidence." in page
    assert client.post(path_of(scene, done["remove_content"]), data={"what": "access"}).status_code == 409


def test_a_link_that_is_not_ours_or_ended_says_what_to_do(
    client: TestClient, scene: Scene, done: dict[str, str]
) -> None:
    path = path_of(scene, done["remove_content"])
    for wrong in ("/redress/x", path[:-1], path[:-4] + "AAAA", "/redress/%F0%9F%8C%8D"):
        for answer in (client.get(wrong), client.post(wrong, data={"words": "x"})):
            assert answer.status_code == 404, wrong
            assert "Copy the whole link" in answer.text
            assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    scene.clock.step(days=183)
    for answer in (client.get(path), client.post(path, data={"words": "x"})):
        assert answer.status_code == 410
        assert "1 December 2025" in answer.text
        assert "court" in answer.text
    assert scene.place.redress_reader.waiting(5) == []


def test_another_site_cannot_complain_for_the_user(client: TestClient, scene: Scene, done: dict[str, str]) -> None:
    path = path_of(scene, done["remove_content"])
    crossed = client.post(path, data={"words": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 403
    assert scene.place.redress_reader.waiting(5) == []


def test_too_long_a_text_comes_back_to_be_made_shorter(client: TestClient, scene: Scene, done: dict[str, str]) -> None:
    path = path_of(scene, done["remove_content"])
    answer = client.post(path, data={"claim": "lawful", "words": "ö" * 4001})
    assert answer.status_code == 422
    assert "4,000" in answer.text
    assert "ö" * 4001 in answer.text
    assert 'value="lawful" checked' in answer.text
    assert client.post(path, data={"words": "x" * 70_000}).status_code in (413, 422)
    assert client.post(path, data={"claim": "no such claim", "words": "ö" * 4000}).status_code == 303


def test_sending_and_guessing_have_their_limits(
    client: TestClient, app: FastAPI, scene: Scene, done: dict[str, str]
) -> None:
    rates = RateLimits(Rates(link="2/hour", link_address="2/minute"))
    app.state.running = replace(app.state.running, rates=rates)
    path, other = path_of(scene, done["remove_content"]), path_of(scene, done["suspend_account"])
    assert [client.post(path, data={"words": "x" * 4001}).status_code for _ in range(3)] == [422, 422, 429]
    assert [client.get(f"/redress/{n}").status_code for n in range(3)] == [404, 404, 429]
    assert client.get(path).status_code == 200
    assert client.post(other, data={"words": "x"}).status_code == 303


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_in_a_browser_without_scripts(
    scene: Scene, app: FastAPI, browser: Browser, done: dict[str, str], scheme: Any, width: int
) -> None:
    with serving(app) as address:
        context = browser.new_context(
            base_url=address,
            color_scheme=scheme,
            viewport={"width": width, "height": 800},
            locale="sv-SE",
            java_script_enabled=False,
        )
        page = context.new_page()
        page.goto(path_of(scene, done["suspend_account"]))
        expect(page.get_by_role("heading", level=1)).to_have_text("Vi har stängt av ditt konto i Chat")
        page.get_by_role("link", name="English").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("We suspended your account with Chat")
        page.get_by_role("link", name="Svenska").click()
        page.get_by_label("Någon annan använde mitt konto").check()
        page.get_by_label("Med dina egna ord").first.fill("Det var inte jag.")
        page.get_by_role("button", name="Skicka klagomålet").click()
        expect(page.get_by_role("heading", name="Vi har tagit emot ditt klagomål")).to_be_visible()
        expect(page.get_by_role("button", name="Skicka klagomålet")).to_have_count(0)
        page.get_by_role("button", name="Begär ut uppgifterna").click()
        expect(page.get_by_text(re.compile("Du begärde ut uppgifterna i ditt konto den 1 juni 2025"))).to_be_visible()
        context.close()
    (line,) = scene.place.redress_reader.waiting(5)
    assert (line.claim, line.via) == ("taken_over", "link")


@pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)
@pytest.mark.timeout(300)
def test_axe_finds_nothing_and_nothing_is_wider_than_a_telephone(
    scene: Scene, app: FastAPI, browser: Browser, done: dict[str, str]
) -> None:
    path = path_of(scene, done["suspend_account"])
    found: dict[str, list[str]] = {}
    with serving(app) as address:
        for scheme in ("light", "dark"):
            context = browser.new_context(
                base_url=address,
                color_scheme=scheme,
                viewport={"width": 360, "height": 700},
            )
            page = context.new_page()
            for where in (path, f"{path}?language=sv", "/redress/x"):
                page.goto(where)
                found[f"{scheme} {where}"] = problems(Axe(), page)
                assert page.evaluate("document.documentElement.scrollWidth") <= 360, where
            context.close()
    assert {where: said for where, said in found.items() if said} == {}
