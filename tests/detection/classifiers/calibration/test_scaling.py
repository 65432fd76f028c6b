"""Scalings fit what is so, never fall, and move with prevalence; the error's bounds hold where the truth is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.detection.classifiers.calibration.calibration_error import calibration_error
from tutela.detection.classifiers.calibration.labelled import LabelledScores, TooFewLabels
from tutela.detection.classifiers.calibration.rates import Range, Rates
from tutela.detection.classifiers.calibration.scaling import at_prevalence, fit_isotonic, fit_platt

SHARES = st.floats(0, 1)
ITEMS = st.lists(st.tuples(SHARES, st.booleans(), st.floats(0.01, 100)), min_size=2, max_size=60).filter(
    lambda items: len({positive for _, positive, _ in items}) == 2
)


def labelled(items: list[tuple[float, bool, float]]) -> LabelledScores:
    score, positive, weight = (np.array(part) for part in zip(*items, strict=True))
    return LabelledScores(score, positive, weight)


@given(ITEMS)
def test_isotonic_is_that_of_scikit_learn_at_the_scores_and_never_falls(items: list[tuple[float, bool, float]]) -> None:
    isotonic = pytest.importorskip("sklearn.isotonic", reason="scikit-learn is the oracle").IsotonicRegression
    given_ = labelled(items)
    ours = fit_isotonic(given_)
    theirs = isotonic(y_min=0, y_max=1, out_of_bounds="clip").fit(given_.score, given_.positive, given_.weight)
    # Scikit-learn takes scores for one that lie very near each other.
    if np.diff(np.unique(given_.score)).min(initial=1) > 1e-9:
        assert ours.of(given_.score) == pytest.approx(theirs.predict(given_.score), abs=1e-6)
    grid = ours.of(np.linspace(0, 1, 50))
    assert np.all(np.diff(grid) >= 0)
    assert np.all((grid >= 0) & (grid <= 1))


def test_platt_finds_the_curve_that_made_the_labels() -> None:
    random = np.random.default_rng(0)
    odds = random.normal(0, 2, 40_000)
    score = 1 / (1 + np.exp(-odds))
    positive = random.random(40_000) < 1 / (1 + np.exp(-(1.7 * odds - 0.8)))
    curve = fit_platt(LabelledScores(score, positive))
    assert curve.slope == pytest.approx(1.7, abs=0.08)
    assert curve.intercept == pytest.approx(-0.8, abs=0.08)


@given(ITEMS)
def test_platt_stays_finite_whatever_the_items(items: list[tuple[float, bool, float]]) -> None:
    curve = fit_platt(labelled(items))
    assert math.isfinite(curve.slope)
    assert math.isfinite(curve.intercept)
    assert np.all(np.isfinite(curve.of(np.array([0.0, 0.5, 1.0]))))


def test_labels_that_are_all_the_same_calibrate_nothing() -> None:
    for fit in (fit_isotonic, fit_platt):
        with pytest.raises(TooFewLabels, match="positives and negatives"):
            fit(LabelledScores(np.array([0.1, 0.9]), np.array([True, True])))


@given(st.floats(0.001, 0.999), st.floats(1e-6, 0.999), st.floats(1e-6, 0.999))
def test_a_probability_moves_with_prevalence_and_back(probability: float, one: float, other: float) -> None:
    there = at_prevalence(np.array([probability]), one, other)
    assert (there[0] - probability) * (other - one) >= -1e-12
    assert at_prevalence(there, other, one)[0] == pytest.approx(probability)
    assert at_prevalence(np.array([one]), one, other)[0] == pytest.approx(other)


def test_99_percent_of_a_balanced_set_is_next_to_nothing_at_one_in_a_million() -> None:
    rates = Rates(Range(0.98, 0.99, 1), Range(0.009, 0.01, 0.011))
    assert rates.precision_at(0.5).value == pytest.approx(0.99)
    # Of 1,000,000 items, 0.99 rightly and 9,999.99 wrongly.
    assert rates.precision_at(1e-6).value == pytest.approx(0.99 / (0.99 + 9999.99))
    # The seed's other quantity: 0.1 % false positives, which on the same balanced set is 99.9 % precision.
    other = Rates(rates.recall, Range(0.001, 0.001, 0.001))
    assert other.precision_at(0.5).value == pytest.approx(0.999, abs=1e-5)


def test_the_bounds_of_the_error_hold_and_see_what_is_off() -> None:
    random, runs, missed = np.random.default_rng(1), 200, 0
    for _ in range(runs):
        said = random.random(2000)
        error = calibration_error(said, LabelledScores(said, random.random(2000) < said), 0.95)
        assert error.low is not None
        missed += error.low > 0
    assert missed <= runs * 0.05 + 3.1 * math.sqrt(runs * 0.0475)
    said = random.random(2000)
    off = calibration_error(said, LabelledScores(said, random.random(2000) < said**2), 0.95)
    assert off.low is not None
    assert off.high is not None
    # The mean of s - s ** 2 is a sixth.
    assert 0.05 < off.low < 1 / 6 < off.high
    assert off.value == pytest.approx(1 / 6, abs=0.03)
    weighted = calibration_error(said, LabelledScores(said, said > 0.5, np.ones(2000)), 0.95)
    assert (weighted.low, weighted.high) == (None, None)
