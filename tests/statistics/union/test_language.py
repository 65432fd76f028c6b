"""What a language writes it reads again, and what it does not write it does not read."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.statistics.union.amount import Precision, about, at_least, between, exact, rounded
from tutela.statistics.union.grammar import grammar, wider
from tutela.statistics.union.measure import Unit
from tutela.statistics.union.members import MEMBERS
from tutela.statistics.union.period import Period, Point
from tutela.statistics.union.tables import labels, phrases
from tutela.statistics.union.words import languages, words

LANGUAGE = st.sampled_from(["en", "sv"])
POINTS = st.one_of(
    st.builds(Point, st.integers(1990, 2200)),
    st.builds(Point, st.integers(1990, 2200), st.integers(1, 2)),
    st.builds(lambda y, m: Point(y, None, m), st.integers(1990, 2200), st.integers(1, 12)),
    st.builds(lambda y, m, d: Point(y, None, m, d), st.integers(1990, 2200), st.integers(1, 12), st.integers(1, 28)),
)


def test_there_are_the_two_languages_of_the_seed() -> None:
    assert languages() == ["en", "sv"]
    with pytest.raises(ValueError, match="no catalogue"):
        words("xx")


@given(LANGUAGE, st.integers(0, 10**12))
def test_a_count_is_written_and_read_again(language: str, number: int) -> None:
    written = " ".join(words(language).amount(exact(number)).split())
    assert grammar(language).amount(written) == exact(number)


@given(LANGUAGE, st.integers(0, 10_000))
def test_a_percentage_is_written_and_read_again(language: str, hundredths: int) -> None:
    number = Decimal(hundredths) / 100
    read = grammar(language).percent(" ".join(words(language).percent(number).split()))
    assert read is not None
    assert read.stated == number


@given(LANGUAGE, st.integers(1, 9_999), st.sampled_from([10**6, 10**9]))
def test_millions_are_written_and_read_again(language: str, tenths: int, scale: int) -> None:
    amount = rounded(Decimal(tenths) * scale / 10, Decimal(scale) / 10, whole=True)
    written = " ".join(words(language).amount(amount).split())
    assert grammar(language).amount(written) == amount


@given(LANGUAGE, POINTS, POINTS)
def test_a_period_is_written_and_read_again(language: str, one: Point, other: Point) -> None:
    if one.first > other.last:
        one, other = other, one
    period = Period(one, other)
    assert grammar(language).period(words(language).period(period)) == period


@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_name_is_read_again(language: str) -> None:
    said = words(language)
    assert [labels.code_of(said.country(code), "state", said) for code in MEMBERS] == list(MEMBERS)
    assert [labels.code_of(labels.provider(p, said), "provider", said) for p in labels.PROVIDERS] == [*labels.PROVIDERS]
    assert [phrases.code_of(phrases.phrase(code, said), said) for code in phrases.MEANINGS] == [*phrases.MEANINGS]
    assert len(set(MEMBERS)) == 27
    for unit, service in ((Unit.ACCOUNTS, "google_chat"), (Unit.ACCOUNTS, None), (Unit.ITEMS, None)):
        for number in ("1", "6 600"):
            text = labels.counted(number, unit, service, Decimal(number.replace(" ", "")), said)
            assert labels.uncounted(text, said) == (number, unit, service)


@pytest.mark.parametrize(
    ("language", "text", "amount"),
    [
        ("en", "ca 90 000", about(Decimal(90_000), whole=True)),
        ("sv", "Ca 430 000", about(Decimal(430_000), whole=True)),
        ("en", "over 20 000", at_least(20_000)),
        ("sv", "över 20 000", at_least(20_000)),
        ("en", "more than two thousand", at_least(2_000)),
        ("sv", "mer än två tusen", at_least(2_000)),
        ("en", "4.9k", rounded(Decimal(4_900), Decimal(100), whole=True)),
        ("en", "6.6 million", rounded(Decimal(6_600_000), Decimal(100_000), whole=True)),
        ("sv", "6,6 miljoner", rounded(Decimal(6_600_000), Decimal(100_000), whole=True)),
        ("en", "Approximately 115 to 220 reports monthly", between(115, 220)),
        ("sv", "Cirka 115 till 220 rapporter per månad", between(115, 220)),
        ("en", "0,10", None),
        ("sv", "0.10", None),
        ("en", "2,045", None),
        ("en", "12 34", None),
        ("en", "twelve", None),
        ("en", "", None),
    ],
)
def test_amounts_as_the_report_tells_them(language: str, text: str, amount: object) -> None:
    assert grammar(language).amount(text) == amount


def test_thousands_with_a_point_are_a_fraction_in_english() -> None:
    read = grammar("en").amount("3.700")
    assert read is not None
    assert read.stated == Decimal("3.7")
    assert grammar("sv").amount("3.700") is None


def test_of_two_forms_of_one_number_the_less_exact_stands() -> None:
    short, full = grammar("en").amount("4.9k"), grammar("sv").amount("4 900")
    assert short is not None
    assert full is not None
    assert wider(short, full) == wider(full, short) == short
    assert short.precision is Precision.ROUNDED
    assert wider(full, exact(4_901)) is None


def test_periods_are_found_in_sentences() -> None:
    english = "detected in the EU from 2 August 2021 to 31 December 2021 and between July 2021 to December 2021."
    swedish = "under perioden den 2 augusti till den 31 december 2021 och mellan juli 2021 och december 2021."
    wanted = ["2021-08-02/2021-12-31", "2021-07/2021-12"]
    assert [str(p) for p in grammar("en").periods_in(english)] == wanted
    assert [str(p) for p in grammar("sv").periods_in(swedish)] == wanted
