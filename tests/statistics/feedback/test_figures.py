"""What recipients said, counted: unknown is unknown, and what is not illegal there is no error."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tutela.statistics.feedback.figures import KINDS, OWN_WORDS, Found, Told, feedback_figures
from tutela.statistics.redress.selection import Period

PERIOD = Period(date(2025, 1, 1), date(2025, 12, 31))
causes = st.lists(
    st.tuples(st.sampled_from(["pdq", "sha256"]), st.sampled_from(["one", "two"]), st.integers(1, 3)), max_size=4
).map(tuple)
words = st.one_of(
    st.none(),
    st.builds(Told, st.sampled_from([k for k in KINDS if k != "not_illegal_there"]), st.none(), st.none()),
    st.builds(
        Told,
        st.just("not_illegal_there"),
        st.sampled_from(["US", "SE"]),
        st.sampled_from([None, "unlawful", "lawful", "unsure"]),
    ),
)
found = st.builds(
    Found,
    report=st.sampled_from(["r1", "r2", "r3"]),
    recipient=st.sampled_from(["cybertipline", "eu_centre"]),
    item=st.uuids().map(str),
    told=words,
    causes=causes,
)


@given(st.lists(found, max_size=30))
def test_every_item_is_in_one_count_and_every_share_has_its_bounds(items: list[Found]) -> None:
    figures = feedback_figures(items, PERIOD)
    for row in figures.rows:
        answered = sum(row.counts.values())
        assert row.items == answered + row.unknown
        assert 0 <= row.reports_without <= row.reports
        for kind in KINDS:
            rate = row.shares[kind]
            assert (rate is None) == (answered == 0)
            if rate is not None:
                assert (rate.numerator, rate.denominator) == (row.counts[kind], answered)
                assert 0 <= rate.low <= rate.rate <= rate.high <= 1
        assert sum(n for said in row.not_illegal.values() for n in said.values()) == row.counts["not_illegal_there"]
        assert all(tuple(said) == OWN_WORDS for said in row.not_illegal.values())
    of_recipients = [row for row in figures.rows if row.by == "recipient"]
    assert sum(row.items for row in of_recipients) == len(items)
    for by, at in (("technology", 0), ("list", 1)):
        for row in (row for row in figures.rows if row.by == by):
            assert row.items == sum(row.part in {cause[at] for cause in one.causes} for one in items)


def test_without_feedback_there_is_no_share() -> None:
    row = feedback_figures([Found("r", "cybertipline", "i", None, (("pdq", "one", 7),))], PERIOD).rows[-1]
    assert (row.by, row.part, row.items, row.unknown, row.reports_without) == ("entry", "one/7", 1, 1, 1)
    assert set(row.shares.values()) == {None}
    assert set(row.counts.values()) == {0}
