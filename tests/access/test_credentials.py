import hashlib

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from tutela.access.credentials import MINIMUM_PASSWORD, WeakPassword, digest_of, hash_password, new_token, password_fits

PASSWORD = "a bridge over a river: ö"


pytestmark = pytest.mark.usefixtures("full_cost")


@pytest.fixture(scope="module")
def hashed(full_cost: None) -> str:
    return hash_password(PASSWORD)


def test_the_hash_is_argon2id_with_the_second_recommended_cost_or_more(hashed: str) -> None:
    found = extract_parameters(hashed)
    assert found.type is Type.ID
    assert found.memory_cost >= 64 * 1024  # KiB; RFC 9106, section 4, second recommended option
    assert found.time_cost >= 3
    assert found.salt_len >= 16
    assert PASSWORD not in hashed


def test_only_the_same_password_fits(hashed: str) -> None:
    assert password_fits(PASSWORD, hashed)
    for other in ("", PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1], "\ud800" * 12):
        assert not password_fits(other, hashed)


def test_two_hashes_of_one_password_differ(hashed: str) -> None:
    assert hash_password(PASSWORD) != hashed


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$", "ö", "\ud800", "$2b$12$" + "a" * 53])
def test_a_damaged_hash_fits_nothing(stored: str) -> None:
    assert not password_fits(PASSWORD, stored)


def test_a_hash_changed_in_one_place_fits_no_more(hashed: str) -> None:
    middle = hashed.rindex("$") + 5
    other = "A" if hashed[middle] != "A" else "B"
    assert not password_fits(PASSWORD, hashed[:middle] + other + hashed[middle + 1 :])


@pytest.mark.parametrize("password", ["", "a" * (MINIMUM_PASSWORD - 1)])
def test_a_short_password_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword, match="at least 12"):
        hash_password(password)


def test_half_a_character_is_refused_and_not_a_crash() -> None:
    with pytest.raises(WeakPassword, match="UTF-8"):
        hash_password("\ud800" * 12)


def test_the_shortest_password_that_is_taken_fits() -> None:
    assert password_fits("a" * 12, hash_password("a" * 12))


def test_a_token_is_random_marked_and_kept_as_its_digest_alone() -> None:
    tokens = [new_token("tutela_") for _ in range(500)]
    assert len({t.secret for t in tokens}) == 500
    for token in tokens:
        assert token.secret.startswith("tutela_")
        assert len(token.secret) == len("tutela_") + 43  # 256 bits in base64
        assert token.digest == hashlib.sha256(token.secret.encode()).hexdigest() == digest_of(token.secret)
        assert token.secret not in token.digest
