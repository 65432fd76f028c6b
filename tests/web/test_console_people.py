"""One's own account, and the pages of those who give access, in the console."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest

from tests.web.client import TestClient
from tests.web.conftest import Visitor
from tests.web.scene import PASSWORD, Scene, reopen
from tutela.access.roles import Person, Role

SECRET = re.compile(r'<p class="id secret" translate="no">([^<]+)</p>')
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


@pytest.fixture
def required() -> bool:
    return False


@pytest.fixture
def scene(tmp_path: Path, made_once: Path, required: bool) -> Iterator[Scene]:
    shutil.copytree(made_once, tmp_path / "data")
    if required:
        path = tmp_path / "data" / "tutela.toml"
        path.write_text(path.read_text().replace('"optional"', '"required"\nsecond_factor_roles = ["reviewer"]'))
    opened = reopen(tmp_path / "data")
    opened.place.people.register(Person("ada", "Ada Admin", frozenset({Role.ADMINISTRATOR})), PASSWORD)
    yield opened
    opened.place.close()


def form(client: TestClient, path: str, **fields: str | list[str]) -> dict[str, str | list[str]]:
    """Return the fields with the token that the page holds."""
    found = TOKEN.search(client.get(path).text)
    assert found, path
    return {"csrf": found.group(1), **fields}


def signed_in(client: TestClient, name: str, password: str = PASSWORD) -> None:
    client.cookies.clear()
    assert client.post("/sign-in", data={"name": name, "password": password}).status_code == 303


@pytest.mark.parametrize("required", [True])
def test_the_first_sign_in_leads_through_the_second_factor(client: TestClient, scene: Scene) -> None:
    signed_in(client, "rita")
    for path in ("/", "/queue", "/account", "/account/password"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/second-factor"), path
    fragment = client.get("/queue", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["hx-redirect"]) == (401, "/account/second-factor")
    page = client.get("/account/second-factor").text
    assert "<nav" not in page
    drawn = client.get("/account/second-factor/picture.svg")
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert drawn.headers["cache-control"] == "no-store"
    assert drawn.text.startswith("<svg")
    found = SECRET.search(page)
    assert found
    app = pyotp.TOTP(found.group(1).replace(" ", ""))
    assert client.post("/account/second-factor", data=form(client, "/account/second-factor")).status_code == 403
    before = client.cookies["tutela_session"]
    codes_page = client.post(
        "/account/second-factor", data=form(client, "/account/second-factor", code=app.at(scene.clock()))
    )
    assert codes_page.status_code == 200
    codes = re.findall(r'<li class="id">([^<]+)</li>', codes_page.text)
    assert len(codes) == 10
    assert client.cookies["tutela_session"] != before
    assert client.get("/queue").status_code == 200
    scene.clock.step(minutes=1)
    signed_in(client, "rita")
    assert client.get("/queue").headers["location"] == "/sign-in/code"
    wrong = client.post("/sign-in/code", data=form(client, "/sign-in/code", code="123 456"))
    assert wrong.status_code == 401
    assert "not right" in wrong.text
    right = client.post("/sign-in/code", data=form(client, "/sign-in/code", code=app.at(scene.clock())))
    assert right.headers["location"] == "/"
    assert client.get("/sign-in/code").headers["location"] == "/"
    signed_in(client, "rita")
    client.post("/sign-in/code", data=form(client, "/sign-in/code", code=codes[0]))
    assert "9 of 10 are left" in client.get("/account").text
    # Another role needs none, and a sign-in that waits can be left.
    signed_in(client, "sven")
    assert client.get("/queue").status_code == 200
    signed_in(client, "rita")
    assert client.post("/sign-out", data=form(client, "/sign-in/code")).status_code == 303
    assert client.get("/sign-in/code").headers["location"] == "/sign-in"


def test_somebody_gets_access_changes_the_first_password_and_loses_it_again(client: TestClient, scene: Scene) -> None:
    signed_in(client, "ada")
    assert "Rita Reviewer" in client.get("/people").text
    given = form(client, "/people", name="nils", full_name="Nils New", roles=["reviewer", "auditor"])
    made = client.post("/people", data=given)
    assert made.status_code == 200
    found = SECRET.search(made.text)
    assert found
    first = found.group(1)
    assert scene.person("nils").roles == {Role.REVIEWER, Role.AUDITOR}
    assert client.post("/people", data=given).status_code == 422  # there is somebody called so
    assert first not in client.get("/people/nils").text
    for bad in ({"name": "Bad Name"}, {"name": "x", "roles": ["emperor"]}, {}):
        assert client.post("/people", data=form(client, "/people", **bad)).status_code == 422

    signed_in(client, "nils", first)
    assert client.get("/queue").headers["location"] == "/account/password"
    new = "a lamp beside the window"
    fields = form(client, "/account/password", before=first, after=new, again=new + "!")
    assert "differ" in client.post("/account/password", data=fields).text
    short = client.post("/account/password", data={**fields, "after": "short", "again": "short"})
    assert "at least 12" in short.text
    wrong = client.post("/account/password", data={**fields, "before": "no", "again": new})
    assert wrong.status_code == 403
    assert client.post("/account/password", data={**fields, "again": new}).headers["location"] == "/"
    assert client.get("/queue").status_code == 200

    session = client.cookies["tutela_session"]
    signed_in(client, "ada")
    roles = form(client, "/people/nils", roles=["auditor"])
    assert client.post("/people/nils/roles", data=roles).status_code == 303
    assert scene.place.people.session(session) is None
    assert scene.person("nils").roles == {Role.AUDITOR}
    again = client.post("/people/nils/password", data=form(client, "/people/nils"))
    assert SECRET.search(again.text)
    assert client.post("/people/nils/second-factor/reset", data=form(client, "/people/nils")).status_code == 303
    assert client.post("/people/nils/deactivate", data=form(client, "/people/nils")).status_code == 303
    assert client.post("/people/nils/deactivate", data=form(client, "/people/nils")).status_code == 409
    assert "no access" in client.get("/people/nils").text
    assert client.get("/people/nobody").status_code == 404
    assert client.post("/people/nobody/roles", data=form(client, "/people/nils")).status_code == 404
    with scene.place.transactions.reading() as log:
        actors = {event.actor for event in log.read(subject="nils") if event.type == "person.registered"}
    assert actors == {"ada"}


def test_nobody_changes_their_own_access(client: TestClient, scene: Scene) -> None:
    signed_in(client, "ada")
    assert "This is you" in client.get("/people/ada").text
    for what in ("roles", "deactivate", "password", "second-factor/reset"):
        answer = client.post(f"/people/ada/{what}", data=form(client, "/people/ada", roles=["senior"]))
        assert answer.status_code == 409, what
        assert "nobody changes their own access" in answer.text
    assert scene.person("ada").roles == {Role.ADMINISTRATOR}


def test_sessions_are_seen_and_ended(client: TestClient, scene: Scene) -> None:
    people = scene.place.people
    elsewhere, third = (people.sign_in("rita", PASSWORD, address) for address in ("192.0.2.4", "192.0.2.5"))
    signed_in(client, "rita")
    page = client.get("/account").text
    assert "192.0.2.4" in page
    assert "this one" in page
    ids = {row.address: row.id for row in people.sessions.of("rita")}
    ended = client.post(f"/account/sessions/{ids['192.0.2.4']}/end", data=form(client, "/account"))
    assert ended.status_code == 303
    assert people.session(elsewhere) is None
    assert client.post(f"/account/sessions/{ids['192.0.2.4']}/end", data=form(client, "/account")).status_code == 404
    assert client.post("/account/sessions/end", data=form(client, "/account")).status_code == 303
    assert people.session(third) is None
    assert client.get("/account").status_code == 200
    mine = client.cookies["tutela_session"]
    signed_in(client, "ada")
    assert client.post("/people/rita/sessions/end", data=form(client, "/people/rita")).status_code == 303
    assert people.session(mine) is None
    assert client.post("/people/nobody/sessions/end", data=form(client, "/people/rita")).status_code == 404


def test_a_second_factor_of_ones_own_will(client: TestClient, scene: Scene) -> None:
    signed_in(client, "rita")
    page = client.get("/account/second-factor").text
    assert "<nav" in page
    found = SECRET.search(page)
    assert found
    code = pyotp.TOTP(found.group(1).replace(" ", "")).at(scene.clock())
    fields = form(client, "/account/second-factor", code=code)
    assert client.post("/account/second-factor", data={**fields, "password": "no"}).status_code == 403
    assert client.post("/account/second-factor", data={**fields, "password": PASSWORD}).status_code == 200
    wrong = client.post("/account/recovery-codes", data=form(client, "/account", password="no"))
    assert wrong.status_code == 403
    fresh = client.post("/account/recovery-codes", data=form(client, "/account", password=PASSWORD))
    assert len(re.findall(r'<li class="id">', fresh.text)) == 10


def test_keys_are_made_shown_once_and_ended(client: TestClient, scene: Scene, visit: Callable[[str], Visitor]) -> None:
    signed_in(client, "ada")
    fields = form(client, "/keys", name="platform", scopes=["items", "lookups"], last_day="2025-06-30")
    made = client.post("/keys", data=fields)
    found = SECRET.search(made.text)
    assert found
    secret = found.group(1)
    assert secret not in client.get("/keys").text
    key = scene.place.people.key(secret)
    assert key
    (row,) = scene.place.people.keys.all()
    assert row.expires_at is not None
    assert row.expires_at.isoformat() == "2025-07-01T00:00:00+00:00"
    refused: list[dict[str, str | list[str]]] = [
        {"name": "platform", "scopes": ["items"]},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["root"]},
        {"name": "x", "scopes": ["items"], "last_day": "soon"},
        {"name": "x", "scopes": ["items"], "last_day": "9999-12-31"},
        {"name": "x", "scopes": ["items"], "last_day": "2020-01-01"},
    ]
    for bad in refused:
        assert client.post("/keys", data=form(client, "/keys", **bad)).status_code == 422, bad
    assert client.post("/keys/platform/revoke", data=form(client, "/keys")).status_code == 303
    assert scene.place.people.key(secret) is None
    assert client.post("/keys/platform/revoke", data=form(client, "/keys")).status_code == 404
    with scene.place.transactions.reading() as log:
        assert [e.actor for e in log.read(subject="key:platform")] == ["ada", "ada"]


def test_a_key_that_asks_too_much_is_on_record_once_a_minute(client: TestClient, scene: Scene) -> None:
    key = {"Authorization": f"Bearer {scene.place.people.create_key('narrow', ['lookups'])}"}
    assert [client.get("/v1/actions", headers=key).status_code for _ in range(3)] == [403] * 3
    with scene.place.transactions.reading() as log:
        refused = [(e.actor, e.payload.model_dump()) for e in log.read(types=["key.refused"])]
    assert refused == [("key:narrow", {"reason": "lacks carry_out_actions"})]
