"""Signing in step by step: second factor, recovery codes, first passwords, and what ends sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pyotp
import pytest
from sqlalchemy import select, update

from tests.databases import Opening, SteppableClock
from tutela.access.credentials import WeakPassword, digest_of, is_outdated
from tutela.access.entrance import Entrance
from tutela.access.ports import Session, SignInRefused, Step, WrongCode
from tutela.access.roles import Person, Role
from tutela.events.catalogue.access import PersonRefused, PersonSignedIn
from tutela.storage import schema
from tutela.storage.access import people, sign_ins
from tutela.storage.access.people import NotOneself
from tutela.storage.access.sign_ins import WrongPassword
from tutela.storage.evidence.keys import BrokenKey
from tutela.storage.schema.access import recovery_codes
from tutela.storage.workplace import Workplace

PASSWORD = "correct horse battery"
ANOTHER = "a staple, and another"
ROSA = Person("rosa", "Rosa R", frozenset({Role.REVIEWER}))
ADA = Person("ada", "Ada", frozenset({Role.ADMINISTRATOR}))
REQUIRED = Entrance(second_factor="required", second_factor_roles=frozenset({Role.REVIEWER}))


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    def hashed(password: str) -> str:
        if len(password) < 12:
            raise WeakPassword("short")
        return f"hash of {password}"

    for module in (people, sign_ins):
        monkeypatch.setattr(module, "hash_password", hashed)
    monkeypatch.setattr(sign_ins, "password_fits", lambda password, hashed: hashed == f"hash of {password}")


@pytest.fixture
def place(opening: Opening) -> Workplace:
    opened = opening(entrance=REQUIRED)
    opened.people.register(ROSA, PASSWORD)
    opened.people.register(ADA, PASSWORD)
    return opened


def session(place: Workplace, secret: str) -> Session:
    found = place.people.session(secret)
    assert found is not None
    return found


def enrolled(place: Workplace, clock: SteppableClock) -> tuple[str, str, list[str]]:
    """Sign in for the first time; return the secret of the app, the session, and the recovery codes."""
    first = place.people.sign_in("rosa", PASSWORD)
    offered = place.people.sign_ins.offer(session(place, first))
    code = pyotp.TOTP(offered).at(clock())
    secret, codes = place.people.sign_ins.enrol(first, session(place, first), code, None, "")
    return offered, secret, codes


def reasons(place: Workplace) -> list[str]:
    with place.transactions.reading() as log:
        return [e.payload.reason for e in log.read() if isinstance(e.payload, PersonRefused)]


def methods(place: Workplace) -> list[str | None]:
    with place.transactions.reading() as log:
        return [e.payload.method for e in log.read() if isinstance(e.payload, PersonSignedIn)]


def test_the_first_sign_in_sets_a_second_factor_up(place: Workplace, clock: SteppableClock) -> None:
    first = place.people.sign_in("rosa", PASSWORD)
    assert session(place, first).step is Step.ENROL
    assert methods(place) == []
    ins = place.people.sign_ins
    offered = ins.offer(session(place, first))
    assert ins.offer(session(place, first)) == offered  # the page may be loaded again
    with pytest.raises(WrongCode):
        ins.enrol(first, session(place, first), "000000", None, "")
    secret, codes = ins.enrol(first, session(place, first), pyotp.TOTP(offered).at(clock()), None, "")
    assert len(codes) == 10
    assert session(place, secret).step is None
    assert place.people.session(first) is None  # the session of before is worth nothing
    assert methods(place) == ["code"]
    assert place.people.account("rosa").has_second_factor
    # Who has another role needs none.
    assert session(place, place.people.sign_in("ada", PASSWORD)).step is None


def test_a_code_is_asked_for_and_works_once(place: Workplace, clock: SteppableClock) -> None:
    offered, _, _ = enrolled(place, clock)
    waiting = place.people.sign_in("rosa", PASSWORD)
    assert session(place, waiting).step is Step.CODE
    used = pyotp.TOTP(offered).at(clock())
    with pytest.raises(WrongCode):
        place.people.sign_ins.by_code(waiting, used, "")  # it enrolled with this one
    clock.advance(seconds=30)
    fresh = pyotp.TOTP(offered).at(clock())
    secret = place.people.sign_ins.by_code(waiting, fresh, "")
    assert session(place, secret).step is None
    assert place.people.session(waiting) is None
    again = place.people.sign_in("rosa", PASSWORD)
    with pytest.raises(WrongCode):
        place.people.sign_ins.by_code(again, fresh, "")
    assert reasons(place) == ["wrong_code", "wrong_code"]


def test_a_recovery_code_works_once(place: Workplace, clock: SteppableClock) -> None:
    _, _, codes = enrolled(place, clock)
    secret = place.people.sign_ins.by_code(place.people.sign_in("rosa", PASSWORD), codes[3].upper(), "")
    assert session(place, secret).step is None
    assert methods(place)[-1] == "recovery_code"
    assert place.people.account("rosa").recovery_codes == 9
    with pytest.raises(WrongCode):
        place.people.sign_ins.by_code(place.people.sign_in("rosa", PASSWORD), codes[3], "")
    fresh = place.people.sign_ins.new_recovery_codes(session(place, secret), PASSWORD)
    assert not set(fresh) & set(codes)
    with pytest.raises(WrongCode):
        place.people.sign_ins.by_code(place.people.sign_in("rosa", PASSWORD), codes[0], "")


def test_nothing_of_a_second_factor_can_be_read_from_the_database(place: Workplace, clock: SteppableClock) -> None:
    offered, _, codes = enrolled(place, clock)
    with place.database.read() as connection:
        kept = str([connection.execute(select(table)).all() for table in (schema.people, recovery_codes)])
    assert offered not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)
    # And what is kept of one person is not another's.
    with place.database.write() as connection:
        mine = connection.execute(select(schema.people.c.totp).where(schema.people.c.id == "rosa")).scalar_one()
        connection.execute(update(schema.people).where(schema.people.c.id == "ada").values(totp=mine))
    with pytest.raises(BrokenKey, match="reset-second-factor ada"):
        place.people.sign_ins.by_code(place.people.sign_in("ada", PASSWORD), "000000", "")


def test_wrong_codes_lock_the_name_although_the_password_is_right(place: Workplace, clock: SteppableClock) -> None:
    offered, open_elsewhere, _ = enrolled(place, clock)
    clock.advance(minutes=1)
    for _ in range(5):
        waiting = place.people.sign_in("rosa", PASSWORD)  # each right password must not start the count anew
        with pytest.raises(WrongCode):
            place.people.sign_ins.by_code(waiting, "000000", "")
    with pytest.raises(SignInRefused):
        place.people.sign_in("rosa", PASSWORD)
    assert place.people.session(waiting) is None
    assert place.people.session(open_elsewhere) is None
    clock.advance(minutes=16)
    place.people.sign_ins.by_code(place.people.sign_in("rosa", PASSWORD), pyotp.TOTP(offered).at(clock()), "")


def test_a_sign_in_that_waits_ends_after_ten_minutes(place: Workplace, clock: SteppableClock) -> None:
    waiting = place.people.sign_in("rosa", PASSWORD)
    clock.advance(minutes=10)
    assert place.people.session(waiting) is not None
    clock.advance(seconds=1)
    assert place.people.session(waiting) is None


def test_a_first_password_is_changed_before_anything_opens(opening: Opening) -> None:
    place = opening(entrance=Entrance(second_factor="optional"))
    place.people.add(ROSA, PASSWORD, "ada")
    with pytest.raises(ValueError, match="already"):
        place.people.add(ROSA, PASSWORD, "ada")
    first = place.people.sign_in("rosa", PASSWORD)
    assert session(place, first).step is Step.PASSWORD
    ins = place.people.sign_ins
    with pytest.raises(WrongPassword):
        ins.change_password(first, session(place, first), "not it at all", ANOTHER, "")
    for weak in ("short", PASSWORD):
        with pytest.raises(WeakPassword):
            ins.change_password(first, session(place, first), PASSWORD, weak, "")
    secret = ins.change_password(first, session(place, first), PASSWORD, ANOTHER, "")
    assert session(place, secret).step is None
    assert place.people.session(first) is None
    with pytest.raises(SignInRefused):
        place.people.sign_in("rosa", PASSWORD)
    assert session(place, place.people.sign_in("rosa", ANOTHER)).step is None


def test_a_changed_password_ends_the_other_sessions(place: Workplace) -> None:
    one, other = place.people.sign_in("ada", PASSWORD), place.people.sign_in("ada", PASSWORD)
    fresh = place.people.sign_ins.change_password(one, session(place, one), PASSWORD, ANOTHER, "")
    assert place.people.session(other) is None
    assert session(place, fresh).person == ADA
    assert methods(place) == ["password", "password"]  # a change is no sign-in


def test_guessing_ones_own_password_from_an_open_session_ends_it(place: Workplace) -> None:
    secret = place.people.sign_in("ada", PASSWORD)
    here = session(place, secret)
    for _ in range(5):
        with pytest.raises(WrongPassword):
            place.people.sign_ins.new_recovery_codes(here, "a guess that fails")
    assert place.people.session(secret) is None
    with pytest.raises(WrongPassword):
        place.people.sign_ins.new_recovery_codes(here, PASSWORD)  # locked: the right one too


def test_sessions_are_listed_and_ended(place: Workplace, clock: SteppableClock) -> None:
    one = place.people.sign_in("ada", PASSWORD, "192.0.2.7")
    clock.advance(minutes=1)
    other = place.people.sign_in("ada", PASSWORD, "2001:db8::1")
    rows = place.people.sessions.of("ada")
    assert [row.address for row in rows] == ["2001:db8::1", "192.0.2.7"]
    assert place.people.sessions.end_some("rosa", "rosa", only=rows[0].id) == 0  # not hers
    assert place.people.sessions.end_some("ada", "ada", but=rows[0].id) == 1
    assert place.people.session(one) is None
    assert place.people.session(other) is not None
    assert place.people.sessions.end_some("ada", "sven") == 1
    assert place.people.sessions.of("ada") == []
    with place.transactions.reading() as log:
        ended = [(e.actor, e.payload.model_dump()) for e in log.read(types=["person.sessions_ended"])]
    assert ended == [("ada", {"sessions": 1}), ("sven", {"sessions": 1})]


def test_other_roles_end_sessions_and_nobody_gives_them_to_themselves(place: Workplace) -> None:
    secret = place.people.sign_in("ada", PASSWORD)
    place.people.set_roles("ada", frozenset({Role.AUDITOR}), "olga")
    assert place.people.session(secret) is None
    assert place.person("ada").roles == {Role.AUDITOR}
    changes: tuple[Callable[[], object], ...] = (
        lambda: place.people.set_roles("ada", frozenset(Role), "ada"),
        lambda: place.people.deactivate("ada", "ada"),
        lambda: place.people.reset_second_factor("ada", "ada"),
        lambda: place.people.set_first_password("ada", ANOTHER, "ada"),
    )
    for change in changes:
        with pytest.raises(NotOneself):
            change()
    for unknown in ("nobody", "a\0b"):
        with pytest.raises(LookupError):
            place.people.set_roles(unknown, frozenset(), "olga")
    place.people.deactivate("ada", "olga")
    place.people.set_roles("ada", frozenset({Role.AUDITOR}), "olga")
    assert session(place, place.people.sign_in("ada", PASSWORD)).person.active


def test_a_reset_second_factor_is_set_up_anew(place: Workplace, clock: SteppableClock) -> None:
    offered, secret, codes = enrolled(place, clock)
    place.people.reset_second_factor("rosa", "ada")
    assert place.people.session(secret) is None
    waiting = place.people.sign_in("rosa", PASSWORD)
    assert session(place, waiting).step is Step.ENROL
    assert place.people.sign_ins.offer(session(place, waiting)) != offered
    for code in (codes[0], pyotp.TOTP(offered).at(clock())):
        with pytest.raises(SignInRefused):
            place.people.sign_ins.by_code(waiting, code, "")
    with place.transactions.reading() as log:
        (event,) = log.read(types=["person.second_factor_reset"])
    assert (event.subject, event.actor) == ("rosa", "ada")


def test_another_app_is_set_up_with_the_password(place: Workplace, clock: SteppableClock) -> None:
    before, secret, _ = enrolled(place, clock)
    ins, here = place.people.sign_ins, session(place, secret)
    offered = ins.offer(here)
    code = pyotp.TOTP(offered).at(clock())
    with pytest.raises(WrongPassword):
        ins.enrol(secret, here, code, "not the password", "")
    fresh, _ = ins.enrol(secret, here, code, PASSWORD, "")
    assert session(place, fresh).step is None
    clock.advance(minutes=1)
    waiting = place.people.sign_in("rosa", PASSWORD)
    with pytest.raises(WrongCode):
        ins.by_code(waiting, pyotp.TOTP(before).at(clock()), "")
    ins.by_code(waiting, pyotp.TOTP(offered).at(clock()), "")


def test_the_times_are_those_of_the_configuration(opening: Opening, clock: SteppableClock) -> None:
    entrance = Entrance(second_factor="optional", tries=2)
    place = opening(entrance=replace(entrance, idle=entrance.idle / 4, longest=entrance.longest / 10))
    place.people.register(ADA, PASSWORD)
    idle, busy = place.people.sign_in("ada", PASSWORD), place.people.sign_in("ada", PASSWORD)
    for _ in range(6):
        clock.advance(minutes=10)
        assert place.people.session(busy) is not None
    assert place.people.session(idle) is None
    clock.advance(minutes=1)
    assert place.people.session(busy) is None
    for _ in range(2):
        with pytest.raises(SignInRefused):
            place.people.sign_in("ada", "not the password")
    with pytest.raises(SignInRefused):
        place.people.sign_in("ada", PASSWORD)


@pytest.mark.usefixtures("full_cost")
def test_a_hash_of_older_parameters_is_made_again(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    from argon2 import PasswordHasher

    from tutela.access import credentials

    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    assert is_outdated(weak)
    assert not is_outdated("")
    with place.database.write() as connection:
        connection.execute(update(schema.people).where(schema.people.c.id == "ada").values(password=weak))
    monkeypatch.setattr(sign_ins, "password_fits", credentials.password_fits)
    monkeypatch.setattr(sign_ins, "hash_password", credentials.hash_password)
    place.people.sign_in("ada", PASSWORD)
    with place.database.read() as connection:
        kept = connection.execute(select(schema.people.c.password).where(schema.people.c.id == "ada")).scalar_one()
    assert kept != weak
    assert not is_outdated(kept)
    assert credentials.password_fits(PASSWORD, kept)


def test_a_key_ends_on_its_day_and_shows_its_last_use(place: Workplace, clock: SteppableClock) -> None:
    ends = clock().replace(hour=23)
    secret = place.people.create_key("short", ["items"], "ada", ends)
    with pytest.raises(ValueError, match="expired already"):
        place.people.create_key("late", ["items"], "ada", clock())
    assert place.people.keys.all()[0].last_used_at is None
    assert place.people.key(secret) is not None
    used = clock()
    clock.advance(seconds=30)
    place.people.key(secret)
    (row,) = place.people.keys.all()
    assert (row.last_used_at, row.is_valid(clock())) == (used, True)
    clock.advance(hours=24)
    assert place.people.key(secret) is None
    assert not place.people.keys.all()[0].is_valid(clock())


def test_sessions_are_kept_as_digests(place: Workplace) -> None:
    secret = place.people.sign_in("ada", PASSWORD)
    with place.database.read() as connection:
        (row,) = connection.execute(select(schema.sessions)).all()
    assert row.digest == digest_of(secret)
    assert secret not in str(row)
