from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tutela.regimes.regime import BadRegimeTable, Regime, RegimeTable, load

ENTRY = """
[[regime]]
id = "a"
title = "Regulation A"
jurisdiction = "eu"
from = 2021-08-02
to = 2024-08-03
retention_days = 365
excludes = ["audio"]
source = "a test"
"""


def regime(id_: str, first: date, last: date, jurisdiction: str = "eu") -> Regime:
    return Regime(id_, f"Title {id_}", jurisdiction, first, last, 365, frozenset(), "")


def table_of(text: str, folder: Path) -> RegimeTable:
    path = folder / "regimes.toml"
    path.write_text(text, "utf-8")
    return load(path)


@pytest.mark.parametrize(
    ("day", "id_"),
    [
        ("2021-08-01", None),
        ("2021-08-02", "eu-2021-1232"),
        ("2024-08-03", "eu-2021-1232"),
        ("2024-08-04", "eu-2021-1232-extended"),
        ("2026-04-03", "eu-2021-1232-extended"),
        ("2026-04-04", None),
        ("2026-07-30", None),
        ("2026-07-31", "eu-2026-1881"),
        ("2028-04-03", "eu-2026-1881"),
        ("2028-04-04", None),
    ],
)
def test_the_shipped_table_says_what_was_in_force(day: str, id_: str | None) -> None:
    found = load().on(date.fromisoformat(day))
    assert (found.id if found else None) == id_


def test_the_gap_of_2026_has_118_days() -> None:
    days = (date(2026, 1, 1) + timedelta(n) for n in range(365))
    assert sum(load().on(day) is None for day in days) == 118


def test_the_shipped_regimes_keep_evidence_12_months_and_leave_audio_alone() -> None:
    table = load()
    assert [(r.retention_days, "audio" in r.excludes) for r in table.regimes] == [(365, True)] * 3
    assert [r.id for r in table.regimes if "end_to_end" in r.excludes] == ["eu-2026-1881"]


@given(day=st.dates())
def test_a_day_lies_in_a_regime_or_between_two_neighbours(day: date) -> None:
    table = load()
    before, after = table.around(day)
    covering = [r for r in table.regimes if r.first <= day <= r.last]
    assert table.on(day) == (covering[0] if covering else None)
    assert len(covering) <= 1
    assert before is None or before.last < day
    assert after is None or day < after.first
    for one in table.regimes:
        assert one in covering or (before is not None and one.last <= before.last) or (
            after is not None and one.first >= after.first
        )  # fmt: skip


@given(first=st.dates(date(2020, 1, 1), date(2030, 1, 1)), days=st.integers(0, 900))
def test_within_names_exactly_the_regimes_of_some_day(first: date, days: int) -> None:
    table = load()
    daily = {found.id for n in range(days + 1) if (found := table.on(first + timedelta(n)))}
    within = table.within(first, first + timedelta(days))
    assert {r.id for r in within} == daily
    assert [r.first for r in within] == sorted(r.first for r in within)


@given(
    one=st.tuples(st.integers(0, 300), st.integers(0, 60)),
    other=st.tuples(st.integers(0, 300), st.integers(0, 60)),
    far=st.integers(1000, 2000),
)
def test_two_regimes_that_share_a_day_are_refused_and_no_others(
    one: tuple[int, int], other: tuple[int, int], far: int
) -> None:
    start = date(2021, 1, 1)
    spans = [(start + timedelta(a), start + timedelta(a + length)) for a, length in (one, other)]
    a, b = (regime(name, *span) for name, span in zip("ab", spans, strict=True))
    c = regime("c", start + timedelta(far), start + timedelta(far + 1))
    if spans[0][0] <= spans[1][1] and spans[1][0] <= spans[0][1]:
        with pytest.raises(BadRegimeTable, match="overlap"):
            RegimeTable((a, c, b))
        assert RegimeTable((a, regime("b", *spans[1], jurisdiction="us"))).on(spans[0][0]) == a
    else:
        assert RegimeTable((b, c, a)).on(spans[0][1]) == a


@given(first=st.dates(), last=st.dates())
def test_a_regime_that_ends_before_it_begins_is_refused(first: date, last: date) -> None:
    assume(last < first)
    with pytest.raises(BadRegimeTable, match="ends before it begins"):
        RegimeTable((regime("a", first, last),))


def test_a_table_of_ones_own_replaces_the_shipped_one(tmp_path: Path) -> None:
    (only,) = table_of(ENTRY, tmp_path).regimes
    assert only == Regime(
        "a", "Regulation A", "eu", date(2021, 8, 2), date(2024, 8, 3), 365, frozenset({"audio"}), "a test"
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "a"\n', "", "'id'"),
        ("to = 2024-08-03\n", "", "'to'"),
        ("from = 2021-08-02", 'from = "2021-08-02"', "not a date"),
        ("from = 2021-08-02", "from = 2021-08-02T00:00:00", "not a date"),
        ("from = 2021-08-02", "from = 2025-08-02", "ends before it begins"),
        ("retention_days = 365", "retention_days = 0", "retention_days"),
        ("retention_days = 365", "retention_days = true", "retention_days"),
        ("retention_days = 365", 'retention_days = "a year"', "retention_days"),
        ('excludes = ["audio"]', 'excludes = "audio"', "excludes is a list"),
        ('excludes = ["audio"]', 'excludes = ["adio"]', "excludes is a list"),
        ('excludes = ["audio"]', 'exclude = ["audio"]', "unknown exclude"),
        ('title = "Regulation A"', "title = 7", "not a text"),
        ('title = "Regulation A"', 'title = " "', "not a text"),
        ("[[regime]]", "[regime]", r"\[\[regime\]\]"),
        ("[[regime]]", "[[regimes]]", "no regime"),
        ("[[regime]]", "[[regime]", "regimes.toml"),
    ],
)
def test_a_bad_table_is_refused_and_the_message_names_the_fault(old: str, new: str, says: str, tmp_path: Path) -> None:
    assert old in ENTRY
    with pytest.raises(BadRegimeTable, match=says):
        table_of(ENTRY.replace(old, new), tmp_path)


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "regime = 1\n", "regime = ['a']\n", "regime = []\n", "regime = 'a'"]
)
def test_a_file_without_regimes_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(BadRegimeTable, match="regime"):
        table_of(text, tmp_path)


def test_two_regimes_of_one_id_are_refused(tmp_path: Path) -> None:
    again = ENTRY.replace("2021-08-02", "2025-01-01").replace("2024-08-03", "2025-12-31")
    with pytest.raises(BadRegimeTable, match="same id"):
        table_of(ENTRY + again, tmp_path)


def test_a_file_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRegimeTable, match="none-here"):
        load(tmp_path / "none-here.toml")
    with pytest.raises(BadRegimeTable, match="directory"):
        load(tmp_path)
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadRegimeTable, match="binary"):
        load(binary)
