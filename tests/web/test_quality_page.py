"""The quality page; and that a second reviewer learns nothing of the first decision, nor that there was one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from tests.casework.quality.queue import queue
from tests.web.client import TestClient
from tests.web.conftest import Visitor
from tests.web.scene import PASSWORD, Scene, encoded, texture
from tutela.access.roles import Person, Role
from tutela.casework.quality.rules import QualityRules
from tutela.cli.main import app as command
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.casework.queue_reader import QueueReader

Visit = Callable[[str], Visitor]
PICTURE = encoded(texture(1))
ROSA = Person("rosa", "Rosa Reviewer", frozenset({Role.REVIEWER}))


@pytest.fixture(autouse=True)
def drawn_always(scene: Scene) -> None:
    """Draw every decision. Read by the office when it is first asked for."""
    rules = QualityRules(second_review={"known": {"known": 1.0, "new": 1.0, "not": 1.0}}, golden=1.0)
    scene.place.settings = replace(scene.place.settings, quality=rules)
    scene.place.people.register(ROSA, PASSWORD)


def decided(scene: Scene, account: str = "user-1", reviewer: str = "rita") -> tuple[str, str]:
    """Let the first reviewer decide, in words that would give it away."""
    scene.list_picture(PICTURE)
    case, item = scene.flagged(PICTURE, account)
    scene.look(reviewer, case, item)
    scene.place.desk.decide(scene.person(reviewer), case, item, "new", remarks="telling words")
    scene.clock.step(minutes=20)
    scene.place.quality.follow()
    return case, item


def waiting(scene: Scene, name: str) -> str:
    (case,) = queue(scene.place, name)
    return case


def without_ids(page: str) -> str:
    """Return a page without what differs between any two cases: ids, times, the token of the session."""
    page = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", page)
    page = re.sub(r'name="csrf" value="[^"]+"|X-CSRF-Token[^}]+', "TOKEN", page)
    page = re.sub(r'ticket[": =]+[^"]+"', "TICKET", page)
    page = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\+00:00)?", "TIME", page)
    page = re.sub(r">\s*\d+ (min|h \d+ min)|just now", "AGO", page)
    return re.sub(r"\b[0-9a-f]{8}\b", "SHORT", page)


def test_the_page_of_a_second_review_is_that_of_any_other_case(scene: Scene, visit: Visit) -> None:
    """A fresh case of the same picture, and the copy that is a second review: one page, but for ids and times."""
    scene.list_picture(PICTURE)
    fresh, _ = scene.flagged(PICTURE, "user-0")
    ordinary = visit("rosa").get(f"/cases/{fresh}").text
    decided(scene)
    (copy,) = set(queue(scene.place, "rosa")) - {fresh}
    page = visit("rosa").get(f"/cases/{copy}").text
    assert copy in page
    assert without_ids(page).splitlines() == without_ids(ordinary).splitlines()
    for word in ("telling words", "rita", "Rita", "planted", "reported"):
        assert word not in page, word


def test_neither_queue_nor_json_tells(scene: Scene, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = decided(scene)
    copy = waiting(scene, "rosa")
    queue = visit("rosa").get("/queue").text
    assert copy in queue
    assert first not in queue
    shown = CaseReader(scene.place.database).one(copy).as_dict()
    text = json.dumps(shown)
    for word in ("second", "planted", "rita", first, "telling"):
        assert word not in text
    assert shown["items"][0]["earlier"] == []
    monkeypatch.setenv("TUTELA_DATA", str(scene.place.settings.data))
    said = CliRunner().invoke(command, ["case", "show", copy])
    assert said.exit_code == 0
    assert first not in said.stdout
    assert "second" not in said.stdout


def test_overview_and_queue_count_alike(scene: Scene, visit: Visit) -> None:
    """As each person sees them: the copy waits for rosa, and for rita, from whom it is kept, there is none."""
    scene.list_picture(PICTURE)
    decided(scene)
    scene.flagged(PICTURE, "user-7")
    for name, waits in (("rosa", 2), ("sven", 2), ("rita", 1)):
        visitor = visit(name)
        page = visitor.get("/overview").text
        told = re.search(r"<dt>Cases that wait</dt><dd>(\d+)</dd>", page)
        assert told
        tabs = QueueReader(scene.place.database, scene.place.settings.queues).tabs(person=name)
        assert int(told[1]) == waits == sum(tab.cases for tab in tabs)
        opened = re.search(r"<dt>Cases opened</dt><dd>(\d+)</dd>", page)
        assert opened
        assert int(opened[1]) == 2  # no figure holds the copy


def test_no_other_page_of_a_reviewer_tells(scene: Scene, visit: Visit) -> None:
    decided(scene)
    rosa = visit("rosa")
    for path in ("/quality", "/audit", "/referrals"):
        assert rosa.get(path).status_code == 403
    assert "second" not in rosa.get("/overview").text.lower()


def test_the_first_reviewer_meets_no_second_review(scene: Scene, visit: Visit) -> None:
    decided(scene)
    copy = waiting(scene, "rosa")
    rita = visit("rita")
    assert copy not in rita.get("/queue").text
    item = CaseReader(scene.place.database).one(copy).items[0].id
    refused = rita.post(f"/cases/{copy}/items/{item}/decide", {"decision": "known"})
    assert refused.status_code == 404  # tests/web/test_looking.py: as if it were not there, by every door


def test_the_team_page_names_no_case_that_is_kept_from_who_looks(scene: Scene, visit: Visit) -> None:
    decided(scene, reviewer="sven")
    copy = waiting(scene, "rosa")
    assert visit("rosa").post(f"/cases/{copy}/claim", {"ticket": "t"}).status_code < 400
    assert copy not in visit("sven").get("/team").text
    assert copy in visit("sara").get("/team").text


def test_the_second_reviewer_sees_the_picture_of_the_first_case(scene: Scene, visit: Visit) -> None:
    decided(scene)
    copy = waiting(scene, "rosa")
    item = CaseReader(scene.place.database).one(copy).items[0].id
    rosa = visit("rosa")
    fragment = rosa.post(f"/cases/{copy}/items/{item}/view").text
    path = re.search(r'src="([^"]+)"', fragment)
    assert path
    answer = rosa.get(path.group(1))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert rosa.post(f"/cases/{copy}/items/{item}/decide", {"decision": "known"}).status_code == 303
    with scene.place.transactions.reading() as log:
        (said,) = [e for e in log.read(subject=copy) if e.type == "item.decided"]
    assert said.payload.model_dump()["viewed"] is True


def test_the_page_shows_what_is_measured(scene: Scene, visit: Visit) -> None:
    decided(scene)
    copy = waiting(scene, "rosa")
    item = CaseReader(scene.place.database).one(copy).items[0].id
    scene.look("rosa", copy, item)
    scene.place.desk.decide(ROSA, copy, item, "new")
    scene.place.quality.follow()
    sven = visit("sven")
    page = sven.get("/quality").text
    assert "rita · rosa" in page or "rosa · rita" in page
    assert "1 / 1" in page
    assert copy not in page
    assert sven.get("/quality?from=2025-05-01&to=2025-05-02").text.count("No second review was decided") == 1
    assert sven.get("/quality?from=2025-06-02&to=2025-06-01").status_code == 422
    assert visit("adam").get("/quality").status_code == 200


def test_golden_items_canaries_training_and_findings_by_hand(scene: Scene, client: TestClient, visit: Visit) -> None:
    sven = visit("sven")
    token = sven.token()
    fields = {"csrf": token, "truth": "not", "classification": ""}
    sven.get("/quality")
    large = encoded(texture(7, (900, 700)))
    assert len(large) > 64 * 1024
    answer = client.post("/quality/golden", data=fields, files={"file": ("x.png", large, "image/png")})
    assert answer.status_code == 303
    (golden,) = scene.place.quality.reader.golden(9)
    assert (golden.truth, golden.kind, golden.added_by) == ("not", "image", "sven")
    answer = client.post("/quality/golden", data=fields, files={"file": ("x.txt", b"words", "image/png")})
    assert answer.status_code == 422
    assert sven.post(f"/quality/golden/{golden.id}/retire").status_code == 303
    assert sven.post(f"/quality/golden/{golden.id}/retire").status_code == 409
    assert sven.post("/quality/canaries").status_code == 303
    assert scene.place.quality.reader.canaries(1)[0].state == "planted"
    training = {"person": "rita", "course": "k-1", "layers": "known", "valid_from": "2025-06-01", "valid_until": ""}
    assert sven.post("/quality/trainings", training).status_code == 303
    assert sven.post("/quality/trainings", {**training, "person": "sven"}).status_code == 422
    (one,) = scene.place.quality.reader.trainings(9)
    assert sven.post(f"/quality/trainings/{one.id}/withdraw").status_code == 303
    scene.clock.step(days=2)
    scene.place.quality.follow()
    scene.place.quality.look_for_findings()
    sven = visit("sven")  # two days end a session
    (finding,) = scene.place.quality.reader.findings(closed=False, limit=9)
    assert "A canary did not come through" in sven.get("/quality").text
    assert sven.post(f"/quality/findings/{finding.id}/close", {"reason": "nonsense"}).status_code == 422
    assert sven.post(f"/quality/findings/{finding.id}/close", {"reason": "explained"}).status_code == 303
    assert "it has an explanation" in sven.get("/quality").text
