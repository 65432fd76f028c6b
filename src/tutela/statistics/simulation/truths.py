"""What is true in a made-up regime, of one Member State or provider, from what happened and from no figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tutela.statistics.simulation.practice import Practice
from tutela.statistics.simulation.world import Child, Flagged, Provider, Sentence, World
from tutela.statistics.union.period import Period


@dataclass(frozen=True, slots=True)
class Regime:
    """A world, and how each Member State goes about its figures."""

    world: World
    practices: dict[str, Practice]


def received(regime: Regime, code: str, period: Period) -> int:
    """Return how many reports an authority received."""
    return sum(_in(a.on, period) for a in regime.world.states[code].arrivals)


def received_in_scope(regime: Regime, code: str, period: Period) -> int:
    """Return how many of them are of interpersonal communications services."""
    return sum(a.of_scope and _in(a.on, period) for a in regime.world.states[code].arrivals)


def sent(regime: Regime, code: str, period: Period) -> int:
    """Return how many reports NCMEC sent there."""
    return sum(s.state == code and _in(s.on, period) for s in regime.world.sendings)


def convicted_online(regime: Regime, code: str, period: Period) -> int:
    """Return how many convictions for what was done online stood, as far as the authority could know on its day."""
    practice = regime.practices[code]
    known = practice.as_of - timedelta(days=practice.late)
    return sum(s.online and (s.quashed is None or s.quashed > known) for s in _sentences(regime, code, period))


def convicted_strictly(regime: Regime, code: str, period: Period) -> int:
    """Return how many final convictions there are for what was done online and began with a report."""
    return sum(s.online and s.by_report and s.final for s in _sentences(regime, code, period))


def children(regime: Regime, code: str, period: Period) -> int:
    """Return how many children were identified, of any age."""
    return sum(1 for _ in _children(regime, code, period))


def girls(regime: Regime, code: str, period: Period) -> int:
    """Return how many of them are girls."""
    return sum(child.gender == "female" for child in _children(regime, code, period))


def children_strictly(regime: Regime, code: str, period: Period) -> int:
    """Return how many were identified by a report, of abuse online, in material that they did not make themselves."""
    return sum(c.online and c.by_report and not c.self_made for c in _children(regime, code, period))


def images(regime: Regime, code: str, period: Period) -> int:
    """Return how many images of users of the Union a provider reported."""
    return sum(item.kind == "image" for item in _reported(regime, code, period))


def reports(regime: Regime, code: str, period: Period) -> int:
    """Return how many reports on users of the Union a provider sent."""
    return sum(1 for _ in _reported(regime, code, period))


def accounts(regime: Regime, code: str, period: Period) -> int:
    """Return how many accounts of the Union it reported, each once."""
    return len({item.account for item in _reported(regime, code, period)})


def flagged(regime: Regime, code: str, period: Period) -> int:
    """Return how many items its technologies flagged, of users anywhere."""
    return sum(_in(item.on, period) for item in _provider(regime, code).flagged)


def wrongly_flagged(regime: Regime, code: str, period: Period) -> int:
    """Return how many of them are no such material, also those that nobody looked at."""
    return sum(not item.right and _in(item.on, period) for item in _provider(regime, code).flagged)


def processed(regime: Regime, code: str, period: Period) -> int:
    """Return how many images of users of the Union went through its technologies."""
    return sum(p.of_union for p in _provider(regime, code).processed if _in(p.month, period))


def _in(day: date, period: Period) -> bool:
    return period.first <= day <= period.last


def _sentences(regime: Regime, code: str, period: Period) -> Iterator[Sentence]:
    return (s for s in regime.world.states[code].sentences if _in(s.on, period))


def _children(regime: Regime, code: str, period: Period) -> Iterator[Child]:
    return (c for c in regime.world.states[code].children if _in(c.on, period))


def _provider(regime: Regime, code: str) -> Provider:
    return next(p for p in regime.world.providers if p.code == code)


def _reported(regime: Regime, code: str, period: Period) -> Iterator[Flagged]:
    for item in _provider(regime, code).flagged:
        if item.of_union and item.reported is not None and _in(item.reported, period):
            yield item
