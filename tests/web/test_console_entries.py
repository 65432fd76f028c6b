"""Lists, entries and tasks in the console: verified by two, judged by a senior, traced to cases and back."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.web.browser import CHROMIUM, NO_CHROMIUM, chromium, serving, sign_in
from tests.web.client import TestClient
from tests.web.conftest import BASE, Visitor
from tests.web.scene import PASSWORD, Scene, encoded, reopen, texture
from tutela.casework.case import CaseState
from tutela.casework.entries.rules import EntryRules
from tutela.casework.review import Ground
from tutela.detection.hashlists.hashlist import HashList, NewEntry
from tutela.events.catalogue.base import Verdict
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.entries.entry_reader import EntryReader
from tutela.web.app import create_app

Visit = Callable[[str], Visitor]
PICTURE = encoded(texture(3, (320, 240)))


@pytest.fixture
def scene(tmp_path: Path, made_once: Path) -> Iterator[Scene]:
    shutil.copytree(made_once, tmp_path / "data")
    settings = tmp_path / "data" / "tutela.toml"
    settings.write_text(settings.read_text("utf-8") + "[entries]\ncluster_items = 4\nminimum_decisions = 3\n", "utf-8")
    opened = reopen(tmp_path / "data")
    assert opened.place.settings.entries == EntryRules(cluster_items=4, minimum_decisions=3)
    opened.place.lists.create(HashList("own", "Example", "our own cases", "SE", None, own=True))
    yield opened
    opened.place.close()


def listed(scene: Scene, data: bytes = PICTURE) -> int:
    """List a picture by its bytes, and return the entry's number."""
    value = hashlib.sha256(data).digest()
    scene.place.lists.add("trial-list", [NewEntry("sha256", value, "A1", ("a", "b"), "ref-7")])
    return next(e.id for e in scene.place.lists.entries(None, enabled_only=False) if e.value == value)


def decided(scene: Scene, account: str, verdict: Verdict, data: bytes = PICTURE) -> tuple[str, str]:
    case, item = scene.flagged(data, account)
    scene.look("rita", case, item)
    ground: Ground | None = "error" if verdict == "not" else None
    scene.place.desk.decide(scene.person("rita"), case, item, verdict, ground=ground)
    return case, item


def own_entry(scene: Scene, visitor: Visitor) -> str:
    """Put a confirmed item on the own list through the console; return the path of its entry."""
    listed(scene)
    case, item = decided(scene, "own", "known")
    fragment = visitor.get(f"/cases/{case}/items/{item}/listing").text
    assert 'id="add-to-list"' in fragment
    answer = visitor.post("/lists", {"case": case, "item": item, "hashlist": "own"})
    assert answer.status_code == 303
    return str(answer.headers["location"])


def look(visitor: Visitor, path: str) -> None:
    answer = visitor.post(f"{path}/view", headers={"HX-Request": "true"})
    found = re.search(r'src="(/views/[^"]+/picture)"', answer.text)
    assert found, answer.text
    assert visitor.get(found.group(1)).headers["content-type"] == "image/jpeg"


def test_two_people_verify_an_own_entry(scene: Scene, visit: Visit) -> None:
    rita, sven, sara = visit("rita"), visit("sven"), visit("sara")
    path = own_entry(scene, rita)
    assert "You added it: two other people verify it" in rita.get(path).text
    assert "look at the item first" in sven.post(f"{path}/verify").text
    look(sven, path)
    assert sven.post(f"{path}/verify").status_code == 303
    assert "another person must, too" in sven.get(path).text
    assert ">sven<" in visit("adam").get("/tasks").text or "sven" in visit("adam").get("/tasks").text
    look(sara, path)
    assert sara.post(f"{path}/verify").status_code == 303
    page = sara.get(path).text
    assert '<span class="badge active">active</span>' in page
    assert "Nothing waits." in sara.get("/tasks").text
    assert scene.place.lists.entry(int(path.rsplit("/", 1)[1])).enabled
    again = sara.post(f"{path}/view", headers={"HX-Request": "true"})
    assert again.status_code == 409


def test_what_cannot_be_listed_is_refused_with_a_reason(scene: Scene, visit: Visit) -> None:
    listed(scene)
    case, item = scene.flagged(PICTURE)
    rita = visit("rita")
    refused = rita.post("/lists", {"case": case, "item": item, "hashlist": "own"})
    assert refused.status_code == 409
    assert "only items of a confirmed case are listed" in refused.text
    assert rita.post("/lists", {"case": "nothing", "item": item, "hashlist": "own"}).status_code == 409
    assert rita.post("/lists", {"case": case, "item": item, "hashlist": "nowhere"}).status_code == 409


