"""Makes the pictures of the console in docs/images: `python -m docs.screenshots`, with Chromium on the PATH.

The items are ordinary photographs from the folder that TUTELA_PHOTOS names (/tmp/tutela-photos without it), or
generated textures where there are none.
"""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.web.browser import chromium, serving, sign_in
from tests.web.scene import PASSWORD, Scene, build, encoded, texture
from tutela.events.catalogue import ReferralFailed, ReferralFiled, ReferralOpened
from tutela.events.envelope import NewEvent
from tutela.storage.case_reader import CaseReader
from tutela.web.app import create_app

IMAGES = Path(__file__).parent / "images"
PHOTOGRAPHS = (
    "scikit-image-coffee.png",
    "scikit-image-chelsea.png",
    "scikit-image-rocket.jpg",
    "scikit-image-gravel.png",
    "scikit-image-brick.png",
    "scikit-image-grass.png",
)
"""All of them in the public domain."""


def pictures() -> list[Image.Image]:
    """Return six ordinary pictures."""
    folder = Path(os.environ.get("TUTELA_PHOTOS", "/tmp/tutela-photos"))  # noqa: S108 - only read
    made = []
    for seed, name in enumerate(PHOTOGRAPHS):
        path = folder / name
        if path.exists():
            with Image.open(path) as photograph:
                made.append(photograph.convert("RGB"))
        else:
            made.append(texture(seed + 1, (600, 400)))
    return made


def furnish(scene: Scene) -> str:
    """Fill an installation with cases in every state; returns the case to show."""
    place, clock = scene.place, scene.clock
    photographs = pictures()
    for photograph in photographs:
        scene.list_picture(encoded(photograph))
    desk, rita, sven = place.desk, scene.person("rita"), scene.person("sven")
    for number, photograph in enumerate(photographs[1:4]):
        case, item = scene.flagged(encoded(photograph), f"earlier-{number}")
        clock.step(minutes=3)
        desk.shown(rita, desk.view(rita, case, item).id)
        clock.step(minutes=1)
        desk.decide(rita, case, item, "not" if number == 2 else "known", remarks="Seen before, no doubt.")
    filed, failed = CaseReader(place.database).referrals()
    clock.step(minutes=2)
    with place.transactions.record() as log:
        log.append(
            [
                NewEvent(ReferralOpened(referral=filed.id, attempt=1, report_id="4564654", target="sandbox"),
                         filed.case_id, clock()),
                NewEvent(ReferralFiled(referral=filed.id, attempt=1, report_id="4564654", files=1,
                                       confirmed_by="finish"), filed.case_id, clock()),
                NewEvent(ReferralFailed(referral=failed.id, attempt=1, step="open", code="no-answer", retry=False),
                         failed.case_id, clock()),
            ]
        )  # fmt: skip
    clock.step(hours=20)
    coffee = photographs[0]
    shown, first = scene.flagged(encoded(coffee.rotate(180), "JPEG", quality=60), "user-1")
    scene.send(encoded(coffee.rotate(180), "JPEG", quality=60), "user-1")
    for photograph in photographs[1:5]:
        scene.flagged(encoded(photograph, "JPEG", quality=70), "user-1")
    clock.step(minutes=20)
    for number, photograph in enumerate(photographs):
        scene.flagged(encoded(photograph, "JPEG", quality=35 + 9 * number), f"user-{number + 2}")
        clock.step(hours=2, minutes=11 * number)
    desk.shown(rita, desk.view(rita, shown, first).id)
    desk.escalate(rita, shown, first, "known", "Looks like the listed one, turned. Please check the second item too.")
    clock.step(minutes=34)
    desk.shown(sven, desk.view(sven, shown, first).id)
    return shown


def save(page: Page, name: str) -> None:
    """Keep what the window shows, in 256 colours: a page of text needs no more, and loads faster."""
    with Image.open(io.BytesIO(page.screenshot())) as taken:
        taken.convert("RGB").quantize(256, kmeans=2, dither=Image.Dither.NONE).save(
            IMAGES / f"console-{name}.png", optimize=True
        )


def walk(browser: Browser, address: str, case: str, scheme: str) -> None:
    """Go through the pages and keep each."""
    mark = "-dark" if scheme == "dark" else ""
    context = browser.new_context(
        base_url=address, viewport={"width": 1280, "height": 800}, color_scheme="dark" if mark else "light"
    )
    page = context.new_page()
    if not mark:
        page.goto("/sign-in")
        save(page, "sign-in")
    sign_in(page, "sven", PASSWORD)
    if not mark:
        save(page, "queue")
    page.goto(f"/cases/{case}")
    if not mark:
        page.keyboard.press("1")
        save(page, "case-veiled")
    page.keyboard.press("v")
    page.locator("#picture img").wait_for()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("1")
    page.wait_for_timeout(300)
    save(page, f"case-viewed{mark}")
    context.close()
    if mark:
        return
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    sign_in(page, "cora", PASSWORD)
    for name in ("referrals", "audit"):
        page.goto(f"/{name}")
        save(page, name)
    context.close()


def main() -> None:
    """Make every picture."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        scene = build(Path(folder) / "data")
        case = furnish(scene)
        with serving(create_app(scene.place, dispatch=False)) as address, chromium() as browser:
            walk(browser, address, case, "light")
            walk(browser, address, case, "dark")
        scene.place.close()


if __name__ == "__main__":
    main()
