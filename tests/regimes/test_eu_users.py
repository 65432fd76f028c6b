from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.events.catalogue.base import Region
from tutela.regimes.eu_users import COUNTRIES, EU27_2020, TERRITORIES_IN_THE_UNION, EuBasis, Party, region_of

KNOWN = [basis for basis in EuBasis if basis is not EuBasis.UNKNOWN]
ISO_TABLE = Path("/usr/share/zoneinfo/iso3166.tab")
PARTIES = st.one_of(
    st.just(Party("nobody knows where")),
    st.builds(Party, st.just("a"), st.sampled_from(sorted(COUNTRIES)), st.sampled_from(KNOWN)),
)


def party(country: str) -> Party:
    return Party("a", country, EuBasis.DECLARED)


def test_the_union_has_27_members_and_the_united_kingdom_is_none() -> None:
    assert len(EU27_2020) == 27
    assert EU27_2020 < COUNTRIES
    assert not EU27_2020 & {"GB", "UK", "EL", "NO", "IS", "LI", "CH", "TR", "UA"}


def test_the_countries_are_those_of_iso_3166() -> None:
    if not ISO_TABLE.exists():
        pytest.skip(f"{ISO_TABLE} does not exist")
    listed = {line.split("\t")[0] for line in ISO_TABLE.read_text("utf-8").splitlines() if not line.startswith("#")}
    assert COUNTRIES - {"XK"} == listed


@pytest.mark.parametrize(
    ("written", "country", "region"),
    [
        ("EL", "GR", "eu"),
        ("el", "GR", "eu"),
        ("GR", "GR", "eu"),
        ("UK", "GB", "non_eu"),
        ("uk", "GB", "non_eu"),
        ("GB", "GB", "non_eu"),
        ("se", "SE", "eu"),
        ("CH", "CH", "non_eu"),
        ("XK", "XK", "non_eu"),
    ],
)
def test_countries_as_people_write_them(written: str, country: str, region: str) -> None:
    assert (party(written).country, party(written).region) == (country, region)


@pytest.mark.parametrize(
    "written",
    ["", "S", "SWE", "Sweden", "S1", " SE", "SE\n", "ZZ", "XX", "EU", "AP", "T1", "A1", "QQ", "\ufb01", "\u0131t", "ß"],
)
def test_what_is_no_country_is_refused_and_never_taken_for_one_outside_the_union(written: str) -> None:
    with pytest.raises(ValueError, match="ISO 3166"):
        party(written)


@given(written=st.text(max_size=3))
def test_a_party_has_a_country_only_if_it_was_written_in_two_ascii_letters(written: str) -> None:
    try:
        made = party(written)
    except ValueError:
        return
    assert written.isascii()
    assert made.country == {"EL": "GR", "UK": "GB"}.get(written.upper(), written.upper())
    assert made.region == ("eu" if made.country in EU27_2020 | TERRITORIES_IN_THE_UNION else "non_eu")


def test_a_country_needs_a_basis_and_a_basis_a_country() -> None:
    with pytest.raises(ValueError, match="basis"):
        Party("a", "SE")
    for basis in KNOWN:
        with pytest.raises(ValueError, match="basis"):
            Party("a", None, basis)
    assert Party("a").region == "unknown"


@pytest.mark.parametrize("account", ["", "a" * 513])
def test_an_account_has_1_to_512_characters(account: str) -> None:
    with pytest.raises(ValueError, match="account"):
        Party(account)
    assert Party("a" * 512).account == "a" * 512


@given(
    sender=st.none() | PARTIES,
    recipients=st.lists(PARTIES, max_size=5),
    declared=st.sampled_from(["eu", "non_eu", "unknown"]),
)
def test_the_region_of_an_item_follows_the_rule_and_is_never_guessed(
    sender: Party | None, recipients: list[Party], declared: Region
) -> None:
    found = region_of(sender, recipients, declared)
    named = [p.region for p in ([sender] if sender else []) + recipients]
    regions = named + ([] if sender and recipients else [declared])
    if "eu" in regions:
        assert found == "eu"
    elif "unknown" not in regions:
        assert found == "non_eu"
    else:
        assert found == "unknown"


@given(parties=st.lists(PARTIES, min_size=1, max_size=4))
def test_one_more_unknown_party_never_makes_an_item_non_eu(parties: list[Party]) -> None:
    assert region_of(parties[0], [*parties[1:], Party("x")]) in {"eu", "unknown"}


def test_recipients_who_are_not_named_may_be_eu_users() -> None:
    assert region_of(party("US"), []) == "unknown"
    assert region_of(party("US"), [], "non_eu") == "non_eu"
    assert region_of(party("SE"), [], "non_eu") == "eu"


def test_a_sender_who_is_not_named_may_be_an_eu_user() -> None:
    assert region_of(None, [party("US"), party("BR")]) == "unknown"
    assert region_of(None, [party("US")], "non_eu") == "non_eu"
    assert region_of(None, [party("US")], "eu") == "eu"


def test_the_order_of_the_parties_does_not_matter() -> None:
    mixed = [party("SE"), party("US"), Party("x")]
    assert {region_of(first, rest) for first, *rest in permutations(mixed)} == {"eu"}


def test_where_nobody_is_named_the_declared_region_holds() -> None:
    assert region_of(None, []) == "unknown"
    declared: list[Region] = ["eu", "non_eu", "unknown"]
    assert [region_of(None, [], one) for one in declared] == declared


@pytest.mark.parametrize("territory", sorted(TERRITORIES_IN_THE_UNION))
def test_parts_of_member_states_with_codes_of_their_own_are_in_the_union(territory: str) -> None:
    assert party(territory).region == "eu"
    assert territory in COUNTRIES - EU27_2020
