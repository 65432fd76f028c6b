"""What is expected from whom, what came when in which version, why something did not, questions and answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum

from tutela.statistics.union.observation import Reporter
from tutela.statistics.union.period import Period
from tutela.statistics.union.submissions.incoming import Kind


class NotExpected(ValueError):
    """Something about a submission that the collection does not expect."""


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One submission of one reporter: its kind and its period."""

    reporter: str
    kind: Kind
    period: str

    def __str__(self) -> str:
        return f"{self.reporter} {self.kind} {self.period}"


@dataclass(frozen=True, slots=True)
class Expected:
    """A submission and the last day on which it is in time."""

    slot: Slot
    due: date


@dataclass(frozen=True, slots=True)
class Version:
    """A file that came. `number` counts from 1 in its slot; `remarks` is how many cells a person should look at."""

    slot: Slot
    number: int
    at: datetime
    name: str
    sha256: str
    language: str
    cells: int
    remarks: int


@dataclass(frozen=True, slots=True)
class Reason:
    """What the reporter says of why it is late or does not come."""

    slot: Slot
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question to a reporter; `about` is a finding or a place, `answer` is None while there is none."""

    number: int
    slot: Slot
    at: datetime
    text: str
    about: str = ""
    answer: str | None = None
    answered_at: datetime | None = None


class State(StrEnum):
    """How a submission stands on a day."""

    EXPECTED = "expected"
    RECEIVED = "received"
    RECEIVED_LATE = "received_late"
    LATE = "late"
    """It is not there, the day is over, and nobody said why."""
    ABSENT = "absent"
    """It is not there, the day is over, and a reason was told."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one submission stands on a day; `days_late` counts to its first version, or to the day."""

    expected: Expected
    state: State
    versions: tuple[Version, ...]
    days_late: int
    reason: str
    questions: tuple[Question, ...]

    @property
    def open_questions(self) -> int:
        """How many have no answer."""
        return sum(q.answer is None for q in self.questions)


@dataclass(frozen=True)
class Collection:
    """A round of submissions. Nothing in it is ever changed or taken out but that a question gets its answer."""

    id: str
    title: str
    years: tuple[int, ...]
    expected: tuple[Expected, ...]
    versions: tuple[Version, ...] = ()
    reasons: tuple[Reason, ...] = ()
    questions: tuple[Question, ...] = ()

    def __post_init__(self) -> None:
        slots = [e.slot for e in self.expected]
        if len(set(slots)) != len(slots):
            raise ValueError("one submission is expected twice")
        for slot in slots:
            Reporter.parse(slot.reporter)
            Period.parse(slot.period)

    def received(
        self, slot: Slot, at: datetime, name: str, sha256: str, language: str, cells: int, remarks: int
    ) -> Collection:
        """Return it with another version. Raises NotExpected, also for a file that is the latest version already."""
        before = self.of(slot)
        if before and before[-1].sha256 == sha256:
            raise NotExpected(f"{name} is version {before[-1].number} of {slot} already")
        one = Version(slot, len(before) + 1, at, name, sha256, language, cells, remarks)
        return replace(self, versions=(*self.versions, one))

    def excused(self, slot: Slot, at: datetime, text: str) -> Collection:
        """Return it with a reason. Raises NotExpected."""
        self.of(slot)
        return replace(self, reasons=(*self.reasons, Reason(slot, at, text)))

    def asked(self, slot: Slot, at: datetime, text: str, about: str = "") -> Collection:
        """Return it with a question. Raises NotExpected."""
        self.of(slot)
        one = Question(len(self.questions) + 1, slot, at, text, about)
        return replace(self, questions=(*self.questions, one))

    def answered(self, number: int, at: datetime, text: str) -> Collection:
        """Return it with an answer. Raises NotExpected for a question that there is not, or that has one."""
        if not 1 <= number <= len(self.questions):
            raise NotExpected(f"there is no question {number}")
        if self.questions[number - 1].answer is not None:
            raise NotExpected(f"question {number} has its answer; ask another")
        changed = replace(self.questions[number - 1], answer=text, answered_at=at)
        return replace(self, questions=(*self.questions[: number - 1], changed, *self.questions[number:]))

    def of(self, slot: Slot) -> tuple[Version, ...]:
        """Return the versions of a submission, the first first. Raises NotExpected."""
        if all(e.slot != slot for e in self.expected):
            raise NotExpected(f"{slot} is not expected here")
        return tuple(v for v in self.versions if v.slot == slot)

    def latest(self, until: datetime | None = None) -> tuple[Version, ...]:
        """Return the latest version of each submission that has one, as it stood at a time."""
        found: dict[Slot, Version] = {}
        for one in self.versions:
            if until is None or one.at <= until:
                found[one.slot] = one
        return tuple(found[e.slot] for e in self.expected if e.slot in found)

    def standings(self, day: date) -> tuple[Standing, ...]:
        """Return how each submission stands at the end of a day (UTC)."""
        return tuple(self._standing(e, day) for e in self.expected)

    def _standing(self, one: Expected, day: date) -> Standing:
        def known(at: datetime) -> bool:
            return at.astimezone(UTC).date() <= day

        versions = tuple(v for v in self.of(one.slot) if known(v.at))
        reasons = [r.text for r in self.reasons if r.slot == one.slot and known(r.at)]
        asked = (q for q in self.questions if q.slot == one.slot and known(q.at))
        questions = tuple(
            q if q.answered_at is None or known(q.answered_at) else replace(q, answer=None, answered_at=None)
            for q in asked
        )
        until = versions[0].at.astimezone(UTC).date() if versions else day
        late = max(0, (until - one.due).days)
        if versions:
            state = State.RECEIVED_LATE if late else State.RECEIVED
        elif not late:
            state = State.EXPECTED
        else:
            state = State.ABSENT if reasons else State.LATE
        return Standing(one, state, versions, late, reasons[-1] if reasons else "", questions)


def expecting(
    identifier: str, title: str, years: Iterable[int], reporters: Iterable[tuple[Reporter, Kind]], due: dict[int, date]
) -> Collection:
    """Return a collection of one submission a year from each reporter, due on the day of each year."""
    every = tuple(years)
    rows = [Expected(Slot(str(who), kind, str(year)), due[year]) for year in every for who, kind in reporters]
    return Collection(identifier, title, every, tuple(rows))
