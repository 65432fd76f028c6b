"""The console in a real browser, by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, expect

from tests.web.browser import CHROMIUM, NO_CHROMIUM, Watched, arrived, chromium, serving, sign_in
from tests.web.scene import PASSWORD, Scene, encoded, texture
from tests.web.test_every_page import problems

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def watch(app: FastAPI, browser: Browser) -> Iterator[Watched]:
    with serving(app) as address:
        watched = Watched(browser, address)
        yield watched
        watched.context.close()


def seen(scene: Scene) -> list[str]:
    with scene.place.transactions.reading() as log:
        return [event.actor for event in log.read(types=["evidence.viewed"])]


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

    expect(page.locator("#claim")).to_contain_text("You work on it until")
    assert page.locator("img").count() == 0
    assert seen(scene) == []
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("look at the item first")
    page.wait_for_load_state()

    shown = page.locator("#picture img")
    page.set_viewport_size({"width": 1280, "height": 480})
    under_the_bar = (
        "e => e.getBoundingClientRect().bottom - document.querySelector('.keys').getBoundingClientRect().top"
    )
    assert page.locator("#stage").evaluate(under_the_bar) > 0
    page.keyboard.down("v")
    arrived(shown)
    assert page.locator("#stage").evaluate(under_the_bar) <= 0  # who holds the key sees it, wherever the page stood
    page.set_viewport_size({"width": 1280, "height": 800})
    assert seen(scene) == ["rita"]
    wide = "e => e.clientWidth"
    expect(shown).to_have_css("filter", "grayscale(1)")
    assert shown.evaluate("e => e.naturalWidth") == 480
    page.keyboard.up("v")
    expect(shown).to_have_css("filter", "grayscale(1) blur(14px)")
    small = shown.evaluate(wide)
    page.keyboard.press("g")
    page.keyboard.press("z")
    expect(shown).to_have_css("filter", "grayscale(1) blur(14px)")  # nothing is unveiled unless a key is held
    assert shown.evaluate(wide) == small <= 240
    page.keyboard.down("v")
    expect(shown).to_have_css("filter", "none")
    assert shown.evaluate(wide) > small
    page.evaluate("dispatchEvent(new Event('blur'))")
    expect(shown).to_have_css("filter", "grayscale(1) blur(14px)")
    page.keyboard.up("v")
    page.keyboard.press("h")
    expect(page.locator("img")).to_have_count(0)
    expect(page.get_by_text("The picture is veiled")).to_be_visible()
    button = page.locator("#hold")
    button.focus()
    page.keyboard.down(" ")
    arrived(shown)
    expect(shown).to_have_css("filter", "grayscale(1)")  # colour and size begin anew
    page.keyboard.up(" ")
    expect(shown).to_have_css("filter", "grayscale(1) blur(14px)")
    button.hover()
    page.mouse.down()
    expect(shown).to_have_css("filter", "grayscale(1)")
    page.mouse.up()
    expect(shown).to_have_css("filter", "grayscale(1) blur(14px)")
    assert seen(scene) == ["rita", "rita"]
    page.evaluate("document.activeElement.blur()")

    page.keyboard.press("Enter")
    expect(page.locator("#chosen")).to_contain_text("Select a decision first")
    page.keyboard.press("1")
    page.keyboard.press("a")
    page.keyboard.press("a")
    expect(page.locator("#classification")).to_have_value("A2")
    expect(page.locator("#chosen")).to_contain_text("Selected: known, A2.")
    page.keyboard.press("r")
    page.keyboard.type("12 ge?")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/cases/{first}\?item="))
    expect(page.locator(".history q")).to_have_text("12 ge?")
    page.keyboard.press("v")
    arrived(shown)
    page.keyboard.press("3")
    page.keyboard.press("w")
    expect(page.locator("#chosen")).to_contain_text("Selected: not, error.")
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
    page.keyboard.press("x")
    page.keyboard.press("u")
    expect(page.locator("#chosen")).to_contain_text("Selected: new, generated, A child is in danger now")
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
    expect(page.get_by_text("The picture is veiled")).to_be_visible()


def test_two_who_ask_for_the_next_case_get_two_and_leaving_gives_one_back(
    scene: Scene, app: FastAPI, browser: Browser
) -> None:
    picture = encoded(texture(1))
    scene.list_picture(picture)
    first, _ = scene.flagged(picture, "user-1")
    scene.clock.step(minutes=1)
    second, _ = scene.flagged(picture, "user-2")
    with serving(app) as address:
        rita, sven = Watched(browser, address), Watched(browser, address)
        for one, name in ((rita, "rita"), (sven, "sven")):
            sign_in(one.page, name, PASSWORD)
            one.page.keyboard.press("n")
            one.page.wait_for_url("**/cases/*")
        assert rita.page.url.endswith(first)
        assert sven.page.url.endswith(second)
        rita.page.keyboard.press("q")
        rita.page.wait_for_url("**/queue")
        while rita.page.get_by_text("you until").count():  # the message that the case was left may come later
            rita.page.reload()
        expect(rita.page.get_by_text("sven until")).to_be_visible()
        rita.page.goto(f"/cases/{second}")
        expect(rita.page.locator("#claim")).to_contain_text("sven works on it until")
        expect(rita.page.locator("#decision")).to_have_count(0)
        sven.page.keyboard.press("s")
        sven.page.keyboard.press("s")
        expect(sven.page.locator("#skip")).to_have_value("language")
        sven.page.keyboard.press("Enter")
        sven.page.wait_for_url(f"**/cases/{first}")
        rita.page.keyboard.press("q")
        rita.page.wait_for_url("**/queue")
        rita.page.keyboard.press("n")
        expect(rita.page.locator("#decision")).to_be_visible()
        rita.page.wait_for_load_state()
        assert rita.page.url.endswith(second)
        rita.page.keyboard.press("c")
        rita.page.keyboard.type("a wall, as yesterday")
        rita.page.keyboard.press("Escape")
        rita.page.get_by_role("button", name="Add the comment").click()
        expect(rita.page.locator(".history q")).to_have_text("a wall, as yesterday")
        rita.page.wait_for_load_state()
        rita.page.keyboard.press("u")
        rita.page.keyboard.press("Enter")
        expect(rita.page.locator(".badge.alarm")).to_have_text("child in danger now")
        expect(rita.page.locator("#claim")).to_contain_text("You work on it until")
        for one in (rita, sven):
            assert one.hosts == {"127.0.0.1"}
            assert [text for text in one.complaints if "409" not in text] == []
            one.context.close()


@pytest.mark.parametrize("width", [1280, 800])
def test_no_page_is_wider_than_its_window(scene: Scene, watch: Watched, width: int) -> None:
    picture = encoded(texture(1))
    scene.list_picture(picture)
    case, _ = scene.flagged(picture)
    page = watch.page
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, "sven", PASSWORD)
    for path in ("/queue", "/queue?queue=other", "/team", f"/cases/{case}", "/referrals", "/complaints"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_desk_in_any_state(
    scene: Scene, app: FastAPI, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    picture = encoded(texture(1))
    scene.list_picture(picture)
    cases = [scene.flagged(picture, f"user-{number}") for number in range(5)]
    desk, rita, sven = scene.place.desk, scene.person("rita"), scene.person("sven")
    desk.mark_urgent(rita, cases[0][0], "a date is named")
    desk.hold("system", cases[1][0], 1)
    desk.escalate(rita, cases[2][0], cases[2][1], "known")
    scene.look("rita", *cases[3])
    desk.decide(rita, *cases[3], "known")
    desk.reopen("system", cases[3][0], [cases[3][1]], "entry_wrong", "1")
    scene.place.claiming.claim(rita, cases[4][0], "page")
    axe, found = Axe(), {}
    with serving(app) as address:
        context = browser.new_context(base_url=address, color_scheme=scheme)
        page = context.new_page()
        sign_in(page, "sven", PASSWORD)
        for path in ("/queue", "/queue?queue=other&order=severity", "/team", *(f"/cases/{case}" for case, _ in cases)):
            page.goto(path)
            for key in "1", "3", "5":
                if path.endswith(cases[0][0]):
                    page.keyboard.press(key)
                    found[f"{path} {key}"] = problems(axe, page)
            found[path] = problems(axe, page)
        scene.place.resting.begin(sven)
        for path in ("/queue", f"/cases/{cases[0][0]}"):
            page.goto(path)
            expect(page.get_by_text("You are on a break")).to_be_visible()
            found[f"{path} on a break"] = problems(axe, page)
        context.close()
    assert {path: said for path, said in found.items() if said} == {}
