"""Runs the year through the same code that a provider runs: what arrives, who works when, what follows by itself."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from demo.clock import MovingClock
from demo.complaints import ComplaintsOffice
from demo.diary import Diary
from demo.edits import EDITS
from demo.eyes import Eyes
from demo.hours import sessions
from demo.inflow import at_some_time
from demo.machine import Machine
from demo.oversight import Oversight
from demo.people import ANNA, BO, CLARA, EVERYBODY, PASSWORD
from demo.platform import Platform
from demo.referrals import ReferralOffice
from demo.reviewers import Reviewing
from demo.seniors import Seniors
from demo.users import Users
from demo.world import CHAT, DRIVE, END, YEAR, Sent, Truth, World
from tutela.casework.stream import Answer, Arrived, ItemStream
from tutela.content.item import Provenance
from tutela.detection.fingerprinting import fingerprint
from tutela.detection.hashlists.hashlist import NewEntry
from tutela.sandboxes.platform import RunningPlatform
from tutela.storage.workplace import Workplace
from tutela.web.platform.calling import calling_platform

_COMPLAINTS_DAYS = (1, 3)
"""Tuesday and Thursday."""
_LAST_WORK = datetime(YEAR, 12, 30, 12, tzinfo=UTC)
_LAST_COMPLAINTS = date(YEAR, 12, 16)
_LAST_LOOK_AT_ENTRIES = date(YEAR, 12, 29)
"""After it what comes up waits for whoever opens the console."""


@dataclass
class Happened:
    """What came of the year, as the simulation knows it."""

    answers: list[tuple[Sent, Answer]] = field(default_factory=list)
    truth_of: dict[str, Truth] = field(default_factory=dict)
    complaints: int = 0
    judicial: int = 0
    failed_reports: int = 0
    failed_calls: int = 0
    received: frozenset[str] = frozenset()


class Year:
    """The year of the made-up provider."""

    def __init__(self, place: Workplace, clock: MovingClock, world: World, sandbox: RunningPlatform) -> None:
        self._place, self._clock, self._sandbox = place, clock, sandbox
        self._generator = random.Random(7)
        self._arriving: deque[Sent] = deque(world.items)
        self._world = world
        self._progress: Callable[[int], None] = lambda _: None
        self.happened = Happened()
        self._eyes = Eyes(place, clock)
        self._eyes.learn((sent.data, sent.truth) for sent in world.items)
        self._seniors = Seniors(place, clock, self._eyes)
        self._oversight = Oversight(place, clock)
        self._referrals = ReferralOffice(place, clock)

    def prepare(self) -> None:
        """Register services and people, and make the lists."""
        for service in (CHAT, DRIVE):
            self._place.register_service(service)
        for person in EVERYBODY:
            self._place.people.register(person, PASSWORD)
        self._seniors.make_lists(self._world, [self._entries(one.name, one.data, one.classification)
                                               for one in self._world.listed])  # fmt: skip
        self._place.retention.follow_policy()

    def run(self, progress: Callable[[int], None], output: Path) -> Happened:
        """Let the year happen, day by day."""
        self._progress = progress
        stream = self._place.stream()
        with calling_platform(self._place) as caller:
            assert caller is not None  # noqa: S101 - the demonstration's configuration calls the platform
            platform = Platform(self._place, self._sandbox, caller, random.Random(5))
            users = Users(self._place, random.Random(11), self.happened.truth_of)
            machine = Machine(self._place, self._clock, stream, self._place.dispatcher(), platform, users)
            self._live(stream, platform, users, machine, output)
            self.happened.failed_calls, self.happened.failed_reports = platform.failed, machine.failed_reports
        stream.close()
        self.happened.complaints = users.complaints
        with self._sandbox.ledger.lock:
            self.happened.received = frozenset(self._sandbox.ledger.messages)
        return self.happened

    def _live(self, stream: ItemStream, platform: Platform, users: Users, machine: Machine, output: Path) -> None:
        def catch_up(until: datetime | None = None) -> None:
            self._take_in(stream, platform, users, until or self._clock())

        reviewing = Reviewing(self._place, self._clock, self._eyes, random.Random(3), catch_up)
        office = ComplaintsOffice(self._place, self._clock, self._eyes, random.Random(13), self.happened.truth_of)
        diary = Diary(self._seniors, self._oversight, self._referrals, self._world, output)
        day = date(YEAR, 1, 1)
        while day <= END.date():
            catch_up(_at(day, 4))
            self._clock.reach(_at(day, 4))
            machine.night()
            if day.weekday() == 0:
                catch_up(_at(day, 6))
                self._clock.reach(_at(day, 6))
                machine.week()
            for session in sessions(day):
                if session.at >= _LAST_WORK:
                    break
                catch_up(session.at)
                self._clock.reach(session.at)
                if diary.write_of(day):
                    self._send_variants(diary.own_item)
                if session.person == CLARA and day <= _LAST_LOOK_AT_ENTRIES:
                    self._seniors.look_at_entries()
                if reviewing.session(session.person, session.minutes, session.queue):
                    diary.after_session(self._clock())
                    machine.round()
            if day.weekday() in _COMPLAINTS_DAYS and day <= _LAST_COMPLAINTS:
                office.work()
                machine.round()
            day += timedelta(days=1)
            catch_up(min(_at(day), END))
        self._clock.reach(END)
        reviewing.leave_some(ANNA, CLARA)
        diary.last_day(BO)
        users.leave_one()
        machine.round()
        machine.week()
        self.happened.judicial = office.judicial

    def _take_in(self, stream: ItemStream, platform: Platform, users: Users, until: datetime) -> None:
        """Let items arrive, and users complain, up to a time."""
        while True:
            due, at = users.due(), self._arriving[0].at if self._arriving else None
            if due is not None and due <= until and (at is None or due <= at):
                self._clock.reach(due)
                users.act()
                continue
            if at is None or at > until:
                return
            sent = self._arriving.popleft()
            self._clock.reach(sent.at)
            sender = platform.sender(sent.sender)
            provenance = Provenance(sender, sent.recipients, sent.at, name=f"m{sent.number}.jpg")
            (answer,) = stream.take(sent.service, [Arrived(f"m{sent.number}", sent.data, provenance)])
            self.happened.answers.append((replace(sent, sender=sender), answer))
            if answer.recorded.item:
                self.happened.truth_of[answer.recorded.item] = sent.truth
            self._progress(1)

    def _send_variants(self, item: str | None) -> None:
        """Let the picture that came on the own list go round further, encoded anew."""
        if item is None:
            return
        first = next(sent for sent, answer in self.happened.answers if answer.recorded.item == item)
        today = self._clock().date()
        more: list[Sent] = []
        for number, days in enumerate((9, 20, 33, 51, 70, 96, 130)):
            at = at_some_time(today + timedelta(days=days), self._generator)
            if at >= END:
                continue
            data = EDITS["reencode"](first.data, self._generator)
            sender = self._generator.choice(self._world.items).sender
            more.append(replace(first, number=80_000 + len(self.happened.answers) + number, at=at, data=data,
                                sender=sender, truth=replace(first.truth, edit="variant")))  # fmt: skip
        self._eyes.learn((sent.data, sent.truth) for sent in more)
        self._arriving = deque(sorted((*self._arriving, *more), key=lambda sent: sent.at))

    def _entries(self, name: str, data: bytes, classification: str) -> list[NewEntry]:
        prints = fingerprint(data, self._place.kinds.values(), self._place.settings.limits)
        verified = (CLARA.id, "owner")
        return [
            NewEntry(kind, upright.value, classification, verified, name)
            for kind in self._place.kinds
            if (upright := prints.upright(kind)) is not None
        ]


def _at(day: date, hour: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def is_in_return(sent: Sent, answer: Answer) -> bool:
    """Return whether section 1 of the return counts an item among those of users in the Union.

    It is of the messaging service, which the derogation covers, and something could be compared.
    """
    region = Provenance(sent.sender, sent.recipients, sent.at).region
    return sent.service is CHAT and region == "eu" and bool(answer.judgement.technologies)


def items_of(answers: Iterable[tuple[Sent, Answer]]) -> set[str]:
    """Return the items that were flagged, each once."""
    return {answer.recorded.item for _, answer in answers if answer.recorded.item}
