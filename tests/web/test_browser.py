"""The console in a real browser, by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Locator, Page, expect

from tests.web.browser import CHROMIUM, NO_CHROMIUM, chromium, serving, sign_in
from tests.web.scene import PASSWORD, Scene, encoded, texture

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


class Watched:
    """A page whose requests and complaints are kept."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800})
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.hosts.add(str(urlsplit(request.url).hostname)))
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))


@pytest.fixture
def watch(app: FastAPI, browser: Browser) -> Iterator[Watched]:
    with serving(app) as address:
        watched = Watched(browser, address)
        yield watched
        watched.context.close()


def seen(scene: Scene) -> list[str]:
    with scene.place.transactions.reading() as log:
        return [event.actor for event in log.read(types=["evidence.viewed"])]


def arrived(picture: Locator) -> None:
    """Wait until the picture is there: before that nobody has seen the item."""
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", value=True)
    expect(picture).not_to_have_js_property("naturalWidth", 0)


def test_a_shift_by_keyboard(scene: Scene, watch: Watched) -> None:
    pictures = [encoded(texture(seed)) for seed in (1, 2, 3)]
    for picture in pictures:
        scene.list_picture(picture)
    first, _ = scene.flagged(pictures[0], "user-1")
    scene.flagged(pictures[1], "user-1")
    scene.clock.step(minutes=5)
    second, _ = scene.flagged(pictures[2], "user-2")
    page = watch.page
    sign_in(page, "rita", PASSWORD)
    expect(page.locator("[data-row]")).to_have_count(2)
    assert page.locator("img").count() == 0
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{first}")

    expect(page.locator("#view")).to_be_visible()
    assert page.locator("img").count() == 0
    assert seen(scene) == []
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("look at the item first")
    page.wait_for_load_state()

    page.keyboard.press("v")
    shown = page.locator("#picture img")
    arrived(shown)
    assert seen(scene) == ["rita"]
    filters = "e => getComputedStyle(e).filter"
    page.wait_for_timeout(250)
    assert shown.evaluate(filters) == "grayscale(1) blur(18px)"
    assert shown.evaluate("e => e.naturalWidth") == 480
    page.keyboard.press("g")
    page.keyboard.press("b")
    page.wait_for_timeout(250)
    assert shown.evaluate(filters) == "none"
    page.keyboard.press("v")
    expect(page.locator("img")).to_have_count(0)
    expect(page.locator("#view")).to_be_visible()
    page.keyboard.press("v")
    arrived(shown)
    page.wait_for_timeout(250)
    assert shown.evaluate(filters) == "grayscale(1) blur(18px)"
    assert seen(scene) == ["rita", "rita"]

    page.keyboard.press("Enter")
    expect(page.locator("#chosen")).to_contain_text("Select a decision first")
    page.keyboard.press("1")
    page.keyboard.press("a")
    page.keyboard.press("a")
    expect(page.locator("#classification")).to_have_value("A2")
    expect(page.locator("#chosen")).to_contain_text("Selected: known, A2")
    page.keyboard.press("r")
    page.keyboard.type("12 ge?")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/cases/{first}\?item="))
    expect(page.locator(".history q")).to_have_text("12 ge?")
    page.keyboard.press("v")
    arrived(shown)
    page.keyboard.press("3")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/cases/{second}?after={first}")
    expect(page.get_by_role("status").first).to_contain_text("is confirmed")
    page.keyboard.press("e")
    page.keyboard.press("o")
    expect(page.locator("#opinion")).to_have_value("known")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/queue?after={second}")
    expect(page.locator(".badge.escalated")).to_have_count(1)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")

    sign_in(page, "sven", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{second}")
    expect(page.get_by_text("rita thinks")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("v")
    arrived(shown)
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/queue?after={second}")
    expect(page.get_by_text("Nothing waits for a decision")).to_be_visible()

    assert watch.hosts == {"127.0.0.1"}
    # The one refusal above is an answer 409 to a form, which Chromium tells of as an error of the page.
    assert [text for text in watch.complaints if "409" not in text] == []
    # htmx keeps the path of the page, which names a case and nothing else, until the browser closes.
    kept = page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    assert kept == ["htmx-current-path-for-history"]


def test_leaving_the_tab_veils_the_picture(scene: Scene, watch: Watched) -> None:
    picture = encoded(texture(1))
    scene.list_picture(picture)
    scene.flagged(picture)
    page = watch.page
    sign_in(page, "rita", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")
    page.keyboard.press("v")
    expect(page.locator("#picture img")).to_be_visible()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    expect(page.locator("img")).to_have_count(0)


def test_a_look_that_is_refused_says_so_in_the_page(scene: Scene, watch: Watched) -> None:
    picture = encoded(texture(1))
    scene.list_picture(picture)
    case, item = scene.flagged(picture)
    scene.place.vault.put(case, f"{item}.bytes", b"broken")
    page = watch.page
    sign_in(page, "rita", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")
    page.keyboard.press("v")
    expect(page.get_by_role("alert")).to_contain_text("no look was recorded")
    expect(page.locator("#view")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 800])
def test_no_page_is_wider_than_its_window(scene: Scene, watch: Watched, width: int) -> None:
    picture = encoded(texture(1))
    scene.list_picture(picture)
    case, _ = scene.flagged(picture)
    page = watch.page
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, "sven", PASSWORD)
    for path in ("/queue", f"/cases/{case}", "/referrals", "/complaints"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
