"""From where requests may come: names, plain HTTP, proxies, and whose word counts for an address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from tests.web.client import TestClient
from tests.web.scene import PASSWORD, Scene
from tutela.access.entrance import Entrance, Rates
from tutela.storage.settings import BadSettings
from tutela.web.app import create_app
from tutela.web.arrivals import Arrivals, Tls, arrivals_of

HERE, THERE, PROXY = ("127.0.0.1", 1), ("192.0.2.9", 1), ("10.0.0.2", 1)
ENTRANCE = Entrance(second_factor="optional", hosts=("tutela.example",), trusted_proxies=("10.0.0.0/30",))


@contextmanager
def calling(
    scene: Scene, tls: Tls, peer: tuple[str, int], base: str = "http://tutela.example", entrance: Entrance = ENTRANCE
) -> Iterator[TestClient]:
    scene.place.settings = replace(scene.place.settings, entrance=entrance)
    app = create_app(scene.place, dispatch=False, tls=tls)
    with TestClient(app, base, client=peer, follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:8600", 200),
        ("LOCALHOST:8600", 200),
        ("[::1]:8600", 200),
        ("[::1]", 200),
        ("tutela.example", 200),
        ("Tutela.Example:443", 200),
        ("rebound.example", 421),
        ("tutela.example.rebound.example", 421),
        ("127.0.0.1.rebound.example", 421),
        ("127.0.0.1@rebound.example", 421),
        ("rebound.example:127.0.0.1", 421),
        ("", 421),
        ("::1", 200),
    ],
)
def test_it_answers_to_its_names_alone(scene: Scene, host: str, status: int) -> None:
    with calling(scene, "none", HERE) as client:
        answer = client.get("/health", headers={"Host": host})
    assert answer.status_code == status
    if status == 421:
        assert "[access] hosts" in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/sign-in", "/health", "/v1/actions", "/static/console.css"])
def test_plain_http_from_elsewhere_is_refused_whatever_is_asked(scene: Scene, path: str) -> None:
    with calling(scene, "none", THERE) as client:
        answer = client.get(path, headers={"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https"})
    assert answer.status_code == 403
    assert "to this machine alone" in answer.text
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize(
    ("tls", "peer", "base", "said", "status"),
    [
        ("own", THERE, "https://tutela.example", None, 200),
        ("own", HERE, "http://tutela.example", None, 403),
        ("proxy", PROXY, "http://tutela.example", None, 200),
        ("proxy", PROXY, "http://tutela.example", "https", 200),
        ("proxy", PROXY, "http://tutela.example", "http", 403),
        ("proxy", PROXY, "http://tutela.example", "https, http", 403),
        ("proxy", THERE, "http://tutela.example", "https", 403),
        ("proxy", HERE, "http://tutela.example", "https", 403),
        ("proxy", ("", 0), "http://tutela.example", "https", 403),
        ("proxy", ("::ffff:10.0.0.2", 1), "http://tutela.example", "https", 200),
    ],
)
def test_off_loopback_it_is_https(
    scene: Scene, tls: Tls, peer: tuple[str, int], base: str, said: str | None, status: int
) -> None:
    with calling(scene, tls, peer, base) as client:
        answer = client.get("/health", headers={"X-Forwarded-Proto": said} if said else {})
    assert answer.status_code == status
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_the_proxy_is_this_machine_unless_it_is_named(scene: Scene) -> None:
    for peer, status in ((HERE, 200), (PROXY, 403)):
        with calling(scene, "proxy", peer, entrance=replace(ENTRANCE, trusted_proxies=())) as client:
            assert client.get("/health").status_code == status
    with pytest.raises(BadSettings, match="trusted_proxies"):
        arrivals_of(replace(ENTRANCE, trusted_proxies=("the proxy",)), "proxy")


def scope(peer: str, **headers: str) -> dict[str, Any]:
    raw = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "client": (peer, 1) if peer else None, "headers": raw}


@pytest.mark.parametrize(
    ("arrivals", "asked", "address"),
    [
        (arrivals_of(ENTRANCE, "none"), scope("127.0.0.1", X_Forwarded_For="203.0.113.1"), "127.0.0.1"),
        (arrivals_of(ENTRANCE, "own"), scope("192.0.2.9", X_Forwarded_For="203.0.113.1"), "192.0.2.9"),
        (arrivals_of(ENTRANCE, "proxy"), scope("192.0.2.9", X_Forwarded_For="203.0.113.1"), "192.0.2.9"),
        (arrivals_of(ENTRANCE, "proxy"), scope("10.0.0.2", X_Forwarded_For="203.0.113.1"), "203.0.113.1"),
        (arrivals_of(ENTRANCE, "proxy"), scope("10.0.0.2", X_Forwarded_For="1.1.1.1, 203.0.113.1"), "203.0.113.1"),
        (arrivals_of(ENTRANCE, "proxy"), scope("10.0.0.2", X_Forwarded_For="203.0.113.1, 10.0.0.1"), "203.0.113.1"),
        (arrivals_of(ENTRANCE, "proxy"), scope("10.0.0.2", X_Forwarded_For="[2001:db8::1]"), "2001:db8::1"),
        (arrivals_of(ENTRANCE, "proxy"), scope("10.0.0.2", X_Forwarded_For="nonsense"), "10.0.0.2"),
        (arrivals_of(ENTRANCE, "proxy"), scope("10.0.0.2", X_Real_IP="203.0.113.1"), "10.0.0.2"),
        (arrivals_of(replace(ENTRANCE, address_header="X-Real-IP"), "proxy"),
         scope("10.0.0.2", X_Real_IP="203.0.113.1", X_Forwarded_For="1.1.1.1"), "203.0.113.1"),
        (arrivals_of(ENTRANCE, "proxy"), scope(""), ""),
    ],
)  # fmt: skip
def test_whose_word_counts_for_an_address(arrivals: Arrivals, asked: dict[str, Any], address: str) -> None:
    assert arrivals.address_of(asked) == address


@pytest.fixture
def slow() -> Entrance:
    return replace(ENTRANCE, rates=Rates(sign_in_name="3/hour", sign_in_address="5/hour", key="2/hour", link="1/hour"))


def tried(client: TestClient, name: str, address: str = "") -> Any:
    headers = {"X-Forwarded-For": address} if address else {}
    return client.post("/sign-in", data={"name": name, "password": "not the password"}, headers=headers)


def test_sign_ins_of_a_name_and_from_an_address_are_limited(scene: Scene, slow: Entrance) -> None:
    with calling(scene, "proxy", PROXY, entrance=slow) as client:
        statuses = [tried(client, "rita", f"203.0.113.{n}").status_code for n in range(5)]
        assert statuses == [401, 401, 401, 429, 429]
        # Whoever is not there is limited in the same way, and so says nothing about who is.
        assert [tried(client, "nobody", f"203.0.113.{n}").status_code for n in range(5)] == statuses
        answers = [tried(client, f"name-{n}", "203.0.113.77") for n in range(7)]
        assert [answer.status_code for answer in answers] == [401] * 5 + [429] * 2
        late = answers[-1]
        assert 1 <= int(late.headers["retry-after"]) <= 3600
        assert "Too many" in late.text
        right = client.post("/sign-in", data={"name": "rita", "password": PASSWORD})
        assert right.status_code == 429


def test_calls_of_a_key_are_limited(scene: Scene, slow: Entrance) -> None:
    keys = [{"Authorization": f"Bearer {scene.place.people.create_key(name, ['actions'])}"} for name in "ab"]
    with calling(scene, "none", HERE, "http://127.0.0.1", slow) as client:
        assert [client.get("/v1/actions", headers=keys[0]).status_code for _ in range(3)] == [200, 200, 429]
        answer = client.get("/v1/actions", headers=keys[0])
        assert int(answer.headers["retry-after"]) >= 1
        assert "Try again in" in answer.json()["detail"]
        assert client.get("/v1/actions", headers=keys[1]).status_code == 200


def test_a_limit_that_cannot_be_read_stops_the_start(scene: Scene) -> None:
    with (
        pytest.raises(BadSettings, match="30/minute"),
        calling(scene, "none", HERE, entrance=replace(ENTRANCE, rates=Rates(key="many"))),
    ):
        pass
