"""Who gets in: every page asks, every form carries its token, every answer its headers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.client import TestClient
from tests.web.conftest import Visitor
from tests.web.scene import PASSWORD, Scene
from tutela.web.app import create_app
from tutela.web.arrivals import Tls


def test_a_fragment_for_nobody_leads_to_the_sign_in(client: TestClient) -> None:
    answer = client.post("/cases/x/items/y/view", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/sign-in"


def test_each_role_begins_where_it_may(visit: Callable[[str], Visitor]) -> None:
    begin = {name: visit(name).get("/") for name in ("rita", "adam", "cora", "nora")}
    assert begin["rita"].headers["location"] == "/queue"
    assert begin["cora"].headers["location"] == "/overview"
    assert begin["adam"].headers["location"] == "/overview"
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


@pytest.mark.parametrize(("base", "tls"), [("https://tutela.example", "own"), ("http://127.0.0.1", "proxy")])
def test_off_loopback_the_cookie_is_for_https_alone(scene: Scene, base: str, tls: Tls) -> None:
    app = create_app(scene.place, dispatch=False, tls=tls, bound=["tutela.example"])
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
    assert len(client.get("/static/console.css").content) < 40_000
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
