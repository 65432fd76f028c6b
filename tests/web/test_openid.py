"""Signing in by OpenID Connect, against the strict sandbox and each way in which it can misbehave."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.web.client import TestClient
from tests.web.scene import PASSWORD, Scene, SteppedClock
from tutela.access.entrance import Entrance, OpenIdSettings
from tutela.access.ports import ProviderFailed
from tutela.access.roles import Role
from tutela.events.catalogue.access import PersonRefused, PersonRegistered, PersonSignedIn
from tutela.sandboxes.openid import Fault, RunningSandbox, User, running
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace
from tutela.web.app import create_app
from tutela.web.openid import Provider

CLIENT, SECRET = "tutela", "only the two of us know"
USERS = {
    "greta": User("greta", ("reviewers", "canteen")),
    "sven": User("sven", ("reviewers",)),
    "stranger": User("stranger", ("canteen",)),
    "odd": User("Odd Name!", ("reviewers",)),
}
ROLES = (("reviewers", (Role.REVIEWER,)), ("seniors", (Role.SENIOR, Role.AUDITOR)))


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def sandbox(clock: SteppedClock) -> Iterator[RunningSandbox]:
    with running(client_id=CLIENT, client_secret=SECRET, users=dict(USERS), clock=clock) as opened:
        yield opened


@pytest.fixture
def entrance() -> Entrance:
    return Entrance()


@pytest.fixture
def scene(
    tmp_path: Path, made_once: Path, sandbox: RunningSandbox, clock: SteppedClock, entrance: Entrance
) -> Iterator[Scene]:
    folder = tmp_path / "data"
    shutil.copytree(made_once, folder)
    secret = folder / "oidc-secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    openid = OpenIdSettings(sandbox.issuer, CLIENT, secret, roles=ROLES)
    settings = replace(load_settings(folder, {}), entrance=replace(entrance, openid=openid))
    with Workplace(settings, clock) as place:
        yield Scene(place, clock)


def to_provider(client: TestClient) -> str:
    answer = client.get("/sign-in/openid")
    assert answer.status_code == 303
    return str(answer.headers["location"])


def back_from(target: str, user: str) -> str:
    """Sign in at the provider; return the path that it sends the browser to."""
    answer = httpx.post(target, data={"user": user}, trust_env=False)
    assert answer.status_code == 303, answer.text
    parts = urlsplit(answer.headers["location"])
    assert parts.path == "/sign-in/openid/back"
    return f"{parts.path}?{parts.query}"


def arrive(client: TestClient, user: str = "greta") -> httpx.Response:
    answer: httpx.Response = client.get(back_from(to_provider(client), user))
    return answer


def refusals(scene: Scene) -> list[tuple[str, str]]:
    with scene.place.transactions.reading() as log:
        return [(e.subject, e.payload.reason) for e in log.read() if isinstance(e.payload, PersonRefused)]


def test_somebody_new_comes_in_with_the_mapped_roles_alone(client: TestClient, scene: Scene) -> None:
    answer = arrive(client)
    assert answer.status_code == 200
    assert 'http-equiv="refresh"' in answer.text
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("tutela_session"))
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert client.get("/queue").status_code == 200
    assert scene.person("greta").roles == {Role.REVIEWER}
    with scene.place.transactions.reading() as log:
        events = [e.payload for e in log.read(subject="greta")]
    assert events == [PersonRegistered(roles=("reviewer",)), PersonSignedIn(method="openid")]
    # There is no password here that could be asked for, and no second factor of ours.
    assert client.get("/account/second-factor").status_code == 409
    with pytest.raises(ValueError, match="comes in by the provider"):
        scene.place.people.register(scene.person("greta"), PASSWORD)
    client.cookies.clear()
    assert client.post("/sign-in", data={"name": "greta", "password": ""}).status_code == 401


def test_what_is_asked_of_the_provider(client: TestClient) -> None:
    answer = client.get("/sign-in/openid")
    asked = {name: value for name, (value,) in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://127.0.0.1/sign-in/openid/back"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    cookie = answer.headers["set-cookie"]
    assert "SameSite=lax" in cookie
    assert "HttpOnly" in cookie
    assert "Path=/sign-in/openid" in cookie
    assert asked["state"] not in cookie


BAD = [fault for fault in Fault if fault not in (Fault.ROTATED, Fault.SERVER_ERROR, Fault.NOT_JSON)]


@pytest.mark.parametrize("fault", BAD)
def test_a_token_that_proves_nothing_lets_nobody_in(
    client: TestClient, scene: Scene, sandbox: RunningSandbox, fault: Fault
) -> None:
    sandbox.provider.orders.append(fault)
    answer = arrive(client)
    assert answer.status_code == 401
    assert "tutela_session" not in str(answer.headers.get_list("set-cookie"))
    assert refusals(scene) == [("unknown", "openid_token")]
    assert not any(p.id == "greta" for p in scene.place.people.all())
    assert arrive(client).status_code == 200  # the fault was the token's alone


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.NOT_JSON])
def test_a_provider_that_fails_is_told_apart(client: TestClient, sandbox: RunningSandbox, fault: Fault) -> None:
    sandbox.provider.orders.append(fault)
    answer = arrive(client)
    assert answer.status_code == 502
    assert "does not answer as it should" in answer.text


def test_rotated_keys_are_asked_for_again_but_not_without_end(
    client: TestClient, sandbox: RunningSandbox, clock: SteppedClock
) -> None:
    assert arrive(client).status_code == 200
    clock.step(minutes=2)
    sandbox.provider.orders.append(Fault.ROTATED)
    assert arrive(client).status_code == 200
    sandbox.provider.orders.append(Fault.ROTATED)
    assert arrive(client).status_code == 401  # within a minute of the last time
    clock.step(minutes=2)
    assert arrive(client).status_code == 200


def test_a_code_and_a_state_are_used_once_and_by_one_browser(client: TestClient, scene: Scene) -> None:
    way = back_from(to_provider(client), "greta")
    browser = client.cookies["tutela_openid"]
    client.cookies.clear()
    assert client.get(way).status_code == 401  # another browser, led here by whoever began
    client.cookies.set("tutela_openid", browser)
    assert client.get(way).status_code == 401  # and with that it is spent
    client.cookies.clear()
    way = back_from(to_provider(client), "greta")
    assert client.get(way).status_code == 200
    assert client.get(way).status_code == 401
    assert client.get("/sign-in/openid/back?code=x&state=y").status_code == 401
    assert {reason for _, reason in refusals(scene)} == {"openid_attempt"}


def test_a_code_of_another_sign_in_does_not_fit(client: TestClient) -> None:
    """Its verifier is another one (PKCE), whatever state it comes with."""
    stolen = parse_qs(urlsplit(back_from(to_provider(client), "greta")).query)["code"][0]
    own = parse_qs(urlsplit(back_from(to_provider(client), "sven")).query)["state"][0]
    assert client.get(f"/sign-in/openid/back?code={stolen}&state={own}").status_code == 502


def test_another_provider_that_says_so_is_refused(client: TestClient) -> None:
    way = back_from(to_provider(client), "greta")
    assert client.get(way.partition("&iss=")[0] + "&iss=https%3A%2F%2Fother.example").status_code == 401


def test_an_attempt_lasts_ten_minutes(client: TestClient, clock: SteppedClock) -> None:
    target = to_provider(client)
    clock.step(minutes=11)
    assert client.get(back_from(target, "greta")).status_code == 401


@pytest.mark.parametrize(
    ("user", "reason", "subject"),
    [
        ("stranger", "no_role", "unknown"),
        ("sven", "name_taken", "unknown"),
        ("odd", "name_unusable", "unknown"),
    ],
)
def test_who_was_recognised_and_has_no_access(
    client: TestClient, scene: Scene, user: str, reason: str, subject: str
) -> None:
    before = scene.place.people.all()
    answer = arrive(client, user)
    assert answer.status_code == 403
    assert "have no access here" in answer.text
    assert refusals(scene) == [(subject, reason)]
    assert scene.place.people.all() == before


def test_groups_set_the_roles_anew_and_end_the_other_sessions(
    client: TestClient, scene: Scene, sandbox: RunningSandbox
) -> None:
    arrive(client)
    first = client.cookies["tutela_session"]
    users = sandbox.provider.users
    assert isinstance(users, dict)
    users["greta"] = User("greta", ("seniors",))
    client.cookies.clear()
    assert arrive(client).status_code == 200
    assert scene.person("greta").roles == {Role.SENIOR, Role.AUDITOR}
    assert scene.place.people.session(first) is None
    users["greta"] = User("greta", ())
    second = client.cookies["tutela_session"]
    assert arrive(client).status_code == 403
    assert scene.person("greta").roles == frozenset()
    assert scene.place.people.session(second) is None


def test_access_that_was_taken_here_stays_taken(client: TestClient, scene: Scene) -> None:
    arrive(client)
    scene.place.people.deactivate("greta", "ada")
    assert client.get("/queue").status_code == 303
    assert arrive(client).status_code == 403
    assert refusals(scene)[-1] == ("greta", "inactive")


@pytest.mark.parametrize("entrance", [Entrance(second_factor="optional")], ids=["local accounts on"])
def test_both_ways_stand_beside_each_other(client: TestClient) -> None:
    page = client.get("/sign-in").text
    assert 'href="/sign-in/openid"' in page
    assert "<details" not in page
    assert client.post("/sign-in", data={"name": "rita", "password": PASSWORD}).status_code == 303


def test_local_accounts_switched_off_leave_one_emergency_account(
    tmp_path: Path, made_once: Path, sandbox: RunningSandbox
) -> None:
    folder = tmp_path / "off"
    shutil.copytree(made_once, folder)
    text = (folder / "tutela.toml").read_text().replace("[limits]", "local_accounts = false\n[limits]")
    oidc = f'[oidc]\nissuer = "{sandbox.issuer}"\nclient_id = "tutela"\nclient_secret_file = "s"\n'
    for missing in (text, text + oidc):
        (folder / "tutela.toml").write_text(missing)
        with pytest.raises(ValueError, match="break_glass"):
            load_settings(folder, {})
    (folder / "tutela.toml").write_text(text.replace("local_accounts", 'break_glass = "adam"\nlocal_accounts') + oidc)
    with (
        Workplace(load_settings(folder, {})) as place,
        TestClient(create_app(place, dispatch=False), follow_redirects=False) as client,
    ):
        assert "<details" in client.get("/sign-in").text
        refused = client.post("/sign-in", data={"name": "rita", "password": PASSWORD})
        wrong = client.post("/sign-in", data={"name": "rita", "password": "not her password"})
        assert (refused.status_code, wrong.status_code) == (401, 401)
        assert client.post("/sign-in", data={"name": "adam", "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize(
    "issuer",
    [
        "http://login.example",
        "ftp://127.0.0.1",
        "https://user@login.example",
        "login.example",
        "http://127.0.0.1.nip.example",
    ],
)
def test_an_issuer_that_would_be_asked_in_plain_is_refused(issuer: str) -> None:
    with pytest.raises(ValueError, match=r"https|address"):
        OpenIdSettings(issuer, "c", Path("s"))


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS1"])
def test_an_algorithm_that_anybody_could_sign_with_is_refused(algorithm: str) -> None:
    with pytest.raises(ValueError, match="algorithm"):
        OpenIdSettings("https://login.example", "c", Path("s"), algorithm=algorithm)


def answering(document: dict[str, object]) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=document)

    return answer


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({"issuer": "https://other.example"}, "another issuer"),
        ({"issuer": "https://login.example"}, "no authorization_endpoint"),
        ({"issuer": "https://login.example", "authorization_endpoint": "http://login.example/a"}, "not https"),
        ({"issuer": "https://login.example", "x": "y" * 300_000}, "too long"),
    ],
)
def test_a_document_that_leads_elsewhere_is_refused(
    scene: Scene, clock: SteppedClock, document: dict[str, object], told: str
) -> None:
    from tutela.storage.access.openid_attempts import OpenIdAttempts

    settings = OpenIdSettings("https://login.example", "c", Path("s"))
    provider = Provider(settings, clock, httpx.MockTransport(answering(document)))
    attempt = OpenIdAttempts(scene.place.database, clock).begin()
    with pytest.raises(ProviderFailed, match=told):
        provider.address(attempt, "http://127.0.0.1/sign-in/openid/back")
    provider.close()


def test_a_secret_that_others_can_read_is_not_used(client: TestClient, scene: Scene) -> None:
    (scene.place.settings.data / "oidc-secret").chmod(0o644)
    answer = arrive(client)
    assert answer.status_code == 503
    assert "chmod 600" in answer.text


def test_without_a_provider_there_is_no_such_way(tmp_path: Path, made_once: Path) -> None:
    shutil.copytree(made_once, tmp_path / "plain")
    with (
        Workplace(load_settings(tmp_path / "plain", {})) as place,
        TestClient(create_app(place, dispatch=False), follow_redirects=False) as client,
    ):
        assert client.get("/sign-in/openid").status_code == 404
        assert client.get("/sign-in/openid/back?code=x&state=y").status_code == 404
