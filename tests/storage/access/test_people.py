"""Sign-in, lock-out, sessions and keys."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import select

from tests.databases import SteppableClock
from tutela.access import credentials
from tutela.access.credentials import WeakPassword
from tutela.access.ports import SignInRefused
from tutela.access.roles import Permission, Person, Role
from tutela.events.catalogue.access import KeyCreated, KeyRevoked, PersonRefused, PersonRegistered
from tutela.storage import schema
from tutela.storage.access import people, sign_ins
from tutela.storage.workplace import Workplace

PASSWORD = "correct horse battery"
ROSA = Person("rosa", "Rosa R", frozenset({Role.REVIEWER}))


@pytest.fixture(autouse=True)
def tried_hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A hash that takes no time, and what was tried against it."""
    tried: list[str] = []

    def fits(password: str, hashed: str) -> bool:
        tried.append(hashed)
        return hashed == f"hash of {password}"

    for module in (people, sign_ins):
        monkeypatch.setattr(module, "hash_password", lambda password: f"hash of {password}")
    monkeypatch.setattr(sign_ins, "password_fits", fits)
    return tried


@pytest.fixture
def rosa(place: Workplace) -> Workplace:
    place.people.register(ROSA, PASSWORD)
    return place


def refusals(place: Workplace) -> list[tuple[str, str]]:
    with place.transactions.reading() as log:
        return [(e.subject, e.payload.reason) for e in log.read() if isinstance(e.payload, PersonRefused)]


def refused(place: Workplace, name: str, password: str) -> str:
    with pytest.raises(SignInRefused) as caught:
        place.people.sign_in(name, password)
    return str(caught.value)


def test_sign_in_gives_a_session(rosa: Workplace) -> None:
    secret = rosa.people.sign_in("rosa", PASSWORD)
    session = rosa.people.session(secret)
    assert session is not None
    assert session.person == ROSA
    assert rosa.people.session(secret + "x") is None
    assert rosa.people.session("") is None
    with rosa.database.read() as connection:
        kept = str(connection.execute(select(schema.sessions)).all())
    assert secret not in kept
    rosa.people.sign_out(secret)
    assert rosa.people.session(secret) is None


def test_the_fifth_failure_locks_for_fifteen_minutes(rosa: Workplace, clock: SteppableClock) -> None:
    for _ in range(4):
        refused(rosa, "rosa", "wrong password!")
    rosa.people.sign_in("rosa", PASSWORD)  # four are forgiven
    for _ in range(5):
        refused(rosa, "rosa", "wrong password!")
    refused(rosa, "rosa", PASSWORD)
    clock.advance(minutes=14, seconds=59)
    refused(rosa, "rosa", PASSWORD)
    clock.advance(seconds=2)
    rosa.people.sign_in("rosa", PASSWORD)
    assert [reason for _, reason in refusals(rosa)] == ["wrong_password"] * 9 + ["locked"] * 2


