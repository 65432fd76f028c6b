"""Runs the year through the same code that a provider runs."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby

from demo.people import EVERYBODY, PASSWORD, Office
from demo.world import CHAT, DRIVE, YEAR, Sent, Truth, World
from tutela.casework.stream import Answer, Arrived
from tutela.content.item import Provenance
from tutela.detection.fingerprinting import fingerprint
from tutela.detection.hashlists.hashlist import HashList, NewEntry
from tutela.storage.workplace import Workplace

LIST = "demo-known"
LAST_REVIEW = datetime(YEAR, 12, 15, tzinfo=UTC)
"""After it nobody reviews: the queue of the console has something in it."""


@dataclass
class MovingClock:
    """The time of the simulation."""

    now: datetime

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def reach(self, moment: datetime) -> None:
        """Move on to a time; never back."""
        self.now = max(self.now, moment)

    def wait(self, hours: float) -> None:
        """Let time pass."""
        self.now += timedelta(hours=hours)


@dataclass
class Happened:
    """What came of the year."""

    answers: list[tuple[Sent, Answer]] = field(default_factory=list)
    truth_of: dict[str, Truth] = field(default_factory=dict)
    disagreements: int = 0
    complaints: int = 0
    failed_attempts: int = 0


def prepare(place: Workplace, world: World) -> None:
    """Register services and people, and make the list of known pictures."""
    for service in (CHAT, DRIVE):
        place.register_service(service)
    for person in EVERYBODY:
        place.people.register(person, PASSWORD)
    place.lists.create(HashList(LIST, "Lantern Trust & Safety", "ordinary photographs", "SE", "B2"))
    entries = []
    for name, data in world.listed:
        prints = fingerprint(data, place.kinds.values(), place.settings.limits)
        entries += [
            NewEntry(kind, upright.value, None, ("anna", "clara"), name)
            for kind in place.kinds
            if (upright := prints.upright(kind)) is not None
        ]
    place.lists.add(LIST, entries)


def run_year(place: Workplace, clock: MovingClock, world: World, progress: Callable[[int], None]) -> Happened:
    """Let the year happen: items day by day, people and reports week by week."""
    happened = Happened()
    office = Office(place, random.Random(7), happened.truth_of)
    stream = place.stream()
    dispatcher = place.dispatcher()
    for week, items in _weeks(world):
        for (_, service), group in groupby(items, key=lambda s: (s.at.date(), s.service)):
            sent = list(group)
            clock.reach(sent[-1].at)
            arrived = [
                Arrived(f"m{s.number}", s.data, Provenance(s.sender, s.recipients, s.at, name=f"m{s.number}.jpg"))
                for s in sent
            ]
            for one, answer in zip(sent, stream.take(service, arrived), strict=True):
                happened.answers.append((one, answer))
                if answer.recorded.item:
                    happened.truth_of[answer.recorded.item] = one.truth
            progress(len(sent))
        clock.reach(week)
        if week <= LAST_REVIEW:
            office.work(clock.wait)
            done = dispatcher.run_due()
            happened.failed_attempts += sum(one.result != "filed" for one in done)
    # What failed on the way is due again by now.
    clock.wait(2)
    dispatcher.run_due()
    stream.close()
    happened.disagreements, happened.complaints = office.disagreements, office.complaints
    return happened


def _weeks(world: World) -> Iterator[tuple[datetime, list[Sent]]]:
    start = datetime(YEAR, 1, 1, tzinfo=UTC)
    ordered = sorted(world.items, key=lambda s: (s.at.date(), s.service.id, s.at))
    for number, group in groupby(ordered, key=lambda s: (s.at.date() - start.date()).days // 7):
        end = start + timedelta(days=7 * (number + 1))
        yield min(end, datetime(YEAR, 12, 31, 12, tzinfo=UTC)), list(group)
