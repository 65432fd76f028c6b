from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.events.catalogue.base import Region
from tutela.regimes.permission import NO_DEROGATION_NEEDED, OtherGround, Permit, Refusal, permission
from tutela.regimes.regime import RegimeTable, load
from tutela.regimes.services import OWN_FILES, Encryption, Service, ServiceRegion, ServiceType

SHIPPED = load()
GROUND = OtherGround("counsel-7", "the advice of counsel of 1 May 2026")
IN_FORCE = date(2025, 6, 1)
LATER = date(2027, 6, 1)
GAP = st.dates(date(2026, 4, 4), date(2026, 7, 30))
CONCERNED: list[Region] = ["eu", "unknown"]
COMMUNICATIONS = [ServiceType.NUMBER_INDEPENDENT_MESSAGING, ServiceType.NUMBER_BASED_MESSAGING]


def service(
    type_: ServiceType = ServiceType.NUMBER_INDEPENDENT_MESSAGING, encryption: Encryption = Encryption.IN_TRANSIT
) -> Service:
    return Service("chat", "Chat", type_, encryption, ServiceRegion.WORLD)


@given(day=GAP, region=st.sampled_from(CONCERNED))
def test_no_day_of_the_gap_is_covered_and_the_reason_names_both_neighbours(day: date, region: Region) -> None:
    answer = permission(service(), region, day, SHIPPED)
    assert isinstance(answer, Refusal)
    for part in (
        str(day),
        "Regulation (EU) 2021/1232 as amended by (EU) 2024/1307",
        "2026-04-03",
        "Regulation (EU) 2026/1881",
        "2026-07-31",
        "Nothing was read",
    ):
        assert part in answer.reason


@given(day=st.dates(), region=st.sampled_from(CONCERNED))
def test_communications_are_processed_exactly_on_the_days_of_a_regime(day: date, region: Region) -> None:
    answer = permission(service(), region, day, SHIPPED)
    regime = SHIPPED.on(day)
    if regime:
        assert answer == Permit(regime.id, regime.excludes)
    else:
        assert isinstance(answer, Refusal)


def test_before_the_first_and_after_the_last_regime_the_reason_says_so() -> None:
    early, late = (permission(service(), "eu", day, SHIPPED) for day in (date(2021, 8, 1), date(2028, 4, 4)))
    assert isinstance(early, Refusal)
    assert "none was in force before; Regulation (EU) 2021/1232 begins on 2021-08-02" in early.reason
    assert isinstance(late, Refusal)
    assert "Regulation (EU) 2026/1881 ended on 2028-04-03; none is known to begin" in late.reason
    empty = permission(service(), "eu", IN_FORCE, RegimeTable(()))
    assert isinstance(empty, Refusal)
    assert "none was in force before; none is known to begin" in empty.reason


@given(day=st.dates(), type_=st.sampled_from(list(ServiceType)), encryption=st.sampled_from(list(Encryption)))
def test_items_known_to_concern_no_eu_user_need_no_derogation(
    day: date, type_: ServiceType, encryption: Encryption
) -> None:
    assert permission(service(type_, encryption), "non_eu", day, SHIPPED) == Permit(NO_DEROGATION_NEEDED)


@given(day=st.dates(), region=st.sampled_from(CONCERNED), encryption=st.sampled_from(list(Encryption)))
def test_what_is_nobodys_communication_needs_no_derogation(day: date, region: Region, encryption: Encryption) -> None:
    others = [t for t in ServiceType if t not in COMMUNICATIONS]
    assert len(others) == 3
    for type_ in others:
        assert permission(service(type_, encryption), region, day, SHIPPED) == Permit(NO_DEROGATION_NEEDED)
    assert permission(OWN_FILES, region, day, SHIPPED) == Permit(NO_DEROGATION_NEEDED)


@given(day=st.dates(), region=st.sampled_from(CONCERNED))
def test_a_number_based_service_is_never_covered_by_the_derogation(day: date, region: Region) -> None:
    number_based = service(ServiceType.NUMBER_BASED_MESSAGING)
    answer = permission(number_based, region, day, SHIPPED)
    assert isinstance(answer, Refusal)
    assert "number-based" in answer.reason
    assert permission(number_based, region, day, SHIPPED, GROUND) == Permit("counsel-7")


@pytest.mark.parametrize("region", CONCERNED)
def test_end_to_end_encryption_is_outside_the_newest_regime_alone(region: Region) -> None:
    closed = service(encryption=Encryption.END_TO_END)
    assert permission(closed, region, IN_FORCE, SHIPPED) == Permit("eu-2021-1232-extended", frozenset({"audio"}))
    answer = permission(closed, region, LATER, SHIPPED)
    assert isinstance(answer, Refusal)
    assert "end-to-end" in answer.reason
    assert "Regulation (EU) 2026/1881" in answer.reason
    assert isinstance(permission(service(), region, LATER, SHIPPED), Permit)


@given(day=GAP, region=st.sampled_from(CONCERNED))
def test_another_ground_serves_where_no_regime_does(day: date, region: Region) -> None:
    assert permission(service(), region, day, SHIPPED, GROUND) == Permit("counsel-7")
    closed = service(encryption=Encryption.END_TO_END)
    assert permission(closed, region, LATER, SHIPPED, GROUND) == Permit("counsel-7")


@given(days=st.integers(0, 900))
def test_another_ground_never_stands_before_a_regime_in_force(days: int) -> None:
    day = date(2021, 8, 2) + timedelta(days)
    assert permission(service(), "eu", day, SHIPPED, GROUND) == permission(service(), "eu", day, SHIPPED)


@pytest.mark.parametrize(("id_", "text"), [("", "advice"), ("counsel", ""), ("counsel", "  ")])
def test_another_ground_needs_an_id_and_its_reference(id_: str, text: str) -> None:
    with pytest.raises(ValueError, match="needs an id"):
        OtherGround(id_, text)
