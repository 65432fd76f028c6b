"""Models held against conversations that they were not trained on: by account, by time, by campaign (`classifiers`).

Each part is trained from the beginning, with its own calibration and threshold. Whatever would have let training see
the test is left out of training and told: accounts that are in both, near-duplicates, conversations still going on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from tutela.detection.conversations.baselines import BASELINES, flagged
from tutela.detection.conversations.duplicates import near_duplicates
from tutela.detection.conversations.indicators import Factors, Indicator
from tutela.detection.conversations.labelled import Labelled
from tutela.detection.conversations.material import Material
from tutela.detection.conversations.measures import Outcomes, curve, figures, latency, reliability
from tutela.detection.conversations.model import Model
from tutela.detection.conversations.report import Baseline, By, Data, Figures, Leaks, Report, Split
from tutela.detection.conversations.texts import F64, I64
from tutela.detection.conversations.training import CannotTrainError, Choices, folds_of, train

WAYS: tuple[By, ...] = ("account", "time", "campaign")
FOLDS = 5
BEFORE = 0.7
"""The share of conversations, by their beginning, that training by time may see."""
_LENGTHS = ((1, 5), (6, 10), (11, 20), (21, 50), (51, None))
_PAIRS = 20


def evaluate(material: Material, choices: Choices, ways: Sequence[By] = WAYS) -> Report:
    """Return the data's figures, and those of each way of keeping training and test apart.

    A way for which the data are too few is left out with the reason; by account, CannotTrainError is raised.
    """
    duplicates = near_duplicates([one.conversation for one in material.data])
    splits = []
    for by in ways:
        try:
            splits.append(_split(by, material, choices, duplicates))
        except CannotTrainError as error:
            if by == "account":
                raise
            splits.append(Split(by=by, folds=0, skipped=str(error)))
    return Report(data=described(material), splits=tuple(splits))


def evaluate_given(model: Model, material: Material, seed: int) -> Split:
    """Return the figures of a finished model on other conversations. Raises CannotTrainError if none is labelled."""
    places = np.arange(len(material.data))
    found = _Found()
    found.add(_tested(model, material, places), model.threshold)
    return _figured("given", 1, found, seed)


def described(material: Material) -> Data:
    """Return what there is to train on."""
    data, labels = material.data, material.labels
    languages = sorted({one.language for one in data})
    looked = [one for item in data for one in item.indicators if one is not None]
    begins = [one.conversation.messages[0].at for one in data]
    names = [name for name in Factors.model_fields if name != "age_basis"]
    return Data(
        conversations=len(data),
        labelled=int(labels.sum()),
        messages=len(material.texts),
        accounts=len({one.account for one in data}),
        languages=tuple((name, sum(one.language == name for one in data)) for name in languages),
        campaigns=len({one.campaign for one in data if one.campaign}),
        first=min(begins).date().isoformat(),
        last=max(begins).date().isoformat(),
        indicators=tuple((one.value, len(looked), sum(one in found for found in looked)) for one in Indicator),
        factors=tuple((name, _known(data, name, label=True), _known(data, name, label=False)) for name in names),
    )


def _known(data: Sequence[Labelled], name: str, *, label: bool) -> float | None:
    given = [getattr(one.factors, name) is not None for one in data if one.label is label]
    return float(np.mean(given)) if given else None


@dataclass(slots=True)
class _Found:
    """What the parts found, one after another."""

    tested: list[Outcomes] = field(default_factory=list)
    thresholds: list[float] = field(default_factory=list)
    baselines: dict[str, list[F64]] = field(default_factory=dict)
    near: int = 0
    shared: int = 0
    overlapping: int = 0
    left_out: int = 0
    pairs: list[tuple[str, str, float]] = field(default_factory=list)

    def add(self, tested: Outcomes, threshold: float) -> None:
        """Take in a part's test."""
        self.tested.append(tested)
        self.thresholds.append(threshold)

    def leaks(self) -> Leaks:
        """Return what was left out."""
        return Leaks(
            near_duplicates=self.near,
            shared_accounts=self.shared,
            overlapping=self.overlapping,
            left_out=self.left_out,
            pairs=tuple(self.pairs[:_PAIRS]),
        )


def _split(by: By, material: Material, choices: Choices, duplicates: Sequence[tuple[int, int, float]]) -> Split:
    found = _Found()
    parts = list(_parts(by, material, choices.seed))
    for test in parts:
        chosen = _kept(by, material, test, duplicates, found)
        model = train(material, chosen, choices)
        found.add(_tested(model, material, test), model.threshold)
        for name in BASELINES:
            found.baselines.setdefault(name, []).append(flagged(name, material, chosen, test, choices))
    return _figured(by, len(parts), found, choices.seed)


