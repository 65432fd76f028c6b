"""What something simpler does: a model that is not clearly better than these is poor (extra `classifiers`)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from tutela.detection.conversations.material import Material
from tutela.detection.conversations.texts import F64, I64, fold
from tutela.detection.conversations.training import FOLDS, Choices, Rule, folds_of

Score: TypeAlias = Callable[[I64], F64]
Fit: TypeAlias = Callable[[Material, I64], Score]

KEYWORDS = 20
_WORD = re.compile(r"\w+")


def flagged(name: str, material: Material, chosen: I64, test: I64, choices: Choices) -> F64:
    """Return (len(test),) of 0 and 1: what a baseline flags that was fitted on the chosen conversations.

    Its threshold has the best F0.5 on held-out folds of the chosen, like that of the model.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return _flagged(BASELINES[name], material, chosen, test, choices)


def _flagged(fit: Fit, material: Material, chosen: I64, test: I64, choices: Choices) -> F64:
    fold_number = folds_of(
        [material.data[one].account for one in chosen.tolist()], material.labels[chosen], FOLDS, choices.seed
    )
    held = np.empty(len(chosen))
    for number in range(FOLDS):
        here = fold_number == number
        held[here] = fit(material, chosen[~here])(chosen[here])
    threshold = Rule().threshold(held, material.labels[chosen])
    return np.asarray(fit(material, chosen)(test) >= threshold, np.float64)


def _always(_: Material, __: I64) -> Score:
    return lambda places: np.ones(len(places))


def _linear(rows: F64) -> Callable[[Material, I64], Score]:
    def fit(material: Material, chosen: I64) -> Score:
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        fitted = make_pipeline(StandardScaler(), LogisticRegression(solver="newton-cholesky", max_iter=1000))
        fitted.fit(rows[chosen], material.labels[chosen])
        return lambda places: np.asarray(fitted.decision_function(rows[places]), np.float64)

    return fit


def _length(material: Material, chosen: I64) -> Score:
    sizes = [
        (len(one.conversation.messages), sum(len(message.text) for message in one.conversation.messages))
        for one in material.data
    ]
    return _linear(np.log1p(np.array(sizes, float)))(material, chosen)


def _metadata(material: Material, chosen: I64) -> Score:
    return _linear(material.factors)(material, chosen)


def _keywords(material: Material, chosen: I64) -> Score:
    """Count the distinct ones of 20 words: those of the chosen that tell most, by their log-odds times their share."""
    counts = {0: Counter[str](), 1: Counter[str]()}
    for one in chosen.tolist():
        counts[int(material.labels[one])].update(_words(material, one))
    many = {label: max(int((material.labels[chosen] == label).sum()), 1) for label in (0, 1)}

    def told(word: str) -> float:
        true, false = counts[1][word] / many[1], counts[0][word] / many[0]
        return float(true * np.log((true + 0.01) / (false + 0.01)))

    words = frozenset(sorted(counts[1], key=lambda word: (-told(word), word))[:KEYWORDS])
    return lambda places: np.array([len(words & _words(material, one)) for one in places.tolist()], float)


def _words(material: Material, place: int) -> frozenset[str]:
    messages = material.data[place].conversation.messages
    return frozenset(word for message in messages for word in _WORD.findall(fold(message.text)) if len(word) > 3)


BASELINES: dict[str, Fit] = {
    "always": _always,
    "length only": _length,
    "20 keywords": _keywords,
    "metadata only": _metadata,
}
