"""What holds for every classifier; a new one joins CLASSIFIERS with what makes it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.detection.classifiers.models import bright, coarse, pictures
from tutela.detection.classifiers.classifier import Classifier, highest_of_frames
from tutela.detection.classifiers.registry import UnknownMake, installed_makes, made

CLASSIFIERS: dict[str, Callable[[Path], Classifier]] = {
    "onnx": lambda folder: made("onnx", {"card": str(bright(folder))}),
    "onnx, one at a time": lambda folder: made("onnx", {"card": str(bright(folder, batch=1))}),
    "onnx of scikit-learn": lambda folder: made("onnx", {"card": str(coarse(folder)), "batch": 3}),
}


@pytest.fixture(params=CLASSIFIERS)
def classifier(request: pytest.FixtureRequest, tmp_path: Path) -> Classifier:
    return CLASSIFIERS[request.param](tmp_path)


def test_every_installed_make_is_held_to_the_contract() -> None:
    assert set(installed_makes()) <= {name.partition(" ")[0].strip(",") for name in CLASSIFIERS}
    with pytest.raises(UnknownMake, match="there are: onnx"):
        made("oracle", {})


def test_it_says_what_it_is(classifier: Classifier) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", classifier.NAME)
    assert classifier.VERSION
    assert classifier.LICENCE
    assert len(classifier.INTENDED_USE) >= 20
    assert len(set(classifier.LABELS)) == len(classifier.LABELS) > 0


def test_every_picture_has_a_score_of_every_label_whatever_its_size(classifier: Classifier) -> None:
    random = np.random.default_rng(0)
    sizes = [(1, 1), (1, 700), (700, 1), (33, 47), (640, 480)]
    given = [random.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]
    scores = classifier.scores(given)
    assert len(scores) == len(given)
    for one in scores:
        assert tuple(one) == tuple(classifier.LABELS)
        assert all(0 <= score <= 1 for score in one.values())
    assert list(classifier.scores([])) == []


def test_scores_are_of_the_picture_and_not_of_its_neighbours(classifier: Classifier) -> None:
    given = [picture for picture, _ in pictures(7, seed=3)]
    together = classifier.scores(given)
    assert together == classifier.scores(given)
    for picture, known in zip(given, together, strict=True):
        (alone,) = classifier.scores([picture])
        assert alone == pytest.approx(known, abs=1e-5)


def test_frames_have_the_score_of_the_highest(classifier: Classifier) -> None:
    given = [picture for picture, _ in pictures(7, seed=4)]
    known = classifier.scores(given)
    highest = highest_of_frames(classifier, iter(given), batch=3)
    for label in classifier.LABELS:
        scores = [one[label] for one in known]
        assert highest[label].score == pytest.approx(max(scores), abs=1e-5)
        assert scores[highest[label].frame] == pytest.approx(max(scores), abs=1e-5)
    assert highest_of_frames(classifier, []) == {}
