from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.scale import BEGIN, END, Load, Machine, Point, answer, carry_on, main, replaced


def _point(entries: int, microseconds: float) -> Point:
    return Point(entries, microseconds, 100.0, 150.0, 1e6)


def test_the_year_of_the_largest_provider() -> None:
    points = [_point(1_000_000, 40.0), _point(100_000_000, 400.0)]
    result = answer(points, 0.0168, Load(), Machine())
    assert result.items_per_second == pytest.approx(390.03, abs=0.01)
    assert not result.query_is_extrapolated
    # 16.8 ms and 8 queries of 0.4 ms.
    assert result.item_core_milliseconds == pytest.approx(20.0)
    assert result.core_seconds_per_million_items == pytest.approx(20_000)
    # 390.03 a second, three times at the peak, 0.02 s each: 23.4 cores, on 16 cores of which 9.6 may be busy.
    assert result.cores_at_peak == pytest.approx(23.40, abs=0.01)
    assert result.machines == 3 + 1
    assert result.index_memory_bytes == 15e9
    assert result.index_disk_bytes == 10e9
    assert result.build_seconds == 100
    assert result.price_per_million_items == pytest.approx(20_000 / 3600 * 0.04)
    assert result.price_per_year_as_kept == pytest.approx(4 * 8760 * 16 * 0.04)
    assert result.price_per_year_as_used == pytest.approx(12.3e9 * 0.02 / 3600 * 0.04)


@pytest.mark.parametrize(
    ("entries", "microseconds", "beyond"),
    [(1000, 10.0, False), (10_000, 31.6228, False), (100_000, 100.0, False), (10_000_000, 1000.0, True)],
)
def test_a_query_follows_the_power_law_of_its_neighbours(entries: int, microseconds: float, beyond: bool) -> None:
    found, extrapolated = carry_on([_point(100_000, 100.0), _point(1000, 10.0)], entries)
    assert found == pytest.approx(microseconds, rel=1e-4)
    assert extrapolated is beyond


@given(st.floats(1, 1e4), st.floats(1, 1e4), st.integers(2_000_000, 10**10))
def test_beyond_what_was_measured_the_promise_stays_between_root_and_proportion(
    low: float, high: float, entries: int
) -> None:
    found, extrapolated = carry_on([_point(100_000, low), _point(1_000_000, high)], entries)
    times = entries / 1_000_000
    assert extrapolated
    assert high * times**0.5 * 0.999 <= found <= high * times * 1.001


@pytest.mark.parametrize("machine", [Machine(utilisation=0), Machine(utilisation=1.1), Machine(cores=0)])
def test_a_machine_that_cannot_be_is_refused(machine: Machine) -> None:
    with pytest.raises(ValueError, match="utilisation"):
        answer([_point(1, 1.0), _point(2, 2.0)], 0.01, Load(), machine)


def test_one_size_says_nothing_of_growth() -> None:
    with pytest.raises(ValueError, match="two sizes"):
        carry_on([_point(1000, 10.0)], 2000)


def test_the_table_goes_between_its_marks_and_can_be_made_again() -> None:
    page = f"# Scale\n{BEGIN}\nold\n{END}\nafter\n"
    once = replaced(page, "new")
    assert once == f"# Scale\n{BEGIN}\nnew\n{END}\nafter\n"
    assert replaced(once, "new") == once
    with pytest.raises(ValueError, match="the page has no"):
        replaced("# Scale", "new")


def test_the_command_reads_figures_and_takes_the_readers_price(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    growth = [
        {
            "entries": entries,
            "engines": {"tutela": {"single": {"cpu_microseconds": microseconds}}},
            "bytes_per_entry": 100.0,
            "resident_bytes_per_entry": 150.0,
            "build_entries_per_s": 1e6,
        }
        for entries, microseconds in ((1_000_000, 25.0), (10_000_000, 100.0))
    ]
    scan = {"entries": 1_000_000, "megapixels_per_item": 1.0, "tutela": {"one": {"cpu_seconds_per_item": 0.0102}}}
    (tmp_path / "growth.json").write_text(json.dumps(growth), encoding="utf-8")
    (tmp_path / "scan.json").write_text(json.dumps(scan), encoding="utf-8")
    files = ["--growth", str(tmp_path / "growth.json"), "--scan", str(tmp_path / "scan.json")]
    assert main([*files, "--entries", "1e7", "--price", "0.1", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    # 10.2 ms held 8 queries of 25 µs; 8 of 100 µs take their place.
    assert printed["assumed"]["item_core_seconds"] == pytest.approx(0.010)
    assert printed["item_core_milliseconds"] == pytest.approx(10.8)
    assert printed["price_per_million_items"] == pytest.approx(10_800 / 3600 * 0.1)
    assert main(files) == 0
    assert "carried on" in capsys.readouterr().out


def test_figures_that_are_not_there_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--growth", str(tmp_path / "none.json")])
    assert "python -m bench.growth" in capsys.readouterr().err
