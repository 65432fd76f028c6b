"""Who gets in: every page asks, every form carries its token, every answer its headers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from tests.web.client import TestClient
from tests.web.conftest import Visitor
from tests.web.scene import PASSWORD, PEOPLE, Scene
from tutela.access.roles import Permission, permissions_of
from tutela.web.app import create_app
from tutela.web.current import Allowed, KeyAllowed

OPEN_TO_ALL = {("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/health"), ("GET", "/v1/openapi.json")}
SIGNED_IN_IS_ENOUGH = {("GET", "/"), ("POST", "/sign-out")}


def every_route(routes: Any) -> Iterator[Any]:
    for route in routes:
        # Newer versions of FastAPI keep an included router whole.
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from every_route(inner.routes)
        elif getattr(route, "methods", None):
            yield route


def guards(dependant: Dependant) -> Iterator[Allowed | KeyAllowed]:
    for inner in dependant.dependencies:
        if isinstance(inner.call, Allowed | KeyAllowed):
            yield inner.call
        yield from guards(inner)


def lacking(permission: Permission) -> str:
    return next(name for name, (_, roles) in PEOPLE.items() if roles and permission not in permissions_of(roles))


def filled(path: str) -> str:
    for name in ("case_id", "item_id", "view_id", "complaint_id", "referral", "action", "year"):
        path = path.replace("{" + name + "}", "2025" if name == "year" else "none")
    return path


def test_every_route_states_its_permission_and_refuses_without_it(
    app: FastAPI, client: TestClient, scene: Scene, visit: Callable[[str], Visitor]
) -> None:
    seen = 0
    visitors: dict[str, Visitor] = {}
    for route in every_route(app.routes):
        for method in sorted(route.methods - {"HEAD"}):
            if (method, route.path) in OPEN_TO_ALL:
                continue
            assert isinstance(route, APIRoute), route
            (guard,) = guards(route.dependant)
            path = filled(route.path)
            client.cookies.clear()
            anonymous = client.request(method, path)
            if isinstance(guard, KeyAllowed):
                assert anonymous.status_code == 401, path
                continue
            assert anonymous.status_code == 303, path
            assert anonymous.headers["location"] == "/sign-in"
            if (method, route.path) in SIGNED_IN_IS_ENOUGH:
                assert guard.permission is None
                continue
            assert guard.permission is not None, path
            name = lacking(guard.permission)
            visitor = visitors.setdefault(name, visit(name)) if name not in visitors else visitors[name]
            refused = visitor.get(path) if method == "GET" else visitor.post(path)
            assert refused.status_code == 403, path
            assert guard.permission.value in refused.text
            with scene.place.transactions.reading() as log:
                last = list(log.read(types=["person.refused"], subject=name))[-1]
            assert last.payload.model_dump() == {"reason": f"lacks {guard.permission.value}"}
            assert last.actor == name
            seen += 1
    assert seen >= 9


def test_a_fragment_for_nobody_leads_to_the_sign_in(client: TestClient) -> None:
    answer = client.post("/cases/x/items/y/view", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/sign-in"


def test_each_role_begins_where_it_may(visit: Callable[[str], Visitor]) -> None:
    begin = {name: visit(name).get("/") for name in ("rita", "adam", "cora", "nora")}
    assert begin["rita"].headers["location"] == "/queue"
    assert begin["cora"].headers["location"] == "/queue"
    assert begin["adam"].headers["location"] == "/referrals"
    assert begin["nora"].status_code == 403


def test_signing_in_and_out(client: TestClient) -> None:
    wrong = client.post("/sign-in", data={"name": "rita", "password": "not her password"})
    assert wrong.status_code == 401
    assert "do not fit" in wrong.text
    assert "set-cookie" not in wrong.headers
    answer = client.post("/sign-in", data={"name": "rita", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie
    assert client.get("/sign-in").status_code == 303
    assert client.post("/sign-out").status_code == 403
    assert client.get("/queue").status_code == 200
    secret = client.cookies["tutela_session"]
    page = client.get("/queue").text
    token = page.split('name="csrf" value="')[1].split('"')[0]
    assert client.post("/sign-out", data={"csrf": token}).status_code == 303
    client.cookies.set("tutela_session", secret)
    assert client.get("/queue").status_code == 303


def test_five_failures_lock_the_name(client: TestClient) -> None:
    for _ in range(5):
        client.post("/sign-in", data={"name": "rita", "password": "wrong"})
    assert client.post("/sign-in", data={"name": "rita", "password": PASSWORD}).status_code == 401


def test_another_site_cannot_sign_somebody_in(client: TestClient) -> None:
    fields = {"name": "rita", "password": PASSWORD}
    assert client.post("/sign-in", data=fields, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/sign-in", data=fields, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


@pytest.mark.parametrize(("base", "behind_tls"), [("http://tutela.example", False), ("http://127.0.0.1", True)])
def test_off_loopback_the_cookie_is_for_https_alone(scene: Scene, base: str, behind_tls: bool) -> None:
    app = create_app(scene.place, dispatch=False, behind_tls=behind_tls)
    with TestClient(app, base_url=base, follow_redirects=False) as client:
        answer = client.post("/sign-in", data={"name": "rita", "password": PASSWORD})
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("token", ["", "wrong", "ö"])
def test_a_form_without_the_token_of_the_session_is_refused(visit: Callable[[str], Visitor], token: str) -> None:
    cora = visit("cora")
    assert cora.post_raw("/referrals/none/retry", {"csrf": token}).status_code == 403
    assert cora.post_raw("/referrals/none/retry", {}, {"X-CSRF-Token": "wrong"}).status_code == 403
    assert cora.post_raw("/referrals/none/retry", {}, {"X-CSRF-Token": cora.token()}).status_code == 409
    assert cora.post("/referrals/none/retry").status_code == 409


def test_the_token_of_another_session_does_not_fit(visit: Callable[[str], Visitor]) -> None:
    other = visit("sven").token()
    assert visit("cora").post_raw("/referrals/none/retry", {"csrf": other}).status_code == 403


@pytest.mark.parametrize(
    "path", ["/sign-in", "/queue", "/", "/none", "/health", "/v1/actions", "/v1/openapi.json", "/static/console.css"]
)
def test_every_answer_has_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'")
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    if not path.startswith("/static"):
        assert headers["cache-control"] == "no-store"


def test_a_form_has_no_large_body(client: TestClient) -> None:
    answer = client.post("/sign-in", data={"name": "rita", "password": "x" * 100_000})
    assert answer.status_code == 413


def test_static_files_are_small_and_pages_have_nothing_inline(
    client: TestClient, visit: Callable[[str], Visitor]
) -> None:
    assert len(client.get("/static/console.css").content) < 20_000
    assert len(client.get("/static/console.js").content) < 10_000
    assert client.get("/static/vendor/htmx-2.0.11.LICENSE.txt").status_code == 200
    for page in (client.get("/sign-in").text, visit("sven").get("/queue").text):
        assert " style=" not in page
        assert "<style" not in page
        assert " onclick" not in page
        assert "<script>" not in page


def test_a_page_that_is_not_there_says_so(client: TestClient) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "That was not possible" in answer.text
    assert client.get("/v1/nowhere").json() == {"detail": "Not Found"}
