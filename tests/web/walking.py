"""A whole installation at work: the server with its background loops, and both sandboxes, each on a free port.

Everything goes by one clock that the test steps.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.web.browser import Watched, arrived, chromium, serving, sign_in
from tests.web.scene import PASSWORD, Scene, SteppedClock, build
from tutela.access.roles import Person, Role
from tutela.sandboxes import cybertipline, platform
from tutela.sandboxes.cybertipline.serving import RunningSandbox
from tutela.sandboxes.platform.serving import RunningPlatform
from tutela.web import background
from tutela.web.app import create_app

PATIENCE = 30.0
"""Seconds of real time within which the background work must have done what is due."""
T = TypeVar("T")


def until(found: Callable[[], T | Literal[False]], what: str) -> T:
    """Return what `found` returns as soon as it is true; fails after a while."""
    end = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < end, f"never came: {what}"
        time.sleep(0.02)
    return value


@dataclass
class Walk:
    """The installation from outside: people at browsers, the platform at the API, what the sandboxes got."""

    scene: Scene
    address: str
    browser: Browser
    authority: RunningSandbox
    platform: RunningPlatform
    api: httpx.Client
    watched: dict[str, Watched] = field(default_factory=dict)

    def at_browser(self, name: str) -> Page:
        """Return somebody's page, signed in; signs in again where the session is over."""
        if name not in self.watched:
            self.watched[name] = Watched(self.browser, self.address)
            sign_in(self.watched[name].page, name, PASSWORD)
        return self.watched[name].page

    def go_home(self) -> None:
        """Let everybody leave; what their browsers complained of or called elsewhere fails the test."""
        for name, one in self.watched.items():
            assert one.hosts == {"127.0.0.1"}, name
            # A refusal is an answer 409 to a form, which Chromium tells of as an error of the page.
            assert [text for text in one.complaints if "409" not in text] == [], name
            one.context.close()
        self.watched.clear()

    def send(self, account: str, item: str, picture: bytes, country: str = "SE") -> dict[str, Any]:
        """Send an item as the platform does; return what it is told."""
        about = {
            "service": "chat",
            "item_id": item,
            "sender": {"account": account, "country": country, "basis": "declared"},
        }
        sent = self.api.post("/v1/items", data={"item": json.dumps(about)}, files={"file": ("a.png", picture)})
        assert sent.status_code == 200, sent.text
        answer: dict[str, Any] = sent.json()
        return answer

    def to_do(self) -> list[dict[str, Any]]:
        """Return what the platform has still to do or to undo."""
        answer: list[dict[str, Any]] = self.api.get("/v1/actions", params={"state": "pending"}).json()
        return answer

    def confirm(self, done: str) -> list[dict[str, Any]]:
        """Confirm whatever the platform was asked to do; `done` is carried_out or reversed."""
        confirmed = [self.api.post(f"/v1/actions/{one['id']}/confirm", json={"done": done}) for one in self.to_do()]
        assert [answer.status_code for answer in confirmed] == [200] * len(confirmed)
        return [answer.json() for answer in confirmed]

    def calls(self, kind: str) -> list[Mapping[str, Any]]:
        """Return what the platform was called with, of one type."""
        return [one.data for one in list(self.platform.ledger.messages.values()) if one.type == kind]

    def reports(self) -> list[dict[str, Any]]:
        """Return the reports that were finished at the authority."""
        ledger = httpx.get(f"{self.authority.sandbox_url}/ledger.json", auth=("sandbox", "sandbox")).json()
        return [report for report in ledger["reports"] if report["state"] == "finished"]

    def events(self, *types: str) -> list[Any]:
        """Return the events of some types."""
        with self.scene.place.transactions.reading() as log:
            return list(log.read(types=list(types)))


def shown(page: Page, path: str, locator: str, text: str) -> Locator:
    """Open a page again until it says something; return the place."""
    place = page.locator(locator).filter(has_text=text).first
    end = time.monotonic() + PATIENCE
    while True:
        page.goto(path)
        try:
            expect(place).to_be_visible(timeout=1000)
        except AssertionError:
            assert time.monotonic() < end, f"{path} never said {text!r}: {page.locator('main').inner_text()}"
        else:
            return place


def look(page: Page) -> None:
    """Look at the item of a case as a reviewer does: grey, and sharp only while the key is held."""
    picture = page.locator("#picture img")
    expect(page.locator("#hold")).to_be_visible()
    page.wait_for_load_state()
    assert picture.count() == 0
    page.keyboard.down("v")
    arrived(picture)
    expect(picture).to_have_css("filter", "grayscale(1)")
    page.keyboard.up("v")
    expect(picture).to_have_css("filter", "grayscale(1) blur(14px)")


@contextmanager
def walking(folder: Path, database_url: str, patch: pytest.MonkeyPatch) -> Iterator[Walk]:
    """Open the installation, and let everything run."""
    for name in [name for name in vars(background) if name.startswith("PAUSE")]:
        patch.setattr(background, name, 0.2)
    clock = SteppedClock()
    with ExitStack() as stack:
        authority = stack.enter_context(cybertipline.running(user="sandbox", password="sandbox", clock=clock))
        called = stack.enter_context(platform.running(clock=clock))
        settings = f'[cybertipline]\nurl = "{authority.base_url}"\n[platform]\nurl = "{called.url}"\n'
        scene = build(folder, clock, database_url, settings)
        stack.callback(scene.place.close)
        scene.place.people.register(Person("olga", "Olga Office", frozenset({Role.COMPLAINTS_OFFICER})), PASSWORD)
        scene.place.people.register(Person("dora", "Dora Data", frozenset({Role.DATA_PROTECTION_OFFICER})), PASSWORD)
        key = scene.place.people.create_key("platform", ["items", "actions"])
        address = stack.enter_context(serving(create_app(scene.place)))
        browser = stack.enter_context(chromium())
        api = httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=30)
        stack.callback(api.close)
        yield Walk(scene, address, browser, authority, called, api)


def ids(rows: Sequence[Mapping[str, Any]], name: str) -> set[str]:
    """Return a field of all rows."""
    return {row[name] for row in rows}
