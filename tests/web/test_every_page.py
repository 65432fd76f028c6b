"""Every page of the console: reachable by everybody (axe, WCAG 2.2 AA, light and dark), light, and in two languages."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, Page

from tests.web.browser import CHROMIUM, NO_CHROMIUM, chromium, serving, sign_in
from tests.web.client import TestClient
from tests.web.console_pages import pages
from tests.web.scene import PASSWORD, Scene, SteppedClock, encoded, reopen, texture
from tutela.access.governance import Writing
from tutela.access.inspection import Plan
from tutela.access.roles import Person, Role
from tutela.casework.legal.requests import Entry
from tutela.events.catalogue.authority import InvestigationOpened, ReportReceived
from tutela.statistics.authority.rules import new_subject
from tutela.storage.casework.case_reader import CaseReader
from tutela.web.translation import COOKIE, languages

EVERYTHING = Person("olga", "Olga Office", frozenset(Role))
LIGHTEST = 100_000
"""Bytes that a page and what it loads may have, as they are sent."""
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What axe asks of colours, which are all that differs in the dark."""


BEYOND = """[...document.querySelectorAll('main *:not(.sideways *)')]
    .filter(e => e.getBoundingClientRect().right > innerWidth).slice(0, 3).map(e => e.outerHTML.slice(0, 120))"""
"""What reaches over the right side of the window."""
CLIPPED = """[...document.querySelectorAll('.side *')].filter(
    e => getComputedStyle(e).display !== 'inline' && e.scrollWidth > e.clientWidth + 1
).map(e => e.textContent.trim())"""
"""What of the side menu is wider than its place."""
OUT = {"en": "Sign out", "sv": "Logga ut"}


def furnish(scene: Scene) -> dict[str, str]:
    """Let something stand on every page, and return a value for each parameter of a path."""
    pictures = [encoded(texture(seed)) for seed in (1, 2, 3, 4)]
    for picture in pictures:
        scene.list_picture(picture)
    rita = scene.person("rita")
    erased, harmless = scene.flagged(pictures[3], "user-4")
    scene.look("rita", erased, harmless)
    scene.place.desk.decide(rita, erased, harmless, "not", ground="error", remarks="a bridge")
    scene.clock.step(days=15)
    (certificate,) = scene.place.retention.run()
    case, item = scene.flagged(pictures[0], "user-1")
    scene.clock.step(hours=2)
    scene.look("rita", case, item)
    scene.place.desk.decide(rita, case, item, "known", remarks="as listed")
    actions = CaseReader(scene.place.database).one(case).actions
    for action in actions:
        scene.place.desk.confirm_action("key:platform", action.id, "carried_out")
    complaint = scene.place.redress.lodge("key:platform", actions[0].id, words="It was a bridge.")
    (referral,) = (report.id for report in CaseReader(scene.place.database).one(case).referrals)
    scene.clock.step(hours=1)
    scene.flagged(pictures[1], "user-2")
    scene.flagged(pictures[2], "user-3")
    scene.place.people.register(EVERYTHING, PASSWORD)
    officer = scene.person(EVERYTHING.id)
    now = scene.clock()
    plan = Plan("Authority", "2025-17", "inspector", now, now + timedelta(days=1), ("audit",))
    approval = scene.place.inspections.ask(officer, plan)
    scene.place.people.register(Person("dora", "Dora", frozenset({Role.DATA_PROTECTION_OFFICER})), PASSWORD)
    scene.place.approvals.decide(scene.person("dora"), approval, allowed=True)
    inspection, _ = scene.place.inspections.open(officer, approval)
    scene.place.inspections.opened(scene.person("inspector"), "GET /audit")
    day = now.date()
    policy = Writing("policy", "Retention", "Ninety days.", day, day + timedelta(days=9), ("8.retention_content",))
    order = Entry("us-2703f", "police", "Police", "SE", "K 4711", now, service="chat", accounts=("user-1",))
    came = ReportReceived(
        on=day, source="ncmec", number="R-1", object="account", provider_type="social_media", grade="actionable",
        accounts=("a",), files=(("f",),),
    )  # fmt: skip
    reports = [new_subject("report", now) for _ in range(2)]
    for report in reports:
        scene.place.authority.state(officer, report, came)
    opened = InvestigationOpened(on=day, reports=(reports[0],))
    scene.place.authority.state(officer, "investigation:K-1", opened)
    return {
        "subject": "investigation:K-1",
        "legal_id": scene.place.legal.receive(officer, order),
        "approval_id": scene.place.disclosure.ask_audit_export(officer, "A 1"),
        "inspection_id": inspection.id,
        "record_id": scene.place.governance.write(officer, policy),
        "document": "record-of-processing",
        "case_id": case,
        "item_id": item,
        "action": actions[0].id,
        "complaint_id": complaint,
        "referral": referral,
        "year": "2025",
        "figure_id": "4.known.images",
        "reporter_kind": "state",
        "reporter_code": "PL",
        "person_id": "rita",
        "list_id": "trial-list",
        "entry_id": "1",
        "certificate": certificate,
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def furnished_once(made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], datetime]:
    """An installation to copy, the values of its paths, and the time that it is there."""
    folder = tmp_path_factory.mktemp("furnished") / "data"
    shutil.copytree(made_once, folder)
    scene = reopen(folder)
    values = furnish(scene)
    scene.place.close()
    return folder, values, scene.clock()


