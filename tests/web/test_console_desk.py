"""Working a queue over HTTP: who has which case, what a decision says, and when it is enough."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.web.client import TestClient
from tests.web.conftest import BASE, Visitor
from tests.web.scene import Scene, encoded, reopen, texture
from tutela.storage.casework.case_reader import CaseReader
from tutela.web.app import create_app

Visit = Callable[[str], Visitor]
PICTURE = encoded(texture(1, (160, 120)))
SETTINGS = """
[policy]
classes = false
jurisdictions = ["SE", "US"]

[[queues]]
id = "seniors"
name = "For <seniors>"
severity = 5
roles = ["senior"]

[desk]
skips_per_day = 1

[care]
looks_per_hour = 2
"""
CONFIGURED = pytest.mark.parametrize("scene", [SETTINGS], indirect=True, ids=["configured"])


@pytest.fixture
def scene(tmp_path: Path, made_once: Path, request: pytest.FixtureRequest) -> Iterator[Scene]:
    shutil.copytree(made_once, tmp_path / "data")
    with (tmp_path / "data" / "tutela.toml").open("a") as file:
        file.write(getattr(request, "param", ""))
    opened = reopen(tmp_path / "data")
    opened.list_picture(PICTURE)
    yield opened
    opened.place.close()


def cases(scene: Scene, number: int) -> list[tuple[str, str]]:
    made = []
    for n in range(number):
        made.append(scene.flagged(PICTURE, f"user-{n}"))
        scene.clock.step(minutes=1)
    return made


def events(scene: Scene, *types: str) -> list[tuple[str, str]]:
    with scene.place.transactions.reading() as log:
        return [(event.type, event.subject) for event in log.read(types=list(types))]


def ticket(page: str) -> str:
    found = re.search(r'data-ticket="([^"]+)"', page)
    assert found
    return found.group(1)


def test_the_next_case_is_claimed_shown_and_left(scene: Scene, visit: Visit) -> None:
    (first, _), (second, _) = cases(scene, 2)
    rita, sven = visit("rita"), visit("sven")
    assert rita.post("/queue/next").headers["location"] == f"/cases/{first}"
    assert sven.post("/queue/next", {"queue": "other"}).headers["location"] == f"/cases/{second}?queue=other"
    page = rita.get(f"/cases/{first}").text
    said = rita.post(f"/cases/{first}/claim", {"ticket": ticket(page)})
    assert "You work on it until 12:12 UTC" in said.text
    assert "you <span" in rita.get("/queue").text
    other = sven.get(f"/cases/{first}").text
    assert "rita works on it until 12:12 UTC" in other
    assert 'id="decision"' not in other
    assert sven.post(f"/cases/{first}/claim", {"ticket": "x"}).status_code == 409
    refused = sven.post(f"/cases/{first}/items/none/decide", {"decision": "known"})
    assert "rita works on this case" in refused.text or refused.status_code == 404
    assert rita.post(f"/cases/{first}/leave", {"ticket": "an older page"}).status_code == 204
    assert sven.post(f"/cases/{first}/claim", {"ticket": "x"}).status_code == 409
    assert rita.post(f"/cases/{first}/leave", {"ticket": ticket(page)}).status_code == 204
    assert sven.post(f"/cases/{first}/claim", {"ticket": "x"}).status_code == 200
    moved = sven.post("/queue/next", {"leaving": first})
    assert moved.headers["location"] == "/queue"  # the other one is theirs already
    assert rita.post("/queue/next").headers["location"] == f"/cases/{first}"
    assert rita.post("/cases/none/claim").status_code == 404
    assert events(scene, "case.assigned", "case.taken_away") == []


def test_a_senior_gives_the_case_to_somebody_else(scene: Scene, visit: Visit) -> None:
    ((case, item),) = cases(scene, 1)
    rita, sven = visit("rita"), visit("sven")
    rita.post(f"/cases/{case}/claim", {"ticket": "t"})
    assert "Give the case" in sven.get(f"/cases/{case}").text
    assert "Give the case" not in rita.get(f"/cases/{case}").text
    assert "say why" in sven.post(f"/cases/{case}/assign", {"person": "sara"}).text
    assert sven.post(f"/cases/{case}/assign", {"person": "nobody", "reason": "x"}).status_code == 409
    assert sven.post(f"/cases/{case}/assign", {"person": "adam", "reason": "x"}).status_code == 409
    assert sven.post(f"/cases/{case}/assign", {"person": "sara", "reason": "the <b>river</b>"}).status_code == 303
    page = sven.get(f"/cases/{case}").text
    assert "gave the case to sara" in page
    assert "the &lt;b&gt;river&lt;/b&gt;" in page
    assert "sara works on it" in rita.get(f"/cases/{case}").text
    assert "sara" in sven.get("/team").text
    assert sven.post(f"/cases/{case}/assign", {"person": "", "reason": "she is away"}).status_code == 303
    assert "took the case from sara" in rita.get(f"/cases/{case}").text
    assert sven.post(f"/cases/{case}/assign", {"person": "", "reason": "again"}).status_code == 409
    for path in (f"/cases/{case}/assign", f"/cases/{case}/lift-urgency"):
        assert rita.post(path).status_code == 403
    for path in ("/cases/none/assign", "/cases/none/lift-urgency", "/cases/none/comment"):
        assert sven.post(path, {"reason": "x", "person": "sara", "comment": "x"}).status_code == 404
    assert item in page


@CONFIGURED
def test_a_decision_says_all_that_it_can(scene: Scene, visit: Visit) -> None:
    (case, item), (second, two) = cases(scene, 2)
    rita = visit("rita")
    scene.look("rita", case, item)
    path = f"/cases/{case}/items/{item}/decide"
    page = rita.get(f"/cases/{case}").text
    assert "legality.SE" in page
    assert 'id="classification"' not in page
    for wrong in (
        {"decision": "known", "classification": "A1"},
        {"decision": "known", "ground": "error"},
        {"decision": "known", "legality.FI": "lawful"},
        {"decision": "known", "legality.SE": "perhaps"},
        {"decision": "not"},
        {"decision": "not", "ground": "lawful_here"},
        {"decision": "not", "ground": "error", "signs": "generated"},
    ):
        assert rita.post(path, wrong).status_code == 409, wrong
    assert rita.post(path, {"decision": "known", "signs": "drawn"}).status_code == 422
    told = {
        "decision": "known", "signs": "generated", "urgent": "true", "legality.SE": "unlawful", "legality.US": "unsure",
    }  # fmt: skip
    assert rita.post(path, told).status_code == 303
    (row,) = CaseReader(scene.place.database).one(case).items
    assert (row.verdict, row.signs, row.urgent, row.ground) == ("known", ("generated",), True, None)
    assert row.legality == (("SE", "unlawful"), ("US", "unsure"))
    page = rita.get(f"/cases/{case}").text
    assert "<li>generated</li>" in page
    assert "a child is in danger now" in page
    scene.look("rita", second, two)
    fields = {"decision": "not", "ground": "lawful_here", "legality.SE": "lawful"}
    assert rita.post(f"/cases/{second}/items/{two}/decide", fields).status_code == 303
    assert "lawful here" in rita.get(f"/cases/{second}").text


def test_urgent_jumps_every_queue_also_undecided(scene: Scene, visit: Visit) -> None:
    (first, _), (second, item) = cases(scene, 2)
    rita, sven = visit("rita"), visit("sven")
    path = f"/cases/{second}/items/{item}/decide"
    assert rita.post(path, {"urgent": "true", "remarks": "a date is named"}).status_code == 303
    page = rita.get("/queue").text
    assert page.index(second) < page.index(first)
    assert "Child in danger now" in page
    assert "a date is named" in rita.get(f"/cases/{second}").text
    assert sven.post("/queue/next", {"queue": "other"}).headers["location"].startswith(f"/cases/{second}")
    sven.post("/queue/next", {"leaving": second})
    assert sven.post(f"/cases/{second}/lift-urgency", {"reason": ""}).status_code == 409
    assert sven.post(f"/cases/{second}/lift-urgency", {"reason": "an old poster"}).status_code == 303
    page = rita.get("/queue").text
    assert page.index(first) < page.index(second)
    assert events(scene, "case.marked_urgent", "case.urgency_lifted", "item.decided") == [
        ("case.marked_urgent", second), ("case.urgency_lifted", second)
    ]  # fmt: skip


@CONFIGURED
def test_a_skipped_case_goes_to_others_and_only_so_many(scene: Scene, visit: Visit) -> None:
    (first, one), (second, two) = cases(scene, 2)
    rita = visit("rita")
    path = f"/cases/{first}/items/{one}/decide"
    assert "say why" in rita.post(path, {"decision": "skip"}).text
    assert rita.post(path, {"decision": "skip", "skip": "language"}).headers["location"] == f"/cases/{second}"
    refused = rita.post(f"/cases/{second}/items/{two}/decide", {"decision": "skip", "skip": "unsure"})
    assert refused.status_code == 409
    assert "1 cases to others" in refused.text
    assert "left the case to others" in rita.get(f"/cases/{first}").text
    assert visit("sven").post("/queue/next").headers["location"] == f"/cases/{first}"


def test_comments_stand_in_the_history(scene: Scene, visit: Visit) -> None:
    ((case, item),) = cases(scene, 1)
    rita = visit("rita")
    assert rita.post(f"/cases/{case}/comment", {"item": item, "comment": " "}).status_code == 409
    answer = rita.post(f"/cases/{case}/comment", {"item": item, "comment": "the same wall as before"})
    assert answer.headers["location"] == f"/cases/{case}?item={item}"
    assert "the same wall" in visit("cora").get(f"/cases/{case}").text
    assert "the same wall" not in visit("ruth").get(f"/cases/{case}").text
    assert visit("ruth").post(f"/cases/{case}/comment", {"comment": "x"}).status_code == 403


@CONFIGURED
def test_at_the_limit_looks_are_refused_and_a_break_is_offered(scene: Scene, visit: Visit) -> None:
    ((case, item),) = cases(scene, 1)
    rita, sven = visit("rita"), visit("sven")
    assert "at a limit" not in sven.get("/team").text
    asked = f"/cases/{case}/items/{item}/view"
    for _ in range(2):
        assert rita.post(asked, headers={"HX-Request": "true"}).status_code == 200
    refused = rita.post(asked, headers={"HX-Request": "true"})
    assert refused.status_code == 429
    assert "That is enough for now" in refused.text
    assert "13:01 UTC" in refused.text
    assert len(events(scene, "evidence.viewed")) == 2
    page = rita.get(f"/cases/{case}").text
    assert "That is enough for now" in page
    assert 'id="hold"' not in page
    assert "at a limit" in sven.get("/team").text
    rita.post(f"/cases/{case}/claim", {"ticket": "t"})
    assert rita.post("/breaks/begin").status_code == 303
    assert "You are on a break" in rita.get("/queue").text
    assert "on a break" in sven.get("/team").text
    assert sven.post(f"/cases/{case}/claim", {"ticket": "s"}).status_code == 200
    for _ in range(4):
        scene.clock.step(minutes=20)
        rita.get("/queue")
    assert "You are on a break" in rita.post(asked, headers={"HX-Request": "true"}).text
    assert rita.post("/breaks/end", {"case": case}).headers["location"] == f"/cases/{case}"
    assert rita.post("/breaks/end", {"case": "https://x"}).status_code == 422
    assert rita.post(asked, headers={"HX-Request": "true"}).status_code == 200
    assert [name for name, _ in events(scene, "break.began", "break.ended")] == ["break.began", "break.ended"]
    assert "took a break" in visit("adam").get("/audit?subject=rita").text


@CONFIGURED
def test_a_configured_queue_has_its_page(scene: Scene, visit: Visit) -> None:
    ((case, item),) = cases(scene, 1)
    scene.look("rita", case, item)
    scene.place.desk.decide(scene.person("rita"), case, item, "known")
    scene.place.desk.reopen("somebody", case, [item], "entry_wrong", "7")
    rita = visit("rita")
    page = rita.get("/queue?queue=seniors").text
    assert case in page
    assert "For &lt;seniors&gt;" in page
    assert "again" in page
    assert rita.post("/queue/next").headers["location"] == "/queue"
    assert visit("sven").post("/queue/next").headers["location"] == f"/cases/{case}"
    why = rita.get(f"/cases/{case}").text
    assert "an entry that it rested on is wrong" in why


def test_a_held_case_is_shown_and_not_decided(scene: Scene, visit: Visit) -> None:
    ((case, item),) = cases(scene, 1)
    scene.place.desk.hold("system", case, 1)
    rita = visit("rita")
    assert case in rita.get("/queue").text
    page = rita.get(f"/cases/{case}").text
    assert "The case is held" in page
    assert 'id="decision"' not in page
    assert rita.post(f"/cases/{case}/items/{item}/decide", {"decision": "known"}).status_code == 409
    assert rita.post(f"/cases/{case}/items/{item}/view").status_code == 409


def test_a_case_says_where_its_entry_comes_from_and_what_was_decided_before(scene: Scene, visit: Visit) -> None:
    (first, one), (second, _) = cases(scene, 2)
    scene.look("rita", first, one)
    scene.place.desk.decide(scene.person("rita"), first, one, "not", ground="error")
    page = visit("rita").get(f"/cases/{second}").text
    for told in ("made for tests", "Example, SE", "class A1", "verified by a, b", "1 not"):
        assert told in page, told
    assert re.search(r"The same content in other cases of this service: <strong>1 not such material", page)


def test_planted_cases_look_like_any_other(scene: Scene, visit: Visit) -> None:
    from sqlalchemy import update

    from tutela.storage import schema

    ((case, _),) = cases(scene, 1)
    rita = visit("rita")

    def pages() -> list[str]:
        changing = re.compile(r'value="[^"]{20,}"|ticket[^}>]+|X-CSRF[^}]+')
        return [changing.sub("", rita.get(path).text) for path in ("/queue", f"/cases/{case}")]

    before = pages()
    with scene.place.database.write() as connection:
        connection.execute(update(schema.cases).values(planted="golden"))
    assert pages() == before
    assert "planted" not in str(CaseReader(scene.place.database).one(case).as_dict())


@pytest.fixture
def app(scene: Scene) -> FastAPI:
    return create_app(scene.place, dispatch=False)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=BASE, follow_redirects=False) as opened:
        yield opened
