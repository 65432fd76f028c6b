"""Drift is found where scores moved, and hardly ever where they did not, whatever the mix of the traffic."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.detection.classifiers.calibration.drift import check_labelled, check_unlabelled
from tutela.detection.classifiers.calibration.fitting import fit
from tutela.detection.classifiers.calibration.labelled import F64, LabelledScores
from tutela.detection.classifiers.calibration.record import Calibration
from tutela.detection.classifiers.calibration.target import Target


def drawn(random: np.random.Generator, items: int, centre: float, steps: int | None) -> F64:
    score = 1 / (1 + np.exp(-random.normal(centre, 1.2, items)))
    return np.asarray(score if steps is None else np.round(score * steps) / steps)


def calibration(
    random: np.random.Generator, items: int = 3000, steps: int | None = None, precision: float = 0.9
) -> Calibration:
    score = np.concatenate([drawn(random, items // 2, centre, steps) for centre in (3, -3)])
    labelled = LabelledScores(score, np.arange(len(score)) < items // 2)
    made = fit(labelled, Target("precision", precision), "0" * 64).calibration
    assert made is not None
    return made


@pytest.mark.parametrize("steps", [None, 12])
def test_where_nothing_changed_a_check_hardly_ever_finds_something(steps: int | None) -> None:
    random, runs, false = np.random.default_rng(0), 120, 0.1
    found = {"unlabelled": 0, "labelled": 0}
    for _ in range(runs):
        known = calibration(random, 1000, steps)
        negatives, positives = drawn(random, 400, -3, steps), drawn(random, 60, 3, steps)
        mixed = np.concatenate([negatives, drawn(random, 4, 3, steps)])
        found["unlabelled"] += bool(check_unlabelled(known, mixed, false, 0.02).findings)
        found["labelled"] += bool(check_labelled(known, positives, negatives, false).findings)
    most = runs * false + 3.1 * math.sqrt(runs * false * (1 - false))
    assert max(found.values()) <= most


def test_a_shift_is_found_with_its_direction_and_in_the_class_that_shifted() -> None:
    random = np.random.default_rng(1)
    known = calibration(random)
    up = check_unlabelled(known, drawn(random, 2000, -1.5, None), 0.001, 0.001)
    assert {(one.way, one.upwards) for one in up.findings} == {("shape", True), ("flagged", True)}
    down = check_labelled(known, drawn(random, 1000, -0.5, None), drawn(random, 1000, -3, None), 0.001)
    assert {(one.of, one.way, one.upwards) for one in down.findings} == {
        ("positives", "shape", False),
        ("positives", "flagged", False),
    }


def test_a_tail_that_grows_is_found_though_the_shape_is_as_good_as_the_same() -> None:
    random = np.random.default_rng(2)
    known = calibration(random, 20_000, precision=0.99)
    scores = drawn(random, 20_000, -3, None)
    scores[:600] = 0.999
    found = check_unlabelled(known, scores, 0.001, 0.001)
    assert [(one.way, one.upwards) for one in found.findings] == [("flagged", True)]


def test_positives_in_the_traffic_are_allowed_for_up_to_the_prevalence_said() -> None:
    random = np.random.default_rng(3)
    known = calibration(random, 20_000)
    scores = np.concatenate([drawn(random, 9500, -3, None), drawn(random, 500, 3, None)])
    assert not check_unlabelled(known, scores, 0.001, 0.06).findings
    assert check_unlabelled(known, scores, 0.001, 0.001).findings


@cache
def usual() -> Calibration:
    return calibration(np.random.default_rng(4), 1000)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.floats(1e-6, 0.5))
def test_any_scores_can_be_checked(scores: list[float], false_alarms: float) -> None:
    for one in check_unlabelled(usual(), np.array(scores), false_alarms, 0.001).findings:
        assert one.seen > one.allowed if one.upwards or one.way == "shape" else one.seen < one.allowed


def test_what_cannot_be_compared_is_refused() -> None:
    random = np.random.default_rng(5)
    known = calibration(random)
    nothing = np.array([])
    with pytest.raises(ValueError, match="no recent scores"):
        check_labelled(known, nothing, nothing, 0.01)
    with pytest.raises(ValueError, match="with weights"):
        check_unlabelled(known.model_copy(update={"references": None}), np.array([0.5]), 0.01, 0.001)
