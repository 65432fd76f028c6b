"""Bounds of Cohen's kappa that hold for small samples, skewed answers and empty cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Cell = tuple[Hashable, Hashable]

DRAWS = 10_000
"""Draws for each prior: from one seed to another the bounds then move by 0.01 or so."""


def kappa_bounds(
    cells: Mapping[Cell, Sequence[float]], confidence: float, seed: int, draws: int = DRAWS
) -> tuple[float, float]:
    """Return the bounds of kappa, from -1 to 1, for a table of answers; `cells` holds the weights of each cell's pairs.

    An error of large samples is near 0 where a cell is empty, though the next pair may fall there. These bounds are
    quantiles of the posterior of kappa: the shares of the cells follow a Dirichlet distribution, drawn with `seed`
    (Gelman and others, Bayesian Data Analysis, 3rd ed. 2013, 3.4), and each share is weighed as the pairs of its cell
    are. No one prior fits: that of Jeffreys, 1/2 for each cell, holds for two answers, but with more it puts so much
    on disagreement that it misses near agreement (Berger, Bernardo, Sun, Bayesian Anal. 10, 2015). So three are
    asked, and the outermost bounds taken, as with a set of priors (Walley, J. R. Stat. Soc. B 58, 1996): 2 shared by
    all cells, which is Jeffreys' for two answers; 1 shared by all, the reference prior of Berger and others (Perks,
    J. Inst. Actuar. 73, 1947); and 1/2 for each cell of agreement with 1/2 shared by the others. The tests simulate
    how often the bounds hold.
    """
    import numpy as np

    answers = sorted({answer for cell in cells for answer in cell}, key=repr)
    size = len(answers)
    generator = np.random.default_rng(seed)
    parts = _parts(cells, answers)
    low, high = 1.0, -1.0
    for agreeing, differing in _priors(size):
        shape = np.array([n + (agreeing if i == j else differing) / split for i, j, _, n, split in parts])
        drawn = generator.standard_gamma(shape, (draws, len(parts)))
        drawn *= np.array([weight for _, _, weight, _, _ in parts])
        shares = np.zeros((draws, size, size))
        for at, (i, j, *_) in enumerate(parts):
            shares[:, i, j] += drawn[:, at]
        found = _kappa_of(shares)
        tail = (1 - confidence) / 2
        low = min(low, float(np.quantile(found, tail)))
        high = max(high, float(np.quantile(found, 1 - tail)))
    return low, high


def _priors(size: int) -> tuple[tuple[float, float], ...]:
    """Return what each prior adds to a cell of agreement and to another."""
    cells = size**2
    return (1 / cells, 1 / cells), (2 / cells, 2 / cells), (0.5, 0.5 / (cells - size))


def _parts(
    cells: Mapping[Cell, Sequence[float]], answers: Sequence[Hashable]
) -> list[tuple[int, int, float, int, int]]:
    """Return row, column, weight, pairs and the number of parts of its cell, for each cell and weight in it.

    An empty cell weighs what its row does, and an empty row what all do.
    """
    by_row: dict[Hashable, list[float]] = defaultdict(list)
    for (first, _), weights in cells.items():
        by_row[first].extend(weights)
    every = [weight for weights in by_row.values() for weight in weights]
    found = []
    for i, first in enumerate(answers):
        for j, second in enumerate(answers):
            given = cells.get((first, second), ())
            counted: dict[float, int] = defaultdict(int)
            for weight in given:
                counted[weight] += 1
            if not counted:
                like = by_row.get(first) or every
                counted[sum(like) / len(like)] = 0
            found += [(i, j, weight, n, len(counted)) for weight, n in sorted(counted.items())]
    return found


def _kappa_of(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the kappa of each table; those where chance alone would always agree have none, and are left out."""
    shares = shares / shares.sum(axis=(1, 2), keepdims=True)
    agreed = shares.trace(axis1=1, axis2=2)
    chance = (shares.sum(axis=2) * shares.sum(axis=1)).sum(axis=1)
    some = chance < 1
    found: NDArray[np.float64] = (agreed[some] - chance[some]) / (1 - chance[some])
    return found
