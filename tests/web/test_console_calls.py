"""The page of calls to the platform, and actions by hand on the page of a case."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.conftest import Visitor
from tests.web.scene import Scene, encoded, texture
from tutela.casework.calls import CallState
from tutela.events.catalogue.platform import CallDelivered, CallFailed
from tutela.events.envelope import NewEvent
from tutela.storage.casework.case_reader import CaseReader
from tutela.web.console import calls

Visit = Callable[[str], Visitor]


@pytest.fixture
def confirmed(scene: Scene) -> str:
    picture = encoded(texture(1))
    scene.list_picture(picture)
    case, item = scene.flagged(picture)
    scene.look("rita", case, item)
    scene.place.desk.decide(scene.person("rita"), case, item, "known")
    return case


def fail(scene: Scene, call: str, case: str, *, dead: bool) -> None:
    next_at = None if dead else scene.clock().replace(hour=23)
    with scene.place.transactions.record() as log:
        log.append([NewEvent(CallFailed(call=call, tries=3, code="http-503", next_at=next_at), case, scene.clock())])


def test_the_page_shows_what_failed_and_lets_it_be_tried_again(scene: Scene, visit: Visit, confirmed: str) -> None:
    first, second = scene.place.calls.newest()
    ruth = visit("ruth")
    assert "Try again" not in ruth.get("/calls").text
    fail(scene, first.id, confirmed, dead=True)
    fail(scene, second.id, confirmed, dead=False)
    page = ruth.get("/calls").text
    assert "http-503" in page
    assert "given up" in page
    assert page.count(f'action="/calls/{first.id}/retry"') == 1
    assert "Try all given up again" in page
    assert ruth.get("/calls?state=dead").text.count("<tr>") == 2
    assert "No such call" in ruth.get("/calls?state=delivered").text
    adam = visit("adam").get("/calls").text  # an auditor sees, and does nothing
    assert ("http-503" in adam, "Try again" in adam) == (True, False)
    assert ruth.post(f"/calls/{second.id}/retry").status_code == 303
    assert ruth.post("/calls/retry").status_code == 303
    assert {row.state for row in scene.place.calls.newest()} == {CallState.WAITING}
    assert {row.tries for row in scene.place.calls.newest()} == {0}
    with scene.place.transactions.record() as log:
        log.append([NewEvent(CallDelivered(call=first.id, status=200), confirmed, scene.clock())])
    refused = ruth.post(f"/calls/{first.id}/retry")
    assert (refused.status_code, "waits or is dead" in refused.text) == (409, True)
    assert ruth.get("/calls?state=nonsense").status_code == 422
    assert ruth.get("/calls?before=nowhere").status_code == 404
    history = visit("sven").get(f"/cases/{confirmed}").text
    assert "could not tell the platform" in history
    assert "which received it" in history


def test_pages_follow_each_other(scene: Scene, visit: Visit, confirmed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "SHOWN", 1)
    newest, oldest = scene.place.calls.newest()
    ruth = visit("ruth")
    page = ruth.get("/calls?state=waiting").text
    assert f"state=waiting&amp;before={newest.id}" in page
    assert "Earlier calls" not in ruth.get(f"/calls?state=waiting&before={newest.id}").text
    assert oldest.kind == "action.ordered"


def test_a_senior_orders_and_undoes_by_hand(scene: Scene, visit: Visit, confirmed: str) -> None:
    reader = CaseReader(scene.place.database)
    sven = visit("sven")
    assert "Order an action by hand" in sven.get(f"/cases/{confirmed}").text
    assert "Order an action by hand" not in visit("rita").get(f"/cases/{confirmed}").text
    order = {"kind": "warn_account", "reason": "repeated"}
    assert sven.post(f"/cases/{confirmed}/actions", order).status_code == 303
    again = sven.post(f"/cases/{confirmed}/actions", order)
    assert (again.status_code, "ordered already" in again.text) == (409, True)
    warning = next(a for a in reader.one(confirmed).actions if a.kind == "warn_account")
    undo = f"/cases/{confirmed}/actions/{warning.id}/reverse"
    assert sven.post(undo, {"reason": "no-such"}).status_code == 422
    assert sven.post(undo, {"reason": "disproportionate"}).status_code == 303
    assert reader.action(warning.id).state == "reversal_ordered"
    assert sven.post(undo, {"reason": "mistake"}).status_code == 409
    assert sven.post(f"/cases/other/actions/{warning.id}/reverse", {"reason": "mistake"}).status_code == 404
    assert sven.post("/cases/nowhere/actions", order).status_code == 404
    page = sven.get(f"/cases/{confirmed}").text
    assert "it happened again" in page
    assert "it was more than needed" in page


def test_nothing_is_done_on_suspicion(scene: Scene, visit: Visit) -> None:
    picture = encoded(texture(2))
    scene.list_picture(picture)
    case, item = scene.flagged(picture)
    refused = visit("sven").post(
        f"/cases/{case}/actions", {"kind": "remove_content", "reason": "severity", "item": item}
    )
    assert (refused.status_code, "something is confirmed" in refused.text) == (409, True)
