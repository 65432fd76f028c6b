from datetime import UTC, datetime

import pytest

from tutela.content.item import NOBODY, Limits, Outcome, Provenance
from tutela.regimes.eu_users import EuBasis, Party

SWEDE = Party("a", "SE", EuBasis.DECLARED)
SWISS = Party("b", "CH", EuBasis.DECLARED)
UNKNOWN = Party("c")


def test_there_are_exactly_these_outcomes() -> None:
    assert {o.value for o in Outcome} == {"match", "clean", "undecodable", "unsupported", "over_limit", "error"}


@pytest.mark.parametrize(("max_bytes", "max_pixels"), [(0, 1), (1, 0), (-1, 1)])
def test_limits_are_at_least_one(max_bytes: int, max_pixels: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Limits(max_bytes, max_pixels)


@pytest.mark.parametrize(
    ("sender", "recipients", "region"),
    [
        (SWISS, (SWISS,), "non_eu"),
        (SWISS, (SWISS, SWEDE), "eu"),
        (SWEDE, (), "eu"),
        (SWISS, (UNKNOWN,), "unknown"),
        (UNKNOWN, (SWEDE,), "eu"),
        (UNKNOWN, (SWISS,), "unknown"),
    ],
)
def test_the_region_comes_from_sender_and_recipients(sender: Party, recipients: tuple[Party, ...], region: str) -> None:
    for declared in ("eu", "non_eu", "unknown"):
        made = Provenance(sender, recipients, declared_region=declared)
        assert made.region == region


def test_nobody_is_of_unknown_region() -> None:
    assert NOBODY.region == "unknown"
    assert Provenance(declared_region="non_eu").region == "non_eu"


def test_the_time_of_sending_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        Provenance(sent_at=datetime(2025, 3, 1))  # noqa: DTZ001 the point of the test
    assert Provenance(sent_at=datetime(2025, 3, 1, tzinfo=UTC)).sent_at is not None
