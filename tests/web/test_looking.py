"""Who may look at a case that waits, and what everybody else is told: nothing of it tells a planted case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.casework.quality.queue import queue
from tests.web.conftest import Visitor
from tests.web.scene import PASSWORD, Scene, encoded, texture
from tutela.access.roles import Person, Role
from tutela.casework.quality.rules import QualityRules
from tutela.storage.casework.case_reader import CaseReader

Visit = Callable[[str], Visitor]
PICTURE = encoded(texture(1))
ROSA = Person("rosa", "Rosa Reviewer", frozenset({Role.REVIEWER}))
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def rules(scene: Scene) -> None:
    """Ask for a training, and draw every decision. Read by the office when it is first asked for."""
    drawn = QualityRules(second_review={"known": {"known": 1.0}}, training=frozenset({"known"}))
    scene.place.settings = replace(scene.place.settings, quality=drawn)
    scene.place.people.register(ROSA, PASSWORD)


def train(scene: Scene, *people: str) -> None:
    for name in people:
        scene.place.quality.work.record_training(
            scene.person("sara"), name, "c-1", frozenset({"known"}), date(2025, 6, 1), None
        )


@pytest.fixture
def flagged(scene: Scene) -> tuple[str, str]:
    scene.list_picture(PICTURE)
    return scene.flagged(PICTURE)


def refusals(scene: Scene, person: str) -> list[str]:
    with scene.place.transactions.reading() as log:
        events = log.read(types=["person.refused"], subject=person)
        return [event.payload.model_dump()["reason"] for event in events]


def viewed(scene: Scene) -> int:
    with scene.place.transactions.reading() as log:
        return len(list(log.read(types=["evidence.viewed"])))


def test_who_is_not_trained_is_told_so_and_sees_nothing(scene: Scene, visit: Visit, flagged: tuple[str, str]) -> None:
    case, item = flagged
    rita = visit("rita")
    page = rita.get(f"/cases/{case}").text
    assert "no valid training" in page
    for offered in ('id="hold"', 'id="decision"', f"/cases/{case}/claim", "/view"):
        assert offered not in page, offered
    for path in (f"items/{item}/view", "claim", f"items/{item}/decide", f"items/{item}/decide"):
        answer = rita.post(f"/cases/{case}/{path}", {"decision": "known"}, FRAGMENT)
        assert answer.status_code == 403
        assert "no valid training" in answer.text
    assert set(refusals(scene, "rita")) == {"untrained"}
    assert "without a valid training" in visit("adam").get("/audit?subject=rita").text
    assert viewed(scene) == 0
    train(scene, "rita")
    assert 'id="hold"' in rita.get(f"/cases/{case}").text
    assert rita.post(f"/cases/{case}/items/{item}/view", headers=FRAGMENT).status_code == 200


def copied(scene: Scene, flagged: tuple[str, str]) -> tuple[str, str]:
    """Let rita decide a case, and return its copy, which a second person reviews: it is kept from rita."""
    train(scene, "rita", "rosa")
    scene.look("rita", *flagged)
    scene.place.desk.decide(scene.person("rita"), *flagged, "known")
    scene.clock.step(minutes=20)
    assert scene.place.quality.follow().drawn == 1
    (copy,) = queue(scene.place, "rosa")
    return copy, CaseReader(scene.place.database).one(copy).items[0].id


def test_a_planted_case_is_not_there_for_whom_it_is_kept_from(
    scene: Scene, visit: Visit, flagged: tuple[str, str]
) -> None:
    """Every door gives what it gives for a case that never was."""
    copy, item = copied(scene, flagged)
    rita, rosa = visit("rita"), visit("rosa")
    none = copy[:-4] + ("0000" if copy[-4:] != "0000" else "1111")
    for path in ("", "/redress", "/clock"):
        there, never = rita.get(f"/cases/{copy}{path}"), rita.get(f"/cases/{none}{path}")
        assert (there.status_code, there.text.replace(copy, none)) == (never.status_code, never.text), path
        assert there.status_code >= 400, path
    sent = {"decision": "skip", "skip": "unsure", "comment": "words", "ticket": "t"}
    for path in (f"/items/{item}/view", f"/items/{item}/decide", "/claim", "/comment"):
        there, never = (rita.post(f"/cases/{one}{path}", sent, FRAGMENT) for one in (copy, none))
        assert there.status_code == 404, path
        assert there.text.replace(copy, none) == never.text, path
    assert viewed(scene) == 1
    assert rosa.get(f"/cases/{copy}").status_code == 200
    assert rosa.post(f"/cases/{copy}/items/{item}/view", headers=FRAGMENT).status_code == 200


def test_a_review_is_for_who_decides_and_holds_the_case(scene: Scene, visit: Visit, flagged: tuple[str, str]) -> None:
    case, item = flagged
    train(scene, "rita", "rosa", "sven")
    rita, rosa, cora = visit("rita"), visit("rosa"), visit("cora")
    path = f"/cases/{case}/items/{item}/view"
    only = cora.post(path, headers=FRAGMENT)
    assert only.status_code == 403
    assert "only who decides it" in only.text
    assert refusals(scene, "cora") == ["lacks decide"]
    assert 'id="hold"' not in cora.get(f"/cases/{case}").text
    assert rita.post(path, headers=FRAGMENT).status_code == 200  # nobody worked on it: from here rita does
    page = rosa.get(f"/cases/{case}").text
    assert "rita works on it" in page
    assert 'id="hold"' not in page
    for other in (rosa, visit("sven")):
        held = other.post(path, headers=FRAGMENT)
        assert held.status_code == 409
        assert "Somebody else works on the case" in held.text
    assert viewed(scene) == 1
    rita.post(f"/cases/{case}/claim", {"ticket": "t"})
    assert rita.post(f"/cases/{case}/leave", {"ticket": "t"}).status_code == 204
    assert rosa.post(path, headers=FRAGMENT).status_code == 200
