"""Legal process in a real browser: an order comes in, a second person confirms, and it is answered from the record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from tests.web.browser import CHROMIUM, NO_CHROMIUM, Watched, chromium, serving, sign_in
from tests.web.scene import PASSWORD, Scene, encoded, texture
from tutela.access.archive import unseal
from tutela.access.roles import Person, Role
from tutela.casework.legal.requests import Entry

pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM), pytest.mark.timeout(240)]
SECRET = "a lamp beside a harbour"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def done(page: Page, button: str) -> None:
    """Press a button whose form leads back to the page."""
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()


def test_an_order_is_entered_confirmed_by_another_person_and_answered(
    scene: Scene, app: FastAPI, browser: Browser
) -> None:
    scene.place.people.register(Person("dora", "Dora", frozenset({Role.DATA_PROTECTION_OFFICER})), PASSWORD)
    picture = encoded(texture(1))
    scene.list_picture(picture)
    case, item = scene.flagged(picture, "user-1")
    with serving(app) as address:
        officer, second = Watched(browser, address), Watched(browser, address)
        sign_in(officer.page, "ruth", PASSWORD)
        sign_in(second.page, "dora", PASSWORD)
        page = officer.page
        page.goto("/legal")
        expect(page.get_by_text("Nothing waits for an answer.")).to_be_visible()
        page.get_by_role("link", name="Enter a request").click()
        page.get_by_label("Kind").select_option("national-production")
        page.get_by_label("Authority").select_option("court")
        page.get_by_label("Its name").fill("Court of Luleå")
        page.get_by_label("Its country").fill("se")
        page.get_by_label("Reference of its document").fill("T 17-25")
        page.get_by_label("Received (UTC)").fill("2025-06-01T09:00")
        page.get_by_label("Service of the accounts").select_option("chat")
        page.get_by_label("Accounts, as the platform").fill("user-1\n")
        done(page, "Enter it")
        expect(page.get_by_role("alert")).to_contain_text("the law sets no time to answer")
        page.get_by_label("To be answered by").fill("2025-06-05T12:00")
        done(page, "Enter it")
        where = page.url
        expect(page.get_by_title(case)).to_be_visible()
        expect(page.locator("main")).not_to_contain_text("Luleå")
        expect(page.get_by_role("button", name="Ask to hand over")).to_have_count(0)

        allow(second.page, "hold evidence", "T 17-25")
        page.goto(where)
        done(page, "Place a hold")
        expect(page.locator(".badge.standing")).to_be_visible()
        done(page, "Ask to hand over what is held")
        approval = page.get_by_role("link", name="to hand over what is held")
        second.page.goto(str(approval.get_attribute("href")))
        expect(second.page.locator("main")).to_contain_text("records and the items themselves")
        done(second.page, "Allow")
        page.goto(where)
        page.get_by_label("Passphrase").fill(SECRET)
        page.get_by_label("The same again").fill(SECRET)
        with page.expect_download() as started:
            page.get_by_role("button", name="Download the archive").click()
        data = Path(str(started.value.path())).read_bytes()
        page.goto(where)
        expect(page.locator("h1 .badge.legal-answered")).to_have_text("handed over")
        expect(page.locator("main")).to_contain_text(hashlib.sha256(data).hexdigest())
        page.get_by_role("link", name="Who asked, and about whom").click()
        expect(page.locator("main")).to_contain_text("Court of Luleå")
        page.goto("/overview")
        expect(page.get_by_role("alert")).to_have_count(0)
        for one in (officer, second):
            assert one.hosts == {"127.0.0.1"}
            assert [text for text in one.complaints if "409" not in text] == []
            one.context.close()
    files = unseal(data, SECRET)
    assert files[f"items/{case}/{item}.bytes"] == picture
    assert json.loads(files["answer.json"])["accounts"][0]["account"] == "user-1"


def allow(page: Page, kind: str, document: str) -> None:
    """Allow what waits, after a look at what it is about."""
    page.goto("/approvals")
    page.get_by_role("link", name=kind).first.click()
    expect(page.locator("main")).to_contain_text(document)
    done(page, "Allow")


def test_what_is_overdue_stands_in_red(scene: Scene, app: FastAPI, browser: Browser) -> None:
    entry = Entry("us-2703f", "police", "Police", "US", "K 4711", scene.clock(), service="chat", accounts=("nobody",))
    scene.place.legal.receive(scene.person("ruth"), entry)
    scene.clock.step(hours=25)
    with serving(app) as address:
        watched = Watched(browser, address)
        sign_in(watched.page, "adam", PASSWORD)
        for path in ("/overview", "/legal", "/retention"):
            watched.page.goto(path)
            expect(watched.page.get_by_role("alert")).to_contain_text("answered in time")
        watched.page.goto("/legal")
        expect(watched.page.locator(".badge.overdue")).to_have_text("overdue")
        watched.page.locator("[data-row]").first.click()
        expect(watched.page.get_by_role("alert")).to_contain_text("It was to be answered by 2025-06-02 12:00 UTC")
        expect(watched.page.get_by_role("button", name="Refuse it")).to_have_count(0)
        expect(watched.page.get_by_role("link", name="Who asked")).to_have_count(0)
        watched.context.close()