def test_tries_at_the_same_time_are_all_counted(rosa: Workplace) -> None:
    ready = threading.Barrier(5)

    def run() -> None:
        ready.wait()
        refused(rosa, "rosa", "wrong password!")

    threads = [threading.Thread(target=run) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused(rosa, "rosa", PASSWORD)
    assert refusals(rosa)[-1] == ("rosa", "locked")


def test_an_unknown_name_goes_the_same_way(rosa: Workplace, tried_hashes: list[str]) -> None:
    said = {refused(rosa, "rosa", "wrong password!"), refused(rosa, "nobody", PASSWORD)}
    assert len(said) == 1
    assert len(tried_hashes) == 2  # a hash was tried for both
    assert refusals(rosa) == [("rosa", "wrong_password"), ("unknown", "unknown_name")]


@pytest.mark.parametrize("name", ["ro\0sa", "\ud800", "", "x" * 5000, "ROSA", "' OR 1=1 --"])
def test_names_that_nobody_can_have(rosa: Workplace, name: str) -> None:
    refused(rosa, name, PASSWORD)
    assert refusals(rosa) == [("unknown", "unknown_name")]


def test_sessions_end(rosa: Workplace, clock: SteppableClock) -> None:
    idle = rosa.people.sign_in("rosa", PASSWORD)
    clock.advance(minutes=60)
    assert rosa.people.session(idle) is not None
    clock.advance(minutes=60, seconds=1)
    assert rosa.people.session(idle) is None
    clock.advance(seconds=-10)
    assert rosa.people.session(idle) is None  # ended is ended
    busy = rosa.people.sign_in("rosa", PASSWORD)
    for _ in range(20):
        clock.advance(minutes=30)
        assert rosa.people.session(busy) is not None
    clock.advance(minutes=1)
    assert rosa.people.session(busy) is None


def test_new_roles_or_password_end_sessions(rosa: Workplace) -> None:
    secret = rosa.people.sign_in("rosa", PASSWORD)
    rosa.people.register(Person("rosa", "Rosa", frozenset({Role.AUDITOR})), "another password")
    assert rosa.people.session(secret) is None
    refused(rosa, "rosa", PASSWORD)
    session = rosa.people.session(rosa.people.sign_in("rosa", "another password"))
    assert session is not None
    assert session.person.roles == {Role.AUDITOR}


def test_an_inactive_person_does_nothing(rosa: Workplace) -> None:
    secret = rosa.people.sign_in("rosa", PASSWORD)
    rosa.people.register(Person("rosa", "Rosa", ROSA.roles, active=False), PASSWORD)
    assert rosa.people.session(secret) is None
    refused(rosa, "rosa", PASSWORD)
    assert rosa.person("rosa").permissions == frozenset()


def test_access_is_taken_and_given_again(rosa: Workplace) -> None:
    secret = rosa.people.sign_in("rosa", PASSWORD)
    rosa.people.deactivate("rosa", "carla")
    assert rosa.people.session(secret) is None
    refused(rosa, "rosa", PASSWORD)
    with rosa.transactions.reading() as log:
        last = list(log.read(types=["person.registered"], subject="rosa"))[-1]
    assert (last.actor, last.payload) == ("carla", PersonRegistered(roles=("reviewer",), active=False))
    assert [p.active for p in rosa.people.all()] == [False]
    for name in ("rosa", "nobody", "ro\0sa"):
        with pytest.raises(LookupError, match="nobody called"):
            rosa.people.deactivate(name)
    rosa.people.register(ROSA, PASSWORD)
    rosa.people.sign_in("rosa", PASSWORD)


def test_two_passwords_are_hashed_at_a_time(rosa: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = threading.Lock()
    now: list[int] = []
    most: list[int] = []

    def slow(password: str, hashed: str) -> bool:
        with lock:
            now.append(1)
            most.append(len(now))
        time.sleep(0.02)
        with lock:
            now.pop()
        return hashed == f"hash of {password}"

    monkeypatch.setattr(sign_ins, "password_fits", slow)
    threads = [threading.Thread(target=rosa.people.sign_in, args=("rosa", PASSWORD)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 8
    assert max(most) == 2


def test_a_password_that_changes_while_it_is_checked(rosa: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(password: str, hashed: str) -> bool:
        with rosa.database.write() as connection:
            connection.execute(schema.people.update().values(password="hash of another"))
        return hashed == f"hash of {password}"

    monkeypatch.setattr(sign_ins, "password_fits", slow)
    refused(rosa, "rosa", PASSWORD)


@pytest.mark.parametrize("name", ["system", "Rosa", "", "a b", "-a", "x" * 64, "a\n"])
def test_names_that_are_refused(place: Workplace, name: str) -> None:
    with pytest.raises(ValueError, match="use lower-case"):
        place.people.register(Person(name, "X", ROSA.roles), PASSWORD)
    with pytest.raises(ValueError, match="use lower-case"):
        place.people.create_key(name, ["items"])


def test_a_short_password_is_refused(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "hash_password", credentials.hash_password)
    with pytest.raises(WeakPassword):
        place.people.register(ROSA, "short")
    assert place.people.all() == []


def test_keys_and_their_scopes(place: Workplace) -> None:
    secrets = {scope: place.people.create_key(f"k-{scope}", [scope]) for scope in ("items", "actions")}
    both = place.people.key(place.people.create_key("both", ["actions", "items", "items"]))
    items, actions = place.people.key(secrets["items"]), place.people.key(secrets["actions"])
    assert items is not None
    assert actions is not None
    assert both is not None
    assert items.permissions == {Permission.SUBMIT_ITEMS}
    assert actions.permissions == {Permission.CARRY_OUT_ACTIONS, Permission.LODGE_COMPLAINT}
    assert both.permissions == items.permissions | actions.permissions
    place.people.revoke_key("k-items")
    assert place.people.key(secrets["items"]) is None
    with pytest.raises(LookupError):
        place.people.revoke_key("k-items")
    with pytest.raises(ValueError, match="already"):
        place.people.create_key("k-items", ["items"])
    for scopes in ([], ["all"], ["items", "root"]):
        with pytest.raises(ValueError, match="scopes are"):
            place.people.create_key("new", scopes)
    with place.database.read() as connection:
        kept = str(connection.execute(select(schema.api_keys)).all())
    with place.transactions.reading() as log:
        events = list(log.read(types=["key.created", "key.revoked"]))
    assert not any(secret in kept + str(events) for secret in secrets.values())
    assert [(e.subject, e.payload) for e in events] == [
        ("key:k-items", KeyCreated(scopes=("items",))),
        ("key:k-actions", KeyCreated(scopes=("actions",))),
        ("key:both", KeyCreated(scopes=("actions", "items"))),
        ("key:k-items", KeyRevoked()),
    ]
    assert items.actor == "key:k-items"