def _parts(by: By, material: Material, seed: int) -> Iterable[I64]:
    if by == "time":
        begins = np.array([one.conversation.messages[0].at.timestamp() for one in material.data])
        cut = np.sort(begins)[int(len(begins) * BEFORE)]
        test = np.flatnonzero(begins >= cut)
        if len(np.unique(material.labels[test])) < 2:
            raise CannotTrainError("the last conversations by time are all labelled alike")
        return [test]
    groups = [
        one.account if by == "account" or one.campaign is None else f"campaign {one.campaign}" for one in material.data
    ]
    if by == "campaign" and not any(one.campaign and one.label for one in material.data):
        raise CannotTrainError("no conversation that is labelled true has a campaign")
    folds = folds_of(groups, material.labels, FOLDS, seed)
    return [np.flatnonzero(folds == number) for number in range(FOLDS)]


def _kept(by: By, material: Material, test: I64, duplicates: Sequence[tuple[int, int, float]], found: _Found) -> I64:
    """Return what may be trained on for a test, and count what may not."""
    tested = set(test.tolist())
    accounts = {account for one in tested for account in material.data[one].accounts}
    rest = [one for one in range(len(material.data)) if one not in tested]
    out = {one for one in rest if material.data[one].accounts & accounts}
    found.shared += len(out)
    if by == "time":
        cut = min(material.data[one].conversation.messages[0].at for one in tested)
        late = {one for one in rest if material.data[one].conversation.messages[-1].at >= cut}
        found.overlapping += len(late)
        out |= late
    seen = set()
    for first, second, alike in duplicates:
        if (first in tested) != (second in tested):
            inside, outside = (first, second) if first in tested else (second, first)
            seen.add(inside)
            out.add(outside)
            found.pairs.append((material.data[inside].id, material.data[outside].id, round(alike, 3)))
    found.near += len(seen)
    found.left_out += len(out)
    return np.array([one for one in rest if one not in out], np.int64)


def _tested(model: Model, material: Material, test: I64) -> Outcomes:
    rows, of = material.rows(model.wording, test)
    probabilities = model.probabilities(rows)
    starts = np.flatnonzero(np.append(True, of[1:] != of[:-1]))
    lengths = np.diff(np.append(starts, len(of)))
    number = np.arange(len(of)) - np.repeat(starts, lengths) + 1
    over = np.where(probabilities >= model.threshold, number, np.iinfo(np.int64).max)
    first = np.minimum.reduceat(over, starts)
    data = [material.data[one] for one in test.tolist()]
    return Outcomes(
        material.labels[test],
        [one.account for one in data],
        [one.language for one in data],
        lengths,
        np.where(first == np.iinfo(np.int64).max, 0, first),
        np.maximum.reduceat(probabilities, starts),
        probabilities[starts + lengths - 1],
    )


def _figured(by: By, folds: int, found: _Found, seed: int) -> Split:
    all_ = Outcomes(
        np.concatenate([one.labels for one in found.tested]),
        [name for one in found.tested for name in one.accounts],
        [name for one in found.tested for name in one.languages],
        *(
            np.concatenate([getattr(one, name) for one in found.tested])
            for name in ("length", "flagged_at", "highest", "last")
        ),
    )
    if not all_.labels.any():
        raise CannotTrainError("no conversation that is tested is labelled true")
    accounts = np.array(all_.accounts, dtype=object)
    over = all_.flagged_at > 0

    def part(here: I64) -> Figures:
        return figures(all_.labels[here], over[here], accounts[here].tolist(), seed)

    points, average = curve(all_.labels, all_.highest)
    bins, brier, error = reliability(all_.labels, all_.last)
    languages = np.array(all_.languages, dtype=object)
    by_length = []
    for low, high in _LENGTHS:
        here = np.flatnonzero((all_.length >= low) & (all_.length <= (high or np.iinfo(np.int64).max)))
        if len(here):
            by_length.append((f"{low} to {high}" if high else f"{low} and more", part(here)))
    return Split(
        by=by,
        folds=folds,
        figures=part(np.arange(len(all_.labels))),
        threshold_low=min(found.thresholds),
        threshold_high=max(found.thresholds),
        brier=brier,
        calibration_error=error,
        reliability=bins,
        curve=points,
        average_precision=average,
        latency=latency(all_),
        by_language=tuple((name, part(np.flatnonzero(languages == name))) for name in sorted(set(all_.languages))),
        by_length=tuple(by_length),
        baselines=tuple(
            Baseline(name=name, figures=figures(all_.labels, np.concatenate(parts) > 0, all_.accounts, seed))
            for name, parts in found.baselines.items()
        ),
        leaks=found.leaks() if by != "given" else None,
    )
