"""One regime from end to end: it happens, it is told, it is read, and what is read is held against what happened."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tutela.statistics.simulation import clearing, returning
from tutela.statistics.simulation.against_truth import Held, held
from tutela.statistics.simulation.happening import happen
from tutela.statistics.simulation.mistakes import Mistake, Mistakes
from tutela.statistics.simulation.practice import practices
from tutela.statistics.simulation.registering import registered
from tutela.statistics.simulation.telling import Sent, figures, sent, told
from tutela.statistics.simulation.truths import Regime
from tutela.statistics.simulation.world import YEARS
from tutela.statistics.union.dataset import Dataset
from tutela.statistics.union.observation import Reporter
from tutela.statistics.union.submissions.incoming import Incoming, Kind, combined, read


@dataclass(frozen=True, slots=True)
class Submitted:
    """A file that a reporter sent in."""

    reporter: Reporter
    kind: Kind
    file: Sent


@dataclass(frozen=True, slots=True)
class Simulated:
    """A regime, what was sent in of it, the data set that was read from that, and the answers.

    `mistakes` counts the errors that nobody declared, by kind.
    """

    seed: int
    number: int
    regime: Regime
    submitted: tuple[Submitted, ...]
    data: Dataset
    held: tuple[Held, ...]
    mistakes: Mapping[Mistake, int]


def simulate(seed: int, number: int, events: int, undeclared: float = 0.0) -> Simulated:
    """Return regime `number` of a seed, of at most so many events, with undeclared errors at a rate of 0 to 1.

    The same arguments give the same regime, byte for byte. Raises ValueError for a number of events or a rate that
    cannot be.
    """
    if not 0 <= undeclared <= 1:
        raise ValueError(f"a rate lies between 0 and 1, and {undeclared} does not")
    # Each part draws from a generator of its own: errors change what is told, and never what happens.
    happening, telling, erring = (random.Random(f"{seed} {number} {part}") for part in ("world", "told", "errors"))
    regime = Regime(happen(happening, events), practices(telling))
    mistakes = Mistakes(erring, undeclared)
    submitted = tuple(_submitted(regime, telling, mistakes))
    data = compiled(f"regime-{number}", submitted)
    return Simulated(seed, number, regime, submitted, data, held(regime, data), mistakes.made)


def compiled(identifier: str, submitted: tuple[Submitted, ...]) -> Dataset:
    """Return the data set that the files make, read as any others are."""
    every: dict[Reporter, list[Incoming]] = {}
    for one in submitted:
        content = read(one.file.name, one.file.content, kind=one.kind, reporter=one.reporter, period=one.file.period)
        every.setdefault(one.reporter, []).append(content)
    return combined(identifier, f"Made-up regime {identifier}", YEARS, _by_document(every))


def _by_document(every: dict[Reporter, list[Incoming]]) -> Iterator[tuple[Reporter, Incoming]]:
    for reporter, several in every.items():
        for one in several:
            yield reporter, one


def _submitted(regime: Regime, rng: random.Random, mistakes: Mistakes) -> Iterator[Submitted]:
    for provider in regime.world.providers:
        for one in returning.returns(provider):
            yield Submitted(Reporter("provider", provider.code), "return", returning.sent(mistakes.returned(one)))
    observed = mistakes.figures(clearing.observed(rng, regime.world.sendings))
    yield Submitted(clearing.NCMEC, "article8", clearing.sent(observed))
    for code, practice in regime.practices.items():
        if practice.silent:
            continue
        entered = mistakes.register(regime.world.states[code])
        statements = registered(entered, practice)
        days = [a.on for a in entered.arrivals]
        for data in figures(statements, code, practice, mistakes.day(practice.as_of, practice.late)):
            as_told = told(rng, data, practice, days)
            wrong = mistakes.figures(as_told.observations)
            if wrong != as_told.observations:
                as_told = Dataset(as_told.id, as_told.title, as_told.years, wrong)
            yield Submitted(Reporter("state", code), "article8", sent(as_told, practice))
