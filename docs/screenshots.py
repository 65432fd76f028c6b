"""Makes the pictures of the console in docs/images: `python -m docs.screenshots`, with Chromium on the PATH.

Every page of the console gets one, named after its path, from the installation that `docs/furnishing.py` makes. A new
page is in it by itself, and asks `furnishing.py` for the values of its parameters.
"""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from docs.furnishing import BEGIN, SETTINGS, furnish
from tests.web.browser import chromium, serving, sign_in
from tests.web.console_pages import filled, page_paths
from tests.web.scene import PASSWORD, SteppedClock, build
from tutela.sandboxes import cybertipline, platform
from tutela.web.app import create_app

IMAGES = Path(__file__).parent / "images"
DARK = ("queue", "overview")
"""The pages that are shown dark too."""
LARGEST = 120_000
FRAGMENTS = frozenset({"/cases/{case_id}/items/{item_id}/listing"})
"""Parts of other pages, which have no picture of their own."""


def name_of(path: str) -> str:
    """Return the name of a page's picture: its path, with `one` for each parameter."""
    return "-".join(re.sub(r"\{[^}]+\}", "one", path).replace("/", " ").split()) or "home"


def save(page: Page, name: str) -> None:
    """Keep what the window shows, in 256 colours: a page of text needs no more, and loads faster."""
    page.wait_for_load_state("networkidle")
    path = IMAGES / f"console-{name}.png"
    with Image.open(io.BytesIO(page.screenshot())) as taken:
        for colours in (256, 128, 64, 32):
            taken.convert("RGB").quantize(colours, kmeans=2, dither=Image.Dither.NONE).save(path, optimize=True)
            if path.stat().st_size < LARGEST:
                return


def visit(browser: Browser, address: str, person: str, dark: bool = False) -> Page:
    """Return a page at which somebody is signed in."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": 1280, "height": 800},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    sign_in(page, person, PASSWORD)
    return page


def clear() -> None:
    """Remove the pictures that were made before, so that none stays of a page that is gone."""
    for old in IMAGES.glob("console-*.png"):
        old.unlink()


def every_page(browser: Browser, address: str, values: dict[str, str]) -> None:
    """Take each page once, as somebody who may open all of them."""
    page = visit(browser, address, "olga")
    for path in page_paths():
        if path in FRAGMENTS:
            continue
        page.goto(filled(path, values))
        page.mouse.move(0, 0)
        save(page, name_of(path))
    page.context.close()
    page = visit(browser, address, "olga", dark=True)
    for path in page_paths():
        if name_of(path) in DARK:
            page.goto(filled(path, values))
            save(page, f"{name_of(path)}-dark")
    page.context.close()


def case_of_a_senior(browser: Browser, address: str, case: str) -> None:
    """Take a case while somebody works on it, before and after the picture is asked for, light and dark."""
    for dark in (False, True):
        mark = "-dark" if dark else ""
        page = visit(browser, address, "sven", dark)
        page.goto(f"/cases/{case}")
        page.keyboard.press("1")
        page.keyboard.press("a")
        save(page, f"case-veiled{mark}")
        page.keyboard.press("v")
        page.locator("#picture img").wait_for()
        page.wait_for_load_state("networkidle")
        save(page, f"case-viewed{mark}")
        page.context.close()


def open_pages(browser: Browser, address: str, token: str) -> None:
    """Take what nobody signs in for: the form, and the page of a user who got a notice."""
    page = browser.new_page(base_url=address, viewport={"width": 1280, "height": 800})
    page.goto("/sign-in")
    save(page, "sign-in")
    page.goto(f"/redress/{token}?language=en")
    save(page, "redress-of-a-user")
    page.close()


def main() -> None:
    """Make every picture."""
    IMAGES.mkdir(exist_ok=True)
    clear()
    clock = SteppedClock(BEGIN)
    with (
        tempfile.TemporaryDirectory() as folder,
        cybertipline.running(user="sandbox", password="sandbox", clock=clock) as authority,  # noqa: S106 - of a sandbox
        platform.running(clock=clock) as called,
    ):
        scene = build(
            Path(folder) / "data", clock, settings=SETTINGS.format(authority=authority.base_url, platform=called.url)
        )
        made = furnish(scene)
        with serving(create_app(scene.place, dispatch=False)) as address, chromium() as browser:
            open_pages(browser, address, made.values["token"])
            case_of_a_senior(browser, address, made.values["shown"])
            every_page(browser, address, made.values)
        scene.place.close()


if __name__ == "__main__":
    main()
