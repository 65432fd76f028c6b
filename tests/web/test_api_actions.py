"""Keys, actions and complaints over the API."""

from __future__ import annotations

from tests.web.client import TestClient
from tests.web.scene import Scene, encoded, texture
from tutela.casework.reasons import Reason

PICTURE = encoded(texture(1))


def confirmed(scene: Scene) -> str:
    scene.list_picture(PICTURE)
    case, item = scene.flagged(PICTURE)
    scene.look("rita", case, item)
    scene.place.desk.decide(scene.person("rita"), case, item, "known")
    return case


def test_a_key_is_needed_and_its_scopes_count(client: TestClient, scene: Scene) -> None:
    people = scene.place.people
    items = {"Authorization": f"Bearer {people.create_key('items-only', ['items'])}"}
    actions = {"Authorization": f"Bearer {people.create_key('actions-only', ['actions'])}"}
    for method, path in [("POST", "/v1/items"), ("GET", "/v1/actions"), ("POST", "/v1/actions/x/confirm"),
                         ("POST", "/v1/complaints")]:  # fmt: skip
        missing = client.request(method, path)
        assert missing.status_code == 401, path
        assert missing.headers["www-authenticate"] == "Bearer"
        wrong = client.request(method, path, headers={"Authorization": "Bearer tut_wrong"})
        assert wrong.status_code == 401
    refused = client.post("/v1/items", headers=actions)
    assert refused.status_code == 403
    assert "it needs the scope items" in refused.json()["detail"]
    refused = client.get("/v1/actions", headers=items)
    assert refused.status_code == 403
    assert "carry_out_actions" in refused.json()["detail"]
    people.revoke_key("actions-only")
    assert client.get("/v1/actions", headers=actions).status_code == 401


def test_a_session_of_a_person_opens_no_api(client: TestClient) -> None:
    client.post("/sign-in", data={"name": "sven", "password": "a bridge over a river"})
    assert client.get("/v1/actions").status_code == 401


def test_the_platform_sees_what_it_has_to_do_confirms_and_undoes(
    client: TestClient, scene: Scene, key: dict[str, str]
) -> None:
    case = confirmed(scene)
    pending = client.get("/v1/actions?state=pending", headers=key).json()
    assert {a["kind"] for a in pending} == {"remove_content", "suspend_account"}
    assert {a["case"] for a in pending} == {case}
    assert {a["state"] for a in pending} == {"ordered"}
    action = next(a["id"] for a in pending if a["kind"] == "remove_content")
    early = client.post("/v1/complaints", headers=key, json={"action": action, "channel": "internal"})
    assert early.status_code == 409

    def said(done: str) -> tuple[int, str]:
        answer = client.post(f"/v1/actions/{action}/confirm", headers=key, json={"done": done})
        return answer.status_code, answer.json().get("state") or answer.json()["detail"]

    assert said("reversed")[0] == 409
    assert said("carried_out") == said("carried_out") == (200, "carried_out")
    status, detail = said("reversed")
    assert (status, "nobody ordered" in detail) == (409, True)
    assert said("burnt")[0] == 422
    assert client.post(f"/v1/actions/{action}/confirm", headers=key).status_code == 422
    assert [a["id"] for a in client.get("/v1/actions", headers=key).json()] != [action]
    lodged = client.post("/v1/complaints", headers=key, json={"action": action, "channel": "internal"})
    assert lodged.status_code == 201
    assert lodged.json()["complaint"]
    desk, sven = scene.place.redress, scene.person("sven")
    desk.decide(sven, lodged.json()["complaint"], upheld=True, reason=Reason.WRONG_ACCOUNT)
    assert said("carried_out") == (200, "reversal_ordered")  # a late repeat is no restoration
    assert said("reversed") == said("reversed") == (200, "reversed")
    missing = client.post("/v1/actions/none/confirm", headers=key, json={"done": "carried_out"})
    assert missing.status_code == 404
    assert client.post("/v1/complaints", headers=key, json={"action": "x", "channel": "internal"}).status_code == 404


def test_a_long_list_comes_in_pages(client: TestClient, scene: Scene, key: dict[str, str]) -> None:
    scene.list_picture(PICTURE)
    for account in ("user-1", "user-2", "user-3"):
        case, item = scene.flagged(PICTURE, account)
        scene.look("rita", case, item)
        scene.place.desk.decide(scene.person("rita"), case, item, "known")
        scene.clock.step(seconds=1)
    whole = [a["id"] for a in client.get("/v1/actions", headers=key).json()]
    assert len(whole) == 6
    seen: list[str] = []
    while page := client.get("/v1/actions", headers=key, params={"limit": 3, "after": (seen or [""])[-1]}).json():
        seen += [a["id"] for a in page]
    assert seen == whole
    assert client.get("/v1/actions?limit=0", headers=key).status_code == 422
    assert client.get("/v1/actions?after=nowhere", headers=key).status_code == 404


def test_a_bad_document_is_422_and_not_sent_back(client: TestClient, key: dict[str, str]) -> None:
    answer = client.post("/v1/complaints", headers=key, json={"action": "SECRET-ACTION", "channel": "SECRET"})
    assert answer.status_code == 422
    assert "SECRET" not in answer.text
    assert client.get("/v1/actions?state=reversed", headers=key).status_code == 422


def test_health_and_the_description_need_no_key(client: TestClient) -> None:
    assert client.get("/health").json()["status"] == "ok"
    paths = client.get("/v1/openapi.json").json()["paths"]
    assert set(paths) == {
        "/health",
        "/v1/items",
        "/v1/conversations",
        "/v1/lookups",
        "/v1/actions",
        "/v1/actions/{action}/confirm",
        "/v1/complaints",
        "/v1/complaints/{complaint}",
        "/v1/access-requests",
        "/v1/notices",
        "/v1/notices/{about}",
        "/v1/actions/{action}/notice",
        "/v1/accounts/suspended/lookup",
    }
