"""The master key: one contract for files and for a key service, and what rotates it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tutela.sandboxes.keyservice import running
from tutela.sandboxes.keyservice.serving import RunningKeyService
from tutela.storage.evidence.keys import KeyRing
from tutela.storage.evidence.master_keys.file import FileMasterKey
from tutela.storage.evidence.master_keys.port import BrokenKey, MasterKey
from tutela.storage.evidence.master_keys.service import KeyService, KeyServiceSettings
from tutela.storage.evidence.plain_keys import PlainKeys

TOKEN = "a token of the sandbox"
Opening = Callable[[], MasterKey]


@pytest.fixture
def service() -> Iterator[RunningKeyService]:
    with running(token=TOKEN) as started:
        yield started


def _client(tmp_path: Path, url: str, key: str = "tutela", token: str = TOKEN) -> KeyService:
    (tmp_path / "token").write_text(f"{token}\n")
    made = KeyService(KeyServiceSettings(url, key, tmp_path / "token"))
    _opened.append(made)
    return made


_opened: list[KeyService] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


@pytest.fixture(params=["file", "service"])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opening]:
    """Opens the same master key again, as another process would."""
    opened: list[MasterKey] = []
    if request.param == "service":
        url = request.getfixturevalue("service").url

    def again() -> MasterKey:
        folder = tmp_path / "keys"
        folder.mkdir(exist_ok=True)
        opened.append(FileMasterKey(folder, PlainKeys(folder)) if request.param == "file" else _client(tmp_path, url))
        return opened[-1]

    yield again
    for one in opened:
        one.close()


def test_what_is_wrapped_comes_back_to_its_own_alone(opening: Opening) -> None:
    key = secrets.token_bytes(32)
    one, other = opening(), opening()
    wrapped = one.wrap(key, b"case-1")
    assert key not in wrapped
    assert other.unwrap(wrapped, b"case-1") == key
    assert one.wrap(key, b"case-1") != wrapped
    assert one.version_of(wrapped) == one.newest() == 1
    with pytest.raises(BrokenKey):
        one.unwrap(wrapped, b"case-2")


@pytest.mark.parametrize(
    "spoil", [lambda w: w[:-5] + b"AAAA" + w[-1:], lambda w: w[:20], lambda _: b"", lambda _: b"x" * 60]
)
def test_what_was_changed_is_refused(opening: Opening, spoil: Callable[[bytes], bytes]) -> None:
    one = opening()
    with pytest.raises(BrokenKey):
        one.unwrap(spoil(one.wrap(bytes(32), b"c")), b"c")


def test_a_rotation_wraps_anew_and_destroys_the_older(opening: Opening) -> None:
    one, other = opening(), opening()
    key = secrets.token_bytes(32)
    old = one.wrap(key, b"c")
    one.rotate_to(2)
    one.rotate_to(2)
    assert other.newest() == 2
    assert other.version_of(other.wrap(key, b"c")) == 2
    assert other.unwrap(old, b"c") == key
    new = other.rewrap(old, b"c")
    assert other.version_of(new) == 2
    one.destroy_before(2)
    one.destroy_before(2)
    again = opening()
    assert again.newest() == 2
    assert again.unwrap(new, b"c") == key
    with pytest.raises(BrokenKey, match=r"destroyed|too old"):
        again.unwrap(old, b"c")
    with pytest.raises(BrokenKey):
        again.rotate_to(5)
    again.rotate_to(3)
    assert opening().version_of(opening().wrap(key, b"c")) == 3


def test_the_ring_rotates_after_a_crash_at_any_folder(tmp_path: Path, opening: Opening) -> None:
    ring = KeyRing(tmp_path / "ring", opening())
    keys = {f"case-{n}": ring.case(f"case-{n}", make=True) for n in range(12)}
    _, new = ring.begin_rotation()
    steps = ring.rewrap(new)
    assert sum(next(steps) for _ in range(128)) <= 12
    del steps  # killed here
    ring = KeyRing(tmp_path / "ring", opening())
    assert ring.rotation() == (1, 2)
    made_between = ring.case("case-x", make=True)
    ring.destroy_case("case-3")
    assert ring.begin_rotation() == (1, 2)
    sum(ring.rewrap(new))
    ring.end_rotation()
    assert ring.rotation() is None
    del keys["case-3"]
    ring = KeyRing(tmp_path / "ring", opening())
    assert {case: ring.case(case) for case in keys} == keys
    assert ring.case("case-x") == made_between
    assert not ring.has_case("case-3")


def test_the_service_refuses_and_says_why(tmp_path: Path, service: RunningKeyService) -> None:
    with pytest.raises(BrokenKey, match="403 permission denied"):
        _client(tmp_path, service.url, token="wrong").newest()
    with pytest.raises(BrokenKey, match="encryption key not found"):
        _client(tmp_path, service.url, key="other").wrap(bytes(32), b"c")
    with running(token=TOKEN, denied=["rotate"]) as limited, pytest.raises(BrokenKey, match="refused keys/rotate: 403"):
        _client(tmp_path, limited.url).rotate_to(2)
    with pytest.raises(BrokenKey, match="does not answer"):
        _client(tmp_path, "http://127.0.0.1:9").newest()
    client = _client(tmp_path, service.url)
    (tmp_path / "token").unlink()
    with pytest.raises(BrokenKey, match="token"):
        client.newest()


def test_the_sandbox_is_strict(service: RunningKeyService) -> None:
    headers = {"X-Vault-Token": TOKEN}
    with httpx.Client(base_url=f"{service.url}/v1/transit", headers=headers) as client:
        assert client.post("/encrypt/tutela", json={"plaintext": "AA=="}).status_code == 400
        assert (
            client.post("/encrypt/tutela", json={"plaintext": "AA==", "associated_data": "", "x": 1}).status_code == 400
        )
        assert client.post("/encrypt/tutela", content=b"{").json() == {"errors": ["failed to parse JSON input"]}
        assert client.post("/sign/tutela", json={}).status_code == 404
        assert client.post("/keys/tutela/trim", json={"min_available_version": 1}).status_code == 400
        assert client.get("/keys/tutela").json()["data"]["latest_version"] == 1


@pytest.mark.parametrize(
    "url", ["http://10.0.0.5:8200", "http://vault.example", "ftp://127.0.0.1", "https://a:b@vault.example"]
)
def test_plain_http_is_for_this_machine_alone(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match=r"keys\.url"):
        KeyServiceSettings(url, "tutela", tmp_path / "token")
    KeyServiceSettings("https://vault.example", "tutela", tmp_path / "token")
    KeyServiceSettings("http://[::1]:8200", "tutela", tmp_path / "token")


def test_keys_and_evidence_of_an_older_layout_are_found(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "keys")
    key = ring.case("case-1", make=True)
    (path,) = (tmp_path / "keys" / "cases").glob("*/case-1.key")
    path.rename(tmp_path / "keys" / "cases" / path.name)
    path.parent.rmdir()
    assert KeyRing(tmp_path / "keys").case("case-1") == key