@pytest.fixture
def values(furnished_once: tuple[Path, dict[str, str], datetime]) -> dict[str, str]:
    """A value for each parameter of a path."""
    return furnished_once[1]


@pytest.fixture
def scene(tmp_path: Path, furnished_once: tuple[Path, dict[str, str], datetime]) -> Iterator[Scene]:
    """The installation with something on every page."""
    shutil.copytree(furnished_once[0], tmp_path / "data")
    opened = reopen(tmp_path / "data", SteppedClock(furnished_once[2]))
    yield opened
    opened.place.close()


@pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)
@pytest.mark.timeout(300)
def test_axe_finds_nothing_on_any_page_light_or_dark(app: FastAPI, browser: Browser, values: dict[str, str]) -> None:
    axe = Axe()
    found: dict[str, list[str]] = {}
    with serving(app) as address:
        context = browser.new_context(base_url=address, color_scheme="light", viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.goto("/sign-in")
        found["/sign-in"] = in_both(axe, page)
        sign_in(page, EVERYTHING.id, PASSWORD)
        for path in pages(values):
            page.goto(path)
            assert page.locator("h1").count() == 1, path
            found[path] = in_both(axe, page)
        context.close()
    assert {path: said for path, said in found.items() if said} == {}


def in_both(axe: Axe, page: Page) -> list[str]:
    """Return what axe objects to in the light, and to the colours of the dark."""
    light = problems(axe, page)
    ink = "getComputedStyle(document.body).color"
    before = page.evaluate(ink)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(ink) != before, "the dark has the colours of the light"
    dark = problems(axe, page, COLOURS)
    page.emulate_media(color_scheme="light")
    return [*light, *(f"dark: {one}" for one in dark)]


@pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)
@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", languages())
def test_no_page_is_wider_than_its_window(
    app: FastAPI, browser: Browser, language: str, values: dict[str, str]
) -> None:
    """In a narrow window, and at 1280 in the side menu, which has the longest words in other languages."""
    wide: dict[str, list[Any]] = {}
    with serving(app) as address:
        context = browser.new_context(base_url=address, viewport={"width": 800, "height": 800})
        context.add_cookies([{"name": COOKIE, "value": language, "url": address}])
        page = context.new_page()
        sign_in(page, EVERYTHING.id, PASSWORD)
        for path in pages(values):
            page.goto(path)
            if page.evaluate("document.documentElement.scrollWidth") > 800:
                wide[path] = page.evaluate(BEYOND)
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto("/audit")
        assert page.evaluate(CLIPPED) == []
        page.goto(f"/cases/{values['case_id']}")
        page.set_viewport_size({"width": 1280, "height": 560})
        out, bar = page.get_by_role("button", name=OUT[language]).bounding_box(), page.locator(".keys").bounding_box()
        assert out
        assert bar
        assert out["y"] + out["height"] <= bar["y"]
        context.close()
    assert wide == {}


def problems(axe: Axe, page: Page, rules: dict[str, Any] = RULES) -> list[str]:
    """Return what axe objects to, with the first place of each."""
    said = axe.run(page, options=rules).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:160]} ({one['nodes'][0].get('failureSummary', '')})" for one in said
    ]


def test_no_page_is_heavy(client: TestClient, values: dict[str, str]) -> None:
    client.post("/sign-in", data={"name": EVERYTHING.id, "password": PASSWORD})
    for path in pages(values):
        answer = client.get(path)
        assert answer.status_code == 200, path
        drawn = answer.text.replace('<img class="qr" src="/account/second-factor/picture.svg"', "")
        assert "<img" not in drawn, f"{path} shows a picture before anybody asked for it"
        loaded = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.text))
        size = len(answer.content) + sum(sent_size(client, one) for one in loaded)
        assert size < LIGHTEST, f"{path} and what it loads have {size:,} bytes"


def sent_size(client: TestClient, path: str) -> int:
    """Return how many bytes of a static file travel."""
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200, path
    compressed = answer.headers.get("content-encoding") == "gzip"
    return len(gzip.compress(answer.content)) if compressed else len(answer.content)


@pytest.mark.parametrize("language", languages())
def test_every_page_opens_in_every_language(client: TestClient, language: str, values: dict[str, str]) -> None:
    client.post("/sign-in", data={"name": EVERYTHING.id, "password": PASSWORD})
    for path in pages(values):
        answer = client.get(
            path, headers={"Cookie": f"{COOKIE}={language}; tutela_session={client.cookies['tutela_session']}"}
        )
        assert answer.status_code == 200, path
        assert f'<html lang="{language}">' in answer.text


@pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)
def test_axe_would_find_something(tmp_path: Path, browser: Browser) -> None:
    """The check itself can fail: a page without a title and a name for its field is objected to, and dark on dark."""
    bad = tmp_path / "bad.html"
    dark = "@media (prefers-color-scheme: dark) { body { background: #111; color: #222 } }"
    bad.write_text(f"<!doctype html><html><style>{dark}</style><body><p>Hello</p><input></body></html>", "utf-8")
    page = browser.new_page(color_scheme="light")
    page.goto(bad.as_uri())
    said = in_both(Axe(), page)
    page.close()
    assert json.dumps(said).count("document-title") == 1
    assert [one.partition(":")[2].partition(":")[0] for one in said if one.startswith("dark")] == [" color-contrast"]
