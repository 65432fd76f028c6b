"""A report that fails, in a real browser: the dead letter, the retry, the receipt."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import FastAPI
from playwright.sync_api import Browser, expect

from tests.web.browser import CHROMIUM, NO_CHROMIUM, Watched, chromium, serving, sign_in
from tests.web.scene import PASSWORD, Scene, encoded, texture
from tests.web.test_every_page import problems
from tutela.referral.cybertipline.recipient import from_settings
from tutela.referral.cybertipline.target import CyberTiplineSettings
from tutela.referral.deferred import Deferred, Plan
from tutela.sandboxes.cybertipline import Fault, Faults, Kind, running
from tutela.storage.workplace import Workplace

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def test_a_dead_letter_its_retry_and_its_receipt(
    app: FastAPI, browser: Browser, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = encoded(texture(1))
    scene.list_picture(picture)
    case, item = scene.flagged(picture, "user-1")
    scene.look("rita", case, item)
    scene.place.desk.decide(scene.person("rita"), case, item, "known", urgent=True)
    refuses = Faults(Fault(Kind.ERROR_BEFORE, frozenset({"submit"}), status=403, code=3000))
    with (
        running(user="sandbox", password="sandbox", faults=refuses) as sandbox,
        serving(app) as address,
        ExitStack() as ends,
    ):
        settings = CyberTiplineSettings(url=sandbox.base_url)
        recipient = Deferred(Plan("cybertipline", settings, lambda: from_settings(settings), lambda: True))
        ends.callback(recipient.close)
        monkeypatch.setattr(Workplace, "recipients", lambda _: {"cybertipline": recipient})
        dispatcher = scene.place.dispatcher()
        assert [one.result for one in dispatcher.run_due()] == ["stopped"]
        watched = Watched(browser, address)
        page = watched.page
        sign_in(page, "cora", PASSWORD)
        page.goto("/referrals")
        expect(page.get_by_role("alert")).to_contain_text("CyberTipline")
        letters = page.get_by_role("region", name="Dead letters: a person must look")
        expect(letters).to_contain_text("open: 3000")
        expect(letters).to_contain_text("urgent")
        assert problems(Axe(), page) == []
        letters.get_by_label("Why it is tried again").select_option(label="what was wrong is mended")
        letters.get_by_role("button", name="Try the report of case").click()
        expect(letters).to_have_count(0)
        assert [one.result for one in dispatcher.run_due()] == ["filed"]
        page.goto(f"/cases/{case}")
        receipt = page.locator(".receipt", has_text="CyberTipline")
        expect(receipt.locator("strong")).to_have_text("200000001")
        expect(receipt).to_contain_text("filed")
        page.goto("/referrals/times")
        expect(page.get_by_role("row", name="CyberTipline")).to_be_visible()
        assert problems(Axe(), page) == []
        assert watched.hosts == {"127.0.0.1"}
        assert watched.complaints == []
        watched.context.close()
        recipient.close()
