"""The officer: approvals, unmasking, exports, inspections, records, the pack; and what an inspector never sees."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import get_args

import pytest

from tests.web.client import TestClient
from tests.web.conftest import Visitor
from tests.web.console_pages import console_routes
from tests.web.scene import PASSWORD, Scene, encoded, texture
from tutela.access.archive import unseal
from tutela.access.roles import Permission, Person, Role
from tutela.casework.desk import Purpose
from tutela.storage.casework.case_reader import CaseReader
from tutela.web.current import Allowed

Visit = Callable[[str], Visitor]
SECRET_ACCOUNT = "anna-the-secret-account"


@pytest.fixture
def case(scene: Scene) -> str:
    for name in ("dora", "dan"):
        scene.place.people.register(Person(name, name.title(), frozenset({Role.DATA_PROTECTION_OFFICER})), PASSWORD)
    picture = encoded(texture(1))
    scene.list_picture(picture)
    found, item = scene.flagged(picture, SECRET_ACCOUNT)
    scene.look("rita", found, item)
    scene.place.desk.decide(scene.person("rita"), found, item, "known", remarks="a remark that nobody else reads")
    return found


def approval_of(page: str) -> str:
    found = re.search(r"/approvals/([0-9a-f-]{36})", page)
    assert found
    return found.group(1)


def test_unmasking_by_pages(case: str, visit: Visit, scene: Scene) -> None:
    ruth, dora = visit("ruth"), visit("dora")
    assert "Ask to unmask" in ruth.get(f"/cases/{case}").text
    asked = {"case": case, "purpose": "court_order", "reason": "legal_obligation", "reference": "B 1-25"}
    assert ruth.post("/approvals/unmask", {**asked, "purpose": "curiosity"}).status_code == 409
    assert ruth.post("/approvals/unmask", asked).status_code == 303
    approval = approval_of(ruth.get("/approvals").text)
    assert ruth.post(f"/approvals/{approval}/unmask").status_code == 409
    waits = dora.get("/approvals").text
    assert "Waits for you" in waits
    assert "B 1-25" in waits
    assert visit("rita").get(f"/approvals/{approval}").status_code == 404
    assert dora.post(f"/approvals/{approval}/decide", {"decision": "allow"}).status_code == 303
    assert dora.post(f"/approvals/{approval}/decide", {"decision": "refuse"}).status_code == 409
    shown = ruth.post(f"/approvals/{approval}/unmask")
    assert SECRET_ACCOUNT in shown.text
    assert shown.headers["cache-control"] == "no-store"
    again = ruth.post(f"/approvals/{approval}/unmask")
    assert (again.status_code, SECRET_ACCOUNT in again.text) == (409, False)
    assert "saw the real identifiers of 1 accounts" in dora.get("/audit?type=account.unmasked").text


def test_exports_by_pages(scene: Scene, case: str, visit: Visit) -> None:
    dora, dan = visit("dora"), visit("dan")
    for what, fields in (
        ("case", {"case": case}),
        ("person", {"service": "chat", "account": SECRET_ACCOUNT}),
        ("audit", {}),
    ):
        assert dora.post("/approvals/export", {"what": what, "reference": "D 1", **fields}).status_code == 303
        page = dora.get("/approvals").text
        assert SECRET_ACCOUNT not in page
        (waiting,) = scene.place.approvals.waiting()
        approval = waiting.id
        assert approval in page
        assert dan.post(f"/approvals/{approval}/decide", {"decision": "allow"}).status_code == 303
        sent = {"passphrase": PASSWORD, "again": PASSWORD, "account": SECRET_ACCOUNT, "form": "csv"}
        if what != "audit":
            differs = dora.post(f"/approvals/{approval}/export", {**sent, "again": "something else"})
            assert differs.status_code == 409
        got = dora.post(f"/approvals/{approval}/export", sent)
        assert got.status_code == 200
        assert "attachment" in got.headers["content-disposition"]
        if what == "audit":
            assert got.text.startswith("sequence,id,type")
        else:
            assert SECRET_ACCOUNT.encode() in b"".join(unseal(got.content, PASSWORD).values())
        assert dora.post(f"/approvals/{approval}/export", sent).status_code == 409


def inspector(
    case: str, visit: Visit, client: TestClient, scopes: list[str]
) -> tuple[str, Callable[[str], tuple[int, str]]]:
    """Open an inspection by the pages, and return its id and a way for the inspector to get a path."""
    dora, dan = visit("dora"), visit("dan")
    dora._become()
    fields = {
        "csrf": dora.token(), "authority": "Authority", "reference": "2025-17", "name": "inspector",
        "since": "2025-06-01T00:00", "until": "2025-06-03T00:00", "scope": scopes,
    }  # fmt: skip
    asked = dora._client.post("/governance/inspections/new", data=fields)
    assert asked.status_code == 303, asked.text
    approval = approval_of(asked.headers["location"])
    assert dora.post(f"/governance/inspections/open/{approval}").status_code == 409
    assert dan.post(f"/approvals/{approval}/decide", {"decision": "allow"}).status_code == 303
    opened = dora.post(f"/governance/inspections/open/{approval}").text
    password = re.findall(r'class="secret">([^<]+)<', opened)[1]
    found = re.search(r"/governance/inspections/([0-9a-f-]{36})", opened)
    assert found
    client.cookies.clear()
    assert client.post("/sign-in", data={"name": "inspector", "password": password}).status_code == 303
    cookie = client.cookies["tutela_session"]

    def get(path: str) -> tuple[int, str]:
        client.cookies.clear()
        client.cookies.set("tutela_session", cookie)
        answer = client.get(path)
        return answer.status_code, answer.text

    return found.group(1), get


def test_an_inspector_sees_pages_without_content_and_all_of_it_is_on_record(
    case: str, visit: Visit, client: TestClient, scene: Scene
) -> None:
    values = furnish_paths(scene, case)
    name, get = inspector(case, visit, client, ["dashboard", "return", "audit", "retention", "quality", "governance"])
    allowed = {
        Permission.SEE_DASHBOARD, Permission.SEE_RETURN, Permission.SEE_AUDIT, Permission.SEE_RETENTION,
        Permission.SEE_QUALITY, Permission.SEE_GOVERNANCE,
    }  # fmt: skip
    opened = 0
    for route in console_routes():
        if "GET" not in (route.methods or ()) or route.path in ("/", "/sign-in"):
            continue
        guard = next((d.call for d in route.dependant.dependencies if isinstance(d.call, Allowed)), None)
        if guard is None or guard.permission is None:
            continue
        path = route.path
        for key, value in values.items():
            path = path.replace("{" + key + "}", value)
        if "{" in path:
            continue
        status, text = get(path)
        if guard.permission in allowed:
            assert status in (200, 303), path
            opened += 1
        else:
            assert status == 403, path
        for secret in (SECRET_ACCOUNT, "a remark that nobody else reads", "<img"):
            assert secret not in text, path
    assert opened >= 8
    assert get("/approvals")[0] == 200
    shown = visit("dora").get(f"/governance/inspections/{name}").text
    assert "GET /audit" in shown
    assert "GET /governance" in shown
    assert scene.place.inspections.one(name).pages >= opened


def furnish_paths(scene: Scene, case: str) -> dict[str, str]:
    return {
        "case_id": case, "year": "2025", "figure_id": "4.known.images",
        "reporter_kind": "state", "reporter_code": "PL", "document": "record-of-processing",
        "form": "json",
    }  # fmt: skip


def test_an_inspection_shows_its_scope_and_ends_by_itself(
    case: str, visit: Visit, client: TestClient, scene: Scene
) -> None:
    name, get = inspector(case, visit, client, ["audit"])
    assert get("/audit")[0] == 200
    status, text = get("/return/2025")
    assert status == 403
    assert 'href="/return"' not in text
    assert scene.place.inspections.one(name).pages == 1
    scene.place.people.register(Person("ada", "Ada Admin", frozenset({Role.ADMINISTRATOR})), PASSWORD)

    def told() -> list[str]:
        page = visit("ada").get("/people").text
        row = page[page.index("/people/inspector") :].split("</tr>")[0]
        one = visit("ada").get("/people/inspector").text
        words = ("has access", "the inspection is over", "the inspection begins later")
        return [word for word in words if word in row and word in one]

    assert told() == ["has access"]
    scene.clock.step(hours=37)
    assert get("/audit")[0] == 303
    assert told() == ["the inspection is over"]


def test_records_by_pages(case: str, visit: Visit) -> None:
    dora = visit("dora")
    fields = {
        "kind": "policy", "title": "Retention", "text": "Ninety days.\r\nThen erased.", "effective_from": "2025-01-01",
        "review_by": "2025-06-01", "answers": "8.retention_content",
    }  # fmt: skip
    assert "Not recorded" in dora.post("/governance/new", {**fields, "effective_from": "soon"}).text
    assert dora.post("/governance/new", {**fields, "answers": "4.known.images"}).status_code == 409
    written = dora.post("/governance/new", fields)
    assert written.status_code == 303
    here = written.headers["location"]
    assert "1 record is due for review" in dora.get("/governance").text
    assert "Ninety days.\nThen erased." in dora.get(here).text
    again = {**fields, "text": "Sixty days.", "review_by": "", "technologies": "pdq-1, md5"}
    assert dora.post(f"{here}/write", {**again, "technologies": "<b>"}).status_code == 409
    assert dora.post(f"{here}/write", again).status_code == 303
    assert "pdq-1, md5" in dora.get(here).text
    assert 'value="pdq-1 md5"' in dora.get(f"{here}/write").text
    assert dora.post(f"{here}/review", {"review_by": "2024-01-01"}).status_code == 409
    assert dora.post(f"{here}/review", {"review_by": "2026-01-01"}).status_code == 303
    page = dora.get(here).text
    assert "version 1, from 2025-01-01" in page
    figure = dora.get("/return/2025/figures/8.retention_content").text
    assert here in figure
    adam = visit("adam")
    assert "Write a new version" not in adam.get(here).text
    assert adam.post(f"{here}/retire", {"reason": "replaced"}).status_code == 403
    assert dora.post(f"{here}/retire", {"reason": "replaced"}).status_code == 303
    assert dora.post(f"{here}/write", fields).status_code == 409
    assert "Retention" in dora.get("/governance?kind=retired").text


def test_an_incident_says_whether_the_authority_was_told_in_time(case: str, visit: Visit) -> None:
    dora = visit("dora")
    fields = {
        "kind": "incident", "title": "A lost laptop", "text": "Encrypted.", "effective_from": "2025-05-20",
        "detected_at": "2025-05-20T08:00", "told_authority_at": "2025-05-25T08:00", "personal_data": "yes",
        "told_people": "not_needed", "not_told": "", "people_affected": "12",
    }  # fmt: skip
    assert "after more than 72 hours" in dora.post("/governance/new", fields).text
    written = dora.post("/governance/new", {**fields, "not_told": "late"})
    assert written.status_code == 303, written.text
    page = dora.get(written.headers["location"]).text
    assert "after more than 72 hours" in page
    assert "people affected: 12" in page


def test_the_pack_says_what_is_missing(case: str, visit: Visit) -> None:
    dora = visit("dora")
    page = dora.get("/governance/pack/record-of-processing").text
    assert "MISSING" in page
    assert "Example" in page
    assert "Information till användare" in page
    notice = dora.get("/governance/pack/user-notice-sv/markdown")
    assert "SAKNAS" in notice.text
    assert "setting [redress] authority" in notice.text
    (annex,) = json.loads(dora.get("/governance/pack/impact-assessment-annex/json").text)
    labels = {s["label"]: s for section in annex["sections"] for s in section["statements"]}
    assert "trial-list" in " ".join(labels)
    assert labels["Impact assessment, GDPR Art. 35"]["missing"] is True
    assert "Rita Reviewer" in labels["reviewer"]["value"]
    assert dora.get("/governance/pack/nothing").status_code == 404


def test_the_audit_filters_and_pages(case: str, visit: Visit, scene: Scene) -> None:
    adam = visit("adam")
    for n in range(120):
        scene.place.people.create_key(f"k{n}", ["items"])
    first = adam.get("/audit?type=key.created").text
    assert "k119" in first
    assert "k2<" not in first
    older = re.search(r'href="(/audit\?[^"]*before=\d+[^"]*)"', first)
    assert older
    assert "the API key k2" in adam.get(older.group(1).replace("&amp;", "&")).text
    assert "Nothing is on record that fits" in adam.get("/audit?from=2030-01-01").text
    assert adam.get("/audit?from=yesterday").status_code == 422
    assert adam.get("/audit?from=0001-01-01").status_code == 422
    assert "rita" in adam.get("/audit?person=rita&from=2025-06-01&to=2025-06-01").text
    scene.place.audit.verify()
    assert "intact" in adam.get("/audit").text
    scene.place.audit.checkpoint()
    (scene.place.settings.data / "audit-checkpoints.jsonl").write_text("cut\n", "ascii")
    scene.place.audit.verify()
    page = adam.get("/audit").text
    assert "not proved whole" in page
    assert re.search(r"have no usable copy: [1-9]", page)
    assert ">intact<" not in page


@pytest.mark.parametrize("purpose", get_args(Purpose))
def test_the_audit_says_for_what_somebody_looked(case: str, visit: Visit, scene: Scene, purpose: Purpose) -> None:
    (item,) = (i.id for i in CaseReader(scene.place.database).one(case).items)
    if purpose == "review":
        scene.place.desk.reopen("system", case, [item], "entry_wrong", "7")  # who reviews has something to decide
    scene.place.desk.view(scene.person("sara"), case, item, purpose)
    answer = visit("adam").get("/audit?type=evidence.viewed")
    assert answer.status_code == 200
    assert answer.text.count("asked to look at") == 2


def test_preserved_content_is_asked_for_allowed_and_handed_over_by_two(case: str, scene: Scene, visit: Visit) -> None:
    ruth, dora = visit("ruth"), visit("dora")
    asked = {"case": case, "reference": "B 1-25"}
    assert "Ask to hand a preserved case over" in ruth.get("/approvals").text
    assert dora.post("/approvals/hand-over", asked).status_code == 403
    refused = ruth.post("/approvals/hand-over", asked)
    assert (refused.status_code, "preserved" in refused.text) == (409, True)
    holds, until = scene.place.retention.holds, scene.clock().replace(year=2026)
    hold = holds.ask(scene.person("ruth"), [case], ground="court_order", until=until, reference="B 1-25")
    scene.place.approvals.decide(scene.person("dora"), hold, allowed=True)
    holds.place(scene.person("ruth"), hold)
    assert ruth.get(f"/approvals/hand-over?case={case}").status_code == 200
    assert ruth.post("/approvals/hand-over", asked).status_code == 303
    (waiting,) = scene.place.approvals.waiting()
    assert case in dora.get(f"/approvals/{waiting.id}").text
    sent = {"passphrase": "a bridge over a river", "again": "a bridge over a river"}
    assert ruth.post(f"/approvals/{waiting.id}/hand-over", sent).status_code == 409
    assert dora.post(f"/approvals/{waiting.id}/decide", {"decision": "allow"}).status_code == 303
    assert f'action="/approvals/{waiting.id}/hand-over"' in ruth.get(f"/approvals/{waiting.id}").text
    assert ruth.post(f"/approvals/{waiting.id}/hand-over", {**sent, "again": "else"}).status_code == 409
    got = ruth.post(f"/approvals/{waiting.id}/hand-over", sent)
    assert got.status_code == 200
    assert got.headers["content-type"] == "application/octet-stream"
    assert ruth.post(f"/approvals/{waiting.id}/hand-over", sent).status_code == 409
