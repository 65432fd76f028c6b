"""A world comes about, case by case, out of a seeded generator, until it has as many events as it may."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

from tutela.events.catalogue import authority as said
from tutela.events.catalogue.base import Region
from tutela.statistics.simulation.world import (
    DAY,
    DAYS,
    FIRST,
    LAST,
    YEARS,
    Arrival,
    Child,
    Flagged,
    Inquiry,
    Kind,
    Policy,
    Processed,
    Provider,
    Sending,
    Sentence,
    State,
    World,
)
from tutela.statistics.union.members import MEMBERS

FEWEST_EVENTS = 250
"""Below that a world of 27 Member States holds little but its declarations."""
OF_A_CASE = 70
"""No case has more events; one is not begun where they would not fit."""
_DECLARATIONS = 3
_TECHNOLOGIES = (("sha256", "1"), ("pdq", "1"), ("pdq", "2"), ("md5", "1"))
_KINDS: tuple[Kind, ...] = ("image", "image", "image", "video", "other")
_REASONS: tuple[said.ClosingReason, ...] = ("charged", "no_crime", "insufficient_information", "suspect_not_identified")


def happen(rng: random.Random, events: int) -> World:
    """Return a world of at most so many events. Raises ValueError for fewer than `FEWEST_EVENTS`."""
    if events < FEWEST_EVENTS:
        raise ValueError(f"a regime has at least {FEWEST_EVENTS} events, not {events}")
    providers = [_provider(rng, number) for number in range(1, rng.randint(2, 4))]
    world = World(providers, {code: State(code) for code in MEMBERS})
    world.events = _DECLARATIONS * len(MEMBERS) + sum(len(p.processed) for p in providers)
    # Few states have most of the cases, as in the Union.
    weights = [rng.paretovariate(1.2) for _ in MEMBERS]
    case = 0
    while world.events + OF_A_CASE <= events:
        case += 1
        _Case(rng, world, rng.choices(MEMBERS, weights)[0], f"c{case}").happens()
    return world


def _provider(rng: random.Random, number: int) -> Provider:
    policy = Policy(
        technologies=tuple(sorted(rng.sample(_TECHNOLOGIES, rng.randint(1, 3)))),
        reviews=rng.choice([1.0, 0.9, 0.5, 0.2]),
        precision=rng.uniform(0.6, 0.99),
        knows_region=rng.choice([1.0, 0.95, 0.7]),
        suspends=rng.random() < 0.7,
        complaints=rng.choice([0.02, 0.1, 0.3]),
        reports_after=rng.choice([0, 2, 30]),
    )
    provider = Provider(f"provider-{number}", policy)
    of_union = rng.uniform(0.1, 0.6)
    for month in (date(year, n, 1) for year in YEARS for n in (1, 4, 7, 10)):
        whole = rng.randint(1_000, 1_000_000)
        unknown = round(whole * (1 - policy.knows_region))
        known = round((whole - unknown) * of_union)
        provider.processed.append(Processed(month, "eu", known, known))
        provider.processed.append(Processed(month, "non_eu", whole - unknown - known, 0))
        if unknown:
            provider.processed.append(Processed(month, "unknown", unknown, round(unknown * rng.random())))
    return provider


class _Case:
    """Something that begins with a provider, with others who report, or with an authority itself."""

    def __init__(self, rng: random.Random, world: World, state: str, name: str) -> None:
        self.rng, self.world, self.name = rng, world, name
        self.state = world.states[state]
        self.begins = FIRST + rng.randrange(DAYS) * DAY

    def happens(self) -> None:
        arrived: list[Arrival] = []
        match self.rng.choices(["provider", "elsewhere", "hotline", "authority"], [6, 2, 1, 1])[0]:
            case "provider":
                arrived = self._by_provider()
            case "elsewhere":
                arrived = self._sent([(self.begins, f"{self.name}-e")], of_scope=self.rng.random() < 0.3)
            case "hotline":
                arrived = self._arrive([(self.begins, f"{self.name}-h")], "hotline", of_scope=False)
            case _:
                self._pursued([])
        if arrived and self.rng.random() < 0.45:
            self._pursued(arrived)

    def _by_provider(self) -> list[Arrival]:
        rng, provider = self.rng, self.rng.choice(self.world.providers)
        policy = provider.policy
        of_union = rng.random() < 0.75
        region: Region = "unknown" if rng.random() > policy.knows_region else "eu" if of_union else "non_eu"
        account = f"{rng.randrange(16**8):08x}"
        sent: list[tuple[date, str]] = []
        for number in range(rng.choice([1, 1, 1, 2, 3])):
            on = self._later(self.begins, 40 * number)
            if on > LAST:
                break
            item = self._flagged(policy, on, account, number, of_union=of_union, region=region)
            provider.flagged.append(item)
            self.world.events += item.events
            if item.reported is not None and item.number is not None:
                sent.append((item.reported, item.number))
        return self._sent(sent, of_scope=True) if of_union else []

    def _flagged(
        self, policy: Policy, on: date, account: str, number: int, *, of_union: bool, region: Region
    ) -> Flagged:
        rng = self.rng
        right, reviewed = rng.random() < policy.precision, rng.random() < policy.reviews
        reported = on + (1 + policy.reports_after) * DAY if right and reviewed else None
        lodged = self._later(reported, 60) if reported and rng.random() < policy.complaints else None
        return Flagged(
            on=on,
            account=account,
            kind=rng.choice(_KINDS),
            technologies=tuple(sorted(rng.sample(policy.technologies, rng.randint(1, len(policy.technologies))))),
            right=right,
            of_union=of_union,
            region=region,
            reviewed=reviewed,
            reported=reported,
            number=f"{self.name}-{number}" if reported else None,
            lodged=lodged,
            answered=self._later(lodged, 30) if lodged and rng.random() < 0.8 else None,
            upheld=rng.random() < 0.3,
        )

    def _sent(self, reports: Sequence[tuple[date, str]], *, of_scope: bool) -> list[Arrival]:
        """NCMEC sends reports on, some of them a second time."""
        received = []
        for day, number in reports:
            for again in range(1 + (self.rng.random() < 0.1)):
                on = self._later(day, 50)
                if on <= LAST:
                    self.world.sendings.append(Sending(on, self.state.code))
                    self.world.events += 1
                    received.append((on, f"{number}r" if again else number))
        return self._arrive(received, "ncmec", of_scope=of_scope)

    def _arrive(
        self, reports: Sequence[tuple[date, str]], source: said.ReportSource, *, of_scope: bool
    ) -> list[Arrival]:
        arrived: list[Arrival] = []
        for day, number in sorted(reports):
            on = self._later(day, 5)
            if on <= LAST and self.rng.random() < 0.97:
                earlier = tuple(a.number for a in arrived[-1:] if self.rng.random() < 0.5)
                actionable = self.rng.random() < 0.6
                arrived.append(Arrival(on, source, number, of_scope, actionable, self.name, earlier))
        self.state.arrivals += arrived
        self.world.events += len(arrived)
        return arrived

    def _pursued(self, arrived: Sequence[Arrival]) -> None:
        rng = self.rng
        on = self._later(max((a.on for a in arrived), default=self.begins), 30)
        if on > LAST:
            return
        joined = None
        if len(arrived) > 1:
            joined = (self._later(on, 10), arrived[-1].number)
        first = [a.number for a in (arrived[:-1] if joined else arrived)]
        number = f"K-{len(self.state.inquiries) + 1}"
        merged = closed = None
        end = self._later(on, 200)
        if end <= LAST and self.state.inquiries and rng.random() < 0.1:
            into = rng.choice(self.state.inquiries)
            if into.merged is None and into.on <= end:
                merged = (end, into.number)
        elif end <= LAST and rng.random() < 0.6:
            closed = (end, rng.choice(_REASONS))
        if joined is not None and (joined[0] > LAST or (end <= joined[0] and (merged or closed))):
            joined = None
        self.state.inquiries.append(Inquiry(number, on, tuple(first), joined, merged, closed))
        self.world.events += 1 + sum(one is not None for one in (joined, merged, closed))
        for _ in range(rng.choice([0, 0, 1, 1, 2])):
            self._child(number, on, by_report=bool(arrived))
        for person in range(rng.choice([0, 1, 1, 2])):
            self._convicted(number, on, f"{self.name}-p{person}", by_report=bool(arrived))

    def _child(self, inquiry: str, since: date, *, by_report: bool) -> None:
        rng = self.rng
        on = self._later(since, 150)
        if on <= LAST:
            self.state.children.append(
                Child(
                    on, rng.choice([inquiry, None]), rng.choice(["female", "female", "male"]), rng.randint(0, 17),
                    rng.random() < 0.25, by_report and rng.random() < 0.9, rng.random() < 0.8,
                )
            )  # fmt: skip
            self.world.events += 1

    def _convicted(self, inquiry: str, since: date, person: str, *, by_report: bool) -> None:
        rng = self.rng
        for _ in range(rng.choice([1, 1, 2])):
            on = self._later(since, 300)
            if on > LAST:
                return
            final = rng.random() < 0.8
            quashed = self._later(on, 120) if not final and rng.random() < 0.4 else None
            self.state.sentences.append(
                Sentence(on, person, inquiry, rng.random() < 0.75, by_report and rng.random() < 0.9, final, quashed)
            )
            self.world.events += 1 + (quashed is not None)

    def _later(self, day: date, most: int) -> date:
        return day + timedelta(days=self.rng.randint(0, most))
