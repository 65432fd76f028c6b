"""Made-up regimes of which the truth is known: the bounds hold it, and the comparison can fail.

`make test` lets 50 regimes happen, `make soak` 1,000, each of at most 2,000 events.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutela.events.catalogue.authority import InvestigationOpened
from tutela.statistics.authority.figures import extract
from tutela.statistics.authority.rules import BadStatement
from tutela.statistics.figure import Figure
from tutela.statistics.simulation import against_truth, truths
from tutela.statistics.simulation.happening import FEWEST_EVENTS, OF_A_CASE, happen
from tutela.statistics.simulation.practice import Practice, practices
from tutela.statistics.simulation.questions import asked
from tutela.statistics.simulation.regime import Simulated, simulate
from tutela.statistics.simulation.registering import Book, registered
from tutela.statistics.simulation.returning import returns
from tutela.statistics.simulation.summary import Summary, median
from tutela.statistics.simulation.truths import Regime
from tutela.statistics.simulation.world import YEARS, State, World
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.dataset_file import parsed, written
from tutela.statistics.union.measure import Measure
from tutela.statistics.union.members import MEMBERS
from tutela.statistics.union.observation import Caveat
from tutela.statistics.union.period import Period
from tutela.statistics.union.sums import constraints, question
from tutela.statistics.union.sums.constraints import Constraint
from tutela.statistics.union.sums.question import Effect, Question
from tutela.statistics.union.sums.total import Total, total

SOAK = bool(os.environ.get("TUTELA_SOAK"))
CHUNKS, EACH = (20, 50) if SOAK else (10, 5)
MOST = 2_000
YEAR = Period.of_year(2023)


def size(number: int) -> int:
    """From the smallest regime to the largest."""
    return FEWEST_EVENTS + number * 389 % (MOST - FEWEST_EVENTS + 1)


@pytest.mark.soak
@pytest.mark.timeout(3600 if SOAK else 240)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_the_bounds_hold_the_truth_where_every_error_is_declared(chunk: int) -> None:
    whole = Summary(1, MOST, 0.0)
    for number in range(chunk * EACH + 1, (chunk + 1) * EACH + 1):
        events = size(number)
        one = simulate(1, number, events)
        assert events - OF_A_CASE <= one.regime.world.events <= events
        whole.add(one)
    assert whole.missed == []
    assert (whole.whole, whole.broken) == (EACH, False)
    assert {a.id for a in whole.answered.values()} == {"coverage", "error_rate", *(one.id for one in asked())}
    # It holds for something: most bounds of single reporters have both ends, and what is published is often wrong.
    assert sum(a.parts for a in whole.answered.values()) > 200 * EACH
    assert sum(a.far_off for a in whole.answered.values()) > EACH


def content(one: Simulated) -> list[tuple[str, str, bytes]]:
    return [(str(s.reporter), s.file.name, s.file.content) for s in one.submitted]


def test_a_seed_gives_the_same_regime_byte_for_byte() -> None:
    first, again, other = simulate(7, 1, 400), simulate(7, 1, 400), simulate(8, 1, 400)
    assert content(first) == content(again)
    assert written(first.data) == written(again.data)
    assert first.held == again.held
    assert content(first) != content(other)


def test_errors_change_what_is_told_and_never_what_happened() -> None:
    right, wrong = simulate(7, 1, 600), simulate(7, 1, 600, 0.5)
    assert right.regime == wrong.regime
    assert [h.truth for h in right.held] == [h.truth for h in wrong.held]
    assert content(right) != content(wrong)
    assert right.mistakes == {}
    assert set(wrong.mistakes) == {"mistyped", "another_period", "month_lost", "counted_twice", "too_early"}


def test_with_errors_that_nobody_declares_some_bounds_miss_and_it_is_said() -> None:
    whole = Summary(3, 600, 0.2)
    for number in range(1, 4):
        whole.add(simulate(3, number, 600, 0.2))
    assert whole.whole < whole.regimes == 3
    assert whole.missed
    assert not whole.broken
    parts = sum(a.parts for a in whole.answered.values())
    assert 0.5 * parts < sum(a.parts_held for a in whole.answered.values()) < parts


def _of_narrower(effects: Callable[[Caveat], Effect]) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(question, "effect_of", effects)


def _one_less(patch: pytest.MonkeyPatch) -> None:
    whole = constraints.constraints

    def narrowed(*given: object) -> list[Constraint]:
        found = whole(*given)  # type: ignore[arg-type]
        return [c if c.high is None or c.high <= c.low else replace(c, high=c.high - 1) for c in found]

    patch.setattr("tutela.statistics.union.sums.total.constraints", narrowed)


def _nothing_undecided(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(constraints, "UNDECIDED", frozenset())


def _everybody_of_the_union(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(question, "_ELSEWHERE", frozenset({"world"}))


def _nothing_unseen(patch: pytest.MonkeyPatch) -> None:
    def as_if_all_were_reviewed(data: Dataset, of: Question) -> Total:
        return total(data, replace(of, measure=Measure.FLAGGED) if of.measure is Measure.REVIEWED else of)

    patch.setattr("tutela.statistics.union.sums.wrongly_flagged.total", as_if_all_were_reviewed)


@pytest.fixture(scope="module")
def regimes() -> list[Simulated]:
    return [simulate(1, number, 1_500) for number in (1, 3, 5)]


@pytest.mark.parametrize(
    "broken",
    [
        _of_narrower(lambda caveat: Effect.NONE),
        _of_narrower(lambda caveat: Effect.LESS),
        _one_less,
        _nothing_undecided,
        _everybody_of_the_union,
        _nothing_unseen,
    ],
    ids=["caveats-say-nothing", "caveats-say-less", "one-less", "nothing-undecided", "everybody", "nothing-unseen"],
)
def test_an_engine_that_proves_too_much_is_found(
    regimes: list[Simulated], broken: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(held.holds and not held.missed for one in regimes for held in one.held)
    broken(monkeypatch)
    answers = [held for one in regimes for held in against_truth.held(one.regime, one.data)]
    assert any(held.missed or held.contradictory for held in answers)


def kept_wholly(**changed: object) -> Practice:
    """A register that holds everything as it is."""
    usual = Practice(
        silent=False, untold=frozenset(), since=date(2022, 1, 1), late=0, as_of=date(2024, 3, 31),
        periods=(YEAR,), age_limit=None, settings=True, mixed=False, genders=True, services=True, paths=True,
        origins=True, how=(), parts=True, form="dataset",
    )  # fmt: skip
    return replace(usual, **changed)  # type: ignore[arg-type]


def busiest(world: World) -> State:
    return max(world.states.values(), key=lambda s: len(s.arrivals))


@given(st.integers(0, 10**6), st.integers(FEWEST_EVENTS, 900))
@settings(max_examples=15, deadline=None)
def test_the_real_register_accepts_what_happens_and_counts_it(seed: int, events: int) -> None:
    rng = random.Random(seed)
    world = happen(rng, events)
    told = practices(rng)
    for code, practice in told.items():
        assert len(registered(world.states[code], practice)) >= 3
    state = busiest(world)
    practice = kept_wholly()
    figures = extract(registered(state, practice), YEAR, practice.as_of).by_id
    regime = Regime(world, dict.fromkeys(MEMBERS, practice))
    assert figures["reports"].low == figures["reports"].high == truths.received(regime, state.code, YEAR)
    assert figures["victims.gender.female"].low == truths.girls(regime, state.code, YEAR)
    assert figures["victims"].low == truths.children(regime, state.code, YEAR)
    assert figures["convictions.setting.online"].low == truths.convicted_online(regime, state.code, YEAR)
    in_scope = figures["reports.provider_type.interpersonal_communications"].low
    assert in_scope == truths.received_in_scope(regime, state.code, YEAR)


def test_the_register_of_the_twin_refuses_as_the_real_one_does() -> None:
    state = busiest(happen(random.Random(5), 900))
    statements = registered(state, kept_wholly())
    book = Book()
    opened = next(s for s in statements if isinstance(s.said, InvestigationOpened) and s.said.reports)
    with pytest.raises(BadStatement, match="is not in the register"):
        book.state(opened.subject, opened.said, opened.recorded_at)


def numbered(figures: list[Figure], figure_id: str) -> tuple[int, int]:
    figure = next(f for f in figures if f.id == figure_id)
    assert isinstance(figure.value, int)
    return figure.value, figure.at_most if figure.at_most is not None else figure.value


@given(st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_the_real_return_counts_what_a_provider_did(seed: int) -> None:
    world = happen(random.Random(seed), 900)
    regime = Regime(world, {})
    assert any(p.flagged for p in world.providers)
    for provider in world.providers:
        years = returns(provider)
        assert years[0].up_to == len(provider.processed) + sum(item.events for item in provider.flagged)
        for year, compiled in zip(YEARS, years, strict=True):
            figures, period = list(compiled.figures), Period.of_year(year)
            for figure_id, true in (
                ("4.known.reports", truths.reports), ("4.known.images", truths.images), ("6.known.A1", truths.flagged),
                ("4.known.accounts_sending", truths.accounts), ("1.images_eu", truths.processed),
            ):  # fmt: skip
                low, high = numbered(figures, figure_id)
                assert low <= true(regime, provider.code, period) <= high
                if provider.policy.knows_region == 1 and figure_id != "4.known.accounts_sending":
                    assert low == high
            seen = [i for i in provider.flagged if i.reviewed and i.on.year == year]
            assert numbered(figures, "6.known.C1") == (len(seen),) * 2
            assert numbered(figures, "6.known.B1") == (sum(not i.right for i in seen),) * 2
            lodged = sum(i.lodged is not None and i.lodged.year == year for i in provider.flagged)
            unit = "accounts" if provider.policy.suspends else "items"
            low, high = numbered(figures, f"5.known.{unit}_internal_complaints")
            assert low <= lodged
            assert high >= sum(i.of_union and i.lodged is not None and i.lodged.year == year for i in provider.flagged)


def test_what_is_sent_in_is_read_in_every_form_and_makes_a_data_set_that_reads_back(regimes: list[Simulated]) -> None:
    one = next(r for r in regimes if any(p.silent for p in r.regime.practices.values()))
    names = {s.file.name.partition("-")[0].partition(".")[0] for s in one.submitted}
    assert {"return", "ncmec", "figures", "table"} <= names
    assert parsed(written(one.data)).by_id.keys() == one.data.by_id.keys()
    reporters = {str(o.reporter) for o in one.data.observations}
    silent = {f"state:{code}" for code, p in one.regime.practices.items() if p.silent}
    assert reporters == {str(s.reporter) for s in one.submitted}
    assert reporters & silent == set()
    carried = {c for o in one.data.observations for c in o.caveats}
    assert {Caveat.ONLINE_AND_OFFLINE, Caveat.OTHER_SERVICES_POSSIBLE, Caveat.NOT_FINAL} <= carried


@pytest.mark.parametrize(("events", "rate", "said"), [(10, 0.0, "at least 250"), (300, 1.5, "between 0 and 1")])
def test_what_cannot_be_simulated_is_said(events: int, rate: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        simulate(1, 1, events, rate)


def test_the_middle_of_numbers() -> None:
    assert median([]) is None
    assert median([Decimal(3), Decimal(1), Decimal(2)]) == Decimal(2)
    assert median([Decimal(4), Decimal(1)]) == Decimal("2.5")
