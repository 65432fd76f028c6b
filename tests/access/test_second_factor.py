"""Codes of the second factor: which fit, which do not, and that none fits twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.access.second_factor import (
    RECOVERY_CODES,
    STEP_SECONDS,
    address_for_app,
    digest_of_recovery_code,
    new_recovery_codes,
    new_secret,
    step_of,
)

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # the 20 bytes of RFC 6238, appendix B
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive


@pytest.mark.parametrize(
    ("second", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_the_codes_of_the_standard(second: int, code: str) -> None:
    assert step_of(SECRET, code, datetime.fromtimestamp(second, UTC), None) == second // STEP_SECONDS


@given(MOMENTS, st.integers(-5, 5))
def test_a_code_fits_one_step_before_and_after_and_no_farther(now: datetime, away: int) -> None:
    other = now + timedelta(seconds=STEP_SECONDS * away)
    code = pyotp.TOTP(SECRET).at(other)
    found = step_of(SECRET, code, now, None)
    if abs(away) <= 1:
        assert found is not None
    elif found is not None:  # one in a million: the same digits come again
        assert code in {pyotp.TOTP(SECRET).at(now + timedelta(seconds=30 * n)) for n in (-1, 0, 1)}


@given(MOMENTS, st.integers(-1, 1))
def test_a_code_that_was_used_and_those_before_it_fit_no_more(now: datetime, away: int) -> None:
    present = int(now.timestamp()) // STEP_SECONDS
    code = pyotp.TOTP(SECRET).at(now + timedelta(seconds=STEP_SECONDS * away))
    for used in (present + 1, present + away):
        found = step_of(SECRET, code, now, used)
        assert found is None or found > used


@given(st.text(max_size=12))
def test_what_is_no_code_fits_nothing_and_raises_nothing(text: str) -> None:
    now = datetime(2025, 1, 1, tzinfo=UTC)
    codes = {pyotp.TOTP(SECRET).at(now + timedelta(seconds=30 * n)) for n in (-1, 0, 1)}
    assert (step_of(SECRET, text, now, None) is not None) == ("".join(text.split()) in codes)


def test_a_code_may_be_typed_with_a_space() -> None:
    assert step_of(SECRET, " 287 082 ", datetime.fromtimestamp(59, UTC), None) == 1


def test_secrets_and_their_address() -> None:
    secrets = {new_secret() for _ in range(20)}
    assert len(secrets) == 20
    assert all(len(pyotp.TOTP(s).byte_secret()) == 20 for s in secrets)
    address = address_for_app(SECRET, "rosa", "Tutela")
    parsed = pyotp.parse_uri(address)
    assert (parsed.name, parsed.issuer, parsed.secret) == ("rosa", "Tutela", SECRET)


def test_recovery_codes_are_ten_and_typed_as_one_likes() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == RECOVERY_CODES == 10
    for code in codes:
        wanted = digest_of_recovery_code(code)
        assert wanted
        assert wanted == digest_of_recovery_code(code.upper().replace("-", " "))
        assert code.replace("-", "") not in wanted
    assert len({digest_of_recovery_code(code) for code in codes}) == 10


@given(st.text(max_size=40))
def test_what_is_no_recovery_code_has_no_digest_or_another(text: str) -> None:
    assert digest_of_recovery_code(text) not in {digest_of_recovery_code(code) for code in new_recovery_codes()}
