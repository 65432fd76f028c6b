"""The interface of a classifier: pictures in, labelled scores out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from tutela.content.decode import RGB

Scores: TypeAlias = Mapping[str, float]
"""A score of each of the classifier's labels, 0 to 1. It is no probability until it is calibrated."""


class BadScores(ValueError):
    """A classifier said something of an item that is no score; the message says what. The item was not judged."""


class Classifier(Protocol):
    """One classifier. Implementations do not change once made; their factories register under `tutela.classifiers`.

    A score proposes and never decides: whatever scores, a person looks at it before anything follows (Regulation
    2021/1232, Article 3(1)(g)(iii)).
    """

    @property
    def NAME(self) -> str:
        """Its name in events and answers: at most 40 of a-z, 0-9 and -."""
        ...

    @property
    def VERSION(self) -> str:
        """The version of the technology; two that may say different things of one picture have different ones."""
        ...

    @property
    def LICENCE(self) -> str:
        """Under which terms it may be used: an SPDX expression, or the name of the contract."""
        ...

    @property
    def INTENDED_USE(self) -> str:
        """What its makers say that it is for."""
        ...

    @property
    def LABELS(self) -> Sequence[str]:
        """What it tells apart, in the order of its card."""
        ...

    def scores(self, pictures: Sequence[RGB]) -> Sequence[Scores]:
        """Return the scores of each picture, in order; each is (height, width, 3), uint8, of any size from 1 x 1.

        Raises BadScores where what comes out is none; then none of the pictures was judged.
        """
        ...


@dataclass(frozen=True, slots=True)
class FrameScore:
    """The highest score of a label among frames, and the number of the frame (from 0) that had it first."""

    score: float
    frame: int


def highest_of_frames(classifier: Classifier, frames: Iterable[RGB], batch: int = 16) -> dict[str, FrameScore]:
    """Return the highest score of each label over the frames of a clip, with memory for `batch` frames at once.

    The highest of many frames lies higher than that of one picture: a threshold for clips is calibrated on clips.
    Returns nothing for no frames. Raises BadScores, and ValueError for a batch below 1.
    """
    if batch < 1:
        raise ValueError(f"a batch has at least 1 frame, not {batch}")
    highest: dict[str, FrameScore] = {}
    for start, together in _batches(frames, batch):
        for number, scores in enumerate(classifier.scores(together), start):
            for label, score in scores.items():
                if label not in highest or score > highest[label].score:
                    highest[label] = FrameScore(score, number)
    return highest


def _batches(frames: Iterable[RGB], size: int) -> Iterator[tuple[int, list[RGB]]]:
    start, together = 0, []
    for frame in frames:
        together.append(frame)
        if len(together) == size:
            yield start, together
            start, together = start + size, []
    if together:
        yield start, together
