"""What a check is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.findings.finding import Finding


@dataclass(frozen=True, slots=True)
class Check:
    """A question that is asked of every data set; it knows no reporter and no document."""

    id: str
    asks: str
    find: Callable[[Dataset], Iterator[Finding]]