def test_a_suspended_entry_is_judged_by_a_senior(scene: Scene, visit: Visit) -> None:
    entry = listed(scene)
    cases = [decided(scene, f"u{n}", "not")[0] for n in range(3)]
    path = f"/lists/trial-list/entries/{entry}"
    assert f'href="{path}"' in visit("sven").get("/tasks").text
    page = visit("sven").get(path).text
    assert "too many of its matches were errors" in page
    assert "0.0 %" in page
    assert "70.8 %" in page
    assert all(f"/cases/{case}" in page for case in cases)
    assert visit("rita").post(f"{path}/restore", {"reason": "mistaken"}).status_code == 403
    assert visit("sven").post(f"{path}/restore", {"reason": "errors_explained"}).status_code == 303
    assert scene.place.lists.entry(entry).enabled
    assert "the errors had another reason" in visit("adam").get(path).text
    assert visit("sven").post(f"{path}/suspend", {"reason": "doubt"}).status_code == 303
    assert visit("sven").post(f"{path}/suspend", {"reason": "doubt"}).status_code == 409
    assert 'state=suspended">1</a>' in visit("sven").get("/lists").text


def test_a_wrong_entry_shows_its_trail_and_opens_its_cases(scene: Scene, visit: Visit) -> None:
    entry = listed(scene)
    case, _ = decided(scene, "u1", "known")
    path = f"/lists/trial-list/entries/{entry}"
    page = visit("sven").get(path).text
    assert "Remove the item" in page
    assert "CyberTipline" in page
    assert visit("sven").post(f"{path}/wrong", {"reason": "not_such_material"}).status_code == 303
    page = visit("sven").get(path).text
    assert "1 items of 1 cases are decided anew" in page
    assert "opened again" in page
    assert CaseReader(scene.place.database).one(case).state is CaseState.OPEN
    assert "an entry that it rested on is wrong" in visit("sven").get(f"/cases/{case}").text
    only = visit("sven").get("/lists/trial-list?state=wrong").text
    assert path in only
    assert visit("sven").get(f"/lists/trial-list?number={entry}").headers["location"] == path
    assert visit("sven").get("/lists/trial-list?number=99999").status_code == 404
    assert visit("sven").get("/lists/own/entries/1").status_code == 404
    assert visit("sven").get("/lists/nowhere").status_code == 404


def test_a_cluster_is_looked_at_without_pictures_and_let_go(scene: Scene, visit: Visit) -> None:
    entry = listed(scene)
    cases = [scene.flagged(PICTURE, f"u{n}")[0] for n in range(6)]
    reader = CaseReader(scene.place.database)
    assert [reader.one(case).state.value for case in cases] == ["held"] * 6
    path = f"/lists/trial-list/entries/{entry}"
    page = visit("sven").get(path).text
    assert "It flagged 4 items in 24 hours, where 0 are usual" in page
    assert "chat 6" in page
    assert "<img" not in page
    assert path in visit("sven").get("/tasks").text
    scene.clock.step(minutes=1)
    assert visit("sven").post(f"{path}/release").status_code == 303
    assert {reader.one(case).state for case in cases} == {CaseState.OPEN}
    assert visit("sven").post(f"{path}/release").status_code == 409


def test_pages_stay_small_with_many_items(scene: Scene, visit: Visit) -> None:
    base = texture(9, (160, 120))
    scene.list_picture(encoded(base))
    (entry,) = scene.place.lists.entries(None, enabled_only=True)
    for number in range(30):
        base.putpixel((0, 0), (number, 0, 0))
        scene.flagged(encoded(base), f"u{number}")
    page = visit("sven").get(f"/lists/trial-list/entries/{entry.id}").text
    assert len(page.encode()) < 100_000
    older = re.search(r'href="([^"]+\?before=[^"]+)"', page)
    assert older
    rest = visit("sven").get(older.group(1)).text
    assert rest.count("data-row") == 5
    assert page.count("data-row") == 25
    assert len(EntryReader(scene.place.database).trail(entry.id, "", 100)) == 30


@pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)
def test_by_keyboard(scene: Scene, app: FastAPI) -> None:
    listed(scene)
    case, item = decided(scene, "own", "known")
    with serving(app) as address, chromium() as browser:
        page = browser.new_page(base_url=address)
        sign_in(page, "rita", PASSWORD)
        page.goto(f"/cases/{case}?item={item}")
        page.wait_for_selector("#add-to-list")
        page.keyboard.press("i")
        page.keyboard.press("Enter")
        page.wait_for_url("**/lists/own/entries/*")
        path = page.url
        other = browser.new_context(base_url=address).new_page()
        sign_in(other, "sven", PASSWORD)
        other.goto(path)
        other.keyboard.down("v")
        other.wait_for_selector("#picture img")
        other.wait_for_function("document.querySelector('#picture img').naturalWidth > 0")
        assert "unveiled" in (other.locator("#stage").get_attribute("class") or "")
        other.keyboard.up("v")
        assert "unveiled" not in (other.locator("#stage").get_attribute("class") or "")
        other.keyboard.press("y")
        other.keyboard.press("Enter")
        other.wait_for_selector("text=another person must, too")


@pytest.fixture
def app(scene: Scene) -> FastAPI:
    return create_app(scene.place, dispatch=False)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=BASE, follow_redirects=False) as opened:
        yield opened
