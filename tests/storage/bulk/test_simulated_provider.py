"""A made-up provider: every figure of its return is what is known of it, whatever its size, seed and database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.databases import SteppableClock
from tests.rig import Rig, dump
from tests.statistics.provider_return.test_second_way import different, exported, numbers, second_way
from tutela.cli.main import app
from tutela.statistics.provider_return.spans import whole_year
from tutela.statistics.provider_simulation import provider
from tutela.statistics.provider_simulation.drawing import TECHNOLOGIES
from tutela.storage.bulk.simulated_provider import NoRegime, NotEmpty, simulate
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

YEAR = 2025


@pytest.mark.parametrize(("cases", "drawn", "seed"), [(1, 500, 1), (37, 500, 2), (95, 30, 3), (250, 60, 4)])
def test_the_return_says_what_is_true(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, cases: int, drawn: int, seed: int
) -> None:
    monkeypatch.setattr(provider, "DRAWN", drawn)
    told: list[int] = []
    truth = simulate(place, cases, YEAR, seed, told.append)
    compiled = place.yearly_return(YEAR)
    assert not different(numbers(compiled.figures), truth)
    assert told[-1] == cases
    if cases > 200:
        assert sum(low > 0 for low, _ in truth.values()) > 0.7 * len(truth)
        for name in (f"{name}-{version}" for some in TECHNOLOGIES.values() for name, version in some):
            assert any(figure.technology == name for figure in compiled.figures), name
    # Nothing of it lies outside the year.
    for year in (YEAR - 1, YEAR + 1):
        assert not any(low or high for low, high in numbers(place.yearly_return(year).figures).values())


def test_the_second_way_says_it_too(place: Workplace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(provider, "DRAWN", 20)
    truth = simulate(place, 70, YEAR, 5)
    with place.transactions.reading() as log:
        path = exported(log.read(), tmp_path / "events.jsonl")  # each is parsed by the catalogue as it is read
    assert not different(truth, second_way(path, whole_year(YEAR), ["chat", "mail"]))


def test_its_projections_are_what_its_events_make(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "DRAWN", 15)
    simulate(place, 50, YEAR, 6)
    before = dump(place.database)
    assert len(before["cases"]) == 50
    with place.transactions.record() as log:
        assert log.rebuilt_otherwise() == []
    assert dump(place.database) == before


@given(st.integers(0, 10**6))
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_seed_makes_the_same_provider(seed: int) -> None:
    first, again = (provider.make_up(20, YEAR, seed, "r", 1) for _ in range(2))
    assert first.original == again.original
    assert first.truth.figures() == again.truth.figures()
    assert first.original != provider.make_up(20, YEAR, seed + 1, "r", 1).original


def test_it_is_made_only_in_an_empty_installation_and_a_year_of_one_regime(
    place: Workplace, clock: SteppableClock
) -> None:
    with pytest.raises(NoRegime, match="no one regime covers 2026"):
        simulate(place, 5, 2026, 1)
    with pytest.raises(ValueError, match="at least one case"):
        simulate(place, 0, YEAR, 1)
    Rig(place, clock)
    with pytest.raises(NotEmpty):
        simulate(place, 5, YEAR, 1)


def test_the_command_makes_an_installation_that_opens(tmp_path: Path) -> None:
    folder = tmp_path / "made-up"
    result = CliRunner().invoke(app, ["simulate", "provider", "--out", str(folder), "--cases", "30", "--seed", "9"])
    assert result.exit_code == 0, result.output
    assert "30 cases" in result.output
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    with Workplace(load_settings(folder, {})) as place:
        compiled = place.yearly_return(YEAR)
        assert place.settings.rehearsal
    assert not different(numbers(compiled.figures), {k: (a, b) for k, (a, b) in truth["figures"].items()})
    again = CliRunner().invoke(app, ["simulate", "provider", "--out", str(folder), "--cases", "30"])
    assert again.exit_code == 2
    assert "not empty" in again.output
